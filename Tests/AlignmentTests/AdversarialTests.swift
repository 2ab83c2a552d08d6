import Learning
import LinearAlgebra
import Testing

@testable import Alignment

/// Encoders that tell the class and not the side.
@Suite struct AdversarialTests {
  private func wide(_ rows: Int, _ columns: Int, _ random: inout SplitMix64) -> DoubleMatrix {
    DoubleMatrix(rows: rows, columns: columns, values: (0..<rows * columns).map { _ in random.normal() })
  }

  private var small: MASLNOptions {
    var options = MASLNOptions()
    (options.imageLayers, options.textLayers, options.dimension, options.decoderWidth) = ([12], [8], 8, 6)
    (options.epochs, options.batchSize, options.rate) = (15, 32, 0.01)
    return options
  }

  /// The discriminator goes down its own loss; all others down the whole, in which that of the discriminator counts `-λ α₄`.
  @Test("Every gradient agrees with central differences of the loss its part is to go down")
  func gradients() throws {
    var random = SplitMix64(seed: 71)
    var options = small
    (options.classWeight, options.reconstructionWeight) = (0.7, 0.9)
    (options.correlationWeight, options.adversarialWeight) = (0.4, 0.6)
    let model = AdversarialModel<Double>(
      imageDimension: 6, textDimension: 5, classes: 3, embedding: 4, options: options, random: &random)
    let (x, t, embeddings) = (wide(5, 6, &random), wide(5, 5, &random), wide(5, 4, &random))
    let targets: DoubleMatrix = classTargets([0, 1, 2, 1, 0], classes: 3)
    let reversal = GradientReversal<Double>(strength: 0.8)
    func losses(_ model: AdversarialModel<Double>) throws -> (AdversarialModel<Double>, AdversarialModel<Double>.Losses)
    {
      var copy = model
      let losses = try copy.backpropagate(
        images: x, texts: t, targets: targets, embeddings: embeddings, reversal: reversal)
      return (copy, losses)
    }
    let derived = try losses(model).0.parameters
    for index in model.parameters.indices {
      let name = model.parameters[index].name
      let places = derived[index].values.values.indices.filter { $0 % 3 == 0 }
      let check = try GradientCheck(derived[index].gradient.values, places: places) { place, difference in
        var varied = model
        varied.parameters[index].values.values[place] += difference
        let found = try losses(varied).1
        if name.hasPrefix("discriminator") { return found.adversarial }
        return 0.7 * found.classes + 0.9 * found.reconstruction + 0.4 * found.correlation
          - 0.8 * 0.6 * found.adversarial
      }
      #expect(check.relativeError < 1e-5 && check.length > 1e-7, "\(name): \(check)")
    }
  }

  /// Rows around the direction of their class, in another space on each side.
  private func labelled(_ count: Int, seed: UInt64) throws -> (pairs: PairedRows, labels: ClassLabels) {
    var fixed = SplitMix64(seed: 9)
    let (a, b) = (noise(3, 10, &fixed), noise(3, 6, &fixed))
    var random = SplitMix64(seed: seed)
    let classes = (0..<count).map { _ in random.below(3) }
    func side(_ means: Matrix) -> Matrix {
      var rows = means.gathered(classes)
      for place in rows.values.indices { rows.values[place] += Float(0.7 * random.normal()) }
      return rows
    }
    return (try PairedRows(images: side(a), texts: side(b)), try ClassLabels(classes))
  }

  /// How well the discriminator tells the sides of rows that were not trained on, in the mean of the last 20 epochs: the two
  /// chase each other round a half, so that a single epoch says little.
  private func accuracy(_ strength: Double) throws -> Double {
    var options = small
    (options.classWeight, options.reconstructionWeight, options.correlationWeight) = (0, 0, 0)
    (options.adversarialWeight, options.rate, options.discriminatorRateFactor) = (1, 0.003, 10)
    let (train, labels) = try labelled(256, seed: 1)
    let test = try labelled(400, seed: 2).pairs
    var training = try AdversarialTraining(train, labels, embeddings: nil, options: options)
    var sum = 0.0
    for epoch in 0..<40 {
      _ = try training.epoch(reversal: strength)
      if epoch >= 20 { sum += try training.sideAccuracy(test) / 20 }
    }
    return sum
  }

