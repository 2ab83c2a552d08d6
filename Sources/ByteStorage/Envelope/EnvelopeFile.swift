/// A file of an index, opened for reading: header, footer and tables are checked at once, the body's blocks of 64 KiB
/// when they are first read through ``Section/verify(_:)``, or all by ``verifyAll()``.
public final class EnvelopeFile: Sendable {
  /// The mapped bytes.
  public let file: MappedFile
  /// What the file holds.
  public let kind: FileKind
  /// Name, length and identifying checksum.
  public let summary: FileSummary

  private let sections: [SectionTag: Range<Int>]
  /// The sections in the order they stand in the file.
  public let tags: [SectionTag]
  private let bodyByteCount: Int
  private let blockTableOffset: Int
  private let blockCount: Int
  private let verified: BlockBitmap

  /// Opens the file `name` in `folder`.
  ///
  /// - Parameter expecting: what the manifest remembers of the file; its length and checksum must be the file's.
  /// - Throws: every kind of ``StorageError``; nothing is ever written.
  public static func open(
    _ name: String, in folder: String, kind: FileKind, expecting: FileSummary?, fileSystem: any FileSystem
  ) throws(StorageError) -> EnvelopeFile {
    let path = joinedPath(folder, name)
    if let expecting, let size = try fileSystem.fileSize(path), size < expecting.byteCount {
      // Before mapping, so that a shortened file is an error of this call and not of a later access.
      throw .truncated(path: path, section: "the file", expected: expecting.byteCount, found: size)
    }
    return try EnvelopeFile(
      try fileSystem.map(path), name: name, kind: kind, expecting: expecting)
  }

  /// Checks bytes that are mapped already.
  public convenience init(_ file: MappedFile, name: String, kind: FileKind, expecting: FileSummary?)
    throws(StorageError)
  {
    try self.init(EnvelopeTables(reading: file, kind: kind), file, name: name, expecting: expecting)
  }

  private init(
    _ tables: EnvelopeTables, _ file: MappedFile, name: String, expecting: FileSummary?
  ) throws(StorageError) {
    if let expecting {
      guard expecting.byteCount == file.byteCount else {
        throw .damaged(
          path: file.path, section: "its length", offset: 0, expected: "\(expecting.byteCount) bytes (by the manifest)",
          found: "\(file.byteCount)")
      }
      guard expecting.checksum == tables.checksum else {
        throw .damaged(
          path: file.path, section: "the footer",
          offset: file.byteCount - EnvelopeLayout.footerByteCount + EnvelopeLayout.Footer.checksum,
          expected: "checksum \(hex(expecting.checksum)) (by the manifest)", found: hex(tables.checksum))
      }
    }
    self.file = file
    self.kind = tables.kind
    self.summary = FileSummary(name: name, byteCount: file.byteCount, checksum: tables.checksum)
    self.sections = tables.sections
    self.tags = tables.tags
    self.bodyByteCount = tables.sectionTableOffset
    self.blockTableOffset = tables.blockTableOffset
    self.blockCount = tables.blockCount
    self.verified = BlockBitmap(count: tables.blockCount)
  }

  /// The section of this tag.
  ///
  /// - Throws: ``StorageError/damaged(path:section:offset:expected:found:)`` when the file has none.
  public func section(_ tag: SectionTag) throws(StorageError) -> Section {
    guard let section = optionalSection(tag) else {
      throw .damaged(
        path: file.path, section: "the section table", offset: bodyByteCount, expected: "a section \(tag)",
        found: tags.isEmpty ? "none" : tags.map(\.description).joined(separator: " "))
    }
    return section
  }

  /// The section of this tag, or `nil` when the file has none.
  public func optionalSection(_ tag: SectionTag) -> Section? {
    sections[tag].map { Section(file: self, tag: tag, offset: $0.lowerBound, byteCount: $0.count) }
  }

  /// The bytes of the file that a section takes; `nil` when the file has none of this tag.
  public func range(of tag: SectionTag) -> Range<Int>? { sections[tag] }

  /// Checks every block anew, whether it was checked before or not.
  public func verifyAll() throws(StorageError) {
    file.advise(.sequential)
    for block in 0..<blockCount { try check(block) }
    file.advise(.random)
  }

  /// Checks the blocks that hold `range` (offsets in the file) and were not checked before.
  func verify(_ range: Range<Int>) throws(StorageError) {
    if verified.isComplete || range.isEmpty { return }
    let size = EnvelopeLayout.blockByteCount
    for block in range.lowerBound / size...(range.upperBound - 1) / size where !verified.contains(block) {
      try check(block)
    }
  }

  private func check(_ block: Int) throws(StorageError) {
    let file = self.file
    let start = block * EnvelopeLayout.blockByteCount
    let end = min(start + EnvelopeLayout.blockByteCount, bodyByteCount)
    let found = CRC32C.checksum(file.bytes.extracting(start..<end))
    let at = blockTableOffset + 4 * block
    var reader = try ByteReader(file, at..<at + 4, section: "the block table")
    let expected = try reader.u32()
    guard found == expected else {
      throw .damaged(
        path: file.path, section: "the block at \(start)..<\(end) (\(names(start..<end)))", offset: start,
        expected: "checksum \(hex(expected))", found: hex(found))
    }
    verified.insert(block)
  }

  private func names(_ range: Range<Int>) -> String {
    let touched = tags.filter { sections[$0].map { !$0.isEmpty && $0.overlaps(range) } ?? false }
    return touched.isEmpty ? "header and padding" : "section " + touched.map(\.description).joined(separator: ", ")
  }
}

/// Eight hexadecimal digits.
func hex(_ value: UInt32) -> String {
  let digits = String(value, radix: 16)
  return "0x" + String(repeating: "0", count: 8 - digits.count) + digits
}
