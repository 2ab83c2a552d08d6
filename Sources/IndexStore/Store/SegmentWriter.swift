import ByteStorage
import EmbeddingDumps
import InvertedIndex

/// Collects one segment: postings in memory, documents and dense rows streamed to files.
final class SegmentWriter {
  /// A segment written and synchronised, but not committed.
  struct Finished {
    var segment: Manifest.Segment
    var files: [Manifest.File]
  }

  let number: UInt64
  let firstOrdinal: UInt64
  private var builder: SegmentBuilder
  private var keys = KeyChecksum()
  private let documents: DocumentsWriter
  private let vectors: VectorsWriter?
  private let coordinates: VectorsWriter?
  private var others: [EnvelopeWriter] = []
  private let folder: String
  private let fileSystem: any FileSystem
  private let filters: FilterCollector

  /// Creates the files of the segment that grow with every document.
  init(
    number: UInt64, firstOrdinal: UInt64, vocabularyCount: Int, configuration: IndexConfiguration,
    headLists: HeadListOptions?, filters: FilterCollector, folder: String, fileSystem: any FileSystem
  ) throws(StorageError) {
    self.filters = filters
    self.number = number
    self.firstOrdinal = firstOrdinal
    self.folder = folder
    self.fileSystem = fileSystem
    builder = SegmentBuilder(
      vocabularyCount: vocabularyCount, keepsFineImpacts: configuration.keepsFloatWeights,
      keepsRefinements: configuration.keepsFineWeights, headLists: headLists)
    func create(_ kind: FileKind) throws(StorageError) -> EnvelopeWriter {
      try EnvelopeWriter(
        creating: IndexFolder.name(number, kind), in: folder, kind: kind, segment: number, fileSystem: fileSystem)
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

  /// Checks and adds the postings; after it the document counts, and ``store(_:)`` must follow.
  func addPostings(_ document: StoredDocument) throws(IndexStoreError) {
    do {
      try builder.append(document.postings, fineImpacts: document.fineImpacts)
    } catch {
      if case .invalidPosting(_, let detail) = error { throw .invalidDocument(key: document.key, reason: detail) }
      throw .postings(error)
    }
  }

  /// Streams key, metadata, dense row and coordinates.
  func store(_ document: StoredDocument) throws(StorageError) {
    keys.add(document.key)
    try documents.append(key: document.key, metadata: document.metadata)
    if let vectors, let row = document.denseRow { try vectors.append(row) }
    if let coordinates, let row = document.coordinates { try coordinates.append(row, hubness: document.hubness) }
  }

  /// Records what conditions can ask of the metadata of the document that was stored last.
  func addFilterValues(_ document: StoredDocument) throws(IndexStoreError) {
    if let object = document.object {
      try filters.add(object, document: documentCount - 1)
    } else if case .object(let object)? = try? JSONValue.parse(document.metadata) {
      try filters.add(object, document: documentCount - 1)
    }
  }

  /// Writes the postings and finishes every file (each is synchronised; the folder is not).
  func finish(_ work: SegmentWork) throws(IndexStoreError) -> Finished {
    let postings = try storing { () throws(StorageError) in try create(.postings) }
    let forward = try storing { () throws(StorageError) in try create(.forward) }
    try indexing { () throws(InvertedIndexError) in
      try builder.write(
        postings: postings, forward: forward, ordering: work.ordering, threads: work.threads, progress: work.progress)
    }
    let fields = try filters.finish(documentCount: documentCount)
    var summaries: [(FileKind, FileSummary)] = []
    try storing { () throws(StorageError) in
      summaries.append((.postings, try postings.finish()))
      summaries.append((.forward, try forward.finish()))
      summaries.append((.documents, try documents.finish()))
      if let vectors { summaries.append((.vectors, try vectors.finish())) }
      if let coordinates { summaries.append((.coordinates, try coordinates.finish())) }
    }
    return Finished(
      segment: Manifest.Segment(
        number: number, firstOrdinal: firstOrdinal, documentCount: documentCount, postingCount: UInt64(postingCount),
        keyChecksum: keys.value, fields: fields, leavesFieldsOut: filters.leavesFieldsOut),
      files: summaries.map { Manifest.File(summary: $0.1, kind: $0.0, segment: number) })
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
      creating: IndexFolder.name(number, kind), in: folder, kind: kind, segment: number, fileSystem: fileSystem)
    others.append(writer)
    return writer
  }
}
