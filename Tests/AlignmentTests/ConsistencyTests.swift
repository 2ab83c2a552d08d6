import Learning
import LinearAlgebra
import Testing

@testable import Alignment

/// Reversible consistency, learned from classes.
@Suite struct ConsistencyTests {
  private func wide(_ rows: Int, _ columns: Int, _ random: inout SplitMix64) -> DoubleMatrix {
    DoubleMatrix(rows: rows, columns: columns, values: (0..<rows * columns).map { _ in random.normal() })
  }

  private var small: DRCLOptions {
    var options = DRCLOptions()
    (options.dimension, options.hidden, options.epochs, options.batchSize) = (8, 16, 12, 32)
    (options.imageRate, options.textRate, options.priorRate) = (0.01, 0.01, 0.01)
    return options
  }

  @Test("The gradients of a prior and its network agree with central differences", arguments: [0, 0.4, 1])
  func prior(exponent: Double) throws {
    var random = SplitMix64(seed: 61)
    let prior = wide(3, 8, &random)
    let model = PriorModel<Double>(inputs: 5, layers: PriorModel<Double>.layers(small), prior: prior, random: &random)
    let x = wide(6, 5, &random)
    let targets: DoubleMatrix = classTargets([0, 1, 2, 0, 1, 2], classes: 3)
    var derived = model
    _ = try derived.backpropagate(x, targets: targets, exponent: exponent)
    for index in model.parameters.indices {
      let places = model.parameters[index].values.values.indices.filter { $0 % 5 == 0 }
      let check = try GradientCheck(derived.parameters[index].gradient.values, places: places, step: 1e-6) {
        var varied = model
        varied.parameters[index].values.values[$0] += $1
        return try varied.backpropagate(x, targets: targets, exponent: exponent)
      }
      #expect(check.relativeError < 1e-5 && check.length > 1e-6, "\(model.parameters[index].name): \(check)")
    }
  }

  @Test("The gradients of a network behind mixing, relations and distance agree with central differences")
  func consistency() throws {
    var random = SplitMix64(seed: 62)
    let (prior, inverse) = (wide(3, 8, &random), wide(3, 8, &random))
    var options = small
    (options.mixing, options.relationWeight, options.distanceWeight) = (0.7, 0.8, 3)
    let model = ConsistencyModel<Double>(
      inputs: 5, layers: PriorModel<Double>.layers(options), prior: prior, inverse: inverse, options: options,
      random: &random)
    let x = wide(6, 5, &random)
    let targets: DoubleMatrix = classTargets([0, 1, 2, 0, 1, 2], classes: 3)
    // Row 4 is the partner of two rows, row 5 of none.
    let partners = [1, 2, 3, 4, 4, 0]
    var derived = model
    _ = try derived.backpropagate(x, targets: targets, partners: partners, exponent: 0.6)
    for index in model.parameters.indices {
      let places = model.parameters[index].values.values.indices.filter { $0 % 5 == 0 }
      let check = try GradientCheck(derived.parameters[index].gradient.values, places: places, step: 1e-6) {
        var varied = model
        varied.parameters[index].values.values[$0] += $1
        return try varied.backpropagate(x, targets: targets, partners: partners, exponent: 0.6)
      }
      #expect(check.relativeError < 1e-5 && check.length > 1e-6, "\(model.parameters[index].name): \(check)")
    }
  }

