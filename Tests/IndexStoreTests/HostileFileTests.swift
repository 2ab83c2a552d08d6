import Testing

@testable import ByteStorage
@testable import IndexStore

/// Files whose checksums are right and whose numbers lie: errors or other answers, never traps or endless memory.
@Suite struct HostileFileTests {
  let folder: TemporaryFolder
  let system = PosixFileSystem()

  init() throws {
    folder = try TemporaryFolder()
    try Workload.build(folder.file("index"), count: 30, step: 30)
    let writer = try IndexWriter.open(folder.file("index"), creating: nil)
    defer { writer.close() }
    for number in [3, 4, 20] { #expect(try writer.delete(key: "key/\(number)")) }
    _ = try writer.commit()
  }

  func bytes(_ kind: FileKind) throws -> [UInt8] {
    let names = try system.list(folder.file("index"))
    let name = try #require(names.first { $0.hasSuffix("." + kind.name) })
    return try folder.read("index/" + name)
  }

  /// Makes every checksum of the envelope right again.
  static func reseal(_ bytes: inout [UInt8]) throws {
    let footer = bytes.count - 64
    func number(_ at: Int, _ size: Int) -> Int { bytes[at..<at + size].reversed().reduce(0) { $0 << 8 | Int($1) } }
    func set(_ value: UInt32, _ at: Int) {
      for byte in 0..<4 { bytes[at + byte] = UInt8(truncatingIfNeeded: value >> (8 * UInt32(byte))) }
    }
    let table = number(footer, 8)
    let blocks = table + 32 * number(footer + 8, 4)
    for block in 0..<number(footer + 12, 4) {
      let range = block * 65_536..<min((block + 1) * 65_536, table)
      set(CRC32C.checksum(Array(bytes[range])), blocks + 4 * block)
    }
    set(CRC32C.checksum(Array(bytes[table..<blocks])), footer + 16)
    set(CRC32C.checksum(Array(bytes[blocks..<footer])), footer + 20)
    set(CRC32C.checksum(Array(bytes[footer..<footer + 60])), footer + 60)
  }

  /// Reads everything that the file holds.
  func readAll(_ bytes: [UInt8], _ kind: FileKind) throws(StorageError) {
    let file = try EnvelopeFile(MappedFile(copying: bytes, path: "x"), name: "x", kind: kind, expecting: nil)
    switch kind {
    case .documents:
      let reader = try DocumentsReader(file)
      for number in 0..<min(reader.documentCount, 1000) {
        let document = try reader.document(number)
        _ = try reader.documents(ofKey: document.key)
        _ = try reader.local(ofOffset: try reader.offset(of: number))
      }
      _ = try reader.documents(ofKey: "none")
      for number in 0..<40 { _ = try reader.local(ofOffset: UInt64(number)) }
      try reader.checkKeyIndex()
      try reader.checkOrdinals()
    case .vectors, .coordinates:
      let reader = try VectorsReader(file)
      var row = [Float](repeating: 0, count: reader.dimension)
      for number in 0..<min(reader.rowCount, 1000) { try reader.row(number, into: &row, at: 0) }
      if let query = DenseQuery([Float](repeating: 1, count: reader.dimension)) {
        _ = try reader.cosines(query, numbers: (0..<UInt32(min(reader.rowCount, 1000))).map { $0 })
      }
    case .vocabulary: _ = try VocabularyFile.read(file)
    case .head: _ = try HeadFile.read(file)
    case .alignment: _ = try AlignmentFile.read(file)
    case .tombstones: _ = try TombstonesFile.read(file, documentCounts: [1: 40])
    case .postings, .forward, .commit, .columns, .scales, .segment: break
    }
  }

  @Test("numbers set to extremes", arguments: [FileKind.documents, .vectors, .vocabulary, .head, .tombstones])
  func extremes(kind: FileKind) throws {
    let original = try bytes(kind)
    try readAll(original, kind)
    let file = try EnvelopeFile(MappedFile(copying: original, path: "x"), name: "x", kind: kind, expecting: nil)
    var refused = 0
    for tag in file.tags {
      let section = try file.section(tag)
      // Whole tables and summaries; of frames and rows the beginning.
      for at in stride(from: 0, to: min(section.byteCount, 256), by: 4) {
        for value in [0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff] as [UInt32] {
          for width in [4, 8] where at + width <= section.byteCount {
            var changed = original
            for byte in 0..<width {
              changed[section.offset + at + byte] = UInt8(truncatingIfNeeded: value >> (8 * UInt32(byte % 4)))
            }
            try Self.reseal(&changed)
            do { try readAll(changed, kind) } catch {
              #expect(error.description.contains("'x'"))
              refused += 1
            }
          }
        }
      }
    }
    #expect(refused > 0 || kind == .head)
  }

  @Test("offsets of keys that lie give an error or another key, and reserved bytes of the summary are refused")
  func keyOffsets() throws {
    let original = try bytes(.documents)
    let file = try EnvelopeFile(MappedFile(copying: original, path: "x"), name: "x", kind: .documents, expecting: nil)
    let offsets = try file.section(DocumentsLayout.keyOffsets)
    func change(_ at: Int, _ value: UInt32) throws -> [UInt8] {
      var changed = original
      for byte in 0..<4 { changed[at + byte] = UInt8(truncatingIfNeeded: value >> (8 * UInt32(byte))) }
      try Self.reseal(&changed)
      return changed
    }
    for value in [0, 1, 5, 0x7fff_ffff, 0xffff_ffff] as [UInt32] {
      // Document 3 then ends before it begins, has no bytes, or reaches beyond the end.
      #expect(throws: StorageError.self) { try readAll(try change(offsets.offset + 16, value), .documents) }
    }
    #expect(throws: StorageError.self) { try readAll(try change(offsets.offset, 1), .documents) }
    #expect(throws: StorageError.self) {
      try readAll(try change(offsets.offset + offsets.byteCount - 4, 9), .documents)
    }
    let summary = try file.section(DocumentsLayout.summary)
    #expect(throws: StorageError.self) {
      try readAll(try change(summary.offset + DocumentsLayout.Summary.zeros, 1), .documents)
    }
  }

  @Test("random bytes anywhere in the content", arguments: [FileKind.documents, .vectors, .vocabulary])
  func randomBytes(kind: FileKind) throws {
    let original = try bytes(kind)
    let end = original.count - 64
    var random = SeededRandom(state: 99)
    for _ in 0..<600 {
      var changed = original
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        changed[Int.random(in: 64..<end, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      try Self.reseal(&changed)
      do { try readAll(changed, kind) } catch { #expect(error.description.contains("'x'")) }
    }
  }
}
