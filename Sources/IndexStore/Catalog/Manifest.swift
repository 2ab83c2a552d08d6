import ByteStorage

/// What a commit consists of: everything a reader must know before it opens a file. FORMAT.md §7.7.
struct Manifest: Equatable, Sendable {
  struct Segment: Equatable, Sendable {
    /// The number in the names of the files that it was written with.
    var number: UInt64
    /// The ordinal of its first document.
    var firstOrdinal: Ordinal
    /// How many ordinals it covers, those of dropped documents included.
    var ordinalSpan: UInt64
    /// Documents in its files, deleted ones included.
    var documentCount: Int
    /// How many of them are deleted.
    var deadCount: Int
    var postingCount: UInt64

    /// Documents that are not deleted.
    var liveCount: Int { documentCount - deadCount }
    /// The first ordinal behind it.
    var endOrdinal: Ordinal { Ordinal(firstOrdinal.rawValue + ordinalSpan) }
  }

  struct File: Hashable, Sendable {
    var summary: FileSummary
    var kind: FileKind
    /// The segment the file belongs to; `nil` for files of the whole index.
    var segment: UInt64?
  }

  var generation: UInt64
  var formatVersion: UInt32 = EnvelopeLayout.formatVersion
  /// The configuration as the JSON text that is stored.
  var configurationText: String
  /// The first ordinal that no document has had.
  var nextOrdinal: Ordinal
  /// The first number that no file has had.
  var nextNumber: UInt64
  /// The number in the name of this commit's record.
  var recordNumber: UInt64
  /// By `firstOrdinal`, ascending.
  var segments: [Segment]
  /// By name, bytes ascending.
  var files: [File]

  /// An index before its first commit.
  static let empty = Manifest(
    generation: 0, configurationText: "", nextOrdinal: Ordinal(0), nextNumber: 1, recordNumber: 0, segments: [],
    files: [])

  /// Documents that are not deleted.
  var liveCount: Int { segments.reduce(0) { $0 + $1.liveCount } }

  /// The file of a kind that belongs to a segment.
  func file(_ kind: FileKind, segment: UInt64) -> File? { files.first { $0.kind == kind && $0.segment == segment } }

  /// The file of a kind of which an index has one at most.
  func sole(_ kind: FileKind) -> File? { files.first { $0.kind == kind } }

  /// The files of a kind, the oldest first.
  func files(_ kind: FileKind) -> [File] {
    files.filter { $0.kind == kind }.sorted {
      IndexFolder.number($0.summary.name) < IndexFolder.number($1.summary.name)
    }
  }

  /// The name of this commit's record.
  var recordName: String { IndexFolder.name(recordNumber, .commit) }

  /// The kinds of files that belong to the whole index, once at most.
  static let soleKinds: [FileKind] = [.vocabulary, .head, .alignment, .scales]
  /// The kinds of files that every segment has.
  static let neededKinds: [FileKind] = [.postings, .forward, .documents, .columns]

  /// What is wrong with the numbers, although their checksum is right; `nil` when nothing is.
  var contradiction: String? { segmentContradiction ?? fileContradiction }

  private var segmentContradiction: String? {
    var next: UInt64 = 0
    var documents = 0
    var kindsOfSegments: [UInt64: Set<FileKind>] = [:]
    for file in files {
      if let segment = file.segment { kindsOfSegments[segment, default: []].insert(file.kind) }
    }
    guard nextOrdinal.rawValue <= Ordinal.limit else { return "the next ordinal \(nextOrdinal) is too large" }
    for segment in segments {
      let name = "segment \(segment.number)"
      guard segment.firstOrdinal.rawValue >= next else { return "\(name) begins before the one before it ends" }
      guard segment.documentCount >= 1, segment.documentCount <= IndexSnapshot.maximumDocumentCount else {
        return "\(name) has \(segment.documentCount) documents"
      }
      guard segment.deadCount >= 0, segment.deadCount <= segment.documentCount else {
        return "\(name) has \(segment.deadCount) deleted documents of \(segment.documentCount)"
      }
      guard segment.ordinalSpan >= UInt64(segment.documentCount), segment.ordinalSpan <= Ordinal.limit,
        segment.firstOrdinal.rawValue <= nextOrdinal.rawValue,
        segment.ordinalSpan <= nextOrdinal.rawValue - segment.firstOrdinal.rawValue
      else { return "\(name) covers \(segment.ordinalSpan) ordinals from \(segment.firstOrdinal) on" }
      next = segment.endOrdinal.rawValue
      documents += segment.documentCount
      let kinds = kindsOfSegments[segment.number] ?? []
      for kind in Self.neededKinds where !kinds.contains(kind) { return "\(name) has no \(kind.name) file" }
    }
    guard documents <= IndexSnapshot.maximumDocumentCount else {
      return "it has \(documents) documents, more than \(IndexSnapshot.maximumDocumentCount)"
    }
    return nil
  }

  private var fileContradiction: String? {
    if nextNumber > IndexFolder.maximumNumber { return "the next file number \(nextNumber) is too large" }
    if recordNumber >= nextNumber { return "its record has the number \(recordNumber)" }
    for kind in Self.soleKinds where files.count(where: { $0.kind == kind }) > 1 {
      return "it has two files of the kind \(kind.name)"
    }
    let numbers = Set(segments.map(\.number))
    if numbers.count != segments.count { return "two segments have one number" }
    for file in files {
      guard let parsed = IndexFolder.parse(file.summary.name), parsed.kind == file.kind, parsed.number < nextNumber
      else { return "'\(file.summary.name)' is no name of a \(file.kind.name) file" }
      if let segment = file.segment, !numbers.contains(segment) {
        return "'\(file.summary.name)' belongs to a segment that is not there"
      }
      if file.summary.byteCount < 0 { return "'\(file.summary.name)' is shorter than nothing" }
    }
    if Set(files.map(\.summary.name)).count != files.count { return "it names a file twice" }
    return nil
  }
}
