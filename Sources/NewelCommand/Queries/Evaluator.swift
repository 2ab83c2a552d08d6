import Evaluation
import Newel

/// Searches for queries with known answers, and measures how well the answers were found.
///
/// Ranks are taken from ordinals; keys are looked up for the run file only, because that can cost more than the searches.
struct Evaluator {
  let index: NewelIndex
  let depth: Int
  let algorithm: TopKAlgorithm
  /// How many related tokens each word brings.
  let expand: Int
  let run: RankingFile?

  private var summary: RetrievalSummary
  private var unanswered = 0
  private var unknownTokens = 0
  private var searching = Duration.zero

  init(index: NewelIndex, depth: Int, algorithm: TopKAlgorithm, expand: Int, run: RankingFile?) {
    self.index = index
    self.depth = depth
    self.algorithm = algorithm
    self.expand = expand
    self.run = run
    summary = RetrievalSummary(documentCount: index.documentCount)
  }

  /// Evaluates all queries, and writes the run file.
  ///
  /// - Throws: what stops the evaluation; there is no run file then, or the old one.
  mutating func report(on queries: [JudgedQuery], progress: ProgressHandler) throws -> EvaluationReport {
    do {
      try progress(JobProgress(stage: "evaluating", done: 0, total: queries.count, unit: "queries"))
      for (number, query) in queries.enumerated() {
        if Interruption.isRequested { throw NewelError(.cancelled, "The evaluation was stopped.") }
        try evaluate(query)
        try progress(JobProgress(stage: "evaluating", done: number + 1, total: queries.count, unit: "queries"))
      }
      try run?.finish()
    } catch {
      run?.abandon()
      throw error
    }
    return EvaluationReport(
      summary, unanswered: unanswered, unknownTokens: unknownTokens,
      millisecondsPerQuery: searching / .milliseconds(1) / Double(max(1, queries.count)))
  }

  private mutating func evaluate(_ judged: JudgedQuery) throws {
    let answer: EvaluatedQuery
    do { answer = try index.evaluate(judged.query, depth: depth, algorithm: algorithm, expand: expand) } catch {
      throw NewelError(error.code, "The query '\(judged.id)' failed: \(error.message)", cause: error)
    }
    searching += answer.duration
    unknownTokens += answer.unknownTokens
    if answer.failure != nil { unanswered += 1 }
    let ranking = JudgedRanking(
      ordinals: answer.hits.map { ($0.ordinal, Double($0.score)) }, relevant: Set(judged.relevant),
      isComplete: !answer.isCut)
    var knownRank: Int?
    // Beyond the ranking's end, or in a tie that it may cut, the rank is counted over the whole index.
    if ranking.firstRelevantRank == nil, answer.isCut {
      knownRank = try index.pessimisticRank(of: judged.relevant, for: answer)
    }
    summary.add(ranking, knownRank: knownRank)
    guard let run else { return }
    try run.append(
      answer.hits.map { hit in
        ScoredDocument(key: try index.key(of: hit.ordinal), score: Double(hit.score) * answer.scoreUnit)
      }, of: judged.id)
  }
}
