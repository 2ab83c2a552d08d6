import ByteStorage
import EmbeddingDumps
import Learning
import LinearAlgebra
import Testing

@testable import TokenSpace

@Suite struct RidgeTrainingTests {
  private func trained(
    _ toy: ToyCollection, lines: [String]? = nil, _ change: (inout RidgeOptions) throws -> Void = { _ in }
  ) throws -> (head: TokenHead, report: RidgeReport) {
    let dump = try TemporaryDump()
    try dump.write(toy.rows, lines ?? toy.lines)
    var options = RidgeOptions()
    try change(&options)
    return try RidgeTraining.train(dump.open(), options: options)
  }

  @Test("The words of a picture are its strongest tokens")
  func strongestTokens() throws {
    let (head, report) = try trained(ToyCollection(count: 400))
    #expect(Set(head.vocabulary.tokens) == Set(ToyCollection.words))
    #expect(report.rows == 400 && report.tokensPerCaption == 3 && report.unseenTokens == 0)
    let unseen = ToyCollection(count: 100, seed: 2)
    var right = 0
    for (vector, caption) in zip(try head.encode(unseen.rows, top: 3), unseen.captions) {
      let words = Set(vector.map { head.vocabulary.tokens[Int($0.token)] })
      right += words.intersection(Tokenizer.word.tokens(in: caption)).count
    }
    #expect(right >= 290, "\(right) of 300 tokens")
  }

  @Test("The head is the ridge solution with scale, share of the mean and idf")
  func closedForm() throws {
    let toy = ToyCollection(count: 60)
    let (head, report) = try trained(toy) {
      $0.relativeLambda = 0.1
      $0.scale = 4
      $0.baseRateShare = 0.25
      $0.batchSize = 7
    }
    var sums = try NormalEquations(dimension: 12, targetCount: head.vocabulary.count)
    var targets = SparseTargets()
    for caption in toy.captions {
      targets.append(Tokenizer.word.tokens(in: caption).compactMap { head.vocabulary.id(of: $0) })
    }
    try sums.add(toy.rows, targets: targets)
    let solution = try Ridge.solve(sums, lambda: 6)
    let network = try #require(head.imageNetwork)
    #expect(abs(report.lambda - 6) < 1e-9)
    for token in 0..<head.vocabulary.count {
      #expect(abs(network.bias[token] - 4 * (solution.bias[token] - 0.75 * solution.targetMeans[token])) < 1e-4)
      for column in 0..<12 { #expect(abs(network.weights[token, column] - 4 * solution.weights[token, column]) < 1e-4) }
      let frequency = sums.targetSums[token]
      let idf = Float((1 + (60 - frequency + 0.5) / (frequency + 0.5))).logarithm
      #expect(abs(head.queryWeights[token] - idf) < 1e-5)
    }
  }

  @Test("The same input gives the same bytes, whatever the number of shards")
  func determinism() throws {
    let toy = ToyCollection(count: 90)
    let first = try trained(toy).head.encoded()
    #expect(try trained(toy).head.encoded() == first)
    let dump = try TemporaryDump()
    for (shard, range) in [0..<30, 30..<30, 30..<90].enumerated() {
      let values = Array(toy.rows.values[range.lowerBound * 12..<range.upperBound * 12])
      try dump.write(
        shard: shard, Matrix(rows: range.count, columns: 12, values: values), Array(toy.lines[range]))
    }
    let sharded = try RidgeTraining.train(dump.open()).head
    #expect(sharded.images == (try trained(toy).head.images))
  }

  @Test("A filter chooses the rows, an array of captions counts once, rows without caption are left out")
  func rows() throws {
    let toy = ToyCollection(count: 80)
    let filtered = try trained(toy) { $0.filter = try MetadataFilter(parsing: ["part=1"]) }
    #expect(filtered.report.rows == 40)
    let arrays = toy.captions.map { "{\"caption\":[\"\($0)\",\"\($0)\"]}" }
    let (head, _) = try trained(toy, lines: arrays)
    #expect(head.images == (try trained(toy).head.images))
    #expect(head.queryWeights == (try trained(toy).head.queryWeights))
    var gaps = toy.lines
    gaps[3] = "{}"
    gaps[4] = "{\"caption\":null}"
    gaps[5] = "{\"caption\":[]}"
    gaps[6] = "{\"caption\":\"\"}"
    let report = try trained(toy, lines: gaps).report
    #expect(report.rows == 77 && report.rowsWithoutCaption == 3 && report.rowsWithoutToken == 1)
  }

  @Test("Given words keep their order, found in the captions or not")
  func givenWords() throws {
    let words = try Vocabulary(["zebra", "red", "circle"])
    let (head, report) = try trained(ToyCollection(count: 50)) { $0.vocabulary = .words(words) }
    #expect(head.vocabulary == words)
    #expect(report.unseenTokens == 1)
    let network = try #require(head.imageNetwork)
    #expect(network.weights.row(0).allSatisfy { $0 == 0 } && network.bias[0] == 0)
    #expect(throws: TokenSpaceError.noKnownToken(vocabulary: 1)) {
      try trained(ToyCollection(count: 50)) { $0.vocabulary = .words(try Vocabulary(["zebra"])) }
    }
  }

