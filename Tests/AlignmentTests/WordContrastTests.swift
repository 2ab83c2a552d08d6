import Learning
import LinearAlgebra
import Testing

@testable import Alignment

@Suite struct WordContrastTests {
  private func wide(_ rows: Int, _ columns: Int, _ random: inout SplitMix64) -> DoubleMatrix {
    DoubleMatrix(rows: rows, columns: columns, values: (0..<rows * columns).map { _ in random.normal() })
  }

  @Test("Every gradient agrees with central differences, with rows of texts and without", arguments: [true, false])
  func gradients(hasTexts: Bool) throws {
    var random = SplitMix64(seed: 81)
    var model = WordContrastModel<Double>(
      imageDimension: 5, textDimension: hasTexts ? 4 : nil, words: 7, outputs: 3, temperature: 0.2, random: &random)
    for index in model.parameters.indices {
      for place in model.parameters[index].values.values.indices {
        model.parameters[index].values.values[place] += 0.3 * random.normal()
      }
    }
    let (x, t) = (wide(6, 5, &random), hasTexts ? wide(6, 4, &random) : nil)
    var bags = SparseTargets()
    for bag: [UInt32] in [[0, 1], [2], [1, 3, 6], [2], [4], []] { bags.append(bag) }
    let masks = (texts: FalseNegatives(), words: FalseNegatives(captions: bags))
    #expect(masks.words.places.count == 2)
    var derived = model
    #expect(try derived.backpropagate(images: x, texts: t, words: bags, masks: masks) > 0)
    for index in model.parameters.indices {
      let check = try GradientCheck(derived.parameters[index].gradient.values) { place, difference in
        var varied = model
        varied.parameters[index].values.values[place] += difference
        return try varied.backpropagate(images: x, texts: t, words: bags, masks: masks)
      }
      #expect(check.relativeError < 1e-6 && check.length > 1e-6, "\(model.parameters[index].name): \(check)")
    }
  }

  /// Pictures that show two of eight things each, named by their captions, beside much that no caption tells.
  private func data(_ count: Int, seed: UInt64, hasTexts: Bool) throws -> CaptionedPictures {
    var fixed = SplitMix64(seed: 8)
    let (looks, meanings) = (noise(8, 12, &fixed), noise(8, 9, &fixed))
    var random = SplitMix64(seed: seed)
    var images = noise(count, 12, &random)
    var texts = noise(2 * count, 9, &random)
    var bags = SparseTargets()
    for row in 0..<count {
      let first = random.below(8)
      let things = [first, (first + 1 + random.below(7)) % 8].sorted()
      for thing in things {
        for column in 0..<12 { images[row, column] += 2 * looks[thing, column] }
        for caption in [2 * row, 2 * row + 1] {
          for column in 0..<9 { texts[caption, column] += 2 * meanings[thing, column] }
        }
      }
      bags.append(things.map { UInt32($0) })
      bags.append(things.map { UInt32($0) } + [8])
    }
    let words = try WordBags(tokens: (0..<9).map { "w\($0)" }, tokenizer: "word", bags: bags)
    return try CaptionedPictures(
      images: images, texts: hasTexts ? texts : nil, words: words, pictures: (0..<2 * count).map { $0 / 2 })
  }

  private func recall(_ map: AlignmentMap, _ data: CaptionedPictures) throws -> Double {
    var values: [Float] = []
    for caption in 0..<data.words.count {
      let bag = data.words.bags.row(caption).map { (token: data.words.tokens[Int($0)], weight: Float(1)) }
      values += try #require(map.coordinates(words: bag))
    }
    let queries = Matrix(rows: data.words.count, columns: map.coordinateCount, values: values)
    return try PairRecall(queries: queries, items: map.coordinates(data.images, of: .images)) { [$0 / 2] }
      .recall(at: 5)
  }

  @Test("Words, texts and pictures learn to find each other, the same every time", arguments: [true, false])
  func training(hasTexts: Bool) throws {
    let (train, test) = (
      try data(200, seed: 1, hasTexts: hasTexts), try data(60, seed: 2, hasTexts: hasTexts)
    )
    var options = ContrastiveOptions()
    options.dimension = 8
    options.epochs = 6
    options.batchSize = 50
    var losses: [Double] = []
    let map = try AlignmentMap.trainContrastive(train, options: options) { losses.append($0.loss) }
    #expect(losses.count == 6 && losses.allSatisfy { $0 > 0 && $0 < 4 } && map.words?.tokens.count == 9)
    #expect((map.texts != nil) == hasTexts && map.coordinateCount == 8)
    // Five of 60 pictures are 8 %; two things of eight are 1 of 28.
    #expect(try recall(map, test) > 0.6)
    #expect(try AlignmentMap.trainContrastive(train, options: options).encoded() == map.encoded())
    guard hasTexts, let texts = test.texts else { return }
    let found = try PairRecall(
      queries: map.coordinates(texts, of: .texts), items: map.coordinates(test.images, of: .images)
    ) { [$0 / 2] }
    #expect(found.recall(at: 5) > 0.6)
  }

  @Test("Captions that do not belong to their pictures, and bad options, are refused")
  func refusals() throws {
    let good = try data(10, seed: 3, hasTexts: true)
    #expect(throws: AlignmentError.self) {
      try CaptionedPictures(images: good.images, texts: good.texts, words: good.words, pictures: [0])
    }
    #expect(throws: AlignmentError.self) {
      try CaptionedPictures(
        images: good.images, texts: good.texts, words: good.words, pictures: (0..<20).map { $0 })
    }
    #expect(throws: AlignmentError.self) {
      try CaptionedPictures(
        images: good.images, texts: good.images, words: good.words, pictures: good.pictures)
    }
    var options = ContrastiveOptions()
    options.wordDropout = 1
    #expect(throws: AlignmentError.self) { try AlignmentMap.trainContrastive(good, options: options) }
    options.wordDropout = 0
    options.wordRateFactor = 0
    #expect(throws: AlignmentError.self) { try AlignmentMap.trainContrastive(good, options: options) }
  }

  @Test("Ranks are those of the best right item, ties count against it")
  func recall() throws {
    let items = Matrix(rows: 4, columns: 1, values: [3, 2, 2, 1])
    let queries = Matrix(rows: 3, columns: 1, values: [1, 1, -1])
    let found = try PairRecall(queries: queries, items: items) { [[1], [3, 2], [0]][$0] }
    #expect(found.ranks == [3, 3, 4] && found.itemCount == 4 && found.medianRank == 3)
    #expect(found.recall(at: 3) == 2 / 3.0 && abs(found.meanReciprocalRank - (2 / 3.0 + 0.25) / 3) < 1e-12)
  }
}
