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

  /// The measures of each query that has a relevant document, in the order the queries were added.
  public private(set) var scores: [QueryScores] = []

  /// k of nDCG@k and of average precision at k.
  public let cutoff: Int

  /// An empty summary over a gallery of `documentCount` documents.
  ///
  /// - Parameter cutoff: k of the measures that have one, at least 1.
  public init(documentCount: Int, cutoff: Int = 10) {
    precondition(documentCount >= 0, "a gallery has no negative size")
    precondition(cutoff >= 1, "the depth of a measure is at least 1")
    self.documentCount = documentCount
    self.cutoff = cutoff
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
    let measured = QueryScores(ranking, knownRank: knownRank, cutoff: cutoff)
    let rank = measured.rank
    if rank == nil { missCount += 1 }
    scores.append(measured)
    // A ranking may be longer than the stated gallery only by the caller's mistake; a miss is still behind all of it.
    ranks.append(rank ?? max(documentCount - ranking.relevantCount, ranking.grades.count) + 1)
  }

  /// R@k, the hit metric: the share of queries with a relevant document among the first k. 0...1; 0 without queries.
  ///
  /// - Complexity: O(queries).
  public func hitRate(at depth: Int) -> Double {
    precondition(depth >= 1, "the depth of a measure is at least 1")
    return mean { $0.hit(at: depth) }
  }

  /// Mean reciprocal rank, over the first `depth` ranks or, when nil, the whole rankings; a miss counts 0.
  ///
  /// - Complexity: O(queries).
  public func meanReciprocalRank(at depth: Int? = nil) -> Double {
    mean { score in score.rank.map { $0 <= depth ?? $0 ? 1 / Double($0) : 0 } ?? 0 }
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
  public var meanRank: Double {
    queryCount == 0 ? 0 : ranks.reduce(0) { $0 + Double($1) } / Double(queryCount)
  }

  /// Mean nDCG at the cutoff, with linear gains.
  public var meanDiscountedGain: Double { mean(\.discountedGain) }

  /// Mean average precision over the whole rankings, divided by all relevant documents (trec_eval's MAP).
  public var meanAveragePrecision: Double { mean(\.averagePrecision) }

  /// Mean average precision at the cutoff, divided by all relevant documents (trec_eval's `map_cut`).
  public var meanAveragePrecisionAtCutoff: Double { mean(\.averagePrecisionAtCutoff) }

  /// Mean average precision at the cutoff, divided by the relevant documents within it: the custom of cross-modal class
  /// retrieval.
  public var meanAveragePrecisionWithinCutoff: Double { mean(\.averagePrecisionWithinCutoff) }

  /// Mean true recall at the cutoff: the share of a query's relevant documents within it.
  public var meanRecallAtCutoff: Double { mean(\.recallAtCutoff) }

  /// R@1 + R@5 + R@10 in percent, 0...300; "rsum" is the sum of it over both directions, 0...600.
  public var recallSum: Double { 100 * (hitRate(at: 1) + hitRate(at: 5) + hitRate(at: 10)) }

  private func mean(_ value: (QueryScores) -> Double) -> Double {
    guard queryCount > 0 else { return 0 }
    return scores.reduce(0) { $0 + value($1) } / Double(queryCount)
  }
}
