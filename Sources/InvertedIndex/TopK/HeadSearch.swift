/// How thoroughly an approximate search by head lists looks.
public struct HeadSearchOptions: Sendable, Equatable {
  /// Documents that are scored in full, at least 1; never fewer than results are asked for.
  public var candidates: Int
  /// Terms whose lists are read, those that can add most first; nil for all.
  public var cut: Int?

  public init(candidates: Int = 200, cut: Int? = nil) {
    self.candidates = candidates
    self.cut = cut
  }
}

/// Approximate top-k in two stages: partial scores from the head lists of the weightiest terms, then the true scores of the
/// best candidates from their own vectors.
///
/// Every score in the answer is true; what may be missing are documents whose weight lies outside the heads. The result
/// bounds what those can score, and is exact when that is too little.
public enum HeadSearch {
  /// Finds about the k best documents.
  ///
  /// - Parameters:
  ///   - k: at least 1; fewer hits come back when fewer candidates match.
  ///   - segments: in insertion order, all with head lists.
  /// - Returns: as exact search does, with ``TopKAlgorithm/forward`` as the algorithm that computed the scores.
  /// - Throws: ``InvertedIndexError/noHeadLists(file:)``, ``InvertedIndexError/invalidHeadSearch(candidates:cut:)``,
  ///   ``InvertedIndexError/invalidResultCount(_:)``, or `storage` when a list or vector that is needed is damaged.
  /// - Complexity: O(head postings of the terms + documents / 16 + candidates · postings of a document).
  public static func search(
    _ query: SparseQuery, k: Int, options: HeadSearchOptions = HeadSearchOptions(), in segments: [PlacedSegment]
  ) throws(InvertedIndexError) -> TopKResult {
    guard k >= 1 else { throw .invalidResultCount(k) }
    guard options.candidates >= 1, options.cut ?? 1 >= 1 else {
      throw .invalidHeadSearch(candidates: options.candidates, cut: options.cut)
    }
    for segment in segments where segment.index.forward.heads == nil {
      throw .noHeadLists(file: segment.index.forward.path)
    }
    let documents = segments.reduce(0) { $0 + $1.acceptedCount }
    let chosen = terms(of: query, cut: options.cut, in: segments)
    var counters = SearchCounters()
    var candidates = TopKCollector(capacity: max(1, min(documents, max(k, options.candidates))))
    var rest: UInt32 = 0
    for segment in segments where segment.acceptedCount > 0 {
      guard ForwardQuery(query, in: segment.index) != nil else { continue }
      counters.segmentsSearched += 1
      try collect(chosen, in: segment, into: &candidates, counters: &counters)
      rest = max(rest, try missed(query, chosen, in: segment))
    }
    let listed = candidates.sorted()
    // A document that is no candidate has at most the partial score of the last one, and what its heads do not show.
    let isFull = listed.count == max(1, min(documents, max(k, options.candidates)))
    var missedBound = (isFull ? listed.last?.score ?? 0 : 0) + rest
    if isFull, listed.count >= documents { missedBound = 0 }

    var collector = TopKCollector(capacity: max(1, min(k, documents)))
    try score(listed, query, in: segments, into: &collector, counters: &counters)
    let hits = collector.sorted()
    if hits.count == k, let last = hits.last, missedBound < last.score { missedBound = 0 }
    return TopKResult(hits: hits, algorithm: .forward, counters: counters, missedBound: missedBound)
  }

  /// The positive terms that can add most to a score, at most `cut`.
  private static func terms(
    of query: SparseQuery, cut: Int?, in segments: [PlacedSegment]
  ) -> [SparseQuery.Term] {
    let positive = query.terms.filter { $0.role != .negative }
    guard let cut, cut < positive.count else { return positive }
    let weighted = positive.map { term in
      (term: term, most: term.weight * UInt32(segments.map { $0.index.maximumImpact(of: term.token) }.max() ?? 0))
    }
    return weighted.sorted { ($0.most, $1.term.token) > ($1.most, $0.term.token) }.prefix(cut).map(\.term)
  }

  /// Offers the accepted documents of a segment by their partial scores.
  private static func collect(
    _ terms: [SparseQuery.Term], in segment: PlacedSegment, into candidates: inout TopKCollector,
    counters: inout SearchCounters
  ) throws(InvertedIndexError) {
    guard let heads = segment.index.forward.heads else { return }
    var lists: [(list: HeadList, weight: Int32)] = []
    for term in terms {
      if let list = try heads.list(of: term.token) { lists.append((list, Int32(term.weight))) }
    }
    if lists.isEmpty { return }
    HeadCells.borrow { cells in
      for chunk in 0..<heads.chunkCount {
        cells.clear()
        var postings = 0
        for (list, weight) in lists { postings += cells.add(list, chunk: chunk, weight: weight) }
        counters.postingsScored += postings
        let first = chunk << SegmentLayout.chunkShift
        let count = min(HeadCells.count, segment.index.documentCount - first)
        cells.forEach(count, atLeast: candidates.threshold) { position, sum in
          guard sum >= candidates.threshold, segment.accepted?.contains(first + position) ?? true else { return }
          candidates.offer(position: segment.firstPosition &+ UInt32(first + position), score: sum)
        }
      }
    }
  }

  /// The most that a document of the segment can score by postings that were not read.
  private static func missed(
    _ query: SparseQuery, _ read: [SparseQuery.Term], in segment: PlacedSegment
  ) throws(InvertedIndexError) -> UInt32 {
    guard let heads = segment.index.forward.heads else { return 0 }
    let tokens = Set(read.map(\.token))
    var sum: UInt32 = 0
    for term in query.terms where term.role != .negative && segment.index.slot(of: term.token) != nil {
      let most =
        tokens.contains(term.token) ? try heads.tail(of: term.token) : segment.index.maximumImpact(of: term.token)
      sum += term.weight * UInt32(most)
    }
    return sum
  }

  /// Offers candidates by their true scores.
  private static func score(
    _ candidates: [ScoredDocument], _ query: SparseQuery, in segments: [PlacedSegment],
    into collector: inout TopKCollector, counters: inout SearchCounters
  ) throws(InvertedIndexError) {
    var rest = candidates.map(\.position).sorted()[...]
    for segment in segments {
      let end = Int(segment.firstPosition) + segment.index.documentCount
      let mine = rest.prefix { Int($0) < end }
      rest = rest.dropFirst(mine.count)
      guard !mine.isEmpty, let bound = ForwardQuery(query, in: segment.index) else { continue }
      try WeightTable.borrow(bound.terms, vocabularyCount: segment.index.vocabularyCount) {
        table throws(InvertedIndexError) in
        var scorer = ForwardScorer(bound, segment, table)
        try scorer.offer(mine.map { Int($0 - segment.firstPosition) }, to: &collector, &counters)
      }
    }
  }
}
