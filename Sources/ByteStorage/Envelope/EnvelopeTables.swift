/// Header, footer, section table and block table of a file, read and checked. FORMAT.md §5.
struct EnvelopeTables {
  let kind: FileKind
  let checksum: UInt32
  let sections: [SectionTag: Range<Int>]
  let tags: [SectionTag]
  let sectionTableOffset: Int
  let blockTableOffset: Int
  let blockCount: Int

  init(reading file: MappedFile, kind: FileKind) throws(StorageError) {
    let header = try Self.header(file)
    let footer = try Self.footer(file)
    for found in [header.kind, footer.kind] where found != kind.rawValue {
      throw .wrongKind(
        path: file.path, expected: kind.name, found: FileKind(rawValue: found)?.name ?? "kind \(found)")
    }
    self.kind = kind
    self.checksum = footer.checksum
    self.sectionTableOffset = footer.sectionTableOffset
    self.blockTableOffset = footer.blockTableOffset
    self.blockCount = footer.blockCount

    let blockTable = file.bytes.extracting(footer.blockTableOffset..<footer.start)
    let blockTableChecksum = CRC32C.checksum(blockTable)
    guard blockTableChecksum == footer.blockTableChecksum else {
      throw Self.damage(
        file, "the block table", footer.blockTableOffset, "checksum \(hex(footer.blockTableChecksum))",
        hex(blockTableChecksum))
    }
    (sections, tags) = try Self.sections(file, footer)
  }

  private struct Header {
    var kind: UInt32
  }

  private struct Footer {
    var start: Int
    var sectionTableOffset: Int
    var sectionCount: Int
    var blockTableOffset: Int
    var blockCount: Int
    var sectionTableChecksum: UInt32
    var blockTableChecksum: UInt32
    var kind: UInt32
    var checksum: UInt32
  }

  private static func header(_ file: MappedFile) throws(StorageError) -> Header {
    let size = EnvelopeLayout.headerByteCount
    guard file.byteCount >= EnvelopeLayout.magic.count else {
      throw .truncated(
        path: file.path, section: "the header", expected: size, found: file.byteCount)
    }
    var reader = try ByteReader(file, 0..<min(size, file.byteCount), section: "the header")
    guard try reader.bytes(EnvelopeLayout.magic.count) == EnvelopeLayout.magic else {
      throw .notNewelFile(path: file.path)
    }
    let version = try reader.u32()
    // Before the checksum: a newer format is not damage, even where it computes its checksums in another way.
    if version > EnvelopeLayout.formatVersion {
      throw .unsupportedVersion(path: file.path, found: version, supported: EnvelopeLayout.formatVersion)
    }
    let kind = try reader.u32()
    let reserved = try reader.u64()
    let flags = try reader.u32()
    let zeros = try reader.bytes(EnvelopeLayout.Header.checksum - EnvelopeLayout.Header.zeros)
    let expected = try reader.u32()
    let found = CRC32C.checksum(file.bytes.extracting(0..<EnvelopeLayout.Header.checksum))
    guard expected == found else {
      throw damage(file, "the header", EnvelopeLayout.Header.checksum, "checksum \(hex(expected))", hex(found))
    }
    guard version == EnvelopeLayout.formatVersion else {
      throw .unsupportedVersion(path: file.path, found: version, supported: EnvelopeLayout.formatVersion)
    }
    guard flags == 0 else { throw .unsupportedFlags(path: file.path, found: flags) }
    guard reserved == 0, zeros.allSatisfy({ $0 == 0 }) else {
      throw damage(file, "the header", EnvelopeLayout.Header.reserved, "zeros", "other bytes")
    }
    return Header(kind: kind)
  }

