import Evaluation
import Newel

/// Picture to text: each document's sparse vector is the query, and the texts of the evaluation are the gallery.
///
/// Asked are the documents that some text is about. A document's rank is that of the best of its own texts, which do not
/// stand in each other's way; texts of other documents that score as much count against it, and a text that shares no token
/// with the document is not found.
struct ReverseEvaluator: Sendable {
  let bags: TextBags
  /// The documents that some text is about, ascending.
  let documents: [UInt32]
  /// The grade of each text for a document, by the place of the document.
  let judgements: [[Int: Int]]

  /// - Parameter expand: how many related tokens each word brings.
  init(index: NewelIndex, queries: [JudgedQuery], expand: Int = 0) throws {
    bags = try index.textBags(of: queries, expand: expand)
    var grades: [UInt32: [Int: Int]] = [:]
    for (text, query) in queries.enumerated() {
      for (document, grade) in query.judgements where grade > 0 { grades[document, default: [:]][text] = grade }
    }
    documents = grades.keys.sorted()
    judgements = documents.map { grades[$0] ?? [:] }
  }

  /// Ranks all texts for each document, on all cores.
  func summary(of index: NewelIndex, cutoff: Int, progress: ProgressHandler) throws -> RetrievalSummary {
    var summary = RetrievalSummary(documentCount: bags.count, cutoff: cutoff)
    let judgements = judgements
    var done = 0
    while done < documents.count {
      try Evaluator.checkInterruption()
      try progress(JobProgress(stage: "ranking texts", done: done, total: documents.count, unit: "pictures"))
      let part = documents[done..<min(done + 2048, documents.count)]
      let rankings = try index.mapScores(of: part, over: bags) { place, scores in
        JudgedRanking(scores: scores, judgements: judgements[place], floor: 0)
      }
      for ranking in rankings { summary.add(ranking) }
      done = part.endIndex
    }
    try progress(JobProgress(stage: "ranking texts", done: done, total: documents.count, unit: "pictures"))
    return summary
  }
}
