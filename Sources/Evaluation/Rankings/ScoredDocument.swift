/// One document of a ranking: the key the user knows it by and the score it got.
public struct ScoredDocument: Sendable, Equatable {
  /// The user's name of the document; unique in its ranking.
  public var key: String

  /// The score; larger is better, must be finite. Integer scores up to 2⁵³ are held exactly.
  public var score: Double

  /// A document of a ranking.
  public init(key: String, score: Double) {
    self.key = key
    self.score = score
  }
}

/// How documents of equal score are put in order before anything is counted.
///
/// Sparse and integer scores tie often, so this choice moves the numbers: a system that gives every document the same
/// score reaches R@1 = 1 for a lucky order, and 0 for a pessimistic one.
public enum TieRule: Sendable, Equatable {
  /// Within a tie, the least relevant document comes first: a relevant document's rank counts every non-relevant one
  /// with a score greater than *or equal to* its own. The rule Newel reports.
  case pessimistic

  /// Within a tie, the order in which the ranking was given is kept.
  case asGiven

  /// Within a tie, the key that is greater byte by byte comes first, as trec_eval orders them. Only for comparison.
  case trecEval
}
