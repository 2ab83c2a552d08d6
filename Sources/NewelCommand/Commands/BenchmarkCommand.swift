import ArgumentParser
import Newel

struct BenchmarkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "benchmark",
    abstract: "Time queries, and check that all algorithms give the same answers.",
    usage: """
      newel benchmark INDEX --queries FILE [-k COUNTS] [<options>]
      newel benchmark INDEX --queries FILE --rerank COUNT [<options>]
      newel benchmark INDEX --dense-rows COUNT
      """,
    discussion: """
      Times are processor time of one thread, from query vector to the positions and scores of the best documents; the \
      median over the passes for each query, then the distribution over the queries. Exit status 1 when two algorithms \
      differ in any answer. For steady times, keep to one core: taskset -c 1 newel benchmark …

      With --curve the first of the counts is measured with exact search, with exact search stopped by a number of blocks \
      or a deadline, and with head lists where the index has them, over many settings, and drawn as mean latency against \
      recall; recall is against --truth, or against the exact answer. With --json: {"index", "documentCount", "queryCount", \
      "meanQueryTokens", "count", "truth", "lines": [{"mode", "points": [{"setting", "microseconds": {"mean", "p50", "p95", \
      "p99", "spread"}, "recall"}]}]}.

      --rerank 200 times whole searches, one after the other, from the words of a query to keys, metadata and \
      explanations of the first of the counts, beside the same without a second opinion. With --json: {"index", \
      "documentCount", "queryCount", "count", "pool", "queriesReranked", "lines": [{"mode", "microseconds": {…}, \
      "clockMicroseconds": {…}}]}.

      --dense-rows 1000 times the cosines of a thousand scattered documents with a query, as re-ranking needs them. With \
      --json: {"index", "rows" (vectors or coordinates), "dimension", "type", "count", "microseconds": {…}}.
      """)

  @OptionGroup var index: IndexArgument

  @Option(
    help: "Queries: .csr or .npz (columns are tokens by number), or .jsonl with \"vector\", \"text\" or \"query\".",
    completion: .file())
  var queries: String?

  @Option(parsing: .unconditional, help: "Instead of queries: the cosines of so many documents.")
  var denseRows: Int?

  @Option(name: [.customShort("k"), .customLong("count")], help: "How many hits, several numbers with commas.")
  var counts: CommaSeparated<Int> = [10, 100, 1000]

  @Option(
    help: "With commas, some of \(TopKAlgorithm.allCases.map(\.rawValue).joined(separator: ", ")) (default: all).")
  var algorithms: CommaSeparated<TopKAlgorithm>?

  @Option(name: .customLong("repeat"), help: "How often each query is timed.")
  var passes = 3

  @Option(help: "Seconds after which an algorithm is not timed again at the same k.")
  var budget: Double?

  @Option(help: "Only the first so many queries.")
  var limitQueries: Int?

  @Option(
    help: "The best documents of each query, for recall: u32 queries, u32 depth, i32 positions, scores.",
    completion: .file())
  var truth: String?

  @OptionGroup var reranking: RerankOptions
  @OptionGroup var filter: FilterOption
  @Option(
    help:
      "Which weights decide: 8 bits; fine: 12, of an index built with --fine-weights; float: 20, with --float-weights.")
  var exact: Exactness = .integer

  @Option(help: "Draw recall against latency of approximate searches into this SVG file.", completion: .file())
  var curve: String?

  @OptionGroup var json: JSONOption
  @OptionGroup var quiet: QuietOption

  func validate() throws {
    for count in counts.values where count < 1 {
      throw ValidationError("-k \(count): the number of hits must be at least 1.")
    }
    if (queries == nil) == (denseRows == nil) {
      throw ValidationError("Give either --queries FILE or --dense-rows COUNT.")
    }
    let others: [(String, Bool)] = [
      ("--algorithms", algorithms != nil), ("--truth", truth != nil), ("--exact", exact != .integer),
      ("--curve", curve != nil), ("--budget", budget != nil), ("--dense-rows", denseRows != nil),
    ]
    if try reranking.reranking() != nil, let other = others.first(where: { $0.1 }) {
      throw ValidationError("--rerank times whole searches; \(other.0) does not go with it.")
    }
    if let denseRows, denseRows < 1 { throw ValidationError("--dense-rows must be at least 1.") }
    if passes < 1 { throw ValidationError("--repeat must be at least 1.") }
    if let limitQueries, limitQueries < 1 { throw ValidationError("--limit-queries must be at least 1.") }
  }

  func run() throws {
    let opened = try index.open()
    if let denseRows { return try show(try opened.measureDense(count: denseRows, passes: passes)) }
    guard let queries else { return }
    if let reranking = try reranking.reranking() { return try time(reranking, of: opened, queries: queries) }
    let request = MeasurementRequest(
      queries: try QueryFile.read(queries, limit: limitQueries), counts: counts.values,
      algorithms: algorithms?.values ?? TopKAlgorithm.allCases,
      passes: passes, budget: budget, truth: try truth.map { try GroundTruth.read($0) },
      conditions: filter.conditions, exactness: exact)
    if let curve { return try draw(request, of: opened, queries: queries, into: curve) }
    let report = try ProgressReporter.standard(quiet: quiet.quiet).showing { progress in
      try opened.measure(request, progress: progress)
    }
    if json.json { try JSONOutput.print(report) } else { show(report) }
    if !report.disagreements.isEmpty { throw CommandFailure(report.disagreements.joined(separator: " ")) }
  }

  /// Times whole searches.
  private func time(_ reranking: Reranking, of index: NewelIndex, queries: String) throws {
    let queries = try QueryFile.read(queries, limit: limitQueries)
    let report = try ProgressReporter.standard(quiet: quiet.quiet).showing { progress in
      try index.measureSearches(
        queries, count: counts.values[0], reranking: reranking, conditions: filter.conditions, passes: passes,
        progress: progress)
    }
    if json.json { return try JSONOutput.print(report) }
    Console.print(SearchTrialOutput.table(report))
    Console.print(SearchTrialOutput.summary(report))
  }

  /// Measures and draws a curve; its numbers go to standard output.
  private func draw(
    _ request: MeasurementRequest, of index: NewelIndex, queries: String, into path: String
  ) throws {
    let file = try OutputFile(path, kind: .picture, inputs: [queries, self.index.index] + [truth].compactMap(\.self))
    let report = try ProgressReporter.standard(quiet: quiet.quiet).showing { progress in
      try index.curve(request, progress: progress)
    }
    try file.append(CurveDrawing(report).svg)
    try file.finish()
    if json.json { return try JSONOutput.print(report) }
    var table = TextTable([
      .init("mode"), .init("setting"), .init("mean", .right), .init("p50", .right), .init("p95", .right),
      .init("spread", .right), .init("recall@\(report.count)", .right),
    ])
    for line in report.lines {
      for point in line.points {
        table.append([
          line.mode, point.setting, NumberText.fixed(point.microseconds.mean, decimals: 1),
          NumberText.fixed(point.microseconds.p50, decimals: 1), NumberText.fixed(point.microseconds.p95, decimals: 1),
          NumberText.fixed(100 * point.microseconds.spread, decimals: 0) + " %",
          NumberText.fixed(point.recall, decimals: 4),
        ])
      }
    }
    Console.print(table)
  }

  private func show(_ report: DenseTrialReport) throws {
    if json.json { return try JSONOutput.print(report) }
    let times = report.microseconds
    Console.print(
      "\(NumberText.grouped(report.count)) \(report.rows) of \(report.dimension) numbers, \(report.type): mean "
        + "\(NumberText.fixed(times.mean, decimals: 1)), p50 \(NumberText.fixed(times.p50, decimals: 1)), p95 "
        + "\(NumberText.fixed(times.p95, decimals: 1)) microseconds of processor time")
  }

  private func show(_ report: MeasurementReport) {
    Console.print(
      "\(Console.count(report.queryCount, "query", "queries")) of \(NumberText.fixed(report.meanQueryTokens, decimals: 1)) tokens"
        + " against \(Console.count(report.documentCount, "document")), microseconds of processor time")
    var table = TextTable([
      .init("k", .right), .init("algorithm"), .init("mean", .right), .init("p50", .right), .init("p95", .right),
      .init("p99", .right), .init("spread", .right), .init("postings", .right), .init("documents", .right),
      .init("bounds", .right), .init("windows", .right), .init("blocks", .right),
      .init("recall", .right), .init("answers"), .init("ran"),
    ])
    for cell in report.cells {
      let ran = cell.algorithmsRun.sorted { ($0.value, $1.key) > ($1.value, $0.key) }
      table.append([
        "\(cell.count)", cell.algorithm, NumberText.fixed(cell.microseconds.mean, decimals: 1),
        NumberText.fixed(cell.microseconds.p50, decimals: 1), NumberText.fixed(cell.microseconds.p95, decimals: 1),
        NumberText.fixed(cell.microseconds.p99, decimals: 1),
        NumberText.fixed(100 * cell.microseconds.spread, decimals: 0) + " %",
        NumberText.fixed(cell.postingsScored, decimals: 0), NumberText.fixed(cell.documentsScored, decimals: 0),
        NumberText.fixed(cell.blocksChecked, decimals: 0), NumberText.fixed(cell.windowsVisited, decimals: 0),
        NumberText.fixed(cell.blocksScored, decimals: 0),
        cell.recall.map { NumberText.fixed($0, decimals: 4) } ?? "", String(cell.checksum.prefix(8)),
        ran.count == 1 && ran[0].key == cell.algorithm
          ? "" : ran.map { "\($0.key) \($0.value)" }.joined(separator: ", "),
      ])
    }
    Console.print(table)
    if report.unknownTokens > 0 {
      Console.print(
        "\(Console.count(report.unknownTokens, "word or token", "words or tokens")) of the queries "
          + "\(report.unknownTokens == 1 ? "is" : "are") not in the vocabulary and left out")
    }
    if report.emptyQueries > 0 {
      Console.print(
        "\(Console.count(report.emptyQueries, "query has", "queries have")) no token that could find anything")
    }
  }
}

/// Several values in one argument: `10,100,1000`.
struct CommaSeparated<Value: ExpressibleByArgument>: ExpressibleByArgument, ExpressibleByArrayLiteral {
  let values: [Value]

  init(_ values: [Value]) { self.values = values }

  init(arrayLiteral elements: Value...) { self.init(elements) }

  /// - Returns: nil when a part is empty or not one of the values.
  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
    let values = parts.compactMap { Value(argument: String($0)) }
    guard values.count == parts.count else { return nil }
    self.init(values)
  }

  var defaultValueDescription: String { values.map(\.defaultValueDescription).joined(separator: ",") }
}
