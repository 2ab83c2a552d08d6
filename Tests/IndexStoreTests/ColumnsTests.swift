import ByteStorage
import EmbeddingDumps
import Testing

@testable import IndexStore

/// Conditions by columns files are those by the documents.
@Suite struct ColumnsTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func file(_ documents: [String], named: [String] = []) throws -> [UInt8] {
    let writer = ColumnsWriter(named: named)
    for document in documents { writer.append(metadata: Array(document.utf8)) }
    let name = "0000000001.columns"
    try? PosixFileSystem().remove(folder.file(name))
    _ = try writer.finish(
      to: try EnvelopeWriter(creating: name, in: folder.path, kind: .columns, fileSystem: PosixFileSystem()))
    return try folder.read(name)
  }

  private func open(_ bytes: [UInt8]) throws(StorageError) -> ColumnsReader {
    try ColumnsReader(
      try EnvelopeFile(MappedFile(copying: bytes, path: "x"), name: "x", kind: .columns, expecting: nil))
  }

  private func content(_ reader: ColumnsReader) throws(StorageError) -> [String] {
    var lines = ["\(reader.documentCount) \(reader.leavesFieldsOut)"]
    for field in reader.fields {
      lines.append("\(field.name) \(field.isRecorded) \(field.isNamed)")
      try reader.forEachValue(of: field) { value, documents throws(StorageError) in
        var line = "\(value):"
        try documents { line += " \($0)" }
        lines.append(line)
      }
    }
    return lines
  }

  private static let documents = [
    #"{"a":1,"b":{"c":["x","y"]},"t":"é"}"#, #"{"a":1.5,"b":{"c":[]},"t":null}"#,
    #"{"a":123456789012345678901,"t":true}"#,
    #"{"a":-7,"t":false,"b":{"c":"x"}}"#, "no JSON", #"{"t":"é","a":-0.0}"#,
  ]

  @Test("values come back with their documents, by field and in order")
  func roundTrip() throws {
    #expect(
      try content(open(file(Self.documents))) == [
        "6 false", "a true false", "integer(-7): 3", "integer(1): 0", "number(0.0): 5", "number(1.5): 1",
        "bigInteger(\"123456789012345678901\"): 2", "b.c true false", "text(\"x\"): 0 3", "text(\"y\"): 0",
        "t true false", "null: 1", "bool(false): 3", "bool(true): 2", "text(\"é\"): 0 5",
      ])
  }

  @Test("fields of very many values are recorded when they are asked for only")
  func manyValues() throws {
    let documents = (0..<1000).map { "{\"id\":\"k\($0)\",\"even\":\($0 % 2 == 0)}" }
    let plain = try open(file(documents))
    #expect(plain.fields.map(\.isRecorded) == [true, false] && plain.fields.map(\.valueCount) == [2, 0])
    let named = try open(file(documents, named: ["id"]))
    #expect(named.fields.map(\.isRecorded) == [true, true] && named.fields.map(\.valueCount) == [2, 1000])
    let wide = "{" + (0..<1100).map { "\"f\($0)\":1" }.joined(separator: ",") + "}"
    let cut = try open(file([wide]))
    #expect(cut.fields.count == 1024 && cut.leavesFieldsOut)
  }

  @Test("a changed byte is an error or changes nothing")
  func damage() throws {
    let bytes = try file(Self.documents, named: ["a"])
    let expected = try content(open(bytes))
    var refused = 0
    for place in bytes.indices {
      var changed = bytes
      changed[place] ^= 1 << UInt8(place % 8)
      do {
        #expect(try content(open(changed)) == expected, "byte \(place)")
      } catch {
        refused += 1
      }
    }
    #expect(refused > bytes.count / 2)
  }

  @Test("numbers that lie are errors, never traps", arguments: [0, 1, 0x7fff_ffff, 0xffff_ffff] as [UInt32])
  func lies(value: UInt32) throws {
    let bytes = try file(Self.documents)
    let envelope = try EnvelopeFile(MappedFile(copying: bytes, path: "x"), name: "x", kind: .columns, expecting: nil)
    var refused = 0
    for tag in envelope.tags {
      let section = try envelope.section(tag)
      for at in stride(from: 0, to: section.byteCount - 3, by: 4) {
        var changed = bytes
        for byte in 0..<4 {
          changed[section.offset + at + byte] = UInt8(truncatingIfNeeded: value >> (8 * UInt32(byte)))
        }
        try HostileFileTests.reseal(&changed)
        do { _ = try content(open(changed)) } catch { refused += 1 }
      }
    }
    #expect(refused > 20)
  }
}
