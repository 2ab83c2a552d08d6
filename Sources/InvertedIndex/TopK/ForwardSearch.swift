/// **F**: documents one by one, each by its own sparse vector.
///
/// Costs nothing for what is not accepted: the way to search under a filter that leaves few documents, and to compute the
/// scores of candidates that something else has found. Postings are not touched.
///
/// - Complexity: O(accepted documents · postings of a document) time.
enum ForwardSearch {
  /// Documents listed at a time, so that the next ones are known and can be fetched ahead.
  private static let batchSize = 1024

  /// Offers every accepted document of a segment that is a hit.
  ///
  /// - Throws: when a vector that must be read is damaged. What was offered until then is true, but not all.
  static func run(
    _ query: SparseQuery, in placed: PlacedSegment, into collector: inout TopKCollector,
    counters: inout SearchCounters
  ) throws(InvertedIndexError) {
    guard placed.acceptedCount > 0, let bound = ForwardQuery(query, in: placed.index) else { return }
    counters.segmentsSearched += 1
    try WeightTable.borrow(bound.terms, vocabularyCount: placed.index.vocabularyCount) {
      table throws(InvertedIndexError) in
      var scorer = ForwardScorer(bound, placed, table)
      var batch: [Int] = []
      batch.reserveCapacity(batchSize)
      func flush() throws(InvertedIndexError) {
        collector.adoptSharedThreshold()
        try scorer.offer(batch, to: &collector, &counters)
        batch.removeAll(keepingCapacity: true)
      }
      func take(_ document: Int) throws(InvertedIndexError) {
        batch.append(document)
        if batch.count == batchSize { try flush() }
      }
      if let accepted = placed.accepted {
        try accepted.forEach(take)
      } else {
        for document in 0..<placed.index.documentCount { try take(document) }
      }
      try flush()
    }
  }
}

/// The terms of a query that a segment's forward index can have.
struct ForwardQuery {
  let terms: [SparseQuery.Term]
  let required: [UInt32]

  /// - Returns: nil when no document of the segment can be a hit: no positive term, or a required one is absent.
  init?(_ query: SparseQuery, in segment: SegmentIndex) {
    var terms: [SparseQuery.Term] = []
    var required: [UInt32] = []
    for term in query.terms {
      guard segment.slot(of: term.token) != nil else {
        if term.role == .required { return nil }
        continue
      }
      terms.append(term)
      if term.role == .required { required.append(term.token) }
    }
    guard terms.contains(where: { $0.role != .negative }) else { return nil }
    self.terms = terms
    self.required = required
  }
}

/// Scores documents of one segment by their vectors.
struct ForwardScorer {
  private let required: [UInt32]
  private let firstPosition: UInt32
  private let table: WeightTable
  private var reader: ForwardReader

  /// - Parameter table: holds the weights of `query`.
  init(_ query: ForwardQuery, _ placed: PlacedSegment, _ table: WeightTable) {
    required = query.required
    firstPosition = placed.firstPosition
    self.table = table
    reader = ForwardReader(placed.index.forward)
  }

  /// Offers those of the documents that are hits, in the order given.
  ///
  /// - Parameter documents: insertion numbers within the segment; ascending is fastest.
  mutating func offer(
    _ documents: [Int], to collector: inout TopKCollector, _ counters: inout SearchCounters
  ) throws(InvertedIndexError) {
    let distance = ForwardReader.prefetchDistance
    for document in documents.prefix(2 * distance) { reader.prefetchStart(document) }
    for document in documents.prefix(distance) { reader.prefetch(document) }
    for (number, document) in documents.enumerated() {
      if number + 2 * distance < documents.count { reader.prefetchStart(documents[number + 2 * distance]) }
      if number + distance < documents.count { reader.prefetch(documents[number + distance]) }
      let vector = try reader.vector(of: document)
      counters.postingsScored += vector.count
      let score = vector.score(table)
      guard score > 0, UInt32(score) >= collector.threshold else { continue }
      guard required.allSatisfy({ vector.contains($0) }) else { continue }
      collector.offer(position: firstPosition &+ UInt32(document), score: UInt32(score))
    }
    counters.documentsScored += documents.count
  }
}
