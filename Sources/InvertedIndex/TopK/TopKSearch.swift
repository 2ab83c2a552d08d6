/// A segment and where its documents start in the numbering of the whole index.
public struct PlacedSegment: Sendable {
  public let index: SegmentIndex
  /// Position of the segment's document 0.
  public let firstPosition: UInt32
  /// The only documents that may be hits; nil when all may.
  public let accepted: AcceptedDocuments?

  /// - Parameter accepted: a filter made for this segment; one that accepts every document is as good as none.
  public init(index: SegmentIndex, firstPosition: UInt32, accepted: AcceptedDocuments? = nil) {
    precondition(
      accepted.map { $0.documentCount == index.documentCount } ?? true, "the filter must be made for the segment")
    self.index = index
    self.firstPosition = firstPosition
    self.accepted = accepted?.isAll == true ? nil : accepted
  }

  /// How many documents may be hits.
  public var acceptedCount: Int { accepted?.count ?? index.documentCount }
}

/// The best documents and how they were found.
public struct TopKResult: Sendable {
  /// Best first: score descending, then position ascending. Scores are positive.
  public let hits: [ScoredDocument]
  /// The algorithm that ran, never `auto`.
  public let algorithm: TopKAlgorithm
  public let counters: SearchCounters
  /// 0 when the answer is exact. Otherwise no document outside it scores more than this: the budget was spent before every
  /// document that could be a result was scored.
  public let missedBound: UInt32

  /// Whether the hits are the best k documents, in order.
  public var isExact: Bool { missedBound == 0 }
}

/// Exact top-k over the segments of an index.
public enum TopKSearch {
  /// Finds the k best documents.
  ///
  /// - Parameters:
  ///   - k: at least 1; fewer hits come back when fewer documents match.
  ///   - budget: how much work may be done; nil for an exact answer. With a budget `auto` is the superblock search.
  ///   - segments: in insertion order, with the filter of each, if there is one.
  /// - Throws: ``InvertedIndexError/invalidResultCount(_:)``, ``InvertedIndexError/invalidBudget``, or `storage` when a list that the query needs is damaged:
  ///   an answer is exact or it is an error.
  public static func search(
    _ query: SparseQuery, k: Int, algorithm: TopKAlgorithm = .auto, budget: SearchBudget? = nil,
    in segments: [PlacedSegment]
  ) throws(InvertedIndexError) -> TopKResult {
    guard k >= 1 else { throw .invalidResultCount(k) }
    if let budget, !budget.isValid || (algorithm != .auto && algorithm != .superblock) { throw .invalidBudget }
    let spent = SpentBudget(budget)
    let accepted = segments.reduce(0) { $0 + $1.acceptedCount }
    let planned = budget == nil ? plan(query, k: k, in: segments) : .superblock
    let chosen = algorithm == .auto ? planned : algorithm
    var missedBound: UInt32 = 0
    var collector = TopKCollector(
      capacity: max(1, min(k, accepted)), seed: seedThreshold(query, k: k, in: segments))
    var counters = SearchCounters()
    for segment in segments {
      missedBound = max(
        missedBound, try run(chosen, query, in: segment, into: &collector, counters: &counters, budget: spent))
    }
    // What was left out may have fallen below the threshold since.
    if missedBound < collector.threshold { missedBound = 0 }
    return TopKResult(
      hits: collector.sorted(), algorithm: chosen, counters: counters, missedBound: missedBound)
  }

