import ByteStorage
public import InvertedIndex

/// A segment of a snapshot, open for reading.
public struct SegmentSnapshot: Sendable {
  /// The number in the names of its files.
  public let number: UInt64
  /// The postings, for search.
  public let index: SegmentIndex
  /// The number, in the whole index, of its first document.
  public let firstOrdinal: UInt64
  /// How many documents it has.
  public let documentCount: Int
  let documents: DocumentsReader
  let vectors: VectorsReader?

  /// Opens the files of a segment and checks that they agree with the manifest and with each other.
  init(
    _ segment: Manifest.Segment, _ manifest: Manifest, _ configuration: IndexConfiguration, folder: String,
    fileSystem: any FileSystem
  ) throws(IndexStoreError) {
    func file(_ kind: FileKind) throws(IndexStoreError) -> EnvelopeFile? {
      guard let file = manifest.file(kind, segment: segment.number) else { return nil }
      return try IndexSnapshot.open(file, folder, fileSystem)
    }
    func needed(_ kind: FileKind) throws(IndexStoreError) -> EnvelopeFile {
      guard let file = try file(kind) else {
        throw .damagedCatalog(
          path: joinedPath(folder, IndexFolder.catalog), what: "segment \(segment.number) has no \(kind.name) file")
      }
      return file
    }
    let postings = try needed(.postings)
    let forward = try needed(.forward)
    let documentsFile = try needed(.documents)
    let vectorsFile = configuration.denseDimension == nil ? nil : try needed(.vectors)
    number = segment.number
    firstOrdinal = segment.firstOrdinal
    documentCount = segment.documentCount
    index = try indexing { () throws(InvertedIndexError) in
      try SegmentIndex.open(postings: postings, forward: forward)
    }
    documents = try storing { () throws(StorageError) in try DocumentsReader(documentsFile) }
    vectors = try storing { () throws(StorageError) in
      try vectorsFile.map { file throws(StorageError) in try VectorsReader(file) }
    }

    func disagree(_ what: String) -> IndexStoreError {
      .damagedCatalog(
        path: joinedPath(folder, IndexFolder.catalog),
        what: "segment \(segment.number) and the manifest differ in \(what)")
    }
    guard index.documentCount == documentCount, documents.documentCount == documentCount else {
      throw disagree("the number of documents")
    }
    guard UInt64(index.postingCount) == segment.postingCount else { throw disagree("the number of postings") }
    if let vectors {
      guard vectors.rowCount == documentCount else { throw disagree("the number of dense rows") }
      guard vectors.dimension == configuration.denseDimension else { throw disagree("the dense dimension") }
    }
  }

  /// The length of the dense rows; `nil` for an index without.
  public var denseDimension: Int? { vectors?.dimension }

  /// Widens the dense row of a document of this segment into `destination[offset ..< offset + dimension]`.
  ///
  /// - Returns: `false` when the index has no dense rows; nothing is written then.
  public func denseRow(
    _ document: Int, into destination: inout [Float], at offset: Int = 0
  ) throws(IndexStoreError) -> Bool {
    precondition(document >= 0 && document < documentCount, "The document is not in the segment.")
    guard let vectors else { return false }
    do { try vectors.row(document, into: &destination, at: offset) } catch { throw .storage(error) }
    return true
  }
}
