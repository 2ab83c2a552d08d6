internal import InvertedIndex

extension NewelIndex {
  /// Times queries on the calling thread, and checks that all algorithms give the same answers.
  ///
  /// A first pass that is not timed loads what the queries need, verifies its checksums, and compares the answers. The
  /// algorithms then take turns pass by pass, so that a change in the machine's load meets all of them.
  ///
  /// - Throws: ``NewelError``: `invalidArgument` for a request without queries, counts, algorithms or passes, and for a
  ///   truth that does not cover it; `damaged` when a part of the index fails its checksum.
  /// - Complexity: O((passes + 1) · queries · counts · algorithms) searches.
  package func measure(
    _ request: MeasurementRequest, progress: ProgressHandler? = nil
  ) throws(NewelError) -> MeasurementReport {
    try Self.check(request)
    let queries = try QueryVectors(request.queries, in: self)
    let segments = try filters.filtered(request.conditions, in: self).segments
    var cells: [MeasurementReport.Cell] = []
    var disagreements: [String] = []
    for count in request.counts {
      var trials = request.algorithms.map { algorithm in
        AlgorithmTrial(
          request.exactness.weightSource.map { .real(algorithm, $0) } ?? .integer(algorithm), name: algorithm.rawValue,
          count: count,
          truth: request.truth)
      }
      for pass in 0...request.passes {
        for index in trials.indices {
          if pass > 1, trials[index].seconds >= request.budget ?? .infinity { continue }
          do {
            try progress?(
              JobProgress(
                stage: "measuring k=\(count)", done: pass * trials.count + index,
                total: (request.passes + 1) * trials.count, unit: "passes"))
            try trials[index].run(queries, in: segments, isTimed: pass > 0)
            try progress?(
              JobProgress(
                stage: "measuring k=\(count)", done: pass * trials.count + index + 1,
                total: (request.passes + 1) * trials.count, unit: "passes"))
          } catch {
            throw NewelError(wrapping: error)
          }
        }
      }
      cells += trials.map { $0.cell(queryCount: queries.vectors.count) }
      disagreements += trials.dropFirst().compactMap { $0.disagreement(with: trials[0]) }
    }
    let tokens = queries.vectors.reduce(0) { $0 + $1.weights.count }
    return MeasurementReport(
      index: path, documentCount: documentCount, queryCount: queries.vectors.count,
      meanQueryTokens: Double(tokens) / Double(queries.vectors.count), unknownTokens: queries.unknownTokens,
      emptyQueries: queries.vectors.count { !$0.weights.contains { $0.weight > 0 } },
      exactness: request.exactness, cells: cells, disagreements: disagreements)
  }

  static func check(_ request: MeasurementRequest) throws(NewelError) {
    func refuse(_ sentence: String) -> NewelError { NewelError(.invalidArgument, sentence) }
    guard !request.queries.isEmpty else { throw refuse("There are no queries to measure.") }
    guard !request.algorithms.isEmpty else { throw refuse("There is no algorithm to measure.") }
    guard !request.counts.isEmpty else { throw refuse("There is no number of results to measure.") }
    guard request.passes >= 1 else {
      throw refuse("\(request.passes) passes were asked for, but there must be at least 1.")
    }
    for count in request.counts {
      guard count >= 1 else { throw refuse("\(count) results were asked for, but there must be at least 1.") }
      guard let truth = request.truth, truth.depth < count else { continue }
      throw refuse("'\(truth.path)' lists \(truth.depth) documents for each query, too few for recall at \(count).")
    }
    if let truth = request.truth, truth.queryCount < request.queries.count {
      throw refuse("'\(truth.path)' has \(truth.queryCount) queries, but \(request.queries.count) are measured.")
    }
  }
}

/// Queries as vectors over the vocabulary's numbers: where timing begins.
struct QueryVectors {
  struct Vector {
    var weights: [(token: UInt32, weight: Float)] = []
    var required: [UInt32] = []
  }

  private(set) var vectors: [Vector] = []
  private(set) var unknownTokens = 0

  init(_ queries: [SearchRequest.Query], in index: NewelIndex) throws(NewelError) {
    for query in queries {
      let parts = try index.parts(of: query)
      unknownTokens += parts.unknown.count
      vectors.append(Vector(weights: parts.weights, required: parts.required))
    }
  }
}
