import Foundation
import Newel

/// Answers the queries of a file: `newel search INDEX --batch FILE`.
struct BatchSearch {
  let path: String
  /// What is the same for all queries.
  let template: SearchRequest
  let threads: Int?
  let runFile: String?
  let isJSON: Bool
  let isQuiet: Bool

  func run(in index: NewelIndex) throws {
    try template.check()
    // A mistake in the conditions shows before any query is answered.
    _ = try index.documentCount(where: template.conditions)
    let total = try countQueries()
    let output = BatchOutput(file: try runFile.map { try RankingFile($0) }, isJSON: isJSON)
    // Answers that appear on the terminal are progress enough, and would be drawn over.
    let isDrawnOver = output.writesToStandardOutput && TerminalDevice.standardOutput.isTerminal
    let reporter = ProgressReporter.standard(quiet: isQuiet || isDrawnOver)
    var tally = Tally()
    let clock = ContinuousClock()
    let start = clock.now
    Interruption.watch()
    do {
      tally = try reporter.showing { progress in
        try answer(total, in: index, to: output, reporter: reporter, progress: progress)
      }
      try output.finish()
    } catch {
      output.abandon()
      throw error
    }
    if !isQuiet { tally.show(seconds: (clock.now - start) / .seconds(1), threads: threads) }
    if tally.failed > 0 {
      throw CommandFailure(
        "\(Tally.queries(tally.failed)) could not be answered, the first because: \(tally.firstFailure)")
    }
  }

  /// The number of queries, all of which can be read, and named in the output.
  private func countQueries() throws -> Int {
    try BatchQueries.check(path) { query throws(NewelError) in
      guard isJSON && runFile == nil || RankingFile.canHold(id: query.id) else {
        throw NewelError(
          .invalidInput,
          "'\(path)' has the query id '\(query.id)', but ids in a run have no white space; rename it or use --json.")
      }
    }
  }

  private func answer(
    _ total: Int, in index: NewelIndex, to output: BatchOutput, reporter: ProgressReporter, progress: ProgressHandler
  ) throws -> Tally {
    var tally = Tally()
    var queries = try BatchQueries.open(path)
    try progress(JobProgress(stage: "searching", done: 0, total: total, unit: "queries"))
    try index.searchBatch(threads: threads) { () throws -> (name: String, request: SearchRequest)? in
      guard let query = try queries.next() else { return nil }
      var request = template
      request.query = query.query
      return (name: query.id, request: request)
    } receive: { id, result in
      if Interruption.isRequested { throw NewelError(.cancelled, "The search was stopped.") }
      if let problem = tally.count(result) { reporter.note("newel: Query '\(id)': \(problem)") }
      try output.append(result, of: id)
      try progress(JobProgress(stage: "searching", done: tally.queries, total: total, unit: "queries"))
    }
    return tally
  }
}

/// How the queries of a batch fared.
private struct Tally {
  private(set) var queries = 0
  /// Queries that have no answer because of what they ask.
  private(set) var unanswerable = 0
  /// Queries that have none because of a fault of the index or the machine.
  private(set) var failed = 0
  private(set) var firstFailure = ""

  /// Counts one result.
  ///
  /// - Returns: what to say about it: why there is no answer, or which words it is without.
  mutating func count(_ result: Result<BatchAnswer, NewelError>) -> String? {
    queries += 1
    switch result {
    case .success(let answer):
      var remarks: [String] = []
      if !answer.unknownWords.isEmpty {
        let words = answer.unknownWords.map { "'\($0)'" }.joined(separator: ", ")
        remarks.append("Not in the vocabulary and left out: \(words).")
      }
      if let bound = answer.missedScoreBound {
        remarks.append("Not exact: a document left out may score up to \(NumberText.fixed(bound, decimals: 3)).")
      }
      return remarks.isEmpty ? nil : remarks.joined(separator: " ")
    case .failure(let error):
      if error.code == .nothingToSearch || error.code == .invalidArgument {
        unanswerable += 1
      } else {
        if failed == 0 { firstFailure = error.message }
        failed += 1
      }
      return error.message
    }
  }

  func show(seconds: Double, threads: Int?) {
    let threads = threads ?? ProcessInfo.processInfo.activeProcessorCount
    var line = "\(Self.queries(queries)) in \(NumberText.fixed(seconds, decimals: 2)) s with "
    line += Console.count(threads, "thread")
    if seconds > 0 { line += ", \(NumberText.fixed(Double(queries) / seconds, decimals: 1)) queries/s" }
    if unanswerable + failed > 0 { line += "; \(NumberText.grouped(unanswerable + failed)) without an answer" }
    Console.complain(line)
  }

  static func queries(_ count: Int) -> String {
    count == 1 ? "1 query" : "\(NumberText.grouped(count)) queries"
  }
}
