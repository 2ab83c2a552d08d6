import EmbeddingDumps
import LinearAlgebra
import Testing

@testable import TokenSpace

@Suite struct StairDataTests {
  private func corpus(
    _ lines: [String], _ change: (inout StairOptions) throws -> Void = { _ in }
  ) throws -> (StairCorpus, EmbeddingDump, TemporaryDump) {
    let dump = try TemporaryDump()
    try dump.write(ToyCollection(count: lines.count).rows, lines)
    var options = StairOptions()
    options.minimumDocumentFrequency = 1
    try change(&options)
    let opened = try dump.open()
    let corpus = try StairCorpus(opened, options: options) { (_, _) throws(TokenSpaceError) in }
    return (corpus, opened, dump)
  }

  @Test("Captions become ascending sets of tokens; rows without caption or token are counted and left out")
  func bags() throws {
    let (corpus, _, _) = try corpus([
      #"{"caption": "red red fish"}"#, #"{"title": "no caption"}"#, #"{"caption": "the of"}"#,
      #"{"caption": ["blue fish", "of the", "a big blue fish"]}"#, #"{"caption": null}"#,
    ])
    let words = corpus.vocabulary.tokens
    #expect(Set(words) == ["red", "fish", "blue", "big"])
    #expect(corpus.training.rowNumbers == [0, 3])
    #expect(corpus.rowsWithoutCaption == 2 && corpus.rowsWithoutToken == 1)
    let texts = (0..<corpus.training.captionCount).map { caption in
      Set(corpus.training.tokens(of: caption).map { words[Int($0)] })
    }
    #expect(texts == [["red", "fish"], ["blue", "fish"], ["big", "blue", "fish"]])
    #expect(corpus.training.captions(of: 1) == 1..<3)
    for caption in 0..<3 {
      let tokens = Array(corpus.training.tokens(of: caption))
      #expect(tokens == tokens.sorted() && Set(tokens).count == tokens.count)
    }
    #expect(corpus.training.tokens(ofRow: 1).count == 3)
    #expect(corpus.training.documentFrequencies(words.count).reduce(0, +) == 5)
  }

  @Test("A share of the rows is held out by the seed; the vocabulary is that of the others")
  func holdOut() throws {
    let lines = (0..<400).map { #"{"caption": "word\#($0) common\#($0 % 3)"}"# }
    let (first, _, _) = try corpus(lines)
    let (again, _, _) = try corpus(lines)
    let (other, _, _) = try corpus(lines) { $0.seed = 2 }
    #expect(first.validation == again.validation && first.validation != other.validation)
    #expect((20...60).contains(first.validation.rowCount))
    #expect(first.training.rowCount + first.validation.rowCount == 400)
    for row in first.validation.rowNumbers {
      #expect(first.vocabulary.id(of: "word\(row)") == nil, "row \(row) is held out and its word known")
    }
    let (few, _, _) = try corpus(lines) { $0.maximumValidationRows = 5 }
    #expect(few.validation.rowCount <= 5)
    let (none, _, _) = try corpus(Array(lines.prefix(50)))
    #expect(none.validation.rowCount == 0)
  }

  @Test("An epoch takes every row once, in batches of nearly one size, in an order of its own")
  func batches() throws {
    let (corpus, dump, _) = try corpus(ToyCollection(count: 103).lines) { $0.validationShare = 0 }
    let scaling = try ColumnScaling(of: dump, rows: corpus.training.rowNumbers, batch: 10) {
      (_, _) throws(TokenSpaceError) in
    }
    let batches = StairBatches(
      dump: dump, texts: nil, bags: corpus.training, scaling: scaling, textScaling: nil, seed: 1, batchSize: 20)
    let order = batches.order(stage: 0, epoch: 0)
    #expect(Set(order) == Set(0..<103) && order != batches.order(stage: 0, epoch: 1))
    #expect(order == batches.order(stage: 0, epoch: 0))
    let ranges = (0..<batches.stepCount).map { batches.range(of: $0) }
    #expect(ranges.count == 6 && ranges.allSatisfy { (17...18).contains($0.count) })
    #expect(ranges.reduce(0) { $0 + $1.count } == 103)
    let quiet = try batches.batch(order, stage: 0, epoch: 0, step: 2, noise: 0)
    let loud = try batches.batch(order, stage: 0, epoch: 0, step: 2, noise: 0.5)
    #expect(try batches.batch(order, stage: 0, epoch: 0, step: 2, noise: 0.5).images == loud.images)
    #expect(quiet.captions == loud.captions)
    let noise = zip(loud.images.values, quiet.images.values).map { Double($0 - $1) }
    let deviation = (noise.reduce(0) { $0 + $1 * $1 } / Double(noise.count)).squareRoot()
    #expect(abs(deviation - 0.5) < 0.1, "\(deviation)")
    // The toy has 18 different captions, so 17 rows hold the same one twice.
    #expect(!quiet.falseNegatives.places.isEmpty)
  }

  @Test("Columns are scaled to mean 0 and deviation 1, whatever the offset")
  func scaling() throws {
    let (corpus, dump, _) = try corpus(ToyCollection(count: 300).lines) { $0.validationShare = 0 }
    let scaling = try ColumnScaling(of: dump, rows: corpus.training.rowNumbers, batch: 7) {
      (_, _) throws(TokenSpaceError) in
    }
    var rows = try dump.rows(numbered: corpus.training.rowNumbers)
    scaling.apply(&rows)
    for column in 0..<rows.columns {
      let values = (0..<rows.rows).map { Double(rows[$0, column]) }
      let mean = values.reduce(0, +) / 300
      let deviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 300).squareRoot()
      #expect(abs(mean) < 1e-4 && abs(deviation - 1) < 0.05)
    }
  }

