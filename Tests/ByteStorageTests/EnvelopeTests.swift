import ByteStorage
import Testing

@Suite struct EnvelopeTests {
  let folder: TemporaryFolder
  let system = PosixFileSystem()

  init() throws { folder = try TemporaryFolder() }

  static let first = SectionTag("AAAA")
  static let second = SectionTag("BBBB")
  static let empty = SectionTag("NONE")

  /// A file with three sections, the second over several blocks.
  func write(_ name: String, seed: UInt64 = 7, large: Int = 200_000) throws -> (FileSummary, [UInt8], [UInt8]) {
    var random = SeededRandom(state: seed)
    let small = random.bytes(101)
    let big = random.bytes(large)
    let writer = try EnvelopeWriter(creating: name, in: folder.path, kind: .documents, fileSystem: system)
    try writer.begin(Self.first)
    try writer.append(small)
    writer.end()
    try writer.begin(Self.empty)
    writer.end()
    try writer.begin(Self.second)
    for start in stride(from: 0, to: big.count, by: 7777) {
      try writer.append(Array(big[start..<min(start + 7777, big.count)]))
    }
    writer.end()
    return (try writer.finish(), small, big)
  }

  func open(_ name: String, expecting: FileSummary? = nil) throws -> EnvelopeFile {
    try EnvelopeFile.open(name, in: folder.path, kind: .documents, expecting: expecting, fileSystem: system)
  }

  func open(bytes: [UInt8]) throws -> EnvelopeFile {
    try EnvelopeFile(MappedFile(copying: bytes, path: "x"), name: "x", kind: .documents, expecting: nil)
  }

  @Test("sections come back as written, at multiples of 64")
  func roundTrip() throws {
    let (summary, small, big) = try write("a.documents")
    let file = try open("a.documents", expecting: summary)
    #expect(file.tags == [Self.first, Self.empty, Self.second])
    #expect(try file.section(Self.first).bytes(0..<101) == small)
    #expect(try file.section(Self.second).bytes(0..<big.count) == big)
    #expect(try file.section(Self.second).bytes(65_000..<70_000) == Array(big[65_000..<70_000]))
    #expect(try file.section(Self.empty).bytes(0..<0) == [])
    #expect(try file.section(Self.second).offset % 64 == 0)
    #expect(try system.fileSize(folder.file("a.documents")) == summary.byteCount)
    #expect(file.optionalSection(SectionTag("ZZZZ")) == nil || Bool(false))
    #expect(throws: StorageError.self) { try file.section(SectionTag("ZZZZ")) }
    #expect(throws: StorageError.self) { try file.section(Self.first).verify(0..<102) }
    #expect(throws: StorageError.self) { try file.section(Self.first).verify(-1..<2) }
    try file.verifyAll()
  }

  @Test("a file without sections is valid")
  func noSections() throws {
    let writer = try EnvelopeWriter(creating: "e", in: folder.path, kind: .head, fileSystem: system)
    let summary = try writer.finish()
    let file = try EnvelopeFile.open("e", in: folder.path, kind: .head, expecting: summary, fileSystem: system)
    #expect(file.tags.isEmpty)
    try file.verifyAll()
    #expect(summary.byteCount == 64 + 4 + 64)
  }

  @Test("every flipped bit of header, tables and footer makes opening fail with an error")
  func flippedMetadata() throws {
    let (summary, _, _) = try write("m.documents", large: 70_000)
    let bytes = try folder.read("m.documents")
    let tableStart = summary.byteCount - 64 - 3 * 32 - 4 * ((summary.byteCount - 64 - 96) / 65_540 + 1)
    let places = Array(0..<64) + Array(tableStart..<summary.byteCount)
    for place in places {
      for bit in 0..<8 {
        var damaged = bytes
        damaged[place] ^= 1 << UInt8(bit)
        #expect(throws: StorageError.self, "byte \(place) bit \(bit)") { try open(bytes: damaged) }
      }
    }
  }

