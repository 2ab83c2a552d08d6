import ArgumentParser
import Evaluation
import Foundation
import Newel

struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Measure how well queries find the documents they should.",
    usage: "newel evaluate INDEX (--queries FILE | --captions) [<options>]",
    discussion: """
      Queries are lines {"id", "text" or "query" or "vector", "relevant": [keys]}: "text" is plain words, "query" the \
      query language, "vector" token weights. With --captions every document's caption is a query for that document. \
      Ranks are pessimistic: a tie counts against the relevant document, and a miss counts as the last rank.

      With --json: {"queries", "documents", "recallAt1", "recallAt5", "recallAt10" (shares of queries with a relevant \
      document that high), "meanReciprocalRank", "medianRank", "meanRank", "misses", "unanswered" (misses without a word \
      that the vocabulary knows), "millisecondsPerQuery"}.
      """)

  @OptionGroup var index: IndexArgument

  @Option(help: "Queries with known answers, one JSON object per line.", completion: .file())
  var queries: String?

  @Flag(help: "Take the captions of the index's own documents as queries.")
  var captions = false

  @Option(name: .customLong("run"), help: "Write the rankings as a TREC run file.", completion: .file())
  var runFile: String?

  @Option(parsing: .unconditional, help: "How deep each ranking of the run file is.")
  var depth = 1000

  @Option(help: "How the best are found; the answer is the same.")
  var algorithm: TopKAlgorithm = .auto

  @OptionGroup var json: JSONOption
  @OptionGroup var quiet: QuietOption

  func validate() throws {
    if (queries == nil) != captions { throw ValidationError("Give either --queries FILE or --captions.") }
  }

  func run() throws {
    guard depth >= 10 else { throw CommandFailure("The depth is \(depth), but it must be at least 10.") }
    let opened = try NewelIndex.open(index.index)
    let judged = try queries.map { try JudgedQueryFile(path: $0).read() } ?? captionQueries(of: opened)
    let reporter = ProgressReporter.standard(quiet: quiet.quiet)
    let report = try reporter.showing { progress in try evaluate(judged, in: opened, progress: progress) }
    if json.json { try JSONOutput.print(report) } else { report.show() }
  }

  private func captionQueries(of index: NewelIndex) throws -> [JudgedQuery] {
    var judged: [JudgedQuery] = []
    try index.forEachDocument { key, captions in
      for (number, caption) in captions.enumerated() {
        judged.append(
          JudgedQuery(
            id: captions.count == 1 ? key : "\(key)#\(number)", query: .plain(caption), relevant: [key]))
      }
    }
    guard !judged.isEmpty else {
      throw CommandFailure("No document of '\(self.index.index)' has a caption in the field '\(index.captionField)'.")
    }
    return judged
  }

  private func evaluate(
    _ queries: [JudgedQuery], in index: NewelIndex, progress: ProgressHandler
  ) throws -> EvaluationReport {
    var summary = RetrievalSummary(documentCount: index.documentCount)
    var unanswered = 0
    let writer = try runFile.map { _ in try TrecRunWriter(tag: "newel", ties: .breakByRank) }
    var runText = ""
    let clock = ContinuousClock()
    var searching = Duration.zero
    try progress(JobProgress(stage: "evaluating", done: 0, total: queries.count, unit: "queries"))
    for (number, judged) in queries.enumerated() {
      var ranking: [ScoredDocument] = []
      var knownRank: Int?
      do {
        let start = clock.now
        let request = SearchRequest(query: judged.query, count: depth, algorithm: algorithm)
        ranking = try index.searchKeys(request).map { ScoredDocument(key: $0.key, score: $0.score) }
        searching += clock.now - start
        // Beyond the ranking's end, or in a tie that it may cut, the rank is counted over the whole index.
        if ranking.count == depth { knownRank = try index.pessimisticRank(of: judged.relevant, for: judged.query) }
      } catch {
        guard error.code == .nothingToSearch else {
          throw NewelError(error.code, "The query '\(judged.id)' failed: \(error.message)", cause: error)
        }
        unanswered += 1
      }
      try checkKeys(of: judged, in: index)
      let grades = Dictionary(judged.relevant.map { ($0, 1) }, uniquingKeysWith: { first, _ in first })
      summary.add(
        JudgedRanking(ranking, judgements: grades, isComplete: ranking.count < depth), knownRank: knownRank)
      if let writer {
        do { runText += try writer.lines(for: judged.id, ranking: ranking) } catch {
          throw CommandFailure("The run file cannot be written: \(error)")
        }
      }
      try progress(JobProgress(stage: "evaluating", done: number + 1, total: queries.count, unit: "queries"))
    }
    if let runFile { try write(runText, to: runFile) }
    return EvaluationReport(
      summary, unanswered: unanswered,
      millisecondsPerQuery: searching / .milliseconds(1) / Double(max(1, queries.count)))
  }

  /// A key that no document has is a mistake in the file, not a miss.
  private func checkKeys(of judged: JudgedQuery, in index: NewelIndex) throws {
    for key in judged.relevant where try !index.contains(key: key) {
      throw CommandFailure(
        "The query '\(judged.id)' has the relevant key '\(key)', which no document of the index has.")
    }
  }

  private func write(_ text: String, to path: String) throws {
    do {
      try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw CommandFailure("The run file '\(path)' cannot be written; check its folder and the space on the disk.")
    }
  }
}

/// The figures of an evaluation.
struct EvaluationReport: Encodable {
  let queries: Int
  let documents: Int
  let recallAt1: Double
  let recallAt5: Double
  let recallAt10: Double
  let meanReciprocalRank: Double
  let medianRank: Int
  let meanRank: Double
  /// Queries none of whose relevant documents is a hit.
  let misses: Int
  /// Queries without a word that the vocabulary knows; counted as misses.
  let unanswered: Int
  let millisecondsPerQuery: Double

  init(_ summary: RetrievalSummary, unanswered: Int, millisecondsPerQuery: Double) {
    queries = summary.queryCount
    documents = summary.documentCount
    recallAt1 = summary.hitRate(at: 1)
    recallAt5 = summary.hitRate(at: 5)
    recallAt10 = summary.hitRate(at: 10)
    meanReciprocalRank = summary.meanReciprocalRank()
    medianRank = summary.medianRank
    meanRank = summary.meanRank
    misses = summary.missCount
    self.unanswered = unanswered
    self.millisecondsPerQuery = millisecondsPerQuery
  }

  func show() {
    func percent(_ share: Double) -> String { NumberText.fixed(100 * share, decimals: 1) }
    Console.print(
      "\(queries == 1 ? "1 query" : "\(NumberText.grouped(queries)) queries") against "
        + Console.count(documents, "document"))
    var table = TextTable([
      .init("R@1", .right), .init("R@5", .right), .init("R@10", .right), .init("MRR", .right),
      .init("median rank", .right), .init("mean rank", .right), .init("misses", .right), .init("ms/query", .right),
    ])
    table.append([
      percent(recallAt1), percent(recallAt5), percent(recallAt10), NumberText.fixed(meanReciprocalRank, decimals: 3),
      NumberText.grouped(medianRank), NumberText.fixed(meanRank, decimals: 1), NumberText.grouped(misses),
      NumberText.fixed(millisecondsPerQuery, decimals: 3),
    ])
    Console.print(table)
    if unanswered > 0 {
      Console.print(
        "\(NumberText.grouped(unanswered)) of the misses \(unanswered == 1 ? "has" : "have") no word that the vocabulary "
          + "knows")
    }
  }
}
