import ByteStorage
import EmbeddingDumps
import Foundation
import LinearAlgebra
import Testing

@testable import TokenSpace

/// Compares section 7.6 of index-data/FORMAT.md with heads that the code writes.
@Suite struct HeadFormatTests {
  /// The rows of the table under a heading, without its first two.
  private func rows(_ heading: String) throws -> [[String]] {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let text = try String(contentsOf: root.appendingPathComponent("index-data/FORMAT.md"), encoding: .utf8)
    let lines = text.components(separatedBy: "\n")
    let start = try #require(lines.firstIndex { $0.hasPrefix("### \(heading) ") })
    return lines[(start + 1)...].prefix { !$0.hasPrefix("#") }.filter { $0.hasPrefix("|") }.dropFirst(2).map { line in
      line.split(separator: "|").map { $0.trimmingCharacters(in: CharacterSet(charactersIn: " `")) }
    }
  }

  /// What a head can have beyond what is always there.
  struct Parts: OptionSet, CustomTestStringConvertible {
    let rawValue: Int
    static let pieces = Parts(rawValue: 1)
    static let hidden = Parts(rawValue: 2)
    static let text = Parts(rawValue: 4)
    static let expansions = Parts(rawValue: 8)
    /// Of a projection and of a decomposition; without either it is a network.
    static let projection = Parts(rawValue: 16)
    static let splice = Parts(rawValue: 32)
    /// Of a network.
    static let bank = Parts(rawValue: 64)

    private var isNetwork: Bool { isDisjoint(with: [.projection, .splice]) }

    var testDescription: String { "\(rawValue)" }

    /// Whether a row of the page whose third cell is `condition` belongs to a head with these parts.
    func meet(_ condition: String) throws -> Bool {
      switch condition.filter({ $0 != "`" }) {
      case "always", "optional": true
      case "with bert-wordpiece": contains(.pieces)
      case "with a network": isNetwork
      case "with a hidden layer": isNetwork && contains(.hidden)
      case "with a text side": isNetwork && contains(.text)
      case "with a text side that has a hidden layer": isNetwork && contains([.text, .hidden])
      case "with a dictionary": !isNetwork
      case "with a dictionary and a text side": !isNetwork && contains(.text)
      case "with the method projection": contains(.projection)
      case "with the method projection and a text side": contains([.projection, .text])
      case "with the method splice": contains(.splice)
      case "with related tokens": contains(.expansions)
      case "with a bank": contains(.bank)
      default: throw UnknownCondition(text: condition)
      }
    }
  }

  struct UnknownCondition: Error { let text: String }

  private func head(_ parts: Parts) throws -> TokenHead {
    let tokenizer =
      parts.contains(.pieces) ? Tokenizer.wordPiece(try WordPiece(Vocabulary(["[UNK]", "red", "##s"]))) : .word
    let direct = TokenNetwork(weights: Matrix(rows: 3, columns: 2, values: [1, 2, 3, 4, 5, 6]), bias: [0, 1, 2])
    let layer = TokenNetwork.HiddenLayer(weights: Matrix(rows: 2, columns: 5), bias: [1, 2])
    let deep = TokenNetwork(hidden: layer, weights: direct.weights, bias: direct.bias)
    let network = parts.contains(.hidden) ? deep : direct
    let related = [[TokenWeight(token: 1, weight: 0.5)], [], [TokenWeight(token: 0, weight: 1)]]
    let rule: WordDictionary.Rule? =
      parts.contains(.projection)
      ? .projection(means: [0, 1, 2], deviations: [1, 2, 3], threshold: 0.5)
      : parts.contains(.splice) ? .decomposition(penalty: 0.25) : nil
    if let rule {
      let words = Matrix(rows: 3, columns: 2, values: [1, 0, 0, 1, 0.6, 0.8])
      let dictionary = TokenEncoder.words(WordDictionary(words: words, mean: [0.5, 0.25], rule: rule))
      return try TokenHead(
        method: dictionary.methods[0], vocabulary: Vocabulary(["red", "shoe", "é"]), tokenizer: tokenizer,
        imageEncoder: dictionary, textEncoder: parts.contains(.text) ? dictionary : nil, queryWeights: [1, 1, 2],
        expansions: parts.contains(.expansions) ? ExpansionTable(related) : nil, ceiling: 2.5, defaultTop: 64,
        provenance: ["rows": "3"], source: "test")
    }
    return try TokenHead(
      method: "stair", vocabulary: Vocabulary(["red", "shoe", "é"]), tokenizer: tokenizer, images: network,
      text: parts.contains(.text) ? network : nil, queryWeights: [1, 1, 2],
      expansions: parts.contains(.expansions) ? ExpansionTable(related) : nil, ceiling: 2.5, defaultTop: 64,
      provenance: ["rows": "3"], source: "test"
    ).with(
      bank: parts.contains(.bank)
        ? CaptionBank(starts: [0, 1, 3], tokens: [2, 0, 1], meanAnswer: 2, meanLength: 1, vocabularyCount: 3) : nil)
  }