  @Test("The judge counts ties against a query, and finds what shares no word last")
  func judge() {
    var bags = CaptionBags()
    for (row, tokens) in [[0], [0], [1, 2], [3]].enumerated() {
      let isAdded = bags.append(row: row, captions: [tokens.map { UInt32($0) }])
      #expect(isAdded)
    }
    let vectors: [[TokenWeight]] = [
      [TokenWeight(token: 0, weight: 2)], [TokenWeight(token: 0, weight: 2)],
      [TokenWeight(token: 2, weight: 1), TokenWeight(token: 0, weight: 0.5)], [TokenWeight(token: 1, weight: 1)],
    ]
    let quality = ServingJudge(bags: bags).quality(of: vectors, ceiling: 2, queryWeights: [1, 1, 1, 1])
    // Captions 0 and 1 tie; caption 2 ties with the picture of token 1; caption 3 is on no picture at all.
    #expect(quality.textToImage.at1 == 0 && quality.textToImage.at5 == 1)
    #expect(quality.meanTokens == 1.25 && quality.largestFrequency == 0.75)
    #expect(abs(quality.precision - (1 + 1 + 1 + 0) / 20) < 1e-12)
    #expect(quality.captions == 4 && quality.pictures == 4 && quality.expanded == nil)
  }

  @Test("A judged collection has the recall of a plain count")
  func recall() {
    var random = SplitMix64(seed: 3)
    var bags = CaptionBags()
    var vectors: [[TokenWeight]] = []
    for row in 0..<60 {
      let tokens = Set((0..<4).map { _ in UInt32(random.below(30)) }).sorted()
      _ = bags.append(row: row, captions: [tokens])
      vectors.append(
        Set(tokens.prefix(2) + [UInt32(random.below(30)), UInt32(random.below(30))]).sorted()
          .map { TokenWeight(token: $0, weight: Float(random.uniform() + 0.1)) })
    }
    let weights = (0..<30).map { _ in Float(random.uniform() + 0.5) }
    let quality = ServingJudge(bags: bags).quality(of: vectors, ceiling: 1, queryWeights: weights)
    func score(_ caption: Int, _ picture: Int) -> Float {
      bags.tokens(of: caption).reduce(Float(0)) { sum, token in
        guard let term = vectors[picture].first(where: { $0.token == token }) else { return sum }
        return sum + weights[Int(token)] * ServingJudge.impact(of: term.weight, ceiling: 1)
      }
    }
    var (found, back) = (0, 0)
    for own in 0..<60 {
      if (0..<60).count(where: { $0 != own && score(own, $0) >= score(own, own) }) < 5 { found += 1 }
      if (0..<60).count(where: { $0 != own && score($0, own) >= score(own, own) }) < 5 { back += 1 }
    }
    #expect(abs(quality.textToImage.at5 - Double(found) / 60) < 1e-12)
    #expect(abs(quality.imageToText.at5 - Double(back) / 60) < 1e-12)
  }
}
