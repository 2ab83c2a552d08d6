import ArgumentParser
import Newel

struct BenchmarkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "benchmark",
    abstract: "Time queries, and check that all algorithms give the same answers.",
    usage: "newel benchmark INDEX --queries FILE [-k COUNTS] [<options>]",
    discussion: """
      Times are processor time of one thread, from query vector to the ordinals and scores of the best documents; the \
      median over the passes for each query, then the distribution over the queries. Exit status 1 when two algorithms \
      differ in any answer. For steady times, keep to one core: taskset -c 1 newel benchmark …
      """)

  @OptionGroup var index: IndexArgument

  @Option(
    help: "Queries: .csr or .npz (columns are tokens by number), or .jsonl with \"vector\", \"text\" or \"query\".",
    completion: .file())
  var queries: String

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
    help: "The best documents of each query, for recall: u32 queries, u32 depth, i32 ordinals, scores.",
    completion: .file())
  var truth: String?

  @OptionGroup var filter: FilterOption
  @OptionGroup var json: JSONOption
  @OptionGroup var quiet: QuietOption

  func validate() throws {
    for count in counts.values where count < 1 {
      throw ValidationError("-k \(count): the number of hits must be at least 1.")
    }
    if passes < 1 { throw ValidationError("--repeat must be at least 1.") }
    if let limitQueries, limitQueries < 1 { throw ValidationError("--limit-queries must be at least 1.") }
  }

  func run() throws {
    let opened = try NewelIndex.open(index.index)
    let request = MeasurementRequest(
      queries: try QueryFile.read(queries, limit: limitQueries), counts: counts.values,
      algorithms: algorithms?.values ?? TopKAlgorithm.allCases,
      passes: passes, budget: budget, truth: try truth.map { try GroundTruth.read($0) },
      conditions: filter.conditions)
    let report = try ProgressReporter.standard(quiet: quiet.quiet).showing { progress in
      try opened.measure(request, progress: progress)
    }
    if json.json { try JSONOutput.print(report) } else { show(report) }
    if !report.disagreements.isEmpty { throw CommandFailure(report.disagreements.joined(separator: " ")) }
  }

  private func show(_ report: MeasurementReport) {
    Console.print(
      "\(NumberText.grouped(report.queryCount)) queries of \(NumberText.fixed(report.meanQueryTokens, decimals: 1)) tokens"
        + " against \(NumberText.grouped(report.documentCount)) documents, microseconds of processor time")
    var table = TextTable([
      .init("k", .right), .init("algorithm"), .init("mean", .right), .init("p50", .right), .init("p95", .right),
      .init("p99", .right), .init("spread", .right), .init("postings", .right), .init("documents", .right),
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
        cell.recall.map { NumberText.fixed($0, decimals: 4) } ?? "", String(cell.checksum.prefix(8)),
        ran.count == 1 && ran[0].key == cell.algorithm
          ? "" : ran.map { "\($0.key) \($0.value)" }.joined(separator: ", "),
      ])
    }
    Console.print(table)
    if report.unknownTokens > 0 {
      Console.print("\(NumberText.grouped(report.unknownTokens)) tokens of the queries are not in the vocabulary.")
    }
    if report.emptyQueries > 0 {
      Console.print("\(NumberText.grouped(report.emptyQueries)) queries have no token that could find anything.")
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
