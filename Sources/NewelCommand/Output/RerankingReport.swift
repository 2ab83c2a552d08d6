import Evaluation
import Newel

/// Sparse, dense and re-ranked on the same queries and pictures: text to picture.
struct RerankingReport: Encodable {
  let pool: Int
  let fusion: Reranking.Fusion
  /// Nil unless the fusion is weighted.
  let weight: Double?
  let lines: [Line]

  /// One system.
  struct Line: Encodable {
    let system: String
    let textToImage: DirectionReport
    /// From the words of a query to positions and scores, on one thread; nil for the dense side alone.
    let millisecondsPerQuery: Double?
    /// Queries whose hits were ordered anew; nil unless hits were.
    let queriesReranked: Int?
  }

  init(_ reranking: Reranking, sparse: Evaluator, results: [RerankEvaluator.Result]) {
    pool = reranking.pool
    fusion = reranking.fusion
    weight = reranking.fusion == .weighted ? reranking.weight : nil
    var lines = [
      Line(
        system: "sparse", textToImage: DirectionReport(sparse.summary),
        millisecondsPerQuery: sparse.millisecondsPerQuery, queriesReranked: nil)
    ]
    for result in results {
      let source = result.source.rawValue
      lines.append(
        Line(
          system: "dense, \(source)", textToImage: DirectionReport(result.dense), millisecondsPerQuery: nil,
          queriesReranked: nil))
      let count = max(1, result.reranked.queryCount + result.reranked.unjudgedCount)
      lines.append(
        Line(
          system: "re-ranked, \(source)", textToImage: DirectionReport(result.reranked),
          millisecondsPerQuery: result.duration / .milliseconds(1) / Double(count), queriesReranked: result.queries))
    }
    self.lines = lines
  }

  func show() {
    Console.print("")
    var table = TextTable([
      .init("text → picture"), .init("R@1", .right), .init("R@5", .right), .init("R@10", .right), .init("MRR", .right),
      .init("ms/query", .right),
    ])
    for line in lines {
      let there = line.textToImage
      table.append(
        [line.system]
          + [there.recallAt1, there.recallAt5, there.recallAt10].map { NumberText.percent($0) }
          + [
            NumberText.fixed(there.meanReciprocalRank, decimals: 3),
            line.millisecondsPerQuery.map { NumberText.fixed($0, decimals: 2) } ?? "",
          ])
    }
    Console.print(table)
    let how = weight.map { "\(fusion.rawValue), weight \(NumberText.fixed($0, decimals: 2))" } ?? fusion.rawValue
    Console.print("re-ranked: the first \(NumberText.grouped(pool)) hits of sparse (\(how))")
  }
}
