/// A run held against judgements: the summary, and the scores of each query by its name.
///
/// Every query of the judgements that has a relevant document counts; one that the run does not answer is a miss. Queries
/// of the run that were not judged enter no average.
public struct RunJudgement: Sendable {
  /// The averages. Its ranks of misses mean nothing: a run does not say how large its gallery was.
  public let summary: RetrievalSummary
  /// The names of the queries in the summary, in its order.
  public let queries: [String]
  /// Queries of the run without a judgement that says relevant.
  public let unjudgedCount: Int
  /// Queries of the judgements, with a relevant document, that the run has no line for; they are among the misses.
  public let unansweredCount: Int
  /// The different documents that run and judgements name: at least that large was the gallery.
  public let documentCount: Int

  /// Judges a run.
  ///
  /// - Parameters:
  ///   - run: the answers; equal scores are put in order by `ties`.
  ///   - qrels: the judgements.
  ///   - cutoff: k of nDCG@k and of average precision at k, at least 1.
  ///   - ties: how equal scores are put in order.
  /// - Complexity: O(n log n) for n lines in both.
  public init(_ run: Run, qrels: Qrels, cutoff: Int = 10, ties: TieRule = .pessimistic) {
    var documents: Set<String> = []
    var judged: Set<String> = []
    var names: [String] = []
    for query in run.queries { for document in run[query] { documents.insert(document.key) } }
    for query in qrels.queries { documents.formUnion(qrels[query].keys) }
    var summary = RetrievalSummary(documentCount: documents.count, cutoff: cutoff)
    var unanswered = 0
    for query in qrels.queries where qrels[query].values.contains(where: { $0 > 0 }) {
      judged.insert(query)
      names.append(query)
      let ranking = run[query]
      if ranking.isEmpty { unanswered += 1 }
      summary.add(JudgedRanking(ranking, judgements: qrels[query], ties: ties))
    }
    self.summary = summary
    queries = names
    unansweredCount = unanswered
    unjudgedCount = run.queries.count { !judged.contains($0) }
    documentCount = documents.count
  }
}
