/// How long whole searches take, with a second opinion and without.
package struct SearchTrialReport: Sendable, Codable {
  /// One way of searching.
  package struct Line: Sendable, Codable {
    /// `search` or `re-ranked`.
    package let mode: String
    /// Processor time from the words of a query to keys, metadata and explanations of its hits, on one thread.
    package let microseconds: LatencySummary
    /// The same by the clock, with whatever else the machine did.
    package let clockMicroseconds: LatencySummary
  }

  package let index: String
  package let documentCount: Int
  package let queryCount: Int
  /// Hits asked for.
  package let count: Int
  /// Hits that are ordered anew.
  package let pool: Int
  /// Queries whose hits were ordered anew.
  package let queriesReranked: Int
  package let lines: [Line]
}

extension NewelIndex {
  /// Times whole searches on the calling thread, with a second opinion and without, in turns. A first pass that is not timed reads and
  /// verifies what the others find.
  ///
  /// - Parameters:
  ///   - queries: each is answered by itself.
  ///   - count: hits of each.
  /// - Throws: `invalidArgument` for nothing to measure, and whatever the searches throw.
  package func measureSearches(
    _ queries: [SearchRequest.Query], count: Int, reranking: Reranking, conditions: [String] = [], passes: Int,
    progress: ProgressHandler? = nil
  ) throws(NewelError) -> SearchTrialReport {
    try Self.check(MeasurementRequest(queries: queries, counts: [count], passes: passes, conditions: conditions))
    let requests = queries.map { query in
      [nil, reranking].map { rerank in
        var request = SearchRequest(query: query, count: count)
        request.conditions = conditions
        request.rerank = rerank
        return request
      }
    }
    let clock = ContinuousClock()
    var times: [[[Int64]]] = [[], []]
    var clockTimes = times
    var reranked = 0
    for pass in 0...passes {
      do {
        try progress?(JobProgress(stage: "measuring", done: pass, total: passes + 1, unit: "passes"))
      } catch {
        throw NewelError(wrapping: error)
      }
      for mode in times.indices {
        var nanoseconds: [Int64] = []
        var clockNanoseconds: [Int64] = []
        for request in requests {
          let (start, began) = (clock.now, ThreadClock.nanoseconds())
          let response = try search(request[mode], threads: 1)
          nanoseconds.append(ThreadClock.nanoseconds() - began)
          clockNanoseconds.append(Int64(start.duration(to: clock.now) / .nanoseconds(1)))
          if pass == 0, response.reranking?.count ?? 0 > 0 { reranked += 1 }
        }
        guard pass > 0 else { continue }
        times[mode].append(nanoseconds)
        clockTimes[mode].append(clockNanoseconds)
      }
    }
    return SearchTrialReport(
      index: path, documentCount: documentCount, queryCount: queries.count, count: count, pool: reranking.pool,
      queriesReranked: reranked,
      lines: ["search", "re-ranked"].enumerated().map { number, mode in
        SearchTrialReport.Line(
          mode: mode, microseconds: LatencySummary(passes: times[number]),
          clockMicroseconds: LatencySummary(passes: clockTimes[number]))
      })
  }
}
