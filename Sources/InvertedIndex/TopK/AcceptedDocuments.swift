internal import Synchronization

/// Which documents of one segment may be hits: the filter of a query, bound to the segment.
///
/// Two bitmaps of the same documents: ``words`` by insertion number, for whoever walks over documents, and ``places(in:)`` by
/// the order of the postings, for whoever walks over postings. The second one is made when it is first needed, once.
///
/// Usable from many threads at once.
public final class AcceptedDocuments: Sendable {
  /// Documents of the segment.
  public let documentCount: Int
  /// How many of them are accepted.
  public let count: Int
  /// Bit `i % 64` of word `i / 64` belongs to the document with insertion number `i`; bits beyond the documents are 0.
  let words: [UInt64]
  private let placed = Mutex<(segment: SegmentIndex, places: AcceptedPlaces)?>(nil)

  /// Accepts the documents of a bitmap.
  ///
  /// - Parameters:
  ///   - documentCount: documents of the segment.
  ///   - words: as ``words``; missing words count as 0, and what lies beyond the documents is dropped.
  /// - Complexity: O(documents / 64).
  public init(documentCount: Int, words: [UInt64]) {
    precondition(documentCount >= 0, "a segment has no fewer than 0 documents")
    self.documentCount = documentCount
    let wordCount = (documentCount + 63) / 64
    var kept = words
    if kept.count > wordCount { kept.removeLast(kept.count - wordCount) }
    if kept.count < wordCount { kept += [UInt64](repeating: 0, count: wordCount - kept.count) }
    if documentCount % 64 != 0 { kept[wordCount - 1] &= (1 << UInt64(documentCount % 64)) - 1 }
    self.words = kept
    count = kept.reduce(0) { $0 + $1.nonzeroBitCount }
  }

  /// Accepts the listed documents.
  ///
  /// - Parameters:
  ///   - documentCount: documents of the segment.
  ///   - documents: insertion numbers `0 ..< documentCount`, in any order.
  /// - Complexity: O(documents / 64 + accepted).
  public convenience init(documentCount: Int, accepting documents: some Sequence<Int>) {
    var words = [UInt64](repeating: 0, count: (max(0, documentCount) + 63) / 64)
    for document in documents {
      precondition((0..<documentCount).contains(document), "the document must be one of the segment's")
      words[document >> 6] |= 1 << UInt64(document & 63)
    }
    self.init(documentCount: documentCount, words: words)
  }

  /// The documents that both accept.
  ///
  /// - Precondition: both are of one segment.
  public func intersection(_ other: AcceptedDocuments) -> AcceptedDocuments {
    precondition(documentCount == other.documentCount, "the filters must be made for one segment")
    return AcceptedDocuments(documentCount: documentCount, words: zip(words, other.words).map { $0 & $1 })
  }

  /// Whether every document is accepted, so that the filter changes nothing.
  public var isAll: Bool { count == documentCount }

  /// Whether a document, by its insertion number, is accepted.
  @inline(__always)
  func contains(_ document: Int) -> Bool {
    words[document >> 6] & (1 << UInt64(document & 63)) != 0
  }

  /// Whether a document, by its insertion number, is accepted; false for one that the segment does not have.
  public func contains(document: Int) -> Bool {
    document >= 0 && document < documentCount && contains(document)
  }

  /// The accepted documents, ascending, by their insertion numbers.
  func forEach<E: Error>(_ body: (Int) throws(E) -> Void) throws(E) {
    for (number, word) in words.enumerated() {
      var rest = word
      while rest != 0 {
        try body(number << 6 | rest.trailingZeroBitCount)
        rest &= rest - 1
      }
    }
  }

  /// The same documents by their places in the postings of `segment`, the one that this filter is bound to.
  ///
  /// - Throws: `storage` when the segment's order is damaged.
  /// - Complexity: O(documents) the first time where the postings have an order of their own, O(1) later.
  func places(in segment: SegmentIndex) throws(InvertedIndexError) -> AcceptedPlaces {
    precondition(segment.documentCount == documentCount, "the filter must be made for the segment")
    if let known = placed.withLock({ $0 }), known.segment === segment { return known.places }
    // Made outside the lock: two threads may both do it, and find the same.
    let made = try AcceptedPlaces(self, in: segment)
    placed.withLock { $0 = (segment, made) }
    return made
  }
}