  private static func footer(_ file: MappedFile) throws(StorageError) -> Footer {
    let smallest = EnvelopeLayout.headerByteCount + EnvelopeLayout.footerByteCount
    guard file.byteCount >= smallest else {
      throw .truncated(path: file.path, section: "header and footer", expected: smallest, found: file.byteCount)
    }
    let start = file.byteCount - EnvelopeLayout.footerByteCount
    var reader = try ByteReader(file, start..<file.byteCount, section: "the footer")
    let sectionTableOffset = try reader.u64()
    let sectionCount = Int(try reader.u32())
    let blockCount = Int(try reader.u32())
    let sectionTableChecksum = try reader.u32()
    let blockTableChecksum = try reader.u32()
    let fileByteCount = try reader.u64()
    let version = try reader.u32()
    let kind = try reader.u32()
    let reserved = try reader.u64()
    let zeros = try reader.u64()
    let magic = try reader.bytes(EnvelopeLayout.invertedMagic.count)
    let checksum = try reader.u32()
    guard magic == EnvelopeLayout.invertedMagic else {
      throw damage(
        file, "the footer", start + EnvelopeLayout.Footer.invertedMagic, "the inverted magic",
        "other bytes, as in a file that was cut short or not finished")
    }
    if version > EnvelopeLayout.formatVersion {
      throw .unsupportedVersion(path: file.path, found: version, supported: EnvelopeLayout.formatVersion)
    }
    let found = CRC32C.checksum(
      file.bytes.extracting(start..<start + EnvelopeLayout.Footer.checksum))
    guard checksum == found else {
      throw damage(file, "the footer", start + EnvelopeLayout.Footer.checksum, "checksum \(hex(checksum))", hex(found))
    }
    guard version == EnvelopeLayout.formatVersion else {
      throw .unsupportedVersion(path: file.path, found: version, supported: EnvelopeLayout.formatVersion)
    }
    guard fileByteCount == UInt64(file.byteCount) else {
      throw damage(
        file, "the footer", start + EnvelopeLayout.Footer.fileByteCount, "\(file.byteCount) bytes", "\(fileByteCount)")
    }
    guard reserved == 0, zeros == 0 else {
      throw damage(file, "the footer", start + EnvelopeLayout.Footer.reserved, "zeros", "other bytes")
    }

    // The parts must fill the file exactly: body, section table, block table, footer.
    let blockSize = EnvelopeLayout.blockByteCount
    guard sectionCount <= EnvelopeLayout.maximumSectionCount, let tableOffset = Int(exactly: sectionTableOffset),
      tableOffset >= EnvelopeLayout.headerByteCount, tableOffset <= start,
      tableOffset % EnvelopeLayout.alignment == 0, blockCount == (tableOffset + blockSize - 1) / blockSize,
      start - tableOffset == sectionCount * EnvelopeLayout.sectionEntryByteCount + 4 * blockCount
    else {
      throw damage(file, "the footer", start, "tables that fill the file", "offsets that do not")
    }
    return Footer(
      start: start, sectionTableOffset: tableOffset, sectionCount: sectionCount,
      blockTableOffset: tableOffset + sectionCount * EnvelopeLayout.sectionEntryByteCount, blockCount: blockCount,
      sectionTableChecksum: sectionTableChecksum, blockTableChecksum: blockTableChecksum, kind: kind, checksum: checksum
    )
  }

  private static func sections(
    _ file: MappedFile, _ footer: Footer
  ) throws(StorageError) -> ([SectionTag: Range<Int>], [SectionTag]) {
    let range = footer.sectionTableOffset..<footer.blockTableOffset
    let found = CRC32C.checksum(file.bytes.extracting(range))
    guard found == footer.sectionTableChecksum else {
      throw damage(
        file, "the section table", range.lowerBound, "checksum \(hex(footer.sectionTableChecksum))", hex(found))
    }
    var reader = try ByteReader(file, range, section: "the section table")
    var sections: [SectionTag: Range<Int>] = [:]
    var tags: [SectionTag] = []
    var previousEnd = EnvelopeLayout.headerByteCount
    for _ in 0..<footer.sectionCount {
      let at = reader.offset
      let tag = SectionTag(rawValue: try reader.u32())
      let zero = try reader.u32()
      let offset = try reader.u64()
      let length = try reader.u64()
      let reserved = try reader.u64()
      let end = offset.addingReportingOverflow(length)
      guard zero == 0, reserved == 0, sections[tag] == nil, !end.overflow,
        end.partialValue <= UInt64(footer.sectionTableOffset), offset == UInt64(EnvelopeLayout.aligned(previousEnd))
      else {
        throw damage(file, "the section table", at, "sections in order inside the body", "section \(tag) elsewhere")
      }
      try checkPadding(file, previousEnd..<Int(offset))
      previousEnd = Int(end.partialValue)
      sections[tag] = Int(offset)..<previousEnd
      tags.append(tag)
    }
    guard EnvelopeLayout.aligned(previousEnd) == footer.sectionTableOffset else {
      throw damage(
        file, "the footer", footer.start, "a section table behind the last section",
        "one at \(footer.sectionTableOffset)")
    }
    try checkPadding(file, previousEnd..<footer.sectionTableOffset)
    return (sections, tags)
  }

  /// The bytes between sections are zero. They are fewer than 64, so this costs nothing.
  private static func checkPadding(_ file: MappedFile, _ range: Range<Int>) throws(StorageError) {
    var reader = try ByteReader(file, range, section: "the padding")
    if let place = try reader.bytes(range.count).firstIndex(where: { $0 != 0 }) {
      throw damage(file, "the padding", range.lowerBound + place, "zeros", "other bytes")
    }
  }

  private static func damage(
    _ file: MappedFile, _ section: String, _ offset: Int, _ expected: String, _ found: String
  ) -> StorageError {
    .damaged(path: file.path, section: section, offset: offset, expected: expected, found: found)
  }
}