  @Test(
    "The header has the members, types and shapes of the page, and the data lie where it says",
    arguments: [0..<16, 16..<32, 32..<48, 64..<80].joined().map { Parts(rawValue: $0) })
  func page(parts: Parts) throws {
    let bytes = try head(parts).encoded()
    #expect(try TokenHead.decode(bytes).encoded() == bytes)
    let length = bytes[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
    #expect(length % 8 == 0)
    var header = try #require(try JSONValue.parse(Array(bytes[8..<8 + length])).objectValue)
    let data = Array(bytes[(8 + length)...])
    let metadata = try #require(header["__metadata__"]?.objectValue)
    header["__metadata__"] = nil

    let members = try rows("7.6.1").filter { try parts.meet($0[1]) }.map { $0[0] }
    #expect(Set(metadata.keys.map { $0.hasPrefix("provenance.") ? "provenance.NAME" : $0 }) == Set(members))
    let method = parts.contains(.projection) ? "projection" : parts.contains(.splice) ? "splice" : "stair"
    for (key, value) in [("format", "newel-head"), ("version", "2"), ("method", method), ("ceiling", "2.5")] {
      #expect(metadata[key] == .string(value))
    }

    let tensors = try rows("7.6.2").filter { try parts.meet($0[3]) }
    #expect(header.keys == tensors.map { $0[0] })
    var end = 0
    for row in tensors {
      let tensor = try #require(header[row[0]]?.objectValue)
      #expect(tensor.keys == ["dtype", "shape", "data_offsets"])
      #expect(tensor["dtype"] == .string(row[1]))
      let shape = try #require(tensor["shape"]?.arrayValue).compactMap(\.integerValue)
      #expect(shape.count == row[2].components(separatedBy: "×").count)
      let offsets = try #require(tensor["data_offsets"]?.arrayValue).compactMap(\.integerValue).map { Int($0) }
      #expect(offsets[0] == end && offsets[1] - end == shape.reduce(1, { $0 * Int($1) }) * (row[1] == "U8" ? 1 : 4))
      end = offsets[1]
    }
    #expect(end == data.count)
    #expect(Array(data[..<4]) == [0, 0, 0x80, 0x3f])
    let pieces = parts.contains(.pieces) ? Array("[UNK]\nred\n##s".utf8) : []
    #expect(data.suffix(11 + pieces.count) == Array("red\nshoe\né".utf8) + pieces)
  }

  @Test("A head is not written over what is no file")
  func noFile() throws {
    let folder = NSTemporaryDirectory() + "newel-head-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    #expect(mkfifo(folder + "/pipe", 0o600) == 0)
    let head = try head([])
    for path in [folder, folder + "/pipe"] {
      let error = #expect(throws: TokenSpaceError.self) { try head.save(path, fileSystem: PosixFileSystem()) }
      guard case .storage(.notAFile(path, _)) = error else {
        Issue.record("\(String(describing: error))")
        continue
      }
    }
    #expect(try PosixFileSystem().list(folder) == ["pipe"])
    #expect(try PosixFileSystem().kind(of: folder + "/pipe") == .other)
  }
}
