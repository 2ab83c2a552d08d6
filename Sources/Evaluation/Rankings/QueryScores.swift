/// The measures of one query, kept so that two systems can be compared query by query.
///
/// All lie in 0...1, larger is better.
public struct QueryScores: Sendable, Equatable {
  /// The rank of the first relevant document, counted from 1; nil for a miss.
  public let rank: Int?
  /// 1 over ``rank``; 0 for a miss.
  public var reciprocalRank: Double { rank.map { 1 / Double($0) } ?? 0 }
  /// nDCG at the cutoff, linear gains.
  public let discountedGain: Double
  /// Average precision of the whole ranking over all relevant documents.
  public let averagePrecision: Double
  /// Average precision at the cutoff, over all relevant documents.
  public let averagePrecisionAtCutoff: Double
  /// Average precision at the cutoff, over the relevant documents within it.
  public let averagePrecisionWithinCutoff: Double
  /// The share of the relevant documents that are among the first of the cutoff.
  public let recallAtCutoff: Double

  /// Measures one ranking.
  ///
  /// - Parameters:
  ///   - ranking: of a query with at least one relevant document.
  ///   - knownRank: the first relevant rank, when it is known although the ranking was cut before it. With a single
  ///     relevant document its average precision is known then, too.
  ///   - cutoff: k of the measures that have one, at least 1.
  public init(_ ranking: JudgedRanking, knownRank: Int? = nil, cutoff: Int = 10) {
    let rank = ranking.firstRelevantRank ?? knownRank
    self.rank = rank
    discountedGain = ranking.normalisedDiscountedGain(at: cutoff)
    averagePrecisionAtCutoff = ranking.averagePrecision(at: cutoff)
    averagePrecisionWithinCutoff = ranking.averagePrecision(at: cutoff, denominator: .relevantWithinDepth)
    recallAtCutoff = ranking.recall(at: cutoff)
    let isOnlyOne = ranking.relevantCount == 1 && ranking.foundCount == 0
    averagePrecision = isOnlyOne ? rank.map { 1 / Double($0) } ?? 0 : ranking.averagePrecision()
  }

  /// R@k of this query: 1 when a relevant document is among the first `depth`, else 0.
  public func hit(at depth: Int) -> Double {
    rank.map { $0 <= depth ? 1 : 0 } ?? 0
  }
}
