import ByteStorage
import Foundation
import LinearAlgebra
import Testing

@testable import EmbeddingDumps
@testable import TokenSpace

/// A head with weights of choice: one row of `weights` per token.
private func makeHead(
  _ weights: [[Float]], bias: [Float]? = nil, tokenizer: Tokenizer = .word, ceiling: Float = 2.5, top: Int = 64,
  provenance: [String: String] = ["rows": "3", "files": "img_emb_0.npy"]
) throws -> TokenHead {
  try TokenHead(
    method: "ridge", vocabulary: Vocabulary((0..<weights.count).map { "token\($0)" }), tokenizer: tokenizer,
    images: TokenNetwork(
      weights: Matrix(rows: weights.count, columns: weights[0].count, values: weights.flatMap { $0 }),
      bias: bias ?? weights.map { _ in 0 }), queryWeights: weights.map { _ in 1.5 }, ceiling: ceiling, defaultTop: top,
    provenance: provenance, source: "test")
}

extension TokenHead {
  /// The network of the side of pictures.
  var imageNetwork: TokenNetwork? {
    guard case .network(let network) = images else { return nil }
    return network
  }
}

private func randomHead(seed: UInt64, tokens: Int = 40, dimension: Int = 5) throws -> TokenHead {
  var random = SplitMix64(seed: seed)
  return try makeHead((0..<tokens).map { _ in (0..<dimension).map { _ in Float(random.normal()) } })
}

@Suite struct TokenHeadEncodeTests {
  @Test("The strongest tokens are those of a full sort, for every number kept", arguments: 0..<40 as Range<UInt64>)
  func equalsFullSort(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let tokens = 1 + random.below(50)
    // Few distinct values, so that there are many ties.
    let head = try makeHead((0..<tokens).map { _ in [Float(random.below(7) - 3)] })
    let weights = try #require(head.imageNetwork).weights
    for top in [1, 2, 5, tokens, 100] {
      let vector = try head.encode(Matrix(rows: 1, columns: 1, values: [1]), top: top)[0]
      let expected = (0..<tokens).filter { weights[$0, 0] > 0 }
        .sorted { (-weights[$0, 0], $0) < (-weights[$1, 0], $1) }.prefix(top)
      if expected.isEmpty {
        #expect(vector.count == 1)
      } else {
        #expect(vector.map { Int($0.token) } == Array(expected), "seed \(seed) top \(top)")
        #expect(zip(vector, expected).allSatisfy { abs($0.weight - Float(log1p(Double(weights[$1, 0])))) < 1e-6 })
      }
    }
  }

  @Test("More rows than a batch give what single rows give")
  func manyRows() throws {
    let head = try randomHead(seed: 4)
    var random = SplitMix64(seed: 8)
    let rows = Matrix(rows: 600, columns: 5, values: (0..<3000).map { _ in Float(random.normal()) })
    let all = try head.encode(rows, top: 9)
    #expect(all.count == 600)
    for row in stride(from: 0, to: 600, by: 37) {
      let one = try head.encode(Matrix(rows: 1, columns: 5, values: Array(rows.row(row))), top: 9)[0]
      #expect(one.map(\.token) == all[row].map(\.token))
    }
    #expect(try head.encode(Matrix(rows: 0, columns: 5)).isEmpty)
  }

  @Test("A row without a positive logit keeps its best token at one quantiser step")
  func emptyVector() throws {
    let head = try makeHead([[-1], [-0.5], [-0.5], [-2]], ceiling: 2.55)
    let vector = try head.encode(Matrix(rows: 1, columns: 1, values: [1]))
    #expect(vector == [[TokenWeight(token: 1, weight: Float(2.55) / 255)]])
  }

  @Test("Rows that do not fit or are not finite are typed errors")
  func badRows() throws {
    let head = try makeHead([[1, 0], [0, 3e38]])
    #expect(throws: TokenSpaceError.dimensionMismatch(expected: 2, found: 3)) {
      try head.encode(Matrix(rows: 1, columns: 3))
    }
    #expect(throws: TokenSpaceError.badTop(0)) { try head.encode(Matrix(rows: 1, columns: 2), top: 0) }
    for value in [Float.nan, .infinity, 3e38] {
      #expect(throws: TokenSpaceError.notFinite(row: 1)) {
        try head.encode(Matrix(rows: 2, columns: 2, values: [1, 0, 1, value]))
      }
    }
  }
}

