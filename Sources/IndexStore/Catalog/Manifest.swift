import ByteStorage

/// What a commit consists of: everything a reader must know before it opens a file. FORMAT.md §7.7.
struct Manifest: Equatable, Sendable {
  struct Segment: Equatable, Sendable {
    var number: UInt64
    var firstOrdinal: UInt64
    var documentCount: Int
    var postingCount: UInt64
    /// CRC-32C over the keys of the segment in order, see ``KeyChecksum``.
    var keyChecksum: UInt32
    /// The metadata fields of its documents.
    var fields: [FilterField] = []
    /// Whether documents have further fields, of which nothing is known.
    var leavesFieldsOut = false
  }

  struct File: Equatable, Sendable {
    var summary: FileSummary
    var kind: FileKind
    /// The segment the file belongs to; `nil` for vocabulary, head and alignment.
    var segment: UInt64?
  }

  var generation: UInt64
  var formatVersion: UInt32
  /// The configuration as the JSON text that is stored.
  var configurationText: String
  var vocabularyFile: String?
  var headFile: String?
  var documentCount: UInt64
  /// The first number that no file has had.
  var nextNumber: UInt64
  /// By `firstOrdinal`, ascending.
  var segments: [Segment]
  /// By name, bytes ascending.
  var files: [File]

  /// CRC-32C over all of the above in a fixed form; it is stored beside it. FORMAT.md §7.7.2.
  var checksum: UInt32 {
    var writer = ByteWriter()
    func text(_ value: String?) {
      writer.u32(value.map { UInt32($0.utf8.count) } ?? .max)
      if let value { writer.append(utf8: value) }
    }
    writer.u64(generation)
    writer.u32(formatVersion)
    text(configurationText)
    text(vocabularyFile)
    text(headFile)
    writer.u64(documentCount)
    writer.u64(nextNumber)
    writer.u32(UInt32(segments.count))
    for segment in segments {
      writer.u64(segment.number)
      writer.u64(segment.firstOrdinal)
      writer.u64(UInt64(segment.documentCount))
      writer.u64(segment.postingCount)
      writer.u32(segment.keyChecksum)
      writer.u32(segment.leavesFieldsOut ? 1 : 0)
      writer.u32(UInt32(segment.fields.count))
      for field in segment.fields { field.encode(into: &writer) }
    }
    writer.u32(UInt32(files.count))
    for file in files {
      text(file.summary.name)
      writer.u32(file.kind.rawValue)
      writer.u64(file.segment ?? .max)
      writer.u64(UInt64(file.summary.byteCount))
      writer.u32(file.summary.checksum)
    }
    return CRC32C.checksum(writer.bytes)
  }

  /// The file of a kind that belongs to a segment.
  func file(_ kind: FileKind, segment: UInt64) -> File? { files.first { $0.kind == kind && $0.segment == segment } }

  /// The file of this name.
  func file(named name: String) -> File? { files.first { $0.summary.name == name } }

  /// The file of the alignment; `nil` for an index without.
  var alignmentFile: File? { files.first { $0.kind == .alignment } }

  /// What is wrong with the numbers, although their checksum is right; `nil` when nothing is.
  var contradiction: String? {
    var next: UInt64 = 0
    for segment in segments {
      if segment.firstOrdinal != next { return "segment \(segment.number) does not continue the one before it" }
      if segment.documentCount < 1 { return "segment \(segment.number) has no documents" }
      next += UInt64(segment.documentCount)
      for kind in [FileKind.postings, .forward, .documents] where file(kind, segment: segment.number) == nil {
        return "segment \(segment.number) has no \(kind.name) file"
      }
    }
    if next != documentCount { return "the segments have \(next) documents, the manifest counts \(documentCount)" }
    for name in [vocabularyFile, headFile] {
      if let name, file(named: name) == nil { return "the file '\(name)' is not in the list of files" }
    }
    if files.count(where: { $0.kind == .alignment }) > 1 { return "there are two alignments" }
    if nextNumber > IndexFolder.maximumNumber { return "the next file number \(nextNumber) is too large" }
    for file in files {
      guard let parsed = IndexFolder.parse(file.summary.name), parsed.kind == file.kind, parsed.number < nextNumber
      else { return "'\(file.summary.name)' is no name of a \(file.kind.name) file" }
    }
    return nil
  }
}

/// The checksum over the keys of a segment: of each, its length in bytes as `u32`, then its bytes. FORMAT.md §7.7.3.
struct KeyChecksum {
  private(set) var value: UInt32 = 0
  private var scratch = ByteWriter()

  mutating func add(_ key: String) {
    scratch.removeAll()
    scratch.u32(UInt32(key.utf8.count))
    scratch.append(utf8: key)
    value = CRC32C.checksum(scratch.bytes, continuing: value)
  }
}
