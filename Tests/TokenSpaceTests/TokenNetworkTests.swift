import ByteStorage
import Foundation
import LinearAlgebra
import Testing

@testable import EmbeddingDumps
@testable import TokenSpace

/// A network of random numbers.
private func randomNetwork(
  tokens: Int, hidden: Int?, dimension: Int, using random: inout SplitMix64
) -> TokenNetwork {
  func numbers(_ count: Int) -> [Float] { (0..<count).map { _ in Float(random.normal()) } }
  guard let hidden else {
    return TokenNetwork(
      weights: Matrix(rows: tokens, columns: dimension, values: numbers(tokens * dimension)), bias: numbers(tokens))
  }
  let layer = TokenNetwork.HiddenLayer(
    weights: Matrix(rows: hidden, columns: dimension, values: numbers(hidden * dimension)), bias: numbers(hidden))
  return TokenNetwork(
    hidden: layer, weights: Matrix(rows: tokens, columns: hidden, values: numbers(tokens * hidden)),
    bias: numbers(tokens))
}

/// The logits of a row in 64-bit floats, written down from the definition.
private func logits(_ network: TokenNetwork, _ row: [Float]) -> [Double] {
  func product(_ weights: Matrix, _ bias: [Float], _ x: [Double]) -> [Double] {
    bias.indices.map { k in Double(bias[k]) + zip(weights.row(k), x).reduce(0) { $0 + Double($1.0) * $1.1 } }
  }
  var x = row.map(Double.init)
  if let hidden = network.hidden {
    x = product(hidden.weights, hidden.bias, x).map { $0 * (1 + erf($0 / 2.0.squareRoot())) / 2 }
    let mean = x.reduce(0, +) / Double(x.count)
    let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.count)
    x = x.map { ($0 - mean) / (variance + 1e-5).squareRoot() }
  }
  return product(network.weights, network.bias, x)
}

private func fullHead(seed: UInt64 = 3) throws -> TokenHead {
  var random = SplitMix64(seed: seed)
  let words = (0..<6).map { "word\($0)" }
  let images = randomNetwork(tokens: 6, hidden: 4, dimension: 3, using: &random)
  let text = randomNetwork(tokens: 6, hidden: 5, dimension: 2, using: &random)
  let related = (0..<6).map { token in
    (0..<token).map { TokenWeight(token: UInt32($0), weight: Float(1 + random.below(4)) / 4) }
  }
  return try TokenHead(
    method: "stair", vocabulary: Vocabulary(words), tokenizer: .word, images: images, text: text,
    queryWeights: [0, 1, 2, 3, 4, 5], expansions: ExpansionTable(related, limit: 3), ceiling: 2, defaultTop: 3,
    provenance: ["rows": "9"], source: "test")
}

@Suite struct TokenNetworkTests {
  @Test("Logits are those of the definition in 64-bit floats", arguments: [nil, 1, 2, 33] as [Int?])
  func definition(hidden: Int?) throws {
    var random = SplitMix64(seed: 77)
    let network = randomNetwork(tokens: 19, hidden: hidden, dimension: 8, using: &random)
    let rows = Matrix(rows: 7, columns: 8, values: (0..<56).map { _ in Float(2 * random.normal()) })
    let found = try network.logits(of: rows)
    for row in 0..<7 {
      for (value, expected) in zip(found.row(row), logits(network, Array(rows.row(row)))) {
        #expect(abs(Double(value) - expected) < 2e-4, "row \(row)")
      }
    }
  }

  @Test("A head encodes pictures and texts by their own networks")
  func sides() throws {
    let head = try fullHead()
    guard case .network(let text) = head.text else {
      Issue.record("no text side")
      return
    }
    let row: [Float] = [0.3, -1.2]
    let expected = logits(text, row).enumerated().filter { $0.element > 0 }.sorted { $0.element > $1.element }.prefix(3)
    let found = try head.encodeText(Matrix(rows: 1, columns: 2, values: row))[0]
    #expect(found.map { Int($0.token) } == expected.map(\.offset))
    #expect(zip(found, expected).allSatisfy { abs(Double($0.weight) - log1p($1.element)) < 1e-4 })
    #expect(head.dimension == 3 && head.textDimension == 2)
    let pictures = try head.encode(Matrix(rows: 300, columns: 3, values: (0..<900).map { Float($0 % 11) - 5 }))
    #expect(pictures.count == 300 && pictures.allSatisfy { (1...3).contains($0.count) })
    #expect(pictures[0] == pictures[11])
  }

