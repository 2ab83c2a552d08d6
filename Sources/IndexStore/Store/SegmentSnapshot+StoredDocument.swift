import ByteStorage
import InvertedIndex

extension SegmentSnapshot {
  /// A document as it is here, to be added again, with other metadata or as it is: what is written of it then is the same to
  /// the last bit.
  ///
  /// - Parameter document: `0 ..< documentCount`.
  func storedDocument(_ document: Int) throws(IndexStoreError) -> StoredDocument {
    let index = self.index
    var stored = StoredDocument(
      key: try key(of: document), metadata: try metadata(of: document),
      postings: try indexing { () throws(InvertedIndexError) in try index.forwardVector(of: document) },
      denseRow: try row(document, of: vectors), coordinates: try row(document, of: coordinates))
    stored.hubness = try hubness(of: [UInt32(document)])?.first
    stored.source = StoredDocument.Source(segment: self, document: document)
    return stored
  }

  private func row(_ document: Int, of rows: VectorsReader?) throws(IndexStoreError) -> [Float]? {
    guard let rows else { return nil }
    var row = [Float](repeating: 0, count: rows.dimension)
    try storing { () throws(StorageError) in try rows.row(document, into: &row, at: 0) }
    return row
  }
}
