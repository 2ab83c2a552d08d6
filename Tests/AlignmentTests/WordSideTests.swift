import ByteStorage
import LinearAlgebra
import Testing

@testable import Alignment
@testable import EmbeddingDumps

@Suite struct WordSideTests {
  private let tokens = ["rot", "blau", "e\u{301}", "\u{e9}", "schuh", "hut", "selten"]

  /// Captions over the first six words; no caption has the last.
  private func captions(_ count: Int, _ random: inout SplitMix64) throws -> WordBags {
    var bags = SparseTargets()
    for _ in 0..<count { bags.append((0..<6).filter { _ in random.uniform() < 0.4 }.map { UInt32($0) }) }
    return try WordBags(tokens: tokens, tokenizer: "word", bags: bags)
  }

  private func map(texts: Bool = true) throws -> (map: AlignmentMap, images: Matrix) {
    var random = SplitMix64(seed: 71)
    let images = noise(60, 5, &random)
    let words = try captions(60, &random)
    guard texts else { return (try AlignmentMap.fitWords(images: images, words: words), images) }
    let pairs = try PairedRows(images: images, texts: noise(60, 4, &random))
    let map = try AlignmentMap.fit(.ridgeBothWays(imagePenalty: 1, textPenalty: 1), to: pairs)
    let side = try WordSide.ridge(words, onto: map.coordinates(images, of: .images))
    return (try map.with(words: side), images)
  }

  @Test("Ridge regression from bags of words solves its normal equations")
  func ridge() throws {
    var random = SplitMix64(seed: 72)
    let words = try captions(50, &random)
    let targets = noise(50, 3, &random)
    let penalties = (0..<7).map { 0.5 + Double($0) }
    let solution = WordRidge(words, targets: targets, penalties: penalties, tolerance: 1e-6)
    #expect(solution.iterations <= 20)
    // The gradient by hand: Σ (prediction − target) over the captions of a word, plus its penalty; and over all captions.
    var errors: [[Double]] = []
    for row in 0..<50 {
      errors.append(
        (0..<3).map { column in
          words.bags.row(row).reduce(Double(solution.intercept[column])) {
            $0 + Double(solution.table[Int($1), column])
          } - Double(targets[row, column])
        })
    }
    for column in 0..<3 {
      #expect(abs(errors.reduce(0) { $0 + $1[column] }) < 1e-3)
      for word in 0..<7 {
        let sum = (0..<50).filter { words.bags.row($0).contains(UInt32(word)) }.reduce(0) { $0 + errors[$1][column] }
        #expect(abs(sum + penalties[word] * Double(solution.table[word, column])) < 1e-3)
      }
      #expect(solution.table[6, column] == 0)
    }
  }

  @Test("Words that say where a picture lies find it")
  func planted() throws {
    var random = SplitMix64(seed: 73)
    let directions = noise(6, 12, &random)
    let words = try captions(300, &random)
    var images = noise(300, 12, &random)
    for row in 0..<300 {
      for column in 0..<12 {
        images[row, column] =
          0.1 * images[row, column] + words.bags.row(row).reduce(3) { $0 + directions[Int($1), column] }
      }
    }
    let map = try AlignmentMap.fitWords(images: images, words: words, penalty: 0.1)
    #expect(map.texts == nil && map.method == "word-ridge" && map.coordinateCount == 12)
    let coordinates = try map.coordinates(images, of: .images)
    var similar = 0
    for row in 0..<300 {
      let bag = words.bags.row(row).map { (token: tokens[Int($0)], weight: Float(1)) }
      guard let query = map.coordinates(words: bag) else { continue }
      let cosine = zip(query, coordinates.row(row)).reduce(0) { $0 + $1.0 * $1.1 }
      if cosine > 0.8 { similar += 1 }
    }
    #expect(similar > 240, "\(similar)")
  }

  @Test("Coordinates of words have length 1, follow boosts, and are nil when nothing is known")
  func coordinates() throws {
    let (map, _) = try map()
    func length(_ values: [Float]) -> Float { values.reduce(0) { $0 + $1 * $1 }.squareRoot() }
    let one = try #require(map.coordinates(words: [("rot", 1)]))
    #expect(one.count == map.coordinateCount && abs(length(one) - 1) < 1e-5)
    #expect(map.coordinates(words: [("rot", 1), ("unbekannt", 3)]) == one)
    #expect(map.coordinates(words: [("rot", 2)]) != one)
    #expect(map.coordinates(words: [("rot", 1), ("schuh", -1)]) != one)
    #expect(map.coordinates(words: [("unbekannt", 1)]) == nil && map.coordinates(words: []) == nil)
    #expect(map.coordinates(words: [("rot", 0)]) == nil)
    // Composed and decomposed letters are two words.
    #expect(map.words?.number(of: "e\u{301}") == 2 && map.words?.number(of: "\u{e9}") == 3)
    #expect(try map.with(words: nil).coordinates(words: [("rot", 1)]) == nil)
  }

