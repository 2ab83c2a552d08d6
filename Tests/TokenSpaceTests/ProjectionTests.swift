import ByteStorage
import EmbeddingDumps
import Foundation
import LinearAlgebra
import Testing

@testable import TokenSpace

/// An aligned space of words: pictures and texts are sums of the directions of their words around means of their own.
struct AlignedSpace {
  static let dimension = 16
  let folder: String
  let vocabulary: Vocabulary
  /// The words of every picture.
  var chosen: [[Int]] = []

  init(pictures: Int = 200, seed: UInt64 = 3) throws {
    folder = NSTemporaryDirectory() + "newel-aligned-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    vocabulary = try Vocabulary(["red", "crimson", "blue", "green", "shoe", "hat", "dress", "shirt"])
    var random = SplitMix64(seed: seed)
    func direction() -> [Double] { (0..<Self.dimension).map { _ in random.normal() } }
    var directions = (0..<8).map { _ in direction() }
    // Crimson is nearly red.
    directions[1] = zip(directions[0], directions[1]).map { $0 + 0.4 * $1 }
    let gap = (images: direction(), texts: direction())
    func row(_ words: [Int], _ mean: [Double], noise: Double) -> [Float] {
      (0..<Self.dimension).map { column in
        Float(3 * mean[column] + words.reduce(0) { $0 + directions[$1][column] } + noise * random.normal())
      }
    }
    var images: [Float] = []
    var texts: [Float] = []
    for _ in 0..<pictures {
      let words = [[0, 2, 3][random.below(3)], 4 + random.below(4)]
      chosen.append(words)
      images += row(words, gap.images, noise: 0.3)
      texts += row(words, gap.texts, noise: 0.1)
    }
    let words = (0..<8).flatMap { row([$0], gap.texts, noise: 0) }
    try write("images.npy", Matrix(rows: pictures, columns: Self.dimension, values: images))
    try write("texts.npy", Matrix(rows: pictures, columns: Self.dimension, values: texts))
    try write("words.npy", Matrix(rows: 8, columns: Self.dimension, values: words))
  }

  func write(_ name: String, _ rows: Matrix) throws {
    try Data(NpyWriter.encode(rows, as: .float32)).write(to: URL(fileURLWithPath: folder + "/" + name))
  }

  func open(_ name: String) throws -> EmbeddingDump {
    try EmbeddingDump.open(images: folder + "/" + name, metadata: nil, fileSystem: PosixFileSystem())
  }

  func rows(_ name: String) throws -> Matrix {
    let dump = try open(name)
    return Matrix(rows: dump.rowCount, columns: dump.dimension, values: try dump.rows(0..<dump.rowCount))
  }

  func train(
    _ method: ProjectionOptions.Method, texts: Bool = true, _ change: (inout ProjectionOptions) -> Void = { _ in }
  ) throws -> (head: TokenHead, report: ProjectionReport) {
    var options = ProjectionOptions(method: method)
    change(&options)
    return try ProjectionTraining.train(
      images: open("images.npy"), words: open("words.npy"), texts: texts ? open("texts.npy") : nil,
      vocabulary: vocabulary, options: options)
  }
}

@Suite struct ProjectionTests {
  let space: AlignedSpace

  init() throws { space = try AlignedSpace() }

  @Test(
    "Pictures and texts have the words they were made of", arguments: [ProjectionOptions.Method.projection, .splice])
  func words(method: ProjectionOptions.Method) throws {
    let (head, report) = try space.train(method)
    #expect(report.rows == 200 && report.textRows == 200 && report.calibrationRows == 200)
    for (side, vectors) in [
      try head.encode(space.rows("images.npy")), try head.encodeText(space.rows("texts.npy")),
    ].enumerated() {
      var found = 0
      for (picture, vector) in vectors.enumerated() {
        #expect(vector.allSatisfy { $0.weight > 0 && $0.weight.isFinite })
        // Red and crimson are hard to tell apart.
        let top = Set(vector.prefix(2).map { $0.token == 1 ? 0 : Int($0.token) })
        found += top.intersection(space.chosen[picture]).count
      }
      #expect(found > 300, "\(method) side \(side): \(found) of 400")
    }
  }

