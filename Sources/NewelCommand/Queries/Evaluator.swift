import Evaluation
import Newel

/// Searches for queries with known answers, and measures how well the answers were found: text to picture.
///
/// Ranks are taken from positions; keys are looked up for the run file only, because that can cost more than the searches.
struct Evaluator {
  let index: NewelIndex
  let gallery: Gallery
  let depth: Int
  let algorithm: TopKAlgorithm
  /// How many related tokens each word brings.
  let expand: Int
  let run: RankingFile?

  private(set) var summary: RetrievalSummary
  /// Queries without a word that the vocabulary knows.
  private(set) var unanswered = 0
  /// Words and tokens of the queries that the vocabulary does not have, each once per query.
  private(set) var unknownTokens = 0
  private var searching = Duration.zero

  init(
    index: NewelIndex, gallery: Gallery, depth: Int, cutoff: Int, algorithm: TopKAlgorithm, expand: Int,
    run: RankingFile?
  ) {
    self.index = index
    self.gallery = gallery
    self.depth = depth
    self.algorithm = algorithm
    self.expand = expand
    self.run = run
    summary = RetrievalSummary(documentCount: gallery.count, cutoff: cutoff)
  }

  /// From words to positions and scores, on one thread.
  var millisecondsPerQuery: Double {
    searching / .milliseconds(1) / Double(max(1, summary.queryCount + summary.unjudgedCount))
  }

  /// Evaluates all queries, and writes the run file.
  ///
  /// - Throws: what stops the evaluation; there is no run file then, or the old one.
  mutating func evaluate(_ queries: [JudgedQuery], progress: ProgressHandler) throws {
    do {
      try progress(JobProgress(stage: "evaluating", done: 0, total: queries.count, unit: "queries"))
      for (number, query) in queries.enumerated() {
        try Self.checkInterruption()
        try evaluate(query)
        try progress(JobProgress(stage: "evaluating", done: number + 1, total: queries.count, unit: "queries"))
      }
      try run?.finish()
    } catch {
      run?.abandon()
      throw error
    }
  }

  static func checkInterruption() throws {
    if Interruption.isRequested { throw NewelError(.cancelled, "The evaluation was stopped.") }
  }

  private mutating func evaluate(_ judged: JudgedQuery) throws {
    let answer: EvaluatedQuery
    do {
      answer = try index.evaluate(
        judged.query, depth: depth, algorithm: algorithm, conditions: gallery.conditions, expand: expand)
    } catch {
      throw NewelError(error.code, "The query '\(judged.id)' failed: \(error.message)", cause: error)
    }
    searching += answer.duration
    unknownTokens += answer.unknownTokens
    if answer.failure != nil { unanswered += 1 }
    let ranking = JudgedRanking(
      positions: answer.hits.map { ($0.position, Double($0.score)) }, judgements: judged.judgements,
      isComplete: !answer.isCut)
    var knownRank: Int?
    // Beyond the ranking's end, or in a tie that it may cut, the rank is counted over the whole gallery.
    if ranking.firstRelevantRank == nil, answer.isCut {
      knownRank = try index.pessimisticRank(of: judged.relevant, for: answer, conditions: gallery.conditions)
    }
    summary.add(ranking, knownRank: knownRank)
    guard let run else { return }
    try run.append(
      answer.hits.map { hit in
        ScoredDocument(key: try index.key(of: hit.position), score: Double(hit.score) * answer.scoreUnit)
      }, of: judged.id)
  }
}
