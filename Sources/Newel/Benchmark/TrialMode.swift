internal import InvertedIndex

/// One way of answering a query vector, for measurements.
enum TrialMode {
  case integer(TopKAlgorithm)
  /// By finer weights.
  case real(TopKAlgorithm, WeightSource)
  case budget(SearchBudget)
  case heads(HeadListSearch)

  /// What a search gave, in the form that cost nothing to make while it was timed.
  enum Answer {
    case integer(TopKResult)
    case real(FloatTopKResult)

    /// Positions, and a number that differs when the score does.
    var hits: [(position: UInt32, score: UInt64)] {
      switch self {
      case .integer(let result): result.hits.map { ($0.position, UInt64($0.score)) }
      case .real(let result): result.hits.map { ($0.position, $0.score.bitPattern) }
      }
    }

    var counters: SearchCounters {
      switch self {
      case .integer(let result): result.counters
      case .real(let result): result.counters
      }
    }

    var algorithm: String {
      switch self {
      case .integer(let result): result.algorithm.rawValue
      case .real(let result): result.algorithm.rawValue
      }
    }
  }

  func answer(
    _ vector: QueryVectors.Vector, k: Int, in segments: [PlacedSegment]
  ) throws(InvertedIndexError) -> Answer {
    let query = try SparseQuery(weights: vector.weights, required: vector.required)
    switch self {
    case .integer(let algorithm):
      return .integer(try TopKSearch.search(query, k: k, algorithm: algorithm.engine, in: segments))
    case .budget(let budget):
      return .integer(try TopKSearch.search(query, k: k, budget: budget.engine, in: segments))
    case .real(let algorithm, let source):
      return .real(
        try FloatSearch.search(query, k: k, by: source, in: segments) { count throws(InvertedIndexError) in
          try TopKSearch.search(query, k: count, algorithm: algorithm.engine, in: segments)
        })
    case .heads(let heads):
      let options = HeadSearchOptions(candidates: heads.candidates, cut: heads.cut)
      return .integer(try HeadSearch.search(query, k: k, options: options, in: segments))
    }
  }
}