  @Test("Splice uses few words, the fewer the higher the price")
  func sparsity() throws {
    let tokens = try [0.05, 0.25, 0.6].map { penalty in
      try space.train(.splice) { $0.penalty = Float(penalty) }.report.tokensPerRow
    }
    #expect(tokens[0] > tokens[1] && tokens[1] > tokens[2] && tokens[2] > 0.5 && tokens[1] < 4)
  }

  @Test("Scores of a projection have mean 0 and deviation 1 for every word")
  func standardisation() throws {
    let head = try space.train(.projection).head
    let scores = try head.images.scores(of: space.rows("images.npy"))
    for token in 0..<8 {
      let column = (0..<scores.rows).map { Double(scores[$0, token]) }
      let mean = column.reduce(0, +) / 200
      #expect(abs(mean) < 1e-4)
      #expect(abs(column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 200 - 1) < 1e-3)
    }
    let strict = try space.train(.projection) { $0.threshold = 1 }.head.images.scores(of: space.rows("images.npy"))
    #expect(zip(strict.values, scores.values).allSatisfy { abs($0 + 1 - $1) < 1e-4 })
  }

  @Test("Related words are those with near embeddings, and count their share of the query weight")
  func related() throws {
    let head = try space.train(.projection).head
    let red = try #require(head.expansions?.related(to: 0))
    #expect(red.first?.token == 1)
    #expect(try #require(red.first).weight < head.queryWeights[1])
    #expect(try space.train(.splice) { $0.relatedTokens = 0 }.head.expansions == nil)
    #expect(try space.train(.splice) { $0.relatedTokens = 1 }.head.expansions?.related(to: 0).count == 1)
  }

  @Test("A row that no word is worth its price keeps the nearest word, and a row of zeros is no trap")
  func empty() throws {
    let head = try space.train(.splice) { $0.penalty = 1.9 }.head
    let vectors = try head.encode(space.rows("images.npy"))
    #expect(vectors.contains { $0.count == 1 && $0[0].weight == head.ceiling / 255 })
    for method in [ProjectionOptions.Method.projection, .splice] {
      let other = try space.train(method).head
      #expect(try other.encode(Matrix(rows: 1, columns: 16))[0].count >= 1)
      for value in [Float.nan, .infinity] {
        let bad = Matrix(rows: 1, columns: 16, values: [value] + [Float](repeating: 1, count: 15))
        #expect(throws: TokenSpaceError.notFinite(row: 0)) { try other.encode(bad) }
      }
      // Directions are all that counts, whatever the length.
      let rows = try space.rows("images.npy")
      let large = Matrix(rows: rows.rows, columns: 16, values: rows.values.map { $0 * 1e30 })
      #expect(try other.encode(large).map { $0.map(\.token) } == other.encode(rows).map { $0.map(\.token) })
    }
  }

  @Test(
    "Heads survive the way through a file, and every flipped bit is an error",
    arguments: [ProjectionOptions.Method.projection, .splice])
  func file(method: ProjectionOptions.Method) throws {
    let head = try space.train(method).head
    let bytes = head.encoded()
    let again = try TokenHead.decode(bytes)
    #expect(again.images == head.images && again.text == head.text && again.expansions == head.expansions)
    #expect(again.encoded() == bytes && again.method == method.rawValue)
    #expect(try space.train(method).head.encoded() == bytes)
    for place in stride(from: 0, to: bytes.count, by: 3) {
      var damaged = bytes
      damaged[place] ^= 1 << UInt8(place % 8)
      #expect(throws: TokenSpaceError.self, "byte \(place)") { try TokenHead.decode(damaged) }
    }
  }

