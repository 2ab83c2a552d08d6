/// What one query token gives one document.
public struct Contribution: Sendable, Equatable {
  public let term: SparseQuery.Term
  /// The document's impact for the token, 0 when it has none.
  public let impact: UInt8
  /// The finer weight that was asked for, in impacts; 0 when it has none, nil in a segment without such weights.
  public let fineImpact: Double?
  /// `weight · impact`, negative for a negative term.
  public let amount: Int
}

extension TopKSearch {
  /// The contributions of every query term to a document's score. They add up to it; the document is a hit when the sum
  /// is positive and every required term has an impact.
  ///
  /// - Parameters:
  ///   - document: the document's number inside `segment`.
  ///   - source: which finer weights are wanted.
  public static func contributions(
    of query: SparseQuery, to document: Int, in segment: SegmentIndex, by source: WeightSource = .forward
  ) throws(InvertedIndexError) -> [Contribution] {
    var impacts: [UInt32: UInt8] = [:]
    var fineImpacts: [UInt32: Double] = [:]
    var reader = ForwardReader(segment.forward)
    let vector = try reader.vector(of: document)
    let fine = source == .forward && segment.hasFineImpacts ? try reader.fineImpacts(of: vector) : nil
    for number in 0..<vector.count {
      impacts[vector.token(number)] = vector.impact(number)
      if let fine { fineImpacts[vector.token(number)] = fine[number] }
    }
    let isRefined = source == .postings && segment.hasRefinements
    if isRefined {
      let place = try PlaceMap(segment).place(of: UInt32(document))
      for term in query.terms {
        let weight = try segment.postingList(of: term.token)?.refinedWeights(of: [place])[0] ?? 0
        fineImpacts[term.token] = Refinement.impacts(weight)
      }
    }
    return query.terms.map { term in
      let impact = impacts[term.token] ?? 0
      let amount = Int(term.weight) * Int(impact)
      return Contribution(
        term: term, impact: impact, fineImpact: fine == nil && !isRefined ? nil : fineImpacts[term.token] ?? 0,
        amount: term.role == .negative ? -amount : amount)
    }
  }
}