  @Test("a flipped bit in the body is found by verifyAll and by reading it, and not by reading another block")
  func flippedBody() throws {
    let (_, _, big) = try write("b.documents")
    let bytes = try folder.read("b.documents")
    let body = try open("b.documents").section(Self.second)
    var random = SeededRandom(state: 3)
    for _ in 0..<200 {
      let place = Int.random(in: 0..<big.count, using: &random)
      var damaged = bytes
      damaged[body.offset + place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      let file = try open(bytes: damaged)
      let section = try file.section(Self.second)
      #expect(throws: StorageError.self) { try file.verifyAll() }
      #expect(throws: StorageError.self) { try section.bytes(place..<place + 1) }
      let other = (place + 131_072) % (3 * 65_536 - 10_000)
      if (other + section.offset) / 65_536 != (place + section.offset) / 65_536 {
        #expect(try section.bytes(other..<other + 1) == [big[other]])
      }
    }
  }

  @Test("reserved bytes and padding that are not zero are refused, although every checksum is right")
  func reservedBytes() throws {
    let (summary, _, _) = try write("p.documents", large: 3000)
    let bytes = try folder.read("p.documents")
    let table = summary.byteCount - 64 - 4 - 96
    let footer = summary.byteCount - 64
    let padding = [64 + 101 + 3, table - 1]
    #expect(padding.allSatisfy { bytes[$0] == 0 })
    var reserved = padding + Array(28..<60) + Array(footer + 48..<footer + 56)
    for entry in 0..<3 { reserved += [table + 32 * entry + 5, table + 32 * entry + 24] }
    for place in reserved {
      var changed = bytes
      changed[place] = 1
      var writer = ByteWriter()
      writer.u32(CRC32C.checksum(Array(changed[..<60])))
      changed.replaceSubrange(60..<64, with: writer.bytes)
      writer.removeAll()
      writer.u32(CRC32C.checksum(Array(changed[..<table])))
      changed.replaceSubrange(table + 96..<table + 100, with: writer.bytes)
      writer.removeAll()
      writer.u32(CRC32C.checksum(Array(changed[table + 96..<table + 100])))
      changed.replaceSubrange(footer + 20..<footer + 24, with: writer.bytes)
      Self.reseal(&changed, table: table)
      #expect(throws: StorageError.self, "byte \(place)") { try open(bytes: changed) }
    }
  }

  @Test("numbers and texts of a section are read inside its bounds only")
  func singleValues() throws {
    let writer = try EnvelopeWriter(creating: "v", in: folder.path, kind: .documents, fileSystem: system)
    try writer.begin(Self.second)
    try writer.append([0x0403_0201, 0x8000_00ff] as [UInt32])
    try writer.append(Array("é\u{ff}".utf8) + [0xff])
    writer.end()
    _ = try writer.finish()
    let section = try open("v").section(Self.second)
    #expect(try section.u32(at: 0) == 0x0403_0201)
    #expect(try section.u32(at: 4) == 0x8000_00ff)
    #expect(try section.text(8..<10) == "é")
    #expect(try section.text(8..<12) == "éÿ")
    #expect(try section.text(8..<8) == "")
    #expect(try section.text(9..<10) == nil && section.text(12..<13) == nil)
    for place in [-1, 10, 13, .max, .min] {
      #expect(throws: StorageError.self) { try section.u32(at: place) }
    }
    #expect(throws: StorageError.self) { try section.text(12..<14) }
  }

  @Test("a file cut anywhere does not open")
  func truncation() throws {
    _ = try write("t.documents", large: 3000)
    let bytes = try folder.read("t.documents")
    for length in 0..<bytes.count {
      #expect(throws: StorageError.self, "length \(length)") { try open(bytes: Array(bytes[..<length])) }
    }
    #expect(throws: StorageError.self) { try open(bytes: bytes + [0]) }
  }

  @Test("another kind, a newer version, unknown flags and foreign files have their own errors")
  func refusals() throws {
    let (summary, _, _) = try write("r.documents", large: 100)
    let bytes = try folder.read("r.documents")
    #expect(throws: StorageError.wrongKind(path: folder.file("r.documents"), expected: "vectors", found: "documents")) {
      try EnvelopeFile.open("r.documents", in: folder.path, kind: .vectors, expecting: nil, fileSystem: system)
    }
    func header(_ change: (inout [UInt8]) -> Void) -> [UInt8] {
      var copy = bytes
      change(&copy)
      var writer = ByteWriter()
      writer.u32(CRC32C.checksum(Array(copy[..<60])))
      copy.replaceSubrange(60..<64, with: writer.bytes)
      return copy
    }
    #expect(throws: StorageError.unsupportedVersion(path: "x", found: 3, supported: 2)) {
      try open(bytes: header { $0[8] = 3 })
    }
    // Also when the checksum is not the one that this version computes, and when only the footer says so.
    for place in [8, bytes.count - 64 + 32] {
      var newer = bytes
      newer[place] = 3
      #expect(throws: StorageError.unsupportedVersion(path: "x", found: 3, supported: 2)) { try open(bytes: newer) }
    }
    #expect(throws: StorageError.unsupportedFlags(path: "x", found: 1)) { try open(bytes: header { $0[24] = 1 }) }
    #expect(throws: StorageError.notNewelFile(path: "x")) { try open(bytes: Array("not ours at all".utf8)) }
    #expect(throws: StorageError.truncated(path: "x", section: "the header", expected: 64, found: 0)) {
      try open(bytes: [])
    }
    #expect(throws: StorageError.notFound(path: folder.file("no"))) { try open("no") }

    var other = summary
    other.checksum ^= 1
    #expect(throws: StorageError.self) { try open("r.documents", expecting: other) }
    other = summary
    other.byteCount += 1
    #expect(throws: StorageError.self) { try open("r.documents", expecting: other) }
    other.byteCount -= 2
    #expect(throws: StorageError.self) { try open("r.documents", expecting: other) }
  }

  @Test("random bytes never open and never trap")
  func garbage() throws {
    var random = SeededRandom(state: 11)
    for _ in 0..<2000 {
      var bytes = random.bytes(Int.random(in: 0..<400, using: &random))
      for (i, byte) in EnvelopeLayout.magic.enumerated() where i < bytes.count { bytes[i] = byte }
      #expect(throws: StorageError.self) { try open(bytes: bytes) }
    }
  }

  @Test("well-checksummed tables with lying offsets do not open")
  func lyingTables() throws {
    let (summary, _, _) = try write("l.documents", large: 3000)
    let bytes = try folder.read("l.documents")
    let table = summary.byteCount - 64 - 4 - 96
    let values: [UInt64] = [0, 1, 63, 64, 1 << 31, 1 << 63, .max, .max - 63]
    for entry in 0..<3 {
      for field in [8, 16] {
        for value in values {
          var damaged = bytes
          var writer = ByteWriter()
          writer.u64(value)
          let at = table + 32 * entry + field
          if Array(damaged[at..<at + 8]) == writer.bytes { continue }
          damaged.replaceSubrange(at..<at + 8, with: writer.bytes)
          Self.reseal(&damaged, table: table)
          // Either refused, or the sections are still inside the body.
          guard let file = try? open(bytes: damaged) else { continue }
          for tag in file.tags {
            let section = try file.section(tag)
            #expect(section.offset >= 64 && section.offset + section.byteCount <= table)
          }
        }
      }
    }
  }

  /// Makes the checksums of section table and footer right again.
  static func reseal(_ bytes: inout [UInt8], table: Int) {
    let footer = bytes.count - 64
    var writer = ByteWriter()
    writer.u32(CRC32C.checksum(Array(bytes[table..<table + 96])))
    bytes.replaceSubrange(footer + 16..<footer + 20, with: writer.bytes)
    writer.removeAll()
    writer.u32(CRC32C.checksum(Array(bytes[footer..<footer + 60])))
    bytes.replaceSubrange(footer + 60..<footer + 64, with: writer.bytes)
  }
}
