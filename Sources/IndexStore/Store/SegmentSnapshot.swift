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
  let coordinates: VectorsReader?

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
    let coordinatesFile = configuration.coordinateCount == nil ? nil : try needed(.coordinates)
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
    coordinates = try storing { () throws(StorageError) in
      try coordinatesFile.map { file throws(StorageError) in try VectorsReader(file) }
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
    for (rows, dimension, name) in [
      (vectors, configuration.denseDimension, "dense rows"),
      (coordinates, configuration.coordinateCount, "coordinates"),
    ] {
      guard let rows else { continue }
      guard rows.rowCount == documentCount else { throw disagree("the number of \(name)") }
      guard rows.dimension == dimension else { throw disagree("the length of the \(name)") }
      guard rows.element == configuration.element else { throw disagree("the elements of the \(name)") }
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

  /// The cosines of a query with the rows of some documents of this segment; 0 for a row of zeros.
  ///
  /// - Parameters:
  ///   - query: as long as the rows.
  ///   - documents: numbers in this segment, in any order.
  ///   - rows: which rows.
  /// - Returns: one cosine for each document, -1...1; `nil` when the index has no such rows.
  /// - Throws: `storage` when a row is damaged.
  /// - Complexity: O(documents · dimension).
  public func cosines(
    _ query: DenseQuery, documents: [UInt32], in rows: DenseRows
  ) throws(IndexStoreError) -> [Float]? {
    guard let reader = reader(rows) else { return nil }
    precondition(documents.allSatisfy { $0 < documentCount }, "A document is not in the segment.")
    do { return try reader.cosines(query, numbers: documents) } catch { throw .storage(error) }
  }

  /// How near the coordinates of some documents of this segment are to everything.
  ///
  /// - Returns: one number for each document, -1...1; `nil` when the alignment of the index tells nothing about it.
  /// - Throws: `storage` when one is damaged.
  public func hubness(of documents: [UInt32]) throws(IndexStoreError) -> [Float]? {
    precondition(documents.allSatisfy { $0 < documentCount }, "A document is not in the segment.")
    do { return try coordinates?.hubness(of: documents) } catch { throw .storage(error) }
  }

  func reader(_ rows: DenseRows) -> VectorsReader? { rows == .raw ? vectors : coordinates }
}

/// Which rows of a document are meant.
public enum DenseRows: Sendable {
  /// The embedding that the document was added with.
  case raw
  /// What the index's alignment made of it.
  case coordinates
}
