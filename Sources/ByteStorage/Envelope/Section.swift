/// A part of a file of an index. Offsets inside it count from its own start.
///
/// Bytes may be used after ``verify(_:)`` of their range; ``reader(_:)`` and ``bytes(_:)`` verify by themselves.
public struct Section: Sendable {
  /// The file, which the section keeps alive.
  public let file: EnvelopeFile
  /// The name of the section.
  public let tag: SectionTag
  /// Where the section starts in the file; a multiple of 64.
  public let offset: Int
  /// The length in bytes.
  public let byteCount: Int

  init(file: EnvelopeFile, tag: SectionTag, offset: Int, byteCount: Int) {
    self.file = file
    self.tag = tag
    self.offset = offset
    self.byteCount = byteCount
  }

  /// Checks the checksum of every 64 KiB block that holds a byte of `range`, once per opened file; afterwards it costs
  /// a few nanoseconds.
  ///
  /// - Throws: `truncated` when the range is not inside the section, `damaged` when a checksum is wrong.
  public func verify(_ range: Range<Int>) throws(StorageError) {
    let range = try absolute(range)
    try file.verify(range)
  }

  /// Checks the whole section.
  public func verify() throws(StorageError) { try verify(0..<byteCount) }

  /// A reader over `range` (all by default), whose blocks are verified first.
  public func reader(_ range: Range<Int>? = nil) throws(StorageError) -> ByteReader {
    let range = try absolute(range ?? 0..<byteCount)
    try file.verify(range)
    return try ByteReader(file.file, range, section: "section \(tag)")
  }

  /// A copy of `range`, verified.
  public func bytes(_ range: Range<Int>) throws(StorageError) -> [UInt8] {
    var reader = try reader(range)
    return try reader.bytes(range.count)
  }

  /// The `u32` at `offset`, verified; much faster than a reader for one number.
  public func u32(at offset: Int) throws(StorageError) -> UInt32 {
    guard offset <= byteCount - 4 else { throw cutShort(offset) }
    let range = try absolute(offset..<offset + 4)
    try file.verify(range)
    let mapped = file.file
    let bytes = Span<UInt8>(_bytes: mapped.bytes.extracting(range))
    return UInt32(bytes[0]) | UInt32(bytes[1]) << 8 | UInt32(bytes[2]) << 16 | UInt32(bytes[3]) << 24
  }

  /// The text in `range`, verified; `nil` when it is not UTF-8.
  public func text(_ range: Range<Int>) throws(StorageError) -> String? {
    let range = try absolute(range)
    try file.verify(range)
    let mapped = file.file
    let bytes = Span<UInt8>(_bytes: mapped.bytes.extracting(range))
    guard let text = try? UTF8Span(validating: bytes) else { return nil }
    return String(copying: text)
  }

  /// An error about this section; `offset` counts from the start of the section.
  public func damage(at offset: Int, expected: String, found: String) -> StorageError {
    .damaged(
      path: file.file.path, section: "section \(tag)", offset: self.offset + offset, expected: expected, found: found)
  }

  private func absolute(_ range: Range<Int>) throws(StorageError) -> Range<Int> {
    guard range.lowerBound >= 0, range.upperBound <= byteCount else { throw cutShort(range.upperBound) }
    return offset + range.lowerBound..<offset + range.upperBound
  }

  private func cutShort(_ expected: Int) -> StorageError {
    .truncated(path: file.file.path, section: "section \(tag)", expected: expected, found: byteCount)
  }
}
