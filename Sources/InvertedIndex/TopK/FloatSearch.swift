/// A document with its score in real numbers.
public struct FloatScoredDocument: Sendable, Equatable {
  /// Number of the document in insertion order over all segments.
  public let position: UInt32
  /// `Σ query weight · fine impact`, negative terms subtracted; times the impact ceiling / 255 it is the sum of weights.
  public let score: Double
  /// The score in integers.
  public let integerScore: UInt32
}

/// The best documents by their scores in real numbers.
public struct FloatTopKResult: Sendable {
  /// Best first: score descending, then position ascending.
  public let hits: [FloatScoredDocument]
  /// The algorithm that found the candidates.
  public let algorithm: TopKAlgorithm
  /// Work of all rounds.
  public let counters: SearchCounters
  /// Candidates whose scores were computed in the last round.
  public let candidateCount: Int
  /// How often candidates were searched for; more than once when the first were too few to be certain.
  public let rounds: Int
}

/// Where the weights of documents come from when candidates are scored again.
public enum WeightSource: Sendable, CaseIterable {
  /// The forward file: weights to about 20 bits, in segments with fine impacts.
  case forward
  /// The postings file alone: weights of 12 bits, in segments with refinements.
  case postings
}

/// Exact top-k by real scores: query weights as they were given, document weights to about 20 bits or to 12.
///
/// The integer search finds the best k′ ≥ k candidates, which are scored again by finer weights. How far an integer score can
/// be from the real one is known (``FloatError``), so that it is also known when no document beyond the candidates can be
/// among the best k; until then k′ is doubled. The answer is certain: it is the one that scoring every document gives.
///
/// The documents that count are the hits of the integer search: those that hold every required token and have a positive
/// integer score. A document's score is summed in double precision by ascending token, the same on every machine.
public enum FloatSearch {
  /// Finds the k best documents by their real scores.
  ///
  /// - Parameters:
  ///   - k: at least 1; fewer hits come back when fewer documents match.
  ///   - source: which weights decide.
  ///   - segments: in insertion order, all with these weights.
  ///   - candidates: searches for the best k′ documents by integer scores; `TopKSearch` or `ParallelSearch`.
  /// - Throws: ``InvertedIndexError/noFineImpacts(file:)`` or ``InvertedIndexError/noRefinements(file:)`` when a segment has
  ///   none, and what the integer search throws.
  /// - Complexity: that of the integer search for k′, and O(k′ · postings of a document), by postings O(k′ · terms).
  public static func search(
    _ query: SparseQuery, k: Int, by source: WeightSource = .forward, in segments: [PlacedSegment],
    candidates: (_ count: Int) throws(InvertedIndexError) -> TopKResult
  ) throws(InvertedIndexError) -> FloatTopKResult {
    guard k >= 1 else { throw .invalidResultCount(k) }
    for segment in segments { try source.check(segment.index) }
    let documents = segments.reduce(0) { $0 + $1.acceptedCount }
    let error = try FloatError(query, by: source, in: segments)
    var counters = SearchCounters()
    var count = min(max(1, documents), firstCount(k))
    var rounds = 0
    while true {
      let found = try candidates(count)
      rounds += 1
      counters.add(found.counters)
      let scored = try score(found.hits, query, by: source, in: segments, counters: &counters)
      let isComplete = found.hits.count < count || count >= documents
      if isComplete || scored.count >= k && error.excludes(found.hits[count - 1].score, below: scored[k - 1].score) {
        return FloatTopKResult(
          hits: Array(scored.prefix(k)), algorithm: found.algorithm, counters: counters,
          candidateCount: found.hits.count, rounds: rounds)
      }
      count = min(documents, 2 * count)
    }
  }

  /// The best k of an approximate search's hits by their real scores.
  ///
  /// - Throws: ``InvertedIndexError/noFineImpacts(file:)`` or ``InvertedIndexError/noRefinements(file:)`` when a segment has
  ///   none, `storage` when a vector or list is damaged.
  public static func rescore(
    _ found: TopKResult, _ query: SparseQuery, k: Int, by source: WeightSource = .forward, in segments: [PlacedSegment]
  ) throws(InvertedIndexError) -> FloatTopKResult {
    for segment in segments { try source.check(segment.index) }
    var counters = found.counters
    let scored = try score(found.hits, query, by: source, in: segments, counters: &counters)
    return FloatTopKResult(
      hits: Array(scored.prefix(k)), algorithm: found.algorithm, counters: counters,
      candidateCount: found.hits.count, rounds: 1)
  }

  /// Candidates of the first round: so many that a second one is rare.
  static func firstCount(_ k: Int) -> Int {
    let (sum, isTooLarge) = k.addingReportingOverflow(max(16, k / 4))
    return isTooLarge ? k : sum
  }

  /// The candidates with their real scores, best first.
  static func score(
    _ candidates: [ScoredDocument], _ query: SparseQuery, by source: WeightSource, in segments: [PlacedSegment],
    counters: inout SearchCounters
  ) throws(InvertedIndexError) -> [FloatScoredDocument] {
    var scored: [FloatScoredDocument] = []
    scored.reserveCapacity(candidates.count)
    var rest = candidates.sorted { $0.position < $1.position }[...]
    for segment in segments {
      let end = Int(segment.firstPosition) + segment.index.documentCount
      let mine = rest.prefix { Int($0.position) < end }
      rest = rest.dropFirst(mine.count)
      guard !mine.isEmpty, let bound = ForwardQuery(query, in: segment.index) else { continue }
      if source == .postings {
        let scorer = try RefinedScorer(bound, segment)
        try scorer.append(mine, to: &scored, &counters)
        continue
      }
      try WeightTable.borrow(bound.terms, vocabularyCount: segment.index.vocabularyCount) {
        table throws(InvertedIndexError) in
        var scorer = ForwardFloatScorer(bound, segment, table)
        try scorer.append(mine, to: &scored, &counters)
      }
    }
    scored.sort { $0.score == $1.score ? $0.position < $1.position : $0.score > $1.score }
    return scored
  }
}

extension WeightSource {
  /// - Throws: `noFineImpacts` or `noRefinements` when a segment does not have these weights.
  func check(_ segment: SegmentIndex) throws(InvertedIndexError) {
    switch self {
    case .forward:
      guard segment.hasFineImpacts else { throw .noFineImpacts(file: segment.forward.path) }
    case .postings: try segment.requireRefinements()
    }
  }
}
