/// Writes one file of an index, front to back: header, sections, section table, block checksums, footer.
///
/// Usage: `begin`, any number of `append`, `end`, again for each section, then ``finish()``. After an error the file
/// is incomplete; call ``abandon()``. Not for use from several threads at once.
public final class EnvelopeWriter {
  /// The path of the file.
  public let path: String
  /// The name of the file in its folder.
  public let name: String
  /// What the file holds.
  public let kind: FileKind

  private let fileSystem: any FileSystem
  private let file: any WritableFile
  private var pending = ByteWriter()
  private var written = 0
  private var blockChecksums: [UInt32] = []
  private var sections: [(tag: SectionTag, offset: Int, length: Int)] = []
  private var openSection: (tag: SectionTag, offset: Int)?
  private var isFinished = false

  /// Creates the file, which must not exist.
  public init(
    creating name: String, in folder: String, kind: FileKind, fileSystem: any FileSystem
  ) throws(StorageError) {
    self.name = name
    self.path = joinedPath(folder, name)
    self.kind = kind
    self.fileSystem = fileSystem
    self.file = try fileSystem.create(path)
    pending.reserveCapacity(2 * EnvelopeLayout.blockByteCount)
    pending.append(EnvelopeLayout.header(kind: kind))
  }

  /// The position of the next byte in the file.
  public var offset: Int { written + pending.count }

  /// The number of bytes in the open section; 0 when none is open.
  public var sectionByteCount: Int { openSection.map { offset - $0.offset } ?? 0 }

  /// Begins a section.
  ///
  /// - Precondition: no section is open and the file has none of this tag.
  public func begin(_ tag: SectionTag) throws(StorageError) {
    precondition(openSection == nil, "A section is still open.")
    precondition(!sections.contains { $0.tag == tag }, "The file has a section of this tag already.")
    precondition(sections.count < EnvelopeLayout.maximumSectionCount, "Too many sections.")
    try pad(to: EnvelopeLayout.alignment)
    openSection = (tag, offset)
  }

  /// Ends the open section.
  public func end() {
    guard let open = openSection else { preconditionFailure("No section is open.") }
    sections.append((open.tag, open.offset, offset - open.offset))
    openSection = nil
  }

  /// Appends memory to the open section.
  public func append(_ bytes: RawSpan) throws(StorageError) {
    precondition(openSection != nil, "Bytes belong to a section.")
    try appendBody(bytes)
  }

  /// Appends numbers to the open section, little-endian.
  public func append<Number: PlainNumber>(_ values: [Number]) throws(StorageError) {
    try append(values.rawBytes)
  }

  /// Appends zero bytes until the section's length is a multiple of `alignment`.
  public func align(_ alignment: Int) throws(StorageError) {
    precondition(openSection != nil, "Bytes belong to a section.")
    let rest = sectionByteCount % alignment
    if rest != 0 { try appendBody([UInt8](repeating: 0, count: alignment - rest).rawBytes) }
  }

  /// Writes tables and footer, synchronises and closes the file. The folder is not synchronised.
  public func finish() throws(StorageError) -> FileSummary {
    precondition(openSection == nil, "A section is still open.")
    precondition(!isFinished, "The file is finished already.")
    try pad(to: EnvelopeLayout.alignment)
    let tableOffset = offset
    try flushBlocks(all: true)

    var table = ByteWriter()
    for section in sections {
      table.u32(section.tag.rawValue)
      table.u32(0)
      table.u64(UInt64(section.offset))
      table.u64(UInt64(section.length))
      table.u64(0)
    }
    let blockTable = blockChecksums
    let blockTableChecksum = CRC32C.checksum(blockTable.rawBytes)
    let fileByteCount = tableOffset + table.count + 4 * blockTable.count + EnvelopeLayout.footerByteCount

    var footer = ByteWriter()
    footer.u64(UInt64(tableOffset))
    footer.u32(UInt32(sections.count))
    footer.u32(UInt32(blockChecksums.count))
    footer.u32(CRC32C.checksum(table.bytes))
    footer.u32(blockTableChecksum)
    footer.u64(UInt64(fileByteCount))
    footer.u32(EnvelopeLayout.formatVersion)
    footer.u32(kind.rawValue)
    footer.u64(0)
    footer.zeros(8)
    footer.append(EnvelopeLayout.invertedMagic)
    let checksum = CRC32C.checksum(footer.bytes)
    footer.u32(checksum)

    try file.append(table.bytes.rawBytes)
    try file.append(blockTable.rawBytes)
    try file.append(footer.bytes.rawBytes)
    try file.synchronize()
    try file.close()
    isFinished = true
    return FileSummary(name: name, byteCount: fileByteCount, checksum: checksum)
  }

  /// Closes and removes the file as far as possible; errors are ignored, the file belongs to nobody's manifest.
  public func abandon() {
    try? file.close()
    try? fileSystem.remove(path)
  }

  private func appendBody(_ bytes: RawSpan) throws(StorageError) {
    // In pieces, so that a large span is not copied as a whole.
    var start = 0
    while start < bytes.byteCount {
      let end = min(start + EnvelopeLayout.blockByteCount, bytes.byteCount)
      pending.append(bytes.extracting(start..<end))
      try flushBlocks(all: false)
      start = end
    }
  }

  private func pad(to alignment: Int) throws(StorageError) {
    let rest = offset % alignment
    if rest != 0 { pending.zeros(alignment - rest) }
    try flushBlocks(all: false)
  }

  /// Writes whole blocks, and the last partial one when `all`.
  private func flushBlocks(all: Bool) throws(StorageError) {
    let size = EnvelopeLayout.blockByteCount
    guard pending.count >= size || (all && pending.count > 0) else { return }
    // Taken out of the object for the time of the call, so that no copy is made.
    var ready = ByteWriter()
    swap(&ready, &pending)
    defer { swap(&ready, &pending) }
    var start = 0
    while ready.count - start >= size || (all && start < ready.count) {
      let end = min(start + size, ready.count)
      blockChecksums.append(CRC32C.checksum(ready.bytes.rawBytes.extracting(start..<end)))
      start = end
    }
    try file.append(ready.bytes.rawBytes.extracting(0..<start))
    written += start
    ready.removeFirst(start)
  }
}
