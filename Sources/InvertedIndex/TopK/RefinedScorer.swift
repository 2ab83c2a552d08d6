/// Scores documents of one segment by the 12-bit weights in its postings, without the forward file.
///
/// Term by term, so that what is read of a term lies together; terms ascend, and so the parts of a score are added in the
/// order of tokens, as everywhere.
///
/// - Complexity: O(candidates · terms) look-ups, each of one strip.
struct RefinedScorer {
  private struct Lane {
    let storage: PostingList.Storage
    /// Negative for a negative term.
    let weight: Double
  }

  private var lanes: [Lane] = []
  /// Keeps the memory of the lanes alive.
  private let segment: PlacedSegment
  private let places: PlaceMap

  /// - Throws: when a list of the query, or the order of the segment, is damaged.
  init(_ query: ForwardQuery, _ segment: PlacedSegment) throws(InvertedIndexError) {
    self.segment = segment
    places = try PlaceMap(segment.index)
    for term in query.terms {
      guard let list = try segment.index.postingList(of: term.token) else { continue }
      lanes.append(Lane(storage: list.storage, weight: term.role == .negative ? -term.magnitude : term.magnitude))
    }
  }

  /// - Parameter candidates: of this segment.
  func append(
    _ candidates: ArraySlice<ScoredDocument>, to scored: inout [FloatScoredDocument], _ counters: inout SearchCounters
  ) throws(InvertedIndexError) {
    var documents: [UInt32] = []
    documents.reserveCapacity(candidates.count)
    for candidate in candidates {
      documents.append(try places.place(of: candidate.position &- segment.firstPosition))
    }
    var sums = [Double](repeating: 0, count: documents.count)
    var weights: [UInt32] = []
    for lane in lanes {
      switch lane.storage {
      case .strips(let row): row.refinedWeights(of: documents, into: &weights)
      case .rare(let list): list.refinedWeights(of: documents, into: &weights)
      }
      for number in sums.indices where weights[number] != 0 {
        sums[number] += lane.weight * Refinement.impacts(weights[number])
        counters.postingsScored += 1
      }
    }
    for (candidate, sum) in zip(candidates, sums) {
      scored.append(FloatScoredDocument(position: candidate.position, score: sum, integerScore: candidate.score))
    }
    counters.documentsScored += candidates.count
  }
}
