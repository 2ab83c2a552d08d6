/// What one query token gives one document.
public struct Contribution: Sendable, Equatable {
  public let term: SparseQuery.Term
  /// The document's impact for the token, 0 when it has none.
  public let impact: UInt8
  /// `weight · impact`, negative for a negative term.
  public let amount: Int
}

extension TopKSearch {
  /// The contributions of every query term to a document's score. They add up to it; the document is a hit when the sum
  /// is positive and every required term has an impact.
  ///
  /// - Parameter document: the document's number inside `segment`.
  public static func contributions(
    of query: SparseQuery, to document: Int, in segment: SegmentIndex
  ) throws(InvertedIndexError) -> [Contribution] {
    var impacts: [UInt32: UInt8] = [:]
    for posting in try segment.forwardVector(of: document) { impacts[posting.token] = posting.impact }
    return query.terms.map { term in
      let impact = impacts[term.token] ?? 0
      let amount = Int(term.weight) * Int(impact)
      return Contribution(term: term, impact: impact, amount: term.role == .negative ? -amount : amount)
    }
  }
}