  @Test("Files whose parts do not go with their method, or that are no dictionary, are refused")
  func forged() throws {
    let head = try space.train(.splice).head
    let bytes = head.encoded()
    let length = bytes[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
    let text = String(decoding: bytes[8..<8 + length], as: UTF8.self)
    let checksum = try #require(text.range(of: #""checksum":"[0-9a-f]{8}","#, options: .regularExpression))
    var open = text
    open.removeSubrange(checksum)
    func decode(_ from: String, _ to: String) throws -> TokenHead {
      let range = try #require(open.range(of: from), "\(from)")
      let header = open.replacingCharacters(in: range, with: to)
      var writer = ByteWriter()
      writer.u64(UInt64(header.utf8.count))
      writer.append(utf8: header)
      return try TokenHead.decode(writer.bytes + Array(bytes[(8 + length)...]))
    }
    #expect(try decode("\"splice\"", "\"splice\"").method == "splice")
    for (from, to) in [
      ("\"splice\"", "\"projection\""), ("\"splice\"", "\"ridge\""), ("\"words\":", "\"weight\":"),
      ("\"penalty\":\"0.25\"", "\"penalty\":\"-1\""), ("\"penalty\":\"0.25\"", "\"penalty\":\"nan\""),
      ("\"penalty\":\"0.25\"", "\"threshold\":\"1\""), ("\"mean\":", "\"middle\":"), ("[8,16]", "[16,8]"),
      ("\"text_mean\":", "\"text_bias\":"),
    ] {
      #expect(throws: TokenSpaceError.self, "\(from) -> \(to)") { try decode(from, to) }
    }
    guard case .words(let dictionary) = head.images else {
      Issue.record("no dictionary")
      return
    }
    var long = dictionary.words
    long.values[5] += 1
    let other = WordDictionary(words: long, mean: dictionary.mean, rule: dictionary.rule)
    #expect(other.fault(vocabularyCount: 8)?.section == "words")
    #expect(throws: TokenSpaceError.self) {
      try TokenHead(
        method: "ridge", vocabulary: head.vocabulary, tokenizer: .word, imageEncoder: head.images, textEncoder: nil,
        queryWeights: head.queryWeights, expansions: nil, ceiling: 1, defaultTop: 1, provenance: [:], source: "test")
    }
    #expect(throws: TokenSpaceError.self) {
      try TokenHead(
        method: "splice", vocabulary: head.vocabulary, tokenizer: .word, imageEncoder: head.images,
        textEncoder: .words(other), queryWeights: head.queryWeights, expansions: nil, ceiling: 1, defaultTop: 1,
        provenance: [:], source: "test")
    }
  }

  @Test("Inputs that do not fit together are typed errors")
  func refusals() throws {
    func error(
      images: Matrix? = nil, words: Matrix? = nil, texts: Matrix? = nil,
      _ change: (inout ProjectionOptions) -> Void = { _ in }
    ) throws -> TokenSpaceError? {
      try space.write("i.npy", try images ?? space.rows("images.npy"))
      try space.write("w.npy", try words ?? space.rows("words.npy"))
      if let texts { try space.write("t.npy", texts) }
      var options = ProjectionOptions(method: .projection)
      change(&options)
      return #expect(throws: TokenSpaceError.self) {
        try ProjectionTraining.train(
          images: space.open("i.npy"), words: space.open("w.npy"), texts: texts == nil ? nil : space.open("t.npy"),
          vocabulary: space.vocabulary, options: options)
      }
    }
    let words = try space.rows("words.npy")
    #expect(try error(words: Matrix(rows: 8, columns: 5)) == .notAligned(images: 16, texts: 5))
    #expect(try error(texts: Matrix(rows: 8, columns: 5)) == .notAligned(images: 16, texts: 5))
    let seven = Matrix(rows: 7, columns: 16, values: Array(words.values.prefix(7 * 16)))
    #expect(try error(words: seven) == .wordRows(expected: 8, found: 7))
    var zero = words
    for column in 0..<16 { zero[2, column] = 0 }
    #expect(try error(words: zero) == .meaninglessWord(word: "blue", row: 2))
    let same = Matrix(rows: 8, columns: 16, values: (0..<8).flatMap { _ in words.row(0) })
    #expect(try error(words: same) == .meaninglessWord(word: "red", row: 0))
    let pictures = try space.rows("images.npy")
    #expect(
      try error(images: Matrix(rows: 1, columns: 16, values: Array(pictures.row(0)))) == .tooFewRows(found: 1))
    #expect(try error(images: Matrix(rows: 9, columns: 16)) == .tooFewRows(found: 0))
    let alike = Matrix(rows: 9, columns: 16, values: (0..<9).flatMap { _ in pictures.row(0) })
    #expect(try error(images: alike) == .rowsAllAlike)
    for change: (inout ProjectionOptions) -> Void in [
      { $0.threshold = .nan }, { $0.penalty = 0 }, { $0.top = 0 }, { $0.relatedTokens = -1 }, { $0.relatedCosine = 2 },
    ] {
      guard case .badOption = try error(change) else {
        Issue.record("no error about an option")
        continue
      }
    }
  }
}