  @Test("The inverse of a prior leads from classes to rows and back, and a prior starts at right angles")
  func inverse() throws {
    var random = SplitMix64(seed: 63)
    let prior = noise(4, 9, &random)
    let identity = try product(rightInverse(prior), prior)
    for i in 0..<4 {
      for j in 0..<4 { #expect(abs(identity[i, j] - (i == j ? 1 : 0)) < 1e-4) }
    }
    let start = try orthogonalPrior(5, dimension: 9, random: &random)
    let gram = try product(start, start)
    for i in 0..<5 {
      for j in 0..<5 { #expect(abs(gram[i, j] - (i == j ? 1 : 0)) < 1e-5) }
    }
    #expect(throws: AlignmentError.self) { try orthogonalPrior(10, dimension: 9, random: &random) }
  }

  /// Rows around the direction of their class, in another space on each side and in another order.
  private func labelled(_ count: Int, seed: UInt64) throws -> (images: LabelledRows, texts: LabelledRows) {
    var fixed = SplitMix64(seed: 5)
    let (a, b) = (noise(3, 12, &fixed), noise(3, 7, &fixed))
    var random = SplitMix64(seed: seed)
    func side(_ means: Matrix, _ count: Int) throws -> LabelledRows {
      let classes = (0..<count).map { _ in random.below(3) }
      var rows = means.gathered(classes)
      for place in rows.values.indices { rows.values[place] += Float(0.8 * random.normal()) }
      return try LabelledRows(rows, labels: classes.map { ["cat", "dog", "eel"][$0] })
    }
    // Another number of rows on each side: nothing is paired.
    return (try side(a, count), try side(b, count + 17))
  }

  private func precision(_ map: AlignmentMap, _ test: (images: LabelledRows, texts: LabelledRows)) throws -> Double {
    func numbers(_ rows: LabelledRows) -> [Int] { rows.labels.map { ["cat", "dog", "eel"].firstIndex(of: $0) ?? -1 } }
    let found = try classPrecision(
      map.coordinates(test.images.rows, of: .images), map.coordinates(test.texts.rows, of: .texts),
      numbers(test.images), numbers(test.texts))
    return (found.images + found.texts) / 2
  }

  @Test("Training from classes alone brings both sides together, reports every epoch, and repeats itself")
  func training() throws {
    let (train, test) = (try labelled(80, seed: 1), try labelled(40, seed: 2))
    var reports: [LabelledProgress] = []
    let map = try AlignmentMap.trainDRCL(images: train.images, texts: train.texts, options: small) {
      reports.append($0)
    }
    #expect(try precision(map, test) > 0.7)
    #expect(reports.map(\.epoch) == Array(1...36) && reports.allSatisfy { $0.epochs == 36 && $0.loss.isFinite })
    #expect(Set(reports.map(\.stage)) == ["prior of the images", "prior of the texts", "networks"])
    // The first epoch of the prior has an exponent of 0, which must teach and not merely survive.
    #expect(reports[1].loss < reports[0].loss)
    #expect(reports[24...].allSatisfy { $0.precision != nil } && reports[..<24].allSatisfy { $0.precision == nil })
    #expect(map.method == "drcl" && map.coordinateCount == 8 && map.provenance["classes"] == "3")
    #expect(map.validation["held-out-precision"] != nil)
    let again = try AlignmentMap.trainDRCL(images: train.images, texts: train.texts, options: small)
    #expect(again.encoded() == map.encoded())
    #expect(try AlignmentMap.decode(map.encoded()) == map)
    var options = small
    (options.seed, options.heldOut, options.priorChoice) = (2, 0, .orthogonal)
    let other = try AlignmentMap.trainDRCL(images: train.images, texts: train.texts, options: options)
    #expect(other.provenance["epoch"] == "12" && other.validation.isEmpty && other.provenance["prior"] == "orthogonal")
    #expect(try precision(other, test) > 0.7)
  }

  @Test("Labels that are missing, of one class, or of another number, and rows with NaN, are refused by name")
  func refusals() throws {
    let (images, texts) = try labelled(40, seed: 3)
    #expect(throws: AlignmentError.unpairedLabels(rows: 40, labels: 39)) {
      try LabelledRows(images.rows, labels: Array(images.labels.dropLast()))
    }
    let same = try LabelledRows(images.rows, labels: [String](repeating: "cat", count: 40))
    #expect(throws: AlignmentError.tooFewClasses(found: 1)) {
      try AlignmentMap.trainDRCL(images: same, texts: texts, options: small)
    }
    #expect(throws: AlignmentError.tooFewPairs(method: "drcl", found: 1, needed: 2)) {
      try AlignmentMap.trainDRCL(images: images, texts: texts.chosen([0]), options: small)
    }
    var rows = texts.rows
    rows[31, 2] = .nan
    let broken = try LabelledRows(rows, labels: texts.labels)
    #expect(throws: AlignmentError.notFinite(side: .texts, row: 31)) {
      try AlignmentMap.trainDRCL(images: images, texts: broken, options: small)
    }
    let changes: [(inout DRCLOptions) -> Void] = [
      { $0.dimension = 2 }, { $0.hidden = 0 }, { $0.epochs = 0 }, { $0.batchSize = 1 }, { $0.imageRate = 0 },
      { $0.textRate = .nan }, { $0.mixing = 0 }, { $0.relationWeight = -1 }, { $0.heldOut = 0.6 },
    ]
    for change in changes {
      var options = small
      change(&options)
      #expect(throws: AlignmentError.self) {
        try AlignmentMap.trainDRCL(images: images, texts: texts, options: options)
      }
    }
    struct Enough: Error {}
    #expect(throws: Enough.self) {
      try AlignmentMap.trainDRCL(images: images, texts: texts, options: small) { _ in throw Enough() }
    }
  }
}