  @Test("Text rows that cannot be encoded are typed errors")
  func badTexts() throws {
    let head = try fullHead()
    #expect(throws: TokenSpaceError.textDimensionMismatch(expected: 2, found: 3)) {
      try head.encodeText(Matrix(rows: 1, columns: 3))
    }
    #expect(throws: TokenSpaceError.zeroRow(row: 1)) {
      try head.encodeText(Matrix(rows: 2, columns: 2, values: [1, 0, 0, 0]))
    }
    for value in [Float.nan, .infinity, -.infinity] {
      #expect(throws: TokenSpaceError.notFinite(row: 0)) {
        try head.encodeText(Matrix(rows: 1, columns: 2, values: [1, value]))
      }
    }
    let linear = TokenNetwork(weights: Matrix(rows: 1, columns: 1, values: [1]), bias: [0])
    let words = try TokenHead(
      method: "ridge", vocabulary: Vocabulary(["a"]), tokenizer: .word, images: linear, queryWeights: [1], ceiling: 1,
      defaultTop: 1, provenance: [:], source: "test")
    #expect(throws: TokenSpaceError.noTextSide(method: "ridge")) {
      try words.encodeText(Matrix(rows: 1, columns: 1, values: [1]))
    }
  }
}

@Suite struct FullHeadFileTests {
  @Test("A head with all parts survives the way through a file, byte by byte")
  func roundTrip() throws {
    let head = try fullHead()
    let again = try TokenHead.decode(head.encoded())
    #expect(again.images == head.images && again.text == head.text && again.expansions == head.expansions)
    #expect(again.encoded() == head.encoded())
    #expect(again.expansions?.related(to: 5, limit: 2).count == 2)
    #expect(again.expansions?.related(to: 5).count == 3)
    #expect(again.expansions?.related(to: 6).isEmpty == true)
  }

  @Test("Every flipped bit and every truncation of a head with all parts is a typed error")
  func damage() throws {
    let bytes = try fullHead().encoded()
    for place in bytes.indices {
      var damaged = bytes
      damaged[place] ^= 1 << UInt8(place % 8)
      #expect(throws: TokenSpaceError.self, "byte \(place)") { try TokenHead.decode(damaged) }
    }
    for count in stride(from: 0, to: bytes.count, by: 3) {
      #expect(throws: TokenSpaceError.self, "\(count) bytes") { try TokenHead.decode(Array(bytes[..<count])) }
    }
  }

