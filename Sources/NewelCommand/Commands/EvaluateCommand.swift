import ArgumentParser
import Newel

struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Measure how well queries find the documents they should.",
    usage: "newel evaluate INDEX (--queries FILE | --captions) [<options>]",
    discussion: """
      Queries are lines {"id", "text" or "query" or "vector" or "embedding", "relevant": [keys]}: "text" is plain words, \
      "query" the query language, "vector" token weights, "embedding" a text's embedding for the head's text side. With --captions every document's caption is a query for that document. \
      Words that the vocabulary does not have are counted and left out. Ranks are pessimistic: a tie counts against the relevant document, and a miss counts as the last rank.

      With --json: {"queries", "documents", "recallAt1", "recallAt5", "recallAt10" (shares of queries with a relevant \
      document that high), "meanReciprocalRank", "medianRank", "meanRank", "misses", "unanswered" (misses without a word \
      that the vocabulary knows), "unknownTokens" (words and tokens that the vocabulary does not have, which were left out), \
      "millisecondsPerQuery" (from words to ordinals, on one thread)}.
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

  @OptionGroup var expansion: ExpandOption
  @OptionGroup var json: JSONOption
  @OptionGroup var quiet: QuietOption

  func validate() throws {
    if (queries == nil) != captions { throw ValidationError("Give either --queries FILE or --captions.") }
  }

  func run() throws {
    guard depth >= 10 else { throw CommandFailure("The depth is \(depth), but it must be at least 10.") }
    let opened = try NewelIndex.open(index.index)
    let inputs = queries.map { [$0] } ?? []
    // What cannot be written is said before anything is read or searched.
    if let runFile { try OutputKind.run.checkOutput(runFile, inputs: inputs) }
    let judged = try queries.map { try opened.judgedQueries(in: $0) } ?? opened.captionQueries()
    let run = try runFile.map { path in
      try checkNames(of: judged)
      return try RankingFile(path, inputs: inputs)
    }
    Interruption.watch()
    let reporter = ProgressReporter.standard(quiet: quiet.quiet)
    let report = try reporter.showing { progress in
      var evaluation = Evaluator(index: opened, depth: depth, algorithm: algorithm, expand: expansion.expand, run: run)
      return try evaluation.report(on: judged, progress: progress)
    }
    if json.json { try JSONOutput.print(report) } else { report.show() }
  }

  private func checkNames(of queries: [JudgedQuery]) throws {
    guard let bad = queries.first(where: { !RankingFile.canHold(id: $0.id) }) else { return }
    throw CommandFailure(
      "The query id '\(bad.id)' has white space, but ids in a run file have none; rename it or leave --run out.")
  }
}
