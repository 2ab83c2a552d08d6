import Newel

/// Times of whole searches as a table for people.
enum SearchTrialOutput {
  static func table(_ report: SearchTrialReport) -> TextTable {
    var table = TextTable([
      .init("whole search"), .init("mean", .right), .init("p50", .right), .init("p95", .right), .init("p99", .right),
      .init("spread", .right), .init("p50 by the clock", .right), .init("p99", .right),
    ])
    for line in report.lines {
      let times = line.microseconds
      table.append(
        [line.mode == "search" ? "as found" : "first \(NumberText.grouped(report.pool)) re-ranked"]
          + [times.mean, times.p50, times.p95, times.p99].map { NumberText.fixed($0, decimals: 1) }
          + [NumberText.fixed(100 * times.spread, decimals: 0) + " %"]
          + [line.clockMicroseconds.p50, line.clockMicroseconds.p99].map { NumberText.fixed($0, decimals: 1) })
    }
    return table
  }

  static func summary(_ report: SearchTrialReport) -> String {
    "microseconds of processor time for \(Console.count(report.queryCount, "query", "queries")) of "
      + "\(Console.count(report.documentCount, "document")), k = \(report.count); "
      + "\(NumberText.grouped(report.queriesReranked)) re-ranked"
  }
}