  @Test("A map with words, with or without texts, is read back as it was", arguments: [true, false])
  func roundTrip(hasTexts: Bool) throws {
    let (map, images) = try map(texts: hasTexts)
    let again = try AlignmentMap.decode(map.encoded())
    #expect(again == map && again.words == map.words && (again.texts != nil) == hasTexts)
    #expect(again.coordinates(words: [("hut", 1)]) == map.coordinates(words: [("hut", 1)]))
    #expect(again.dimension(.texts) == (hasTexts ? 4 : nil))
    guard !hasTexts else { return }
    #expect(throws: AlignmentError.noTexts(method: "word-ridge")) { try map.coordinates(images, of: .texts) }
    #expect(throws: AlignmentError.noTexts(method: "word-ridge")) { try map.anchorVectors(images, of: .texts) }
    #expect(throws: AlignmentError.self) { try map.with(words: nil) }
  }

  @Test("Words that contradict themselves or their map are refused")
  func contradictions() throws {
    let (map, images) = try map()
    let words = try #require(map.words)
    func side(_ tokens: [String], rows: Int = 2, columns: Int = 9, intercept: Int = 9, _ value: Float = 0) throws {
      _ = try WordSide(
        tokens: tokens, tokenizer: "word",
        table: Matrix(rows: rows, columns: columns, values: [Float](repeating: value, count: rows * columns)),
        intercept: [Float](repeating: 0, count: intercept))
    }
    try side(["a", "b"])
    #expect(throws: AlignmentError.self) { try side([], rows: 0) }
    #expect(throws: AlignmentError.self) { try side(["a", "a"]) }
    #expect(throws: AlignmentError.self) { try side(["a", ""]) }
    #expect(throws: AlignmentError.self) { try side(["a", "b\nc"]) }
    #expect(throws: AlignmentError.self) { try side(["a", "b"], rows: 3) }
    #expect(throws: AlignmentError.self) { try side(["a", "b"], intercept: 8) }
    #expect(throws: AlignmentError.self) { try side(["a", "b"], .nan) }
    var narrow = words
    narrow = try WordSide(
      tokens: words.tokens, tokenizer: "word", table: Matrix(rows: words.tokens.count, columns: 3),
      intercept: [0, 0, 0])
    #expect(throws: AlignmentError.self) { try map.with(words: narrow) }

    var bags = SparseTargets()
    bags.append([0, 0])
    #expect(throws: AlignmentError.self) { try WordBags(tokens: tokens, tokenizer: "word", bags: bags) }
    bags.removeAll()
    bags.append([7])
    #expect(throws: AlignmentError.self) { try WordBags(tokens: tokens, tokenizer: "word", bags: bags) }
    bags.removeAll()
    bags.append([])
    #expect(throws: AlignmentError.self) { try WordBags(tokens: tokens, tokenizer: "word", bags: bags) }
    var random = SplitMix64(seed: 74)
    let captions = try captions(60, &random)
    #expect(throws: AlignmentError.self) { try AlignmentMap.fitWords(images: images, words: captions, penalty: 0) }
    #expect(throws: AlignmentError.unpairedRows(images: 59, texts: 60)) {
      try AlignmentMap.fitWords(images: rows(images, Array(0..<59)), words: captions)
    }
  }

  @Test("A file whose words contradict themselves is refused, though its checksum is right")
  func damagedFiles() throws {
    let map = try map(texts: false).map
    let file = try SafetensorsFile(MappedFile(copying: map.encoded(), path: "x"))
    func changed(
      _ change: (inout [String: String], inout [(name: String, shape: [Int], values: Safetensors.Values)]) -> Void
    ) throws -> AlignmentMap {
      var metadata = file.header.metadata
      let tensors = file.header.tensors.values.sorted { $0.range.lowerBound < $1.range.lowerBound }
      var contents: [(name: String, shape: [Int], values: Safetensors.Values)] = try tensors.map {
        (
          $0.name, $0.shape,
          $0.type == .u8
            ? .u8(try file.bytes($0.name)) : .f32(try file.floats($0.name, dimensions: $0.shape.count).values)
        )
      }
      change(&metadata, &contents)
      return try AlignmentMap.decode(Safetensors.encode(metadata: metadata, contents: contents))
    }
    #expect(try changed { _, _ in } == map)
    let last = file.header.tensors.count - 1
    #expect(throws: AlignmentError.self) { try changed { metadata, _ in metadata["words_tokenizer"] = nil } }
    #expect(throws: AlignmentError.self) { try changed { _, contents in contents.remove(at: last) } }
    #expect(throws: AlignmentError.self) { try changed { _, contents in contents[last].name = "words_names" } }
    for text in ["", "rot", "rot\n\n\n\n\n\n", "\u{ff}\n2\n3\n4\n5\n6", "1\n2\n3\n4\n5\n6\n1"] {
      #expect(throws: AlignmentError.self, "\(text)") {
        try changed { _, contents in
          contents[last] = ("words_vocabulary", [text.utf8.count], .u8(Array(text.utf8)))
        }
      }
    }
    #expect(throws: AlignmentError.self) {
      try changed { _, contents in contents[last] = ("words_vocabulary", [2], .u8([0xC3, 10])) }
    }
    #expect(throws: AlignmentError.self) { try changed { metadata, _ in metadata["text_dimension"] = "4" } }
    #expect(throws: AlignmentError.self) { try changed { metadata, _ in metadata["text_preparation"] = "unit" } }
  }
}
