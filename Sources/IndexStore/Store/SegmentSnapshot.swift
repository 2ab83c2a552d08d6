import ByteStorage
public import InvertedIndex

/// A segment of a snapshot: its files, and which of its documents are deleted.
///
/// Documents are meant by their *local numbers*, `0 ..< documentCount` in the order of insertion, deleted ones included.
public struct SegmentSnapshot: Sendable {
  let entry: Manifest.Segment
  let open: OpenSegment
  /// The position of its first document in the snapshot.
  public let firstPosition: UInt32
  /// Which documents are not deleted; `nil` when none is.
  public let live: AcceptedDocuments?
  /// The same as a bitmap, a bit for each local number; `nil` when none is deleted.
  public let liveWords: [UInt64]?

  init(_ entry: Manifest.Segment, _ open: OpenSegment, firstPosition: UInt32, liveWords: [UInt64]?) {
    self.entry = entry
    self.open = open
    self.firstPosition = firstPosition
    self.liveWords = liveWords
    live = liveWords.map { AcceptedDocuments(documentCount: entry.documentCount, words: $0) }
  }

  /// The same segment elsewhere in a snapshot.
  func moved(to position: UInt32) -> SegmentSnapshot { SegmentSnapshot(self, entry: entry, firstPosition: position) }

  private init(_ other: SegmentSnapshot, entry: Manifest.Segment, firstPosition: UInt32) {
    self.entry = entry
    open = other.open
    self.firstPosition = firstPosition
    liveWords = other.liveWords
    live = other.live
  }

  /// The number in the names of its files.
  public var number: UInt64 { entry.number }
  /// The ordinal of its first document.
  public var firstOrdinal: Ordinal { entry.firstOrdinal }
  /// How many documents its files have, deleted ones included.
  public var documentCount: Int { entry.documentCount }
  /// How many documents are not deleted.
  public var liveCount: Int { entry.liveCount }
  /// The postings, for search.
  public var index: SegmentIndex { open.index }
  var documents: DocumentsReader { open.documents }
  var vectors: VectorsReader? { open.vectors }
  var coordinates: VectorsReader? { open.coordinates }

  /// Whether a document is not deleted.
  public func isLive(_ document: Int) -> Bool {
    guard let liveWords else { return true }
    return liveWords[document >> 6] & (1 << UInt64(document & 63)) != 0
  }

  /// The ordinal of a document.
  public func ordinal(of document: Int) throws(IndexStoreError) -> Ordinal {
    let documents = self.documents
    let offset = try storing { () throws(StorageError) in try documents.offset(of: document) }
    return Ordinal(firstOrdinal.rawValue &+ offset)
  }

  /// The live document with this key; `nil` when there is none.
  ///
  /// - Complexity: O(log documents).
  public func document(ofKey key: String) throws(IndexStoreError) -> Int? {
    let documents = self.documents
    // Within one commit a key may have been replaced: at most the newest is live.
    return try storing { () throws(StorageError) in try documents.documents(ofKey: key) }.last { isLive($0) }
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

  func reader(_ rows: DenseRows) -> VectorsReader? { open.reader(rows) }
}

/// Which rows of a document are meant.
public enum DenseRows: Sendable {
  /// The embedding that the document was added with.
  case raw
  /// What the index's alignment made of it.
  case coordinates
}

extension SegmentSnapshot {
  /// The key of a document.
  public func key(of document: Int) throws(IndexStoreError) -> String {
    let documents = self.documents
    return try storing { () throws(StorageError) in try documents.key(document) }
  }

  /// The metadata of a document: one JSON object in UTF-8.
  public func metadata(of document: Int) throws(IndexStoreError) -> [UInt8] {
    let documents = self.documents
    return try storing { () throws(StorageError) in try documents.metadata(document) }
  }
}
