internal import InvertedIndex

/// The best documents of a request, by whichever scores it asked for.
struct Ranking {
  struct Entry {
    let position: UInt32
    /// In the weights of query and documents.
    let score: Double
    let integerScore: UInt32
    /// The parts of the score; nil unless it is a new one.
    var reranked: RerankedScore?
  }

  /// Best first.
  var hits: [Entry]
  let algorithm: String
  let exact: AnswerExactness
  /// When not exact: the most that a document left out can score.
  let missedBound: Double?
  let counters: SearchCounters

  /// A ranking by integer scores.
  ///
  /// - Parameter unit: real score of one unit of the integer score.
  init(_ result: TopKResult, algorithm: String? = nil, unit: Double) {
    hits = result.hits.map {
      Entry(position: $0.position, score: Double($0.score) * unit, integerScore: $0.score)
    }
    self.algorithm = algorithm ?? result.algorithm.rawValue
    exact = result.isExact ? .exact(.integer) : .approximate
    missedBound = result.isExact ? nil : Double(result.missedBound) * unit
    counters = result.counters
  }

  /// A ranking by real scores.
  ///
  /// - Parameter step: the weight of one impact.
  init(_ result: FloatTopKResult, exact: AnswerExactness, algorithm: String? = nil, step: Double) {
    hits = result.hits.map {
      Entry(position: $0.position, score: $0.score * step, integerScore: $0.integerScore)
    }
    self.algorithm = algorithm ?? result.algorithm.rawValue
    self.exact = exact
    missedBound = nil
    counters = result.counters
  }
}

extension SearchRequest {
  /// Finds the best `k` documents of a query.
  ///
  /// - Parameters:
  ///   - step: the weight of one impact.
  ///   - workers: how many segments may be searched at a time.
  func ranking(
    of query: SparseQuery, k: Int, in segments: [PlacedSegment], step: Double, workers: Int
  ) throws(InvertedIndexError) -> Ranking {
    let unit = step / query.factor
    if let heads {
      let options = HeadSearchOptions(candidates: heads.candidates, cut: heads.cut)
      guard let source = exactness.weightSource else {
        let found = try HeadSearch.search(query, k: k, options: options, in: segments)
        return Ranking(found, algorithm: "heads", unit: unit)
      }
      let found = try FloatSearch.rescore(
        try HeadSearch.search(query, k: max(k, heads.candidates), options: options, in: segments), query, k: k,
        by: source, in: segments)
      return Ranking(found, exact: .approximate, algorithm: "heads", step: step)
    }
    if let source = exactness.weightSource {
      let found = try FloatSearch.search(query, k: k, by: source, in: segments) { count throws(InvertedIndexError) in
        try ParallelSearch.search(
          query, k: count, algorithm: algorithm.engine, in: segments, workers: workers,
          concurrently: WorkerThreads.run)
      }
      return Ranking(found, exact: .exact(exactness), step: step)
    }
    // A budget is spent in one place, in the order of the segments.
    if let budget {
      let found = try TopKSearch.search(
        query, k: k, algorithm: algorithm.engine, budget: budget.engine, in: segments)
      return Ranking(found, unit: unit)
    }
    let found = try ParallelSearch.search(
      query, k: k, algorithm: algorithm.engine, in: segments, workers: workers, concurrently: WorkerThreads.run)
    return Ranking(found, unit: unit)
  }
}

extension Exactness {
  /// Where the weights are that candidates are scored by again; nil when integer scores decide.
  var weightSource: WeightSource? {
    switch self {
    case .integer: nil
    case .fine: .postings
    case .float: .forward
    }
  }
}
