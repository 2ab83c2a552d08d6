import Evaluation

/// Sparse, dense and fused on the same queries and pictures.
struct SystemsReport: Encodable {
  let lines: [Line]

  /// One system.
  struct Line: Encodable {
    let system: String
    let textToImage: DirectionReport
    let imageToText: DirectionReport
    let recallSum: Double
    /// Against the sparse system, by the reciprocal ranks of the texts; nil for itself.
    let tTestPValue: Double?
    let randomisationPValue: Double?
  }

  init(
    sparse: (forward: RetrievalSummary, backward: RetrievalSummary),
    others: [(name: String, forward: RetrievalSummary, backward: RetrievalSummary)]
  ) {
    func line(
      _ name: String, _ forward: RetrievalSummary, _ backward: RetrievalSummary, isSparse: Bool = false
    ) -> Line {
      var compared: SystemComparison?
      if !isSparse, forward.scores.count >= 2, forward.scores.count == sparse.forward.scores.count {
        compared = SystemComparison(forward.scores.map(\.reciprocalRank), sparse.forward.scores.map(\.reciprocalRank))
      }
      return Line(
        system: name, textToImage: DirectionReport(forward), imageToText: DirectionReport(backward),
        recallSum: forward.recallSum + backward.recallSum, tTestPValue: compared?.tTest,
        randomisationPValue: compared?.randomisation)
    }
    lines =
      [line("sparse", sparse.forward, sparse.backward, isSparse: true)]
      + others.map { line($0.name, $0.forward, $0.backward) }
  }

  func show() {
    Console.print("")
    var table = TextTable([
      .init("same texts and pictures"), .init("t→p R@1", .right), .init("R@5", .right), .init("R@10", .right),
      .init("MRR", .right), .init("p→t R@1", .right), .init("R@5", .right), .init("R@10", .right),
      .init("rsum", .right), .init("t-test", .right),
    ])
    for line in lines {
      let (there, back) = (line.textToImage, line.imageToText)
      table.append(
        [line.system]
          + [there.recallAt1, there.recallAt5, there.recallAt10].map { NumberText.percent($0) }
          + [NumberText.fixed(there.meanReciprocalRank, decimals: 3)]
          + [back.recallAt1, back.recallAt5, back.recallAt10].map { NumberText.percent($0) }
          + [NumberText.fixed(line.recallSum, decimals: 1), line.tTestPValue.map { ComparisonReport.chance($0) } ?? ""])
    }
    Console.print(table)
    Console.print("t-test: how often chance alone makes so large a difference in MRR (t→p) from sparse")
  }
}
