import Evaluation

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
  /// Words and tokens of the queries that the vocabulary does not have, each once per query; they were left out.
  let unknownTokens: Int
  /// From words to ordinals and scores, on one thread.
  let millisecondsPerQuery: Double

  init(_ summary: RetrievalSummary, unanswered: Int, unknownTokens: Int, millisecondsPerQuery: Double) {
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
    self.unknownTokens = unknownTokens
    self.millisecondsPerQuery = millisecondsPerQuery
  }

  func show() {
    func percent(_ share: Double) -> String { NumberText.fixed(100 * share, decimals: 1) }
    Console.print(
      "\(Console.count(queries, "query", "queries")) against "
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
    if unknownTokens > 0 {
      Console.print(
        "\(Console.count(unknownTokens, "word or token", "words or tokens")) of the queries "
          + "\(unknownTokens == 1 ? "is" : "are") not in the vocabulary and left out")
    }
  }
}