  @Test("The reversal reaches the encoders: with it alone, the sides of held-out rows are no longer told apart")
  func liveReversal() throws {
    let (without, with) = (try accuracy(0), try accuracy(1))
    #expect(without > 0.9, "\(without)")
    #expect(abs(with - 0.5) < 0.1, "\(with)")

    var random = SplitMix64(seed: 72)
    var options = small
    (options.classWeight, options.reconstructionWeight, options.correlationWeight) = (0, 0, 0)
    var model = AdversarialModel<Double>(
      imageDimension: 6, textDimension: 5, classes: 3, embedding: 3, options: options, random: &random)
    let targets: DoubleMatrix = classTargets([0, 1, 2, 1, 0], classes: 3)
    for strength in [0, 1.0] {
      _ = try model.backpropagate(
        images: wide(5, 6, &random), texts: wide(5, 5, &random), targets: targets, embeddings: targets,
        reversal: GradientReversal(strength: strength))
      for name in ["images.0.weights", "texts.0.weights"] {
        let place = try #require(model.parameters.index(of: name))
        #expect((Double.sumOfSquares(model.parameters[place].gradient.values) > 0) == (strength > 0))
      }
    }
  }

  @Test("Training finds classes across the sides, reports every epoch, and repeats itself")
  func training() throws {
    let ((train, labels), (test, testLabels)) = (try labelled(120, seed: 3), try labelled(60, seed: 4))
    var reports: [LabelledProgress] = []
    let map = try AlignmentMap.trainMASLN(train, labels: labels, options: small) { reports.append($0) }
    let found = try classPrecision(
      map.coordinates(test.images, of: .images), map.coordinates(test.texts, of: .texts), testLabels.numbers,
      testLabels.numbers)
    #expect(found.images > 0.8 && found.texts > 0.8, "\(found)")
    #expect(reports.map(\.epoch) == Array(1...15) && reports[14].loss < reports[0].loss / 2)
    #expect(map.method == "masln" && map.coordinateCount == 8)
    #expect(try AlignmentMap.decode(map.encoded()) == map)
    #expect(try AlignmentMap.trainMASLN(train, labels: labels, options: small).encoded() == map.encoded())
    // Nothing of the rows beside it, such as their mean, enters the coordinates of a row.
    let (alone, among) = (
      try map.coordinates(test.texts.gathered([7]), of: .texts), try map.coordinates(test.texts, of: .texts)
    )
    #expect(distance(alone, among.gathered([7])) < 1e-6)
    var random = SplitMix64(seed: 5)
    let names = noise(3, 7, &random)
    let other = try AlignmentMap.trainMASLN(train, labels: labels, classEmbeddings: names, options: small)
    #expect(other != map && other.images.network?.inputs == 10)
  }

  @Test("Labels of another number, embeddings of other classes, NaN and options out of range are refused")
  func refusals() throws {
    let (pairs, labels) = try labelled(40, seed: 6)
    #expect(throws: AlignmentError.unpairedLabels(rows: 40, labels: 3)) {
      try AlignmentMap.trainMASLN(pairs, labels: ClassLabels([1, 2, 3]), options: small)
    }
    #expect(throws: AlignmentError.tooFewClasses(found: 1)) { try ClassLabels([7, 7, 7]) }
    #expect(throws: AlignmentError.self) {
      try AlignmentMap.trainMASLN(pairs, labels: labels, classEmbeddings: Matrix(rows: 2, columns: 4), options: small)
    }
    var images = pairs.images
    images[11, 3] = .infinity
    let broken = try PairedRows(images: images, texts: pairs.texts)
    #expect(throws: AlignmentError.notFinite(side: .images, row: 11)) {
      try AlignmentMap.trainMASLN(broken, labels: labels, options: small)
    }
    let changes: [(inout MASLNOptions) -> Void] = [
      { $0.dimension = 3 }, { $0.imageLayers = [0] }, { $0.textLayers = [Int](repeating: 2, count: 65) },
      { $0.epochs = 0 }, { $0.batchSize = 1 }, { $0.rate = -1 }, { $0.adversarialWeight = .nan },
      { $0.decoderWidth = 0 }, { $0.classWeight = -1 }, { $0.discriminatorRateFactor = 0 },
    ]
    for change in changes {
      var options = small
      change(&options)
      #expect(throws: AlignmentError.self) { try AlignmentMap.trainMASLN(pairs, labels: labels, options: options) }
    }
    var fast = small
    fast.rate = 1e30
    #expect(throws: AlignmentError.diverged(method: "masln")) {
      try AlignmentMap.trainMASLN(pairs, labels: labels, options: fast)
    }
    struct Enough: Error {}
    #expect(throws: Enough.self) {
      try AlignmentMap.trainMASLN(pairs, labels: labels, options: small) { _ in throw Enough() }
    }
  }
}
