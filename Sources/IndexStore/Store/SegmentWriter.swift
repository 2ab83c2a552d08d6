import ByteStorage
import InvertedIndex

/// Collects one segment: postings in memory, documents and dense rows streamed to files.
final class SegmentWriter {
  let number: UInt64
  let firstOrdinal: Ordinal
  private var builder: SegmentBuilder
  private var keys = KeyTable()
  private let documents: DocumentsWriter
  private let vectors: VectorsWriter?
  private let coordinates: VectorsWriter?
  private let columns: ColumnsWriter
  private var others: [EnvelopeWriter] = []
  private let folder: String
  private let fileSystem: any FileSystem

  /// Creates the files of the segment that grow with every document.
  init(
    number: UInt64, firstOrdinal: Ordinal, vocabularyCount: Int, configuration: IndexConfiguration,
    headLists: HeadListOptions?, folder: String, fileSystem: any FileSystem
  ) throws(StorageError) {
    self.number = number
    self.firstOrdinal = firstOrdinal
    self.folder = folder
    self.fileSystem = fileSystem
    builder = SegmentBuilder(
      vocabularyCount: vocabularyCount, keepsFineImpacts: configuration.keepsFloatWeights,
      keepsRefinements: configuration.keepsFineWeights, headLists: headLists)
    columns = ColumnsWriter(named: configuration.filterFields ?? [])
    func create(_ kind: FileKind) throws(StorageError) -> EnvelopeWriter {
      try EnvelopeWriter(
        creating: IndexFolder.name(number, kind), in: folder, kind: kind, fileSystem: fileSystem)
    }
    func rows(_ kind: FileKind, _ dimension: Int?) throws(StorageError) -> VectorsWriter? {
      guard let dimension else { return nil }
      return try VectorsWriter(try create(kind), dimension: dimension, element: configuration.element)
    }
    documents = DocumentsWriter(try create(.documents))
    var rawRows: VectorsWriter?
    do throws(StorageError) {
      rawRows = try rows(.vectors, configuration.denseDimension)
      coordinates = try rows(.coordinates, configuration.coordinateCount)
    } catch {
      documents.abandon()
      rawRows?.abandon()
      throw error
    }
    vectors = rawRows
  }

  var documentCount: Int { builder.documentCount }
  var keyByteCount: Int { documents.keyByteCount }
  var postingCount: Int { builder.postingCount }

  /// The newest document with this key.
  func document(ofKey key: String) -> Int? {
    keys.number(of: key) { documents.key(Int($0)) }.map { Int($0) }
  }

  /// Checks and adds the postings; after it the document counts, and ``store(_:)`` must follow.
  func addPostings(_ document: StoredDocument) throws(IndexStoreError) {
    do {
      if let source = document.source {
        try builder.append(try source.segment.index.exactVector(of: source.document))
      } else {
        try builder.append(document.postings, fineImpacts: document.fineImpacts)
      }
    } catch {
      if case .invalidPosting(_, let detail) = error { throw .invalidDocument(key: document.key, reason: detail) }
      throw .postings(error)
    }
  }

  /// Streams key, metadata, dense row and coordinates.
  func store(_ document: StoredDocument) throws(StorageError) {
    let number = documentCount - 1
    try documents.append(key: document.key, metadata: document.metadata)
    keys.put(document.key, UInt32(number)) { documents.key(Int($0)) }
    if let vectors {
      if let source = document.source, let rows = source.segment.vectors {
        try vectors.copy(rows, CollectionOfOne(source.document))
      } else if let row = document.denseRow {
        try vectors.append(row)
      }
    }
    if let coordinates {
      if let source = document.source, let rows = source.segment.coordinates {
        try coordinates.copy(rows, CollectionOfOne(source.document))
      } else if let row = document.coordinates {
        try coordinates.append(row, hubness: document.hubness)
      }
    }
    if let object = document.object { columns.append(object) } else { columns.append(metadata: document.metadata) }
  }

  /// Writes the postings and finishes every file (each is synchronised; the folder is not).
  func finish(_ work: SegmentWork) throws(IndexStoreError) -> WrittenSegment {
    let postings = try storing { () throws(StorageError) in try create(.postings) }
    let forward = try storing { () throws(StorageError) in try create(.forward) }
    try indexing { () throws(InvertedIndexError) in
      try builder.write(
        postings: postings, forward: forward, ordering: work.ordering, threads: work.threads, progress: work.progress)
    }
    var files: [Manifest.File] = []
    func add(_ kind: FileKind, _ summary: FileSummary) {
      files.append(Manifest.File(summary: summary, kind: kind, segment: number))
    }
    try storing { () throws(StorageError) in
      add(.postings, try postings.finish())
      add(.forward, try forward.finish())
      add(.documents, try documents.finish())
      add(.columns, try columns.finish(to: try create(.columns)))
      if let vectors { add(.vectors, try vectors.finish()) }
      if let coordinates { add(.coordinates, try coordinates.finish()) }
    }
    return WrittenSegment(
      entry: Manifest.Segment(
        number: number, firstOrdinal: firstOrdinal, ordinalSpan: UInt64(documentCount), documentCount: documentCount,
        deadCount: 0, postingCount: UInt64(postingCount)),
      files: files)
  }

  /// Closes and removes every file, as far as possible.
  func abandon() {
    documents.abandon()
    vectors?.abandon()
    coordinates?.abandon()
    for writer in others { writer.abandon() }
  }

  private func create(_ kind: FileKind) throws(StorageError) -> EnvelopeWriter {
    let writer = try EnvelopeWriter(
      creating: IndexFolder.name(number, kind), in: folder, kind: kind, fileSystem: fileSystem)
    others.append(writer)
    return writer
  }
}
