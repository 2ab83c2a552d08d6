import Evaluation

/// Two systems on the same queries.
struct ComparisonReport: Encodable {
  /// Where the other system's answers come from.
  let other: String
  let queries: Int
  let lines: [Line]

  /// One measure.
  struct Line: Encodable {
    let measure: String
    let first: Double
    let second: Double
    let difference: Double
    /// Where the difference would lie on other queries, with 95 % confidence.
    let low: Double
    let high: Double
    let tTestPValue: Double
    let randomisationPValue: Double
    /// Queries on which the first is better, and on which the other is.
    let better: Int
    let worse: Int

    init(measure: String, _ comparison: SystemComparison) {
      self.measure = measure
      first = comparison.first
      second = comparison.second
      difference = comparison.difference
      low = comparison.interval.lowerBound
      high = comparison.interval.upperBound
      tTestPValue = comparison.tTest
      randomisationPValue = comparison.randomisation
      better = comparison.firstWins
      worse = comparison.secondWins
    }
  }

  func show() {
    Console.print("")
    Console.print("compared with \(other) on \(Console.count(queries, "query", "queries")), query by query")
    var table = TextTable([
      .init(""), .init("this", .right), .init("other", .right), .init("difference", .right),
      .init("95 % interval", .right), .init("t-test", .right), .init("randomisation", .right),
      .init("better on", .right), .init("worse on", .right),
    ])
    func signed(_ value: Double) -> String {
      let text = NumberText.fixed(value, decimals: 4)
      return value > 0 && text != "0.0000" ? "+" + text : text
    }
    for line in lines {
      table.append([
        line.measure, NumberText.fixed(line.first, decimals: 4), NumberText.fixed(line.second, decimals: 4),
        signed(line.difference), "\(signed(line.low)) to \(signed(line.high))", Self.chance(line.tTestPValue),
        Self.chance(line.randomisationPValue), NumberText.grouped(line.better), NumberText.grouped(line.worse),
      ])
    }
    Console.print(table)
    Console.print("t-test and randomisation: how often chance alone makes so large a difference")
  }

  /// A p-value with the digits that matter.
  static func chance(_ value: Double) -> String {
    value < 0.0005 ? "<0.001" : NumberText.fixed(value, decimals: 3)
  }
}
