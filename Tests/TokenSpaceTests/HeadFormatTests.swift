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

  private func head(_ tokenizer: Tokenizer) throws -> TokenHead {
    try TokenHead(
      method: "ridge", vocabulary: Vocabulary(["red", "shoe", "é"]), tokenizer: tokenizer,
      weights: Matrix(rows: 3, columns: 2, values: [1, 2, 3, 4, 5, 6]), bias: [0, 1, 2], queryWeights: [1, 1, 2],
      ceiling: 2.5, defaultTop: 64, provenance: ["rows": "3"], source: "test")
  }

  @Test(
    "The header has the members, types and shapes of the page, and the data lie where it says",
    arguments: [false, true])
  func page(isWordPiece: Bool) throws {
    let pieces = try Vocabulary(["[UNK]", "red", "##s"])
    let bytes = try head(isWordPiece ? .wordPiece(try WordPiece(pieces)) : .word).encoded()
    let length = bytes[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
    #expect(length % 8 == 0)
    var header = try #require(try JSONValue.parse(Array(bytes[8..<8 + length])).objectValue)
    let data = Array(bytes[(8 + length)...])
    let metadata = try #require(header["__metadata__"]?.objectValue)
    header["__metadata__"] = nil

    let members = try rows("7.6.1").filter { isWordPiece || !$0[1].contains("bert-wordpiece") }.map { $0[0] }
    #expect(Set(metadata.keys.map { $0.hasPrefix("provenance.") ? "provenance.NAME" : $0 }) == Set(members))
    for (key, value) in [("format", "newel-head"), ("version", "1"), ("method", "ridge"), ("ceiling", "2.5")] {
      #expect(metadata[key] == .string(value))
    }

    let tensors = try rows("7.6.2").filter { isWordPiece || !$0[3].contains("bert-wordpiece") }
    #expect(header.keys == tensors.map { $0[0] })
    var end = 0
    for row in tensors {
      let tensor = try #require(header[row[0]]?.objectValue)
      #expect(tensor.keys == ["dtype", "shape", "data_offsets"])
      #expect(tensor["dtype"] == .string(row[1]))
      let shape = try #require(tensor["shape"]?.arrayValue).compactMap(\.integerValue)
      #expect(shape.count == row[2].components(separatedBy: "×").count)
      let offsets = try #require(tensor["data_offsets"]?.arrayValue).compactMap(\.integerValue).map { Int($0) }
      #expect(offsets[0] == end && offsets[1] - end == shape.reduce(1, { $0 * Int($1) }) * (row[1] == "F32" ? 4 : 1))
      end = offsets[1]
    }
    #expect(end == data.count)
    #expect(Array(data[..<4]) == [0, 0, 0x80, 0x3f])
    let words = Array("red\nshoe\né".utf8)
    #expect(Array(data[48..<48 + words.count]) == words)
    if isWordPiece { #expect(Array(data[(48 + words.count)...]) == Array("[UNK]\nred\n##s".utf8)) }
  }

  @Test("A head is not written over what is no file")
  func noFile() throws {
    let folder = NSTemporaryDirectory() + "newel-head-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    #expect(mkfifo(folder + "/pipe", 0o600) == 0)
    let head = try head(.word)
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
