import Learning
import LinearAlgebra
import Testing

@testable import Alignment

@Suite struct ContrastiveTests {
  private func wide(_ rows: Int, _ columns: Int, _ random: inout SplitMix64) -> DoubleMatrix {
    DoubleMatrix(rows: rows, columns: columns, values: (0..<rows * columns).map { _ in random.normal() })
  }

  @Test(
    "Every gradient agrees with central differences, with and without equal texts in the batch",
    arguments: [false, true])
  func gradients(hasEqualTexts: Bool) throws {
    var random = SplitMix64(seed: 41)
    var model = ContrastiveModel<Double>(
      imageDimension: 5, textDimension: 4, outputs: 3, temperature: 0.2, random: &random)
    for index in model.parameters.indices {
      for place in model.parameters[index].values.values.indices {
        model.parameters[index].values.values[place] += 0.3 * random.normal()
      }
    }
    let (x, t) = (wide(6, 5, &random), wide(6, 4, &random))
    var captions = SparseTargets()
    for number: UInt32 in hasEqualTexts ? [0, 1, 2, 1, 3, 1] : [0, 1, 2, 3, 4, 5] { captions.append([number]) }
    let negatives = FalseNegatives(captions: captions)
    #expect(negatives.places.count == (hasEqualTexts ? 6 : 0))
    var derived = model
    let loss = try derived.backpropagate(images: x, texts: t, falseNegatives: negatives)
    #expect(loss > 0)
    for index in model.parameters.indices {
      let check = try GradientCheck(derived.parameters[index].gradient.values) { place, difference in
        var varied = model
        varied.parameters[index].values.values[place] += difference
        return try varied.backpropagate(images: x, texts: t, falseNegatives: negatives)
      }
      #expect(check.relativeError < 1e-6 && check.length > 1e-6, "\(model.parameters[index].name): \(check)")
    }
  }

  @Test("The scale of the cosines never passes its limit")
  func scaleLimit() {
    var random = SplitMix64(seed: 42)
    var model = ContrastiveModel<Double>(
      imageDimension: 2, textDimension: 2, outputs: 2, temperature: 0.05, random: &random)
    model.parameters[model.scale].values.values[0] = 9
    model.clampScale()
    #expect(abs(model.parameters[model.scale].values.values[0] - 4.605170185988092) < 1e-12)
  }

  /// Pairs whose shared part is small beside what each side has alone, and curved.
  private func pairs(_ count: Int, seed: UInt64) throws -> PairedRows {
    var fixed = SplitMix64(seed: 7)
    let (a, b) = (noise(10, 4, &fixed), noise(8, 4, &fixed))
    var random = SplitMix64(seed: seed)
    let shared = noise(count, 4, &random)
    var images = try product(shared, a)
    var texts = try product(shared, b)
    for place in images.values.indices { images.values[place] += Float(0.7 * random.normal()) }
    for place in texts.values.indices { texts.values[place] += Float(0.7 * random.normal()) }
    return try PairedRows(images: images, texts: texts)
  }

  private func meanRank(_ map: AlignmentMap, _ pairs: PairedRows) throws -> Double {
    let scores = try AlignmentMap.scores(
      queries: map.coordinates(pairs.texts, of: .texts), items: map.coordinates(pairs.images, of: .images))
    let ranks = (0..<scores.rows).map { query in scores.row(query).count { $0 >= scores[query, query] } }
    return Double(ranks.reduce(0, +)) / Double(ranks.count)
  }

  @Test("Training lowers the loss, finds more than chance, and starts from correlation no worse than that")
  func training() throws {
    let (train, test) = (try pairs(300, seed: 1), try pairs(100, seed: 2))
    var options = ContrastiveOptions()
    (options.dimension, options.epochs, options.batchSize, options.rate) = (6, 12, 64, 0.01)
    options.startsFromCorrelation = false
    var losses: [Double] = []
    let cold = try AlignmentMap.trainContrastive(train, options: options) { losses.append($0.loss) }
    #expect(losses.count == 12 && losses[11] < losses[0] - 0.2)
    #expect(try meanRank(cold, test) < 20)

    options.startsFromCorrelation = true
    (options.epochs, options.rate) = (2, 0.001)
    let warm = try AlignmentMap.trainContrastive(train, options: options)
    let start = try AlignmentMap.fit(.correlation(regularisation: 0.01, rank: 6, weightPower: 0.5), to: train)
    #expect(try meanRank(warm, test) < meanRank(start, test) + 1.5)
    #expect(try AlignmentMap.decode(warm.encoded()) == warm && warm.method == "contrastive")
    #expect(try AlignmentMap.trainContrastive(train, options: options) == warm)
    options.seed = 2
    #expect(try AlignmentMap.trainContrastive(train, options: options) != warm)
  }

  @Test("Texts of one picture are never in one step")
  func picturesOncePerEpoch() throws {
    let some = try pairs(40, seed: 3)
    let five = try PairedRows(
      images: rows(some.images, Array(0..<8)), texts: some.texts, textsPerImage: 5)
    var options = ContrastiveOptions()
    (options.dimension, options.epochs, options.batchSize) = (4, 1, 64)
    let map = try AlignmentMap.trainContrastive(five, options: options)
    #expect(map.provenance["pictures"] == "8" && map.provenance["pairs"] == "40")
  }

  @Test("Options out of range are refused, and what the observer throws ends the training")
  func options() throws {
    let some = try pairs(20, seed: 4)
    let changes: [(inout ContrastiveOptions) -> Void] = [
      { $0.dimension = 0 }, { $0.epochs = 0 }, { $0.batchSize = 1 }, { $0.rate = .nan }, { $0.rate = 0 },
      { $0.weightDecay = -1 }, { $0.noise = -.infinity }, { $0.temperature = 0.001 }, { $0.regularisation = -1 },
    ]
    for change in changes {
      var options = ContrastiveOptions()
      change(&options)
      #expect(throws: AlignmentError.self) { try AlignmentMap.trainContrastive(some, options: options) }
    }
    struct Enough: Error {}
    #expect(throws: Enough.self) { try AlignmentMap.trainContrastive(some) { _ in throw Enough() } }
    var bad = some.texts
    bad[3, 1] = .nan
    let broken = try PairedRows(images: some.images, texts: bad)
    #expect(throws: AlignmentError.notFinite(side: .texts, row: 3)) { try AlignmentMap.trainContrastive(broken) }
  }
}