  @Test("Pieces become tokens, but not the special ones, stop words and punctuation")
  func givenPieces() throws {
    let pieces = try Vocabulary([
      "[PAD]", "[UNK]", "[CLS]", "[unused0]", "a", "photo", "of", ",", "red", "blue", "gr", "##een", "circle", "square",
      "star", "big", "unseen",
    ])
    var toy = ToyCollection(count: 120)
    toy.captions = toy.captions.map { $0 + ", [CLS] [PAD]" }
    let (head, _) = try trained(toy) { $0.vocabulary = .wordPiece(pieces) }
    #expect(Set(head.vocabulary.tokens) == ["red", "blue", "gr", "##een", "circle", "square", "star", "big"])
    let again = try TokenHead.decode(head.encoded())
    #expect(again.tokenizer == head.tokenizer && again.vocabulary == head.vocabulary)
    let query = try again.queryEncoder().encode("Green small")
    #expect(query.terms.count == 2 && query.unknown == ["small"])
  }

  @Test("Bad input is a typed error with one sentence")
  func badInput() throws {
    let toy = ToyCollection(count: 20)
    func expect(_ error: TokenSpaceError, lines: [String]? = nil, _ change: (inout RidgeOptions) throws -> Void) {
      #expect(throws: error) { try trained(toy, lines: lines, change) }
      #expect(error.description.hasSuffix(".") && !error.description.contains("\n"))
    }
    expect(.noCaptions(field: "title", fields: ["id", "caption", "part"])) { $0.captionField = "title" }
    expect(.tooFewRows(found: 0)) { $0.filter = try MetadataFilter(parsing: ["part=9"]) }
    expect(.tooFewRows(found: 1)) { $0.filter = try MetadataFilter(parsing: ["id=3"]) }
    expect(.noFrequentToken(documents: 20, minimum: 50)) { $0.minimumDocumentFrequency = 50 }
    expect(.notWordPiece(source: "the vocabulary")) { $0.vocabulary = .wordPiece(try Vocabulary(["red"])) }
    expect(.badOption(name: "top", value: "0", range: "1 or more")) { $0.top = 0 }
    expect(.badOption(name: "penalty", value: "-1.0", range: "a finite number above 0")) {
      $0.relativeLambda = -1
    }
    expect(.badOption(name: "penalty", value: "nan", range: "a finite number above 0")) {
      $0.relativeLambda = .nan
    }
    var lines = toy.lines
    lines[4] = "{\"caption\":7}"
    #expect(throws: TokenSpaceError.self) { try trained(toy, lines: lines) }
    lines[4] = "{\"caption\":[\"a\",7]}"
    #expect(throws: TokenSpaceError.self) { try trained(toy, lines: lines) }

    var faint = toy
    for place in faint.rows.values.indices { faint.rows.values[place] *= 1e-42 }
    let error = #expect(throws: TokenSpaceError.self) { try trained(faint) }
    #expect(error == .extremeEmbeddings(detail: "the weights that fit them are infinite"))

    var broken = toy
    broken.rows.values[5] = .nan
    #expect { try trained(broken) } throws: { error in
      guard case TokenSpaceError.dump(.notFinite) = error else { return false }
      return true
    }
    let same = ToyCollection(count: 20)
    var flat = same
    for place in flat.rows.values.indices { flat.rows.values[place] = 1 }
    #expect(throws: TokenSpaceError.learning(.constantInput(rows: 20))) { try trained(flat) }
    let dump = try TemporaryDump()
    try dump.write(toy.rows, toy.lines)
    let bare = try EmbeddingDump.open(images: dump.folder, metadata: nil, fileSystem: PosixFileSystem())
    #expect(throws: TokenSpaceError.noCaptions(field: "caption", fields: [])) { try RidgeTraining.train(bare) }
  }

  @Test("Progress goes through the stages and reaches the end of each")
  func progress() throws {
    let dump = try TemporaryDump()
    let toy = ToyCollection(count: 30)
    try dump.write(toy.rows, toy.lines)
    var last: [(RidgeStage, Int, Int)] = []
    _ = try RidgeTraining.train(dump.open()) { stage, done, total in
      if let previous = last.last, previous.0 == stage { last.removeLast() }
      last.append((stage, done, total))
    }
    #expect(last.map { $0.0 } == [.counting, .accumulating, .solving, .calibrating])
    #expect(last.allSatisfy { $0.1 == $0.2 })
  }

  @Test("The ceiling is the asked quantile of the training weights")
  func ceiling() throws {
    let toy = ToyCollection(count: 100)
    let (all, report) = try trained(toy) { $0.ceilingQuantile = 1 }
    let weights = try all.encode(toy.rows).flatMap { $0.map(\.weight) }
    #expect(all.ceiling == weights.max())
    #expect(report.clippedWeights == 0 && report.calibrationRows == 100)
    let half = try trained(toy) { $0.ceilingQuantile = 0.5 }
    #expect(half.report.clippedWeights <= half.report.calibrationWeights / 2)
    #expect(half.head.ceiling < all.ceiling)
  }
}

extension Float {
  fileprivate var logarithm: Float {
    // The natural logarithm by its series in (x - 1) / (x + 1), enough for a test.
    let ratio = (Double(self) - 1) / (Double(self) + 1)
    return Float(2 * (0..<400).reduce(0.0) { $0 + power(ratio, 2 * $1 + 1) / Double(2 * $1 + 1) })
  }

  private func power(_ base: Double, _ exponent: Int) -> Double {
    (0..<exponent).reduce(1) { result, _ in result * base }
  }
}