  @Test("Changed contents are refused without a checksum, or give a head that works", arguments: 0..<4 as Range<UInt64>)
  func forgery(seed: UInt64) throws {
    let bytes = try fullHead(seed: seed).encoded()
    let length = bytes[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
    // With another name the checksum is a member nobody knows, so the change makes the header say provenance instead.
    var header = String(decoding: bytes[8..<8 + length], as: UTF8.self)
    let checksum = try #require(header.range(of: #""checksum":"[0-9a-f]{8}","#, options: .regularExpression))
    header.removeSubrange(checksum)
    header += String(repeating: " ", count: length - header.utf8.count)
    let open = Array(bytes[..<8]) + Array(header.utf8) + Array(bytes[(8 + length)...])
    #expect(try TokenHead.decode(open).dimension == 3)
    var random = SplitMix64(seed: seed + 100)
    var refused = 0
    for _ in 0..<600 {
      var forged = open
      let place = 8 + length + random.below(bytes.count - 8 - length)
      forged[place] = UInt8(random.below(256))
      guard let head = try? TokenHead.decode(forged) else {
        refused += 1
        continue
      }
      _ = try? head.encode(Matrix(rows: 2, columns: 3, values: [1, 2, 3, 4, 5, 6]))
      for token in 0..<6 { _ = head.expansions?.related(to: UInt32(token)) }
    }
    #expect(refused > 20, "seed \(seed)")
  }

  @Test("Heads whose parts are missing or do not fit name the tensor")
  func missing() throws {
    let bytes = try fullHead().encoded()
    let length = bytes[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
    let text = String(decoding: bytes[8..<8 + length], as: UTF8.self)
    let checksum = try #require(text.range(of: #""checksum":"[0-9a-f]{8}","#, options: .regularExpression))
    var open = text
    open.removeSubrange(checksum)
    func refusal(_ from: String, _ to: String) throws -> String {
      let range = try #require(open.range(of: from), "\(from) is not in the header")
      let header = open.replacingCharacters(in: range, with: to)
      var writer = ByteWriter()
      writer.u64(UInt64(header.utf8.count))
      writer.append(utf8: header)
      let forged = writer.bytes + Array(bytes[(8 + length)...])
      let error = #expect(throws: TokenSpaceError.self, "\(from) -> \(to)") { try TokenHead.decode(forged) }
      return error?.description ?? ""
    }
    for name in [
      "bias", "hidden_weight", "hidden_bias", "text_weight", "text_bias", "text_hidden_weight", "expansion_starts",
      "expansion_tokens", "expansion_weights",
    ] {
      #expect(try refusal("\"\(name)\":", "\"other\":").contains("(other)"))
    }
    #expect(try refusal("[4,3]", "[3,4]").contains("(hidden_bias)"))
    #expect(try refusal("[6,4]", "[4,6]").contains("(weight)"))
    #expect(try refusal("[5,2]", "[2,5]").contains("(text_hidden_bias)"))
    #expect(try refusal("\"U32\",\"shape\":[7]", "\"F32\",\"shape\":[7]").contains("(expansion_starts)"))
    #expect(try refusal("\"version\":\"2\"", "\"version\":\"1\"").contains("version 1 has no such tensor"))
  }

  @Test(
    "Tables of related tokens that lie are refused",
    arguments: [
      ([0, 1], [1], [1]), ([1, 1, 1], [0], [1]), ([0, 2, 1], [1, 0], [1, 1]), ([0, 1, 2], [1], [1]),
      ([0, 1, 1], [0], [1]), ([0, 1, 1], [2], [1]), ([0, 1, 1], [1], [0]), ([0, 1, 1], [1], [-1]),
      ([0, 1, 1], [1], [Float.nan]), ([0, 1, 1], [1], [.infinity]), ([0, 2, 2], [1, 1], [2, 1]),
      ([0, 4_294_967_295, 1], [1], [1]), ([], [], []),
    ] as [([UInt32], [UInt32], [Float])])
  func liars(starts: [UInt32], tokens: [UInt32], weights: [Float]) {
    let table = ExpansionTable(starts: starts, tokens: tokens, weights: weights)
    #expect(table.fault(vocabularyCount: 2) != nil)
  }

  @Test("Weights of related tokens descend")
  func order() {
    #expect(ExpansionTable(starts: [0, 2, 2, 2], tokens: [1, 2], weights: [1, 2]).fault(vocabularyCount: 3) != nil)
    #expect(ExpansionTable(starts: [0, 2, 2, 2], tokens: [1, 2], weights: [2, 1]).fault(vocabularyCount: 3) == nil)
    let made = ExpansionTable(
      [
        [
          TokenWeight(token: 0, weight: 9), TokenWeight(token: 2, weight: 1),
          TokenWeight(token: 1, weight: 1), TokenWeight(token: 3, weight: 2), TokenWeight(token: 4, weight: 0),
        ]
      ], limit: 2)
    #expect(made.related(to: 0) == [TokenWeight(token: 3, weight: 2), TokenWeight(token: 1, weight: 1)])
  }

  @Test("A head of version 1 is read as the same head")
  func versionOne() throws {
    var random = SplitMix64(seed: 1)
    let head = try TokenHead(
      method: "ridge", vocabulary: Vocabulary(["red", "shoe"]), tokenizer: .word,
      images: randomNetwork(tokens: 2, hidden: nil, dimension: 3, using: &random), queryWeights: [1, 2], ceiling: 2,
      defaultTop: 2, provenance: [:], source: "test")
    var bytes = head.encoded()
    let length = bytes[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
    func replace(_ from: String, _ to: String) throws {
      let place = try #require(bytes.indices.first { bytes[$0...].starts(with: Array(from.utf8)) })
      bytes.replaceSubrange(place..<place + to.utf8.count, with: Array(to.utf8))
    }
    try replace("\"version\":\"2\"", "\"version\":\"1\"")
    let key = Array("\"checksum\":\"".utf8)
    let place = try #require(bytes.indices.first { bytes[$0...].starts(with: key) })
    bytes.replaceSubrange(place + key.count..<place + key.count + 8, with: Array(Safetensors.noChecksum.utf8))
    Safetensors.seal(&bytes, headerCount: 8 + length)
    #expect(try TokenHead.decode(bytes).encoded() == head.encoded())
  }
}
