import ByteStorage
import InvertedIndex

/// The files of one segment, open for reading. They never change, so every snapshot that has the segment shares this object.
///
/// Usable from many threads at once.
final class OpenSegment: Sendable {
  /// What the manifest says of the files; another list is another object.
  let files: [Manifest.File]
  let index: SegmentIndex
  let documents: DocumentsReader
  let columns: ColumnsReader
  let vectors: VectorsReader?
  let coordinates: VectorsReader?

  /// Opens the files and checks that they agree with the manifest and with each other.
  ///
  /// - Parameter files: those of the segment.
  init(
    _ segment: Manifest.Segment, _ files: [Manifest.File], _ configuration: IndexConfiguration, folder: String,
    fileSystem: any FileSystem
  ) throws(IndexStoreError) {
    let catalog = joinedPath(folder, IndexFolder.catalog)
    func needed(_ kind: FileKind) throws(IndexStoreError) -> EnvelopeFile {
      guard let file = files.first(where: { $0.kind == kind }) else {
        throw .damagedCatalog(path: catalog, what: "segment \(segment.number) has no \(kind.name) file")
      }
      return try IndexSnapshot.open(file, folder, fileSystem)
    }
    func rows(_ kind: FileKind, _ dimension: Int?) throws(IndexStoreError) -> VectorsReader? {
      guard dimension != nil else { return nil }
      let file = try needed(kind)
      return try storing { () throws(StorageError) in try VectorsReader(file) }
    }
    self.files = files
    let postings = try needed(.postings)
    let forward = try needed(.forward)
    let documentsFile = try needed(.documents)
    let columnsFile = try needed(.columns)
    index = try indexing { () throws(InvertedIndexError) in
      try SegmentIndex.open(postings: postings, forward: forward)
    }
    documents = try storing { () throws(StorageError) in try DocumentsReader(documentsFile) }
    columns = try storing { () throws(StorageError) in try ColumnsReader(columnsFile) }
    vectors = try rows(.vectors, configuration.denseDimension)
    coordinates = try rows(.coordinates, configuration.coordinateCount)

    func disagree(_ what: String) -> IndexStoreError {
      .damagedCatalog(path: catalog, what: "segment \(segment.number) and the manifest differ in \(what)")
    }
    guard index.documentCount == segment.documentCount, documents.documentCount == segment.documentCount else {
      throw disagree("the number of documents")
    }
    guard columns.documentCount == segment.documentCount else { throw disagree("the documents of the columns") }
    guard UInt64(index.postingCount) == segment.postingCount else { throw disagree("the number of postings") }
    guard documents.ordinalSpan == segment.ordinalSpan else { throw disagree("the span of its ordinals") }
    for (rows, dimension, name) in [
      (vectors, configuration.denseDimension, "dense rows"),
      (coordinates, configuration.coordinateCount, "coordinates"),
    ] {
      guard let rows else { continue }
      guard rows.rowCount == segment.documentCount else { throw disagree("the number of \(name)") }
      guard rows.dimension == dimension else { throw disagree("the length of the \(name)") }
      guard rows.element == configuration.element else { throw disagree("the elements of the \(name)") }
    }
  }

  func reader(_ rows: DenseRows) -> VectorsReader? { rows == .raw ? vectors : coordinates }
}
