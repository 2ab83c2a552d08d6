/// Scores documents of one segment by their vectors and what rounding took from these.
struct ForwardFloatScorer {
  private let terms: [SparseQuery.Term]
  private let firstPosition: UInt32
  private let table: WeightTable
  private var reader: ForwardReader

  init(_ query: ForwardQuery, _ segment: PlacedSegment, _ table: WeightTable) {
    terms = query.terms
    firstPosition = segment.firstPosition
    self.table = table
    reader = ForwardReader(segment.index.forward)
  }

  /// - Parameter candidates: of this segment, by ascending position.
  mutating func append(
    _ candidates: ArraySlice<ScoredDocument>, to scored: inout [FloatScoredDocument], _ counters: inout SearchCounters
  ) throws(InvertedIndexError) {
    let distance = ForwardReader.prefetchDistance
    func document(_ candidate: ScoredDocument) -> Int { Int(candidate.position &- firstPosition) }
    for candidate in candidates.prefix(2 * distance) { reader.prefetchStart(document(candidate)) }
    for candidate in candidates.prefix(distance) { reader.prefetch(document(candidate), withFineImpacts: true) }
    for (place, candidate) in zip(candidates.indices, candidates) {
      if place + 2 * distance < candidates.endIndex {
        reader.prefetchStart(document(candidates[place + 2 * distance]))
      }
      if place + distance < candidates.endIndex {
        reader.prefetch(document(candidates[place + distance]), withFineImpacts: true)
      }
      let vector = try reader.vector(of: document(candidate))
      let fine = try reader.fineImpacts(of: vector)
      counters.postingsScored += vector.count
      scored.append(
        FloatScoredDocument(
          position: candidate.position, score: sum(vector, fine), integerScore: candidate.score))
    }
    counters.documentsScored += candidates.count
  }

  /// Tokens ascend in the vector as they do in the query.
  private func sum(_ vector: ForwardVector, _ fine: FineImpacts) -> Double {
    var sum = 0.0
    var term = 0
    vector.forEachMatch(table) { number in
      let token = vector.token(number)
      while term < terms.count, terms[term].token < token { term += 1 }
      guard term < terms.count, terms[term].token == token else { return }
      let amount = terms[term].magnitude * fine[number]
      sum += terms[term].role == .negative ? -amount : amount
    }
    return sum
  }
}
