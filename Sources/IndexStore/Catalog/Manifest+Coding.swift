import ByteStorage

/// The bytes of a manifest: what its checksum covers, and what a commit's record holds. FORMAT.md §7.7.2.
extension Manifest {
  func encoded() -> [UInt8] {
    var writer = ByteWriter()
    func text(_ value: String) {
      writer.u32(UInt32(truncatingIfNeeded: value.utf8.count))
      writer.append(utf8: value)
    }
    writer.u64(generation)
    writer.u32(formatVersion)
    text(configurationText)
    writer.u64(nextOrdinal.rawValue)
    writer.u64(nextNumber)
    writer.u64(recordNumber)
    writer.u32(UInt32(truncatingIfNeeded: segments.count))
    for segment in segments {
      writer.u64(segment.number)
      writer.u64(segment.firstOrdinal.rawValue)
      writer.u64(segment.ordinalSpan)
      writer.u64(UInt64(bitPattern: Int64(segment.documentCount)))
      writer.u64(UInt64(bitPattern: Int64(segment.deadCount)))
      writer.u64(segment.postingCount)
    }
    writer.u32(UInt32(truncatingIfNeeded: files.count))
    for file in files {
      text(file.summary.name)
      writer.u32(file.kind.rawValue)
      writer.u64(file.segment ?? .max)
      writer.u64(UInt64(bitPattern: Int64(file.summary.byteCount)))
      writer.u32(file.summary.checksum)
    }
    return writer.bytes
  }

  /// CRC-32C over the bytes; the catalog has it beside the rows.
  var checksum: UInt32 { CRC32C.checksum(encoded()) }

  /// Reads what ``encoded()`` wrote. The numbers still have to be looked at (``contradiction``).
  ///
  /// - Throws: `truncated` or `damaged` for anything that this program did not write.
  init(_ reader: inout ByteReader) throws(StorageError) {
    func text() throws(StorageError) -> String {
      let at = reader.offset
      let bytes = try reader.bytes(Int(try reader.u32()))
      guard let text = String(validating: bytes, as: UTF8.self) else {
        throw .damaged(
          path: reader.file.path, section: reader.section, offset: at, expected: "a text in UTF-8", found: "other bytes"
        )
      }
      return text
    }
    func count() throws(StorageError) -> Int {
      let at = reader.offset
      let value = try reader.u64()
      guard let count = Int(exactly: value) else {
        throw .damaged(
          path: reader.file.path, section: reader.section, offset: at, expected: "a count", found: "\(value)")
      }
      return count
    }
    generation = try reader.u64()
    formatVersion = try reader.u32()
    configurationText = try text()
    nextOrdinal = Ordinal(try reader.u64())
    nextNumber = try reader.u64()
    recordNumber = try reader.u64()
    segments = []
    for _ in 0..<(try reader.u32()) {
      segments.append(
        Segment(
          number: try reader.u64(), firstOrdinal: Ordinal(try reader.u64()), ordinalSpan: try reader.u64(),
          documentCount: try count(), deadCount: try count(), postingCount: try reader.u64()))
    }
    files = []
    for _ in 0..<(try reader.u32()) {
      let name = try text()
      let at = reader.offset
      let raw = try reader.u32()
      guard let kind = FileKind(rawValue: raw) else {
        throw .damaged(
          path: reader.file.path, section: reader.section, offset: at, expected: "a kind of file", found: "\(raw)")
      }
      let segment = try reader.u64()
      files.append(
        File(
          summary: FileSummary(name: name, byteCount: try count(), checksum: try reader.u32()), kind: kind,
          segment: segment == .max ? nil : segment))
    }
  }
}
