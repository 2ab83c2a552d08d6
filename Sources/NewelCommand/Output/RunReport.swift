import Evaluation

/// The figures of a run file held against judgements, without an index.
struct RunReport: Encodable {
  let queries: Int
  let recallAt1: Double
  let recallAt5: Double
  let recallAt10: Double
  let meanReciprocalRank: Double
  let misses: Int
  /// Judged queries without a line in the run; counted as misses.
  let unanswered: Int
  /// Queries of the run without a relevant document in the judgements; they enter no figure.
  let unjudged: Int
  let graded: GradedReport
  let comparison: ComparisonReport?

  init(_ judged: RunJudgement, comparison: ComparisonReport?) {
    let summary = judged.summary
    queries = summary.queryCount
    recallAt1 = summary.hitRate(at: 1)
    recallAt5 = summary.hitRate(at: 5)
    recallAt10 = summary.hitRate(at: 10)
    meanReciprocalRank = summary.meanReciprocalRank()
    misses = summary.missCount
    unanswered = judged.unansweredCount
    unjudged = judged.unjudgedCount
    graded = GradedReport(summary)
    self.comparison = comparison
  }

  func show() {
    Console.print("\(Console.count(queries, "judged query", "judged queries"))")
    var table = TextTable(
      [
        .init("R@1", .right), .init("R@5", .right), .init("R@10", .right), .init("MRR", .right),
        .init("misses", .right),
      ] + GradedReport.columns(graded.cutoff).dropFirst())
    table.append(
      [
        NumberText.percent(recallAt1), NumberText.percent(recallAt5), NumberText.percent(recallAt10),
        NumberText.fixed(meanReciprocalRank, decimals: 3), NumberText.grouped(misses),
      ] + graded.cells("").dropFirst())
    Console.print(table)
    if unanswered > 0 {
      Console.print(
        "\(Console.count(unanswered, "of them has", "of them have")) no answer in the run and count as misses")
    }
    if unjudged > 0 {
      Console.print(
        "\(Console.count(unjudged, "query", "queries")) of the run without a relevant document in the judgements "
          + "\(unjudged == 1 ? "was" : "were") left out")
    }
    comparison?.show()
  }
}
