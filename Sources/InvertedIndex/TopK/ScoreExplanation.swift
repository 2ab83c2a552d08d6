/// What one query token gives one document.
public struct Contribution: Sendable, Equatable {
  public let term: SparseQuery.Term
  /// The document's impact for the token, 0 when it has none.
  public let impact: UInt8
  /// The impact before rounding, 0 when it has none; nil in a segment without.
  public let fineImpact: Double?
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
    var fineImpacts: [UInt32: Double] = [:]
    var reader = ForwardReader(segment.forward)
    let vector = try reader.vector(of: document)
    let fine = segment.hasFineImpacts ? try reader.fineImpacts(of: vector) : nil
    for number in 0..<vector.count {
      impacts[vector.token(number)] = vector.impact(number)
      if let fine { fineImpacts[vector.token(number)] = fine[number] }
    }
    return query.terms.map { term in
      let impact = impacts[term.token] ?? 0
      let amount = Int(term.weight) * Int(impact)
      return Contribution(
        term: term, impact: impact, fineImpact: fine == nil ? nil : fineImpacts[term.token] ?? 0,
        amount: term.role == .negative ? -amount : amount)
    }
  }
}
