/// The vector of a document as a segment has it, to the last bit, so that it can be written again into another one.
public struct ExactVector: Sendable, Equatable {
  /// By ascending token.
  public let postings: [Posting]
  /// By how much impacts were rounded, as bits of 16-bit floats; empty when the segment does not keep them.
  let halves: [UInt16]
  /// Empty when the segment has none.
  let refinements: [UInt8]
}

extension SegmentIndex {
  /// The vector of one document with all that the segment keeps of it.
  ///
  /// - Parameter document: `0 ..< documentCount`.
  /// - Throws: `storage` or `inconsistent` for damage.
  /// - Complexity: O(tokens · log postings).
  public func exactVector(of document: Int) throws(InvertedIndexError) -> ExactVector {
    let postings = try forwardVector(of: document)
    return ExactVector(
      postings: postings, halves: hasFineImpacts ? try fineHalves(of: document) : [],
      refinements: hasRefinements ? try refinements(of: postings, document) : [])
  }

  private func refinements(of postings: [Posting], _ document: Int) throws(InvertedIndexError) -> [UInt8] {
    let place = try PlaceMap(self).place(of: UInt32(document))
    var refinements: [UInt8] = []
    for posting in postings {
      // The weight is 32 · impact + 2 · refinement − 15.
      let least = Int(Refinement.unit) * Int(posting.impact) - 15
      let weight = Int(try postingList(of: posting.token)?.refinedWeights(of: [place])[0] ?? 0)
      guard let refinement = UInt8(exactly: (weight - least) / 2), Refinement.range.contains(refinement) else {
        throw inconsistent(section: "POST", detail: "document \(document) has other postings than its vector")
      }
      refinements.append(refinement)
    }
    return refinements
  }
}
