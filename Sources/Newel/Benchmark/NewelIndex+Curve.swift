internal import InvertedIndex

extension NewelIndex {
  /// Measures approximate searches over a range of settings, and exact ones, for a curve of recall against latency.
  ///
  /// Measured are exact search, exact search by finer weights where the index has them, exact search stopped by a
  /// number of blocks and by a deadline, and search by head lists where the index has them. Times as ``measure(_:progress:)``
  /// takes them.
  ///
  /// - Parameter request: its first count is what is measured; its algorithms play no part. Without a truth recall is
  ///   against the exact integer answer.
  /// - Throws: as ``measure(_:progress:)`` does.
  package func curve(
    _ request: MeasurementRequest, progress: ProgressHandler? = nil
  ) throws(NewelError) -> CurveReport {
    try Self.check(request)
    let queries = try QueryVectors(request.queries, in: self)
    let count = request.counts[0]
    let truth: GroundTruth
    if let given = request.truth { truth = given } else { truth = try exactAnswers(queries, count: count) }
    var lines: [CurveReport.Line] = []
    let modes = curveModes(count: count)
    let total = modes.reduce(0) { $0 + $1.settings.count }
    var done = 0
    for (mode, settings) in modes {
      var points: [CurveReport.Point] = []
      for (setting, trialMode) in settings {
        do {
          try progress?(JobProgress(stage: "measuring \(mode)", done: done, total: total, unit: "settings"))
          var trial = AlgorithmTrial(trialMode, name: mode, count: count, truth: truth)
          for pass in 0...request.passes {
            if pass > 1, trial.seconds >= request.budget ?? .infinity { break }
            try trial.run(queries, in: segments, isTimed: pass > 0)
          }
          let cell = trial.cell(queryCount: queries.vectors.count)
          points.append(
            CurveReport.Point(setting: setting, microseconds: cell.microseconds, recall: cell.recall ?? 0))
        } catch {
          throw NewelError(wrapping: error)
        }
        done += 1
      }
      lines.append(CurveReport.Line(mode: mode, points: points))
    }
    let tokens = queries.vectors.reduce(0) { $0 + $1.weights.count }
    return CurveReport(
      index: path, documentCount: documentCount, queryCount: queries.vectors.count,
      meanQueryTokens: Double(tokens) / Double(queries.vectors.count), count: count,
      truth: request.truth?.path ?? "the exact integer answer", lines: lines)
  }

  /// The best documents by integer scores, twice as many as are asked for so that ties with the last one show.
  private func exactAnswers(_ queries: QueryVectors, count: Int) throws(NewelError) -> GroundTruth {
    let (twice, isTooLarge) = count.multipliedReportingOverflow(by: 2)
    let depth = max(1, min(documentCount, isTooLarge ? count : twice))
    var lists: [[(position: UInt32, score: Double)]] = []
    for vector in queries.vectors {
      do {
        var list = try TrialMode.integer(.auto).answer(vector, k: depth, in: segments).hits
          .map { (position: $0.position, score: Double($0.score)) }
        // A list that is shorter ends in the number that no document has.
        list += Array(repeating: (position: UInt32.max, score: 0), count: depth - list.count)
        lists.append(list)
      } catch {
        throw NewelError(wrapping: error)
      }
    }
    return GroundTruth(lists)
  }

  private func curveModes(count: Int) -> [(mode: String, settings: [(name: String, mode: TrialMode)])] {
    var modes: [(mode: String, settings: [(name: String, mode: TrialMode)])] = []
    modes.append(("exact", [("", .integer(.auto))]))
    if !segments.isEmpty, segments.allSatisfy(\.index.hasRefinements) {
      modes.append(("exact, 12-bit weights", [("", .real(.auto, .postings))]))
    }
    if !segments.isEmpty, segments.allSatisfy(\.index.hasFineImpacts) {
      modes.append(("exact, real scores", [("", .real(.auto, .forward))]))
    }
    let blocks = (2...13).map { 1 << $0 }.prefix { $0 <= max(4, documentCount / 64) }
    modes.append(
      ("limited blocks", blocks.map { ("\($0) blocks", .budget(SearchBudget(blocks: $0))) }))
    let deadlines = [0.02, 0.05, 0.1, 0.2, 0.5, 1, 2]
    modes.append(
      ("deadline", deadlines.map { ("\($0) ms", .budget(SearchBudget(milliseconds: $0))) }))
    if !segments.isEmpty, segments.allSatisfy({ $0.index.headLists != nil }) {
      let candidates = [1, 2, 5, 10, 20, 50].map { count * $0 }.filter { $0 <= max(count, 2000) }
      for cut in [5, 10, 20, nil] as [Int?] {
        modes.append(
          (
            "head lists, \(cut.map { "\($0) tokens" } ?? "all tokens")",
            candidates.map {
              ("\($0) candidates", .heads(HeadListSearch(candidates: $0, cut: cut)))
            }
          ))
      }
    }
    return modes
  }
}
