/// The averages of a set of queries, taken in one pass: R@k, MRR, ranks, nDCG, AP and the misses.
///
/// A query without any relevant document says nothing about the system; it is counted in ``unjudgedCount`` and enters
/// no average. A query whose relevant documents were not found is a *miss*: it enters every average, with 0 in the
/// measures and the worst possible rank in the rank statistics.
public struct RetrievalSummary: Sendable {
  /// The number of documents that could be found (the gallery). R@k means nothing without it.
  public let documentCount: Int

  /// The number of queries with at least one relevant document.
  public private(set) var queryCount = 0

  /// The number of queries without a relevant document; they enter no average.
  public private(set) var unjudgedCount = 0

  /// The number of queries none of whose relevant documents were found.
  public private(set) var missCount = 0

  /// The rank of the first relevant document of each query, in the order the queries were added.
  ///
  /// A miss has the rank `documentCount − relevant documents + 1`: every non-relevant document of the gallery is taken
  /// to be ahead of the relevant ones.
  public private(set) var ranks: [Int] = []

  private var misses: [Bool] = []
  private var gainAt10 = 0.0
  private var precisionSum = 0.0

  /// An empty summary over a gallery of `documentCount` documents.
  public init(documentCount: Int) {
    precondition(documentCount >= 0, "a gallery has no negative size")
    self.documentCount = documentCount
  }

  /// Adds one query.
  ///
  /// - Parameters:
  ///   - ranking: the query's ranking, compared with its judgements.
  ///   - knownRank: the first relevant rank, when it is known although the ranking was cut before it.
  /// - Complexity: O(length of the ranking).
  public mutating func add(_ ranking: JudgedRanking, knownRank: Int? = nil) {
    guard ranking.relevantCount > 0 else {
      unjudgedCount += 1
      return
    }
    queryCount += 1
    let rank = ranking.firstRelevantRank ?? knownRank
    if rank == nil { missCount += 1 }
    misses.append(rank == nil)
    // A ranking may be longer than the stated gallery only by the caller's mistake; a miss is still behind all of it.
    ranks.append(rank ?? max(documentCount - ranking.relevantCount, ranking.grades.count) + 1)
    gainAt10 += ranking.normalisedDiscountedGain(at: 10)
    precisionSum += ranking.averagePrecision()
  }

  /// R@k, the hit metric: the share of queries with a relevant document among the first k. 0...1; 0 without queries.
  ///
  /// - Complexity: O(queries).
  public func hitRate(at depth: Int) -> Double {
    precondition(depth >= 1, "the depth of a measure is at least 1")
    return mean { !misses[$0] && ranks[$0] <= depth ? 1 : 0 }
  }

  /// Mean reciprocal rank, over the first `depth` ranks or, when nil, the whole rankings; a miss counts 0.
  ///
  /// - Complexity: O(queries).
  public func meanReciprocalRank(at depth: Int? = nil) -> Double {
    mean { !misses[$0] && ranks[$0] <= depth ?? ranks[$0] ? 1 / Double(ranks[$0]) : 0 }
  }

  /// The median rank of the first relevant document, counted from 1, rounded down between two middle ones, as the
  /// retrieval literature does (Faghri and others, VSE++, 2018). 0 without queries.
  ///
  /// - Complexity: O(queries · log queries).
  public var medianRank: Int {
    guard !ranks.isEmpty else { return 0 }
    let sorted = ranks.sorted()
    let upper = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[upper] : (sorted[upper - 1] + sorted[upper]) / 2
  }

  /// The mean rank of the first relevant document, counted from 1. 0 without queries.
  public var meanRank: Double { mean { Double(ranks[$0]) } }

  /// Mean nDCG@10 with linear gains.
  public var meanNormalisedDiscountedGainAt10: Double { queryCount == 0 ? 0 : gainAt10 / Double(queryCount) }

  /// Mean average precision over the whole rankings, divided by all relevant documents (trec_eval's MAP).
  public var meanAveragePrecision: Double { queryCount == 0 ? 0 : precisionSum / Double(queryCount) }

  private func mean(_ value: (Int) -> Double) -> Double {
    guard queryCount > 0 else { return 0 }
    return ranks.indices.reduce(0) { $0 + value($1) } / Double(queryCount)
  }
}
