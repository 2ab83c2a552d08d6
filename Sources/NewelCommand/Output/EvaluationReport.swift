import Evaluation
import Newel

/// The figures of an evaluation of an index. The figures of the outermost object are those of text to picture.
struct EvaluationReport: Encodable {
  let queries: Int
  /// Documents that could be found.
  let documents: Int
  let conditions: [String]
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
  /// Queries that have no relevant document in the gallery; they enter no figure.
  let leftOut: Int
  /// Relevant documents of queries that are not in the gallery; they enter no figure.
  let judgementsOutside: Int
  /// Words and tokens of the queries that the vocabulary does not have, each once per query; they were left out.
  let unknownTokens: Int
  /// From words to positions and scores, on one thread.
  let millisecondsPerQuery: Double
  let imageToText: DirectionReport
  /// R@1 + R@5 + R@10 of both directions, in percent.
  let recallSum: Double
  /// With judgements of grades.
  let graded: GradedReport?
  let gradedImageToText: GradedReport?
  let words: WordsReport
  let systems: [SystemsReport.Line]?
  /// Why dense rows were not compared.
  let denseObstacle: String?
  /// A second opinion on the first hits; nil unless one was asked for.
  let reranking: RerankingReport?
  let comparison: ComparisonReport?

  init(
    forward: Evaluator, backward: RetrievalSummary, queries judged: (leftOut: Int, outside: Int), isGraded: Bool,
    words: WordsReport, systems: SystemsReport?, denseObstacle: String?, reranking: RerankingReport?,
    comparison: ComparisonReport?
  ) {
    let direction = DirectionReport(forward.summary)
    queries = direction.queries
    documents = direction.gallery
    conditions = forward.gallery.conditions
    recallAt1 = direction.recallAt1
    recallAt5 = direction.recallAt5
    recallAt10 = direction.recallAt10
    meanReciprocalRank = direction.meanReciprocalRank
    medianRank = direction.medianRank
    meanRank = direction.meanRank
    misses = direction.misses
    unanswered = forward.unanswered
    leftOut = judged.leftOut
    judgementsOutside = judged.outside
    unknownTokens = forward.unknownTokens
    millisecondsPerQuery = forward.millisecondsPerQuery
    imageToText = DirectionReport(backward)
    recallSum = forward.summary.recallSum + backward.recallSum
    graded = isGraded ? GradedReport(forward.summary) : nil
    gradedImageToText = isGraded ? GradedReport(backward) : nil
    self.words = words
    self.systems = systems?.lines
    self.denseObstacle = denseObstacle
    self.reranking = reranking
    self.comparison = comparison
    there = direction
    systemsTable = systems
  }

  private let there: DirectionReport
  private let systemsTable: SystemsReport?

  private enum CodingKeys: String, CodingKey {
    case queries, documents, conditions, recallAt1, recallAt5, recallAt10, meanReciprocalRank, medianRank, meanRank
    case misses, unanswered, leftOut, judgementsOutside, unknownTokens, millisecondsPerQuery, imageToText, recallSum
    case graded, gradedImageToText, words, systems, denseObstacle, reranking, comparison
  }

  func show() {
    let restricted = conditions.isEmpty ? "" : " with \(conditions.joined(separator: " and "))"
    Console.print(
      "\(Console.count(queries, "query", "queries")) against \(Console.count(documents, "document"))\(restricted); "
        + "\(Console.count(imageToText.queries, "picture")) against \(Console.count(imageToText.gallery, "text"))")
    var table = TextTable(DirectionReport.columns + [.init("ms/query", .right)])
    table.append(there.cells("text → picture") + [NumberText.fixed(millisecondsPerQuery, decimals: 3)])
    table.append(imageToText.cells("picture → text"))
    Console.print(table)
    Console.print("rsum \(NumberText.fixed(recallSum, decimals: 1)) of 600; ties and misses count against the system")
    showNotes()
    if let graded, let gradedImageToText {
      Console.print("")
      var table = TextTable(GradedReport.columns(graded.cutoff))
      table.append(graded.cells("text → picture"))
      table.append(gradedImageToText.cells("picture → text"))
      Console.print(table)
    }
    words.show()
    systemsTable?.show()
    reranking?.show()
    if let denseObstacle, reranking == nil {
      Console.print("")
      Console.print("dense and fused: not measured, because \(denseObstacle)")
    }
    comparison?.show()
  }

  private func showNotes() {
    if leftOut > 0 {
      Console.print(
        "\(Console.count(leftOut, "query has", "queries have")) no relevant document among these and "
          + "\(leftOut == 1 ? "was" : "were") left out")
    }
    if judgementsOutside > 0 {
      Console.print(
        "\(Console.count(judgementsOutside, "relevant document is", "relevant documents are")) not among these and "
          + "\(judgementsOutside == 1 ? "was" : "were") left out")
    }
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
