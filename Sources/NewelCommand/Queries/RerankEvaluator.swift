import Evaluation
import Newel

/// A second opinion on the first hits, measured on the queries and the gallery of the sparse evaluation, beside the dense side
/// alone: text to picture.
struct RerankEvaluator {
  let index: NewelIndex
  let queries: [JudgedQuery]
  let gallery: Gallery
  let rows: TextRows?
  let reranking: Reranking
  let depth: Int
  let cutoff: Int
  let algorithm: TopKAlgorithm
  let expand: Int

  /// What the dense side of a query is made of.
  enum Source: String {
    case words
    case vectors
    /// The two together, by an alignment that knows both.
    case both = "words and vectors"
  }

  /// One source's measurements.
  struct Result {
    let source: Source
    var dense: RetrievalSummary
    var reranked: RetrievalSummary
    /// Queries whose hits were ordered anew.
    var queries = 0
    var duration = Duration.zero
  }

  /// The sources that the index can compare with its documents.
  ///
  /// - Throws: `invalidArgument` when there is none.
  private func sources() throws -> [Source] {
    var sources: [Source] = []
    if try index.hasDenseWords { sources.append(.words) }
    if let rows, try index.hasDenseTexts(ofDimension: rows.dimension) {
      sources.append(.vectors)
      if try index.hasDenseWordsAndTexts { sources.append(.both) }
    }
    guard sources.isEmpty else { return sources }
    throw CommandFailure(
      "'\(index.path)' can compare neither words nor such texts with its documents; build it with --alignment, or give "
        + "--texts of the pictures' space.")
  }

  func results(progress: ProgressHandler) throws -> [Result] {
    var results = try sources().map {
      Result(
        source: $0, dense: RetrievalSummary(documentCount: gallery.count, cutoff: cutoff),
        reranked: RetrievalSummary(documentCount: gallery.count, cutoff: cutoff))
    }
    for (number, query) in queries.enumerated() {
      try Evaluator.checkInterruption()
      try progress(JobProgress(stage: "re-ranking", done: number, total: queries.count, unit: "queries"))
      let answer = try index.evaluate(
        query.query, depth: max(depth, reranking.pool), algorithm: algorithm, conditions: gallery.conditions,
        expand: expand)
      for place in results.indices {
        try measure(query, number, answer, into: &results[place])
      }
    }
    try progress(JobProgress(stage: "re-ranking", done: queries.count, total: queries.count, unit: "queries"))
    return results
  }

  private func measure(
    _ query: JudgedQuery, _ number: Int, _ answer: EvaluatedQuery, into result: inout Result
  ) throws {
    var reranking = reranking
    reranking.vector = result.source == .words ? nil : rows?.row(number)
    reranking.comparesWords = result.source == .both
    let cosines = try index.denseScores(of: query.query, by: reranking, gallery: gallery)
    var judgements: [Int: Int] = [:]
    for (document, grade) in query.judgements {
      if let place = gallery.place(of: document) { judgements[place] = grade }
    }
    // A query that says nothing finds nothing.
    let scores = cosines ?? [Double](repeating: 0, count: gallery.count)
    result.dense.add(JudgedRanking(scores: scores, judgements: judgements))

    let again = try index.rerank(answer, of: query.query, by: reranking)
    if again.count > 0 { result.queries += 1 }
    result.duration += answer.duration + again.duration
    let ranking = JudgedRanking(positions: again.hits, judgements: query.judgements, isComplete: !answer.isCut)
    var knownRank: Int?
    if ranking.firstRelevantRank == nil, answer.isCut {
      knownRank = try index.pessimisticRank(of: query.relevant, for: answer, conditions: gallery.conditions)
    }
    result.reranked.add(ranking, knownRank: knownRank)
  }
}
