import ByteStorage

/// Documents that were deleted: for some segments, the numbers of documents in them. FORMAT.md §7.9.
///
/// A commit that deletes writes one such file with what is new, and takes in earlier ones that are not much larger, so that there
/// are few and none is written again often.
enum TombstonesFile {
  static let directory = SectionTag("TDIR")
  static let lists = SectionTag("DEAD")
  static let directoryEntryByteCount = 32

  /// Offsets in an entry of `TDIR`. FORMAT.md §7.9.1.
  enum DirectoryEntry {
    static let segment = 0
    static let offset = 8
    static let byteCount = 16
    static let documentCount = 20
    static let firstDocument = 24
    static let zero = 28
  }

  /// The deleted documents of segments, by the numbers of the segments.
  typealias Lists = [UInt64: [UInt32]]

  /// Writes and finishes a file.
  ///
  /// - Parameter lists: for each segment numbers of documents, ascending, at least one.
  static func write(_ lists: Lists, to file: EnvelopeWriter) throws(StorageError) -> FileSummary {
    var entries = ByteWriter()
    var content = ByteWriter()
    for (segment, documents) in lists.sorted(by: { $0.key < $1.key }) {
      var list = DocumentList.Builder()
      for document in documents { list.append(Int(document)) }
      let packed = list.packed()
      entries.u64(segment)
      entries.u64(UInt64(content.count))
      entries.u32(UInt32(packed.count))
      entries.u32(UInt32(list.count))
      entries.u32(UInt32(list.first))
      entries.u32(0)
      content.append(packed)
    }
    try file.begin(Self.lists)
    try file.append(content.bytes)
    file.end()
    try file.begin(directory)
    try file.append(entries.bytes)
    file.end()
    return try file.finish()
  }

  /// Reads a file, every list of it.
  ///
  /// - Parameter documentCounts: how many documents each segment has; lists of other segments, which were merged since, are
  ///   left out.
  static func read(_ file: EnvelopeFile, documentCounts: [UInt64: Int]) throws(StorageError) -> Lists {
    let entries = try file.section(directory)
    let content = try file.section(Self.lists)
    guard entries.byteCount % directoryEntryByteCount == 0 else {
      throw entries.damage(
        at: 0, expected: "entries of \(directoryEntryByteCount) bytes", found: "\(entries.byteCount) bytes")
    }
    var reader = try entries.reader()
    var lists: Lists = [:]
    while !reader.isAtEnd {
      let at = reader.offset
      let segment = try reader.u64()
      let offset = try reader.length()
      let byteCount = Int(try reader.u32())
      let count = Int(try reader.u32())
      let first = Int(try reader.u32())
      let zero = try reader.u32()
      guard offset <= content.byteCount, byteCount <= content.byteCount - offset, lists[segment] == nil, count > 0,
        zero == 0
      else {
        throw entries.damage(at: at, expected: "a list inside \(content.byteCount) bytes", found: "another range")
      }
      guard let documentCount = documentCounts[segment] else { continue }
      let bytes = try content.bytes(offset..<offset + byteCount)
      var documents: [UInt32] = []
      documents.reserveCapacity(min(count, documentCount))
      guard
        DocumentList.forEach(
          in: bytes, first: first, count: count, documentCount: documentCount, { documents.append(UInt32($0)) })
      else {
        throw content.damage(at: offset, expected: "\(count) ascending documents", found: "something else")
      }
      lists[segment] = documents
    }
    return lists
  }
}