@Suite struct TokenHeadFileTests {
  @Test("A head survives the way through a file")
  func roundTrip() throws {
    let head = try randomHead(seed: 1)
    let folder = NSTemporaryDirectory() + "newel-head-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = folder + "/head"
    try head.save(path, fileSystem: PosixFileSystem())
    try head.save(path, fileSystem: PosixFileSystem())
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["head"])
    let again = try TokenHead.load(path, fileSystem: PosixFileSystem())
    #expect(again.encoded() == head.encoded())
    #expect(
      again.images == head.images && again.text == nil && again.expansions == nil
        && again.queryWeights == head.queryWeights)
    #expect(again.vocabulary == head.vocabulary && again.tokenizer == .word && again.method == "ridge")
    #expect(again.ceiling == head.ceiling && again.defaultTop == 64 && again.provenance == head.provenance)
    #expect(throws: TokenSpaceError.storage(.notFound(path: folder + "/none"))) {
      try TokenHead.load(folder + "/none", fileSystem: PosixFileSystem())
    }
  }

  @Test("A place that takes no file is named as it was asked for")
  func impossiblePlace() throws {
    let path = NSTemporaryDirectory() + "newel-none-" + UUID().uuidString + "/head"
    let failure = #expect(throws: TokenSpaceError.self) {
      try randomHead(seed: 1).save(path, fileSystem: PosixFileSystem())
    }
    #expect(failure == .storage(.io(operation: "create", path: path, code: ENOENT)))
  }

  @Test("A write that fails at any step leaves the old head and no other file")
  func failingWrites() throws {
    let folder = NSTemporaryDirectory() + "newel-head-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let old = try randomHead(seed: 1)
    let new = try randomHead(seed: 2)
    try old.save(folder + "/head", fileSystem: PosixFileSystem())
    let counting = FaultyFileSystem()
    try old.save(folder + "/head", fileSystem: counting)
    #expect(counting.operationCount == 7)
    for step in 0..<counting.operationCount {
      for fault in [FaultyFileSystem.Fault.error(EIO), .shortWrite] {
        try old.save(folder + "/head", fileSystem: PosixFileSystem())
        let disk = FaultyFileSystem(fault, at: .once(step))
        let failure = #expect(throws: TokenSpaceError.self) { try new.save(folder + "/head", fileSystem: disk) }
        #expect(failure?.description.contains(".partial") == false)
        let bytes = try TokenHead.load(folder + "/head", fileSystem: PosixFileSystem()).encoded()
        // Only the last step, making the new name durable, comes after the exchange.
        #expect(bytes == (step == 6 ? new : old).encoded())
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["head"])
      }
    }
  }

  @Test("Every flipped bit and every truncation of a head is a typed error", arguments: [false, true])
  func damage(pieces: Bool) throws {
    let tokenizer: Tokenizer =
      pieces ? .wordPiece(try WordPiece(Vocabulary(["[UNK]", "token0", "##1"]))) : .word
    let bytes = try makeHead([[1, 2], [3, 4], [5, 6]], tokenizer: tokenizer).encoded()
    #expect(try TokenHead.decode(bytes).encoded() == bytes)
    var variants = 0
    func refuse(_ damaged: [UInt8], _ what: String) {
      variants += 1
      #expect(throws: TokenSpaceError.self, "\(what)") { try TokenHead.decode(damaged) }
    }
    for place in bytes.indices {
      for bit in place < 16 ? Array(0..<8) : [place % 8, (place + 3) % 8] {
        var damaged = bytes
        damaged[place] ^= 1 << UInt8(bit)
        refuse(damaged, "bit \(bit) of byte \(place)")
      }
    }
    for count in bytes.indices { refuse(Array(bytes[..<count]), "cut to \(count) bytes") }
    refuse(bytes + [0], "one byte more")
    #expect(variants >= 500)
  }

  @Test("Headers that lie are refused even with no checksum")
  func lies() throws {
    func file(_ json: String, data: Int = 44) -> [UInt8] {
      var writer = ByteWriter()
      writer.u64(UInt64(json.utf8.count))
      writer.append(utf8: json)
      writer.zeros(data)
      return writer.bytes
    }
    let good = String(
      decoding: try makeHead([[1, 2]]).encoded().dropFirst(8).prefix { $0 != 0 && $0 < 128 }, as: UTF8.self)
    let text = String(good[...(good.lastIndex(of: "}") ?? good.startIndex)])
    let checksum = try #require(text.range(of: #""checksum":"[0-9a-f]{8}","#, options: .regularExpression))
    var open = text
    open.removeSubrange(checksum)
    // weight 8 + bias 4 + query_weights 4 + vocabulary 6
    var bytes = file(open, data: 16)
    bytes += Array("token0".utf8)
    #expect(try TokenHead.decode(bytes).dimension == 2)
    let changes: [(String, String)] = [
      ("\"F32\"", "\"F64\""), ("[1,2]", "[2,1]"), ("[1,2]", "[1,2,1]"), ("[1,2]", "[-1,-2]"),
      ("[1,2]", "[9223372036854775807,9223372036854775807]"), ("[1,2]", "[99999999999999999999,2]"),
      ("[1,2]", "[1.0,2]"), ("[1,2]", "\"1,2\""), ("[0,8]", "[8,0]"), ("[0,8]", "[0,16]"), ("[0,8]", "[1,9]"),
      ("[0,8]", "[0,8,8]"), ("[0,8]", "[-8,0]"), ("[8,12]", "[0,4]"), ("[8,12]", "[1000000,1000004]"),
      ("\"bias\"", "\"weight\""), ("\"bias\"", "\"bios\""), ("\"query_weights\"", "\"other\""),
      ("\"version\":\"2\"", "\"version\":\"3\""), ("\"version\":\"2\"", "\"version\":2"),
      ("\"method\":\"ridge\"", "\"method\":\"dance\""), ("\"tokenizer\":\"word\"", "\"tokenizer\":\"bpe\""),
      ("\"tokenizer\":\"word\"", "\"tokenizer\":\"bert-wordpiece\""), ("\"ceiling\":\"2.5\"", "\"ceiling\":\"0\""),
      ("\"ceiling\":\"2.5\"", "\"ceiling\":\"nan\""), ("\"ceiling\":\"2.5\"", "\"ceiling\":\"-1\""),
      ("\"ceiling\":\"2.5\"", "\"ceiling\":\"inf\""), ("\"default_top\":\"64\"", "\"default_top\":\"0\""),
      ("\"default_top\":\"64\"", "\"default_top\":\"x\""), ("\"format\":\"newel-head\"", "\"format\":\"pt\""),
      ("\"format\"", "\"farmat\""), ("\"method\"", "\"methods\""), ("{\"__metadata__\"", "[\"__metadata__\""),
      ("\"__metadata__\":{", "\"__metadata__\":{\"a\":{},"), ("\"dtype\"", "\"type\""), ("token", "tøken"),
    ]
    for (from, to) in changes {
      guard let range = open.range(of: from) else {
        #expect(from == "token", "\(from) is not in the header")
        continue
      }
      var damaged = file(open.replacingCharacters(in: range, with: to), data: 16)
      damaged += Array("token0".utf8)
      #expect(throws: TokenSpaceError.self, "\(from) -> \(to)") { try TokenHead.decode(damaged) }
    }
    let deep = String(repeating: "[", count: 100_000)
    #expect(throws: TokenSpaceError.self) { try TokenHead.decode(file("{\"a\":" + deep)) }
    #expect(throws: TokenSpaceError.self) { try TokenHead.decode([]) }
    #expect(throws: TokenSpaceError.self) { try TokenHead.decode([UInt8](repeating: 0xFF, count: 64)) }
  }

  @Test("A vocabulary that does not match the head is named as such")
  func vocabularyMismatch() throws {
    let head = try makeHead([[1, 2], [3, 4]])
    let key = Array("\"checksum\":\"".utf8)
    let expected = head.vocabulary.fingerprint
    let found = try Vocabulary(["token0", "token7"]).fingerprint
    // The tensors end with the vocabulary; under a right checksum only the fingerprint can tell.
    var sealed = head.encoded()
    let place = try #require(sealed.indices.first { sealed[$0...].starts(with: key) })
    sealed[sealed.count - 1] = UInt8(ascii: "7")
    sealed.replaceSubrange(place + key.count..<place + key.count + 8, with: Array(Safetensors.noChecksum.utf8))
    let length = sealed[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
    Safetensors.seal(&sealed, headerCount: 8 + length)
    #expect(throws: TokenSpaceError.vocabularyMismatch(source: "the head", expected: expected, found: found)) {
      try TokenHead.decode(sealed)
    }
  }

  @Test("Numbers that are not finite or do not fit are refused")
  func badNumbers() throws {
    #expect(throws: TokenSpaceError.self) { try makeHead([[.nan]]) }
    #expect(throws: TokenSpaceError.self) { try makeHead([[1]], bias: [.infinity]) }
    #expect(throws: TokenSpaceError.self) { try makeHead([[1]], bias: [1, 2]) }
    #expect(throws: TokenSpaceError.self) { try makeHead([[1]], ceiling: 0) }
    #expect(throws: TokenSpaceError.self) { try makeHead([[1]], top: 0) }
  }
}