  /// Offers what one segment has to a collector.
  ///
  /// - Returns: the most that a document left out for the budget can score; 0 when none was left out.
  /// - Throws: when something that the query needs is damaged; what the collector holds then is true, but not all.
  static func run(
    _ algorithm: TopKAlgorithm, _ query: SparseQuery, in segment: PlacedSegment, into collector: inout TopKCollector,
    counters: inout SearchCounters, budget: SpentBudget = .unlimited
  ) throws(InvertedIndexError) -> UInt32 {
    if algorithm == .forward {
      try ForwardSearch.run(query, in: segment, into: &collector, counters: &counters)
      return 0
    }
    guard let bound = try SegmentQuery(query, in: segment) else { return 0 }
    counters.segmentsSearched += 1
    switch algorithm {
    case .exhaustive, .auto, .forward:
      ExhaustiveOr.run(bound, into: &collector, counters: &counters)
    case .wand: WAND.run(bound, into: &collector, counters: &counters)
    case .bmw: BlockMaxWAND.run(bound, into: &collector, counters: &counters)
    case .maxscore: MaxScore.run(bound, into: &collector, counters: &counters)
    case .bmm: BlockMaxMaxScore.run(bound, into: &collector, counters: &counters)
    case .windowed: WindowedScan.run(bound, into: &collector, counters: &counters)
    case .superblock:
      return SuperblockSearch.run(bound, into: &collector, counters: &counters, budget: budget)
    }
    return 0
  }

  /// The number of accepted documents whose score is at least `score`: the pessimistic rank of a document with that score.
  ///
  /// - Parameter score: at least 1.
  public static func count(
    _ query: SparseQuery, scoringAtLeast score: UInt32, in segments: [PlacedSegment]
  ) throws(InvertedIndexError) -> Int {
    var total = 0
    var counters = SearchCounters()
    for segment in segments {
      guard let bound = try SegmentQuery(query, in: segment) else { continue }
      total += ExhaustiveOr.count(bound, atLeast: max(1, score), counters: &counters)
    }
    return total
  }

  /// A score that at least k documents are known to reach: the best k-th impact of any term in any segment.
  ///
  /// Known only when every posting counts in full, so not with required or negative terms. Documents that may not be hits, such as
  /// deleted ones, may be among the best of a list, all of them: a rank that is lower by as many is taken.
  static func seedThreshold(_ query: SparseQuery, k: Int, in segments: [PlacedSegment]) -> UInt32 {
    guard query.terms.allSatisfy({ $0.role == .plain }) else { return 1 }
    var seed: UInt32 = 1
    for segment in segments {
      let excluded = segment.index.documentCount - segment.acceptedCount
      guard let rank = SegmentLayout.kthRanks.firstIndex(where: { $0 - excluded >= k }) else { continue }
      for term in query.terms {
        guard let slot = segment.index.slot(of: term.token) else { continue }
        seed = max(seed, term.weight * UInt32(segment.index.terms[slot].kth(rank)))
      }
    }
    return seed
  }

  /// What `auto` runs.
  ///
  /// In a handful of windows there is nothing to leave out. Measured on 12,000 to 1,000,000 documents with queries of 3 to
  /// 43 tokens and k up to 30,000: beyond that the superblock search is never slower than the windowed scan by more than
  /// its bounds cost, because it goes over to scanning when bounds leave too much over (``WindowedRest``). Under a filter that
  /// leaves so few documents that reading their vectors costs less than adding up the postings, forward search wins.
  static func plan(_ query: SparseQuery, k: Int, in segments: [PlacedSegment]) -> TopKAlgorithm {
    var (documents, accepted, postings, accumulated) = (0, 0, 0, 0)
    for segment in segments {
      documents += segment.index.documentCount
      accepted += segment.acceptedCount
      postings += segment.index.postingCount
    }
    let usual: TopKAlgorithm = documents > 8 << SegmentLayout.windowShift ? .superblock : .windowed
    if accepted == documents { return usual }
    for segment in segments {
      for term in query.terms { accumulated += segment.index.documentFrequency(of: term.token) }
    }
    return ForwardCost.pays(
      accepted: accepted, meanPostings: Double(postings) / Double(max(1, documents)), documents: documents,
      accumulated: accumulated, prunedShare: usual == .superblock ? (k <= 100 ? 0.3 : 0.6) : 1) ? .forward : usual
  }
}

/// What it costs to score documents by their vectors, and by postings. Nanoseconds, measured on a Zen 5 core; only their ratio
/// counts.
private enum ForwardCost {
  static func pays(
    accepted: Int, meanPostings: Double, documents: Int, accumulated: Int, prunedShare: Double
  ) -> Bool {
    let forward = Double(accepted) * (30 + 0.8 * meanPostings)
    let scan = 0.47 * Double(accumulated) + 0.055 * Double(documents)
    return forward < prunedShare * scan
  }
}
