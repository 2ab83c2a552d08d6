/// Writes rankings as lines `query Q0 document rank score tag`, one query at a time, so that a run need not be held.
public struct TrecRunWriter: Sendable {
  /// What is written for scores that are equal.
  public enum Ties: Sendable, Equatable {
    /// The scores as they are. trec_eval sorts equal ones by descending document name, whatever the ranks say.
    case keep

    /// A score that is not below the one before it is lowered to the next smaller 32-bit float, so that every tool that
    /// sorts by score finds the order of the ranks. 32-bit because trec_eval holds scores so.
    case breakByRank
  }

  private let tag: String
  private let ties: Ties

  /// A writer whose lines end in `tag`, the name of the system.
  ///
  /// - Throws: ``TrecError/unwritableName(_:)`` when the tag is empty or has white space in it.
  public init(tag: String, ties: Ties) throws(TrecError) {
    try TrecLines.checkWritable(tag)
    self.tag = tag
    self.ties = ties
  }

  /// The lines of one query, in the order of the ranking, ranks from 1, each line ended by a newline.
  ///
  /// - Throws: ``TrecError`` for a name with white space, or a score that is not finite (or beyond 32-bit floats when
  ///   ties are broken).
  /// - Complexity: O(length of the lines).
  public func lines(for query: String, ranking: [ScoredDocument]) throws(TrecError) -> String {
    try TrecLines.checkWritable(query)
    var text = ""
    var previous = Float.infinity
    for (index, document) in ranking.enumerated() {
      try TrecLines.checkWritable(document.key)
      var score: String
      switch ties {
      case .keep:
        guard document.score.isFinite else { throw .unwritableScore(query: query, document: document.key) }
        score = "\(document.score)"
      case .breakByRank:
        var lowered = Float(document.score)
        guard lowered.isFinite else { throw .unwritableScore(query: query, document: document.key) }
        if lowered >= previous { lowered = previous.nextDown }
        score = "\(lowered)"
        previous = lowered
      }
      if score.hasSuffix(".0") { score.removeLast(2) }
      text += "\(query) Q0 \(document.key) \(index + 1) \(score) \(tag)\n"
    }
    return text
  }
}
