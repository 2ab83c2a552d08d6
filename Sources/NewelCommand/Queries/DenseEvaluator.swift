import Evaluation
import Newel

/// The cosines of dense rows, and their fusions with the sparse scores, measured on the queries and the gallery of the sparse
/// evaluation.
struct DenseEvaluator {
  let index: NewelIndex
  let queries: [JudgedQuery]
  let gallery: Gallery
  let reverse: ReverseEvaluator
  let dense: DenseComparison
  let cutoff: Int
  let expand: Int

  /// What is measured, in the order of the report.
  enum System: String, CaseIterable {
    case dense
    case minMax
    case reciprocalRank

    var name: String {
      switch self {
      case .dense: "dense"
      case .minMax: "fused 0.6/0.4"
      case .reciprocalRank: "fused RRF"
      }
    }

    /// What it gives each item of the gallery.
    func scores(sparse: [Double], dense: [Double]) -> [Double] {
      switch self {
      case .dense: dense
      case .minMax: ScoreFusion.minMax(sparse.map { max(0, $0) }, dense)
      case .reciprocalRank: ScoreFusion.reciprocalRank(sparse, dense, floor: 0)
      }
    }
  }

  /// Both directions of each system.
  struct Result {
    let system: System
    var forward: RetrievalSummary
    var backward: RetrievalSummary
  }

  func results(progress: ProgressHandler) throws -> [Result] {
    var results = System.allCases.map {
      Result(
        system: $0, forward: RetrievalSummary(documentCount: gallery.count, cutoff: cutoff),
        backward: RetrievalSummary(documentCount: queries.count, cutoff: cutoff))
    }
    try measureTexts(into: &results, progress: progress)
    try measureDocuments(into: &results, progress: progress)
    return results
  }

  private func measureTexts(into results: inout [Result], progress: ProgressHandler) throws {
    let size = DenseComparison.blockSize(against: gallery.count)
    for start in stride(from: 0, to: queries.count, by: size) {
      try Evaluator.checkInterruption()
      try progress(JobProgress(stage: "comparing", done: start, total: queries.count, unit: "texts"))
      let range = start..<min(start + size, queries.count)
      let cosines = try dense.cosines(ofTexts: range)
      for number in range {
        let query = queries[number]
        var sparse = [Double](repeating: 0, count: gallery.count)
        let answer = try index.evaluate(
          query.query, depth: gallery.count, conditions: gallery.conditions, expand: expand)
        for hit in answer.hits {
          if let place = gallery.place(of: hit.position) { sparse[place] = Double(hit.score) }
        }
        var judgements: [Int: Int] = [:]
        for (document, grade) in query.judgements {
          if let place = gallery.place(of: document) { judgements[place] = grade }
        }
        for place in results.indices {
          let scores = results[place].system.scores(sparse: sparse, dense: cosines[number - start])
          results[place].forward.add(JudgedRanking(scores: scores, judgements: judgements))
        }
      }
    }
    try progress(JobProgress(stage: "comparing", done: queries.count, total: queries.count, unit: "texts"))
  }

  private func measureDocuments(into results: inout [Result], progress: ProgressHandler) throws {
    let documents = reverse.documents
    let size = DenseComparison.blockSize(against: queries.count)
    for start in stride(from: 0, to: documents.count, by: size) {
      try Evaluator.checkInterruption()
      try progress(JobProgress(stage: "comparing", done: start, total: documents.count, unit: "pictures"))
      let part = documents[start..<min(start + size, documents.count)]
      let sparse = try index.mapScores(of: part, over: reverse.bags) { _, scores in scores }
      // Judged documents are always in the gallery.
      let cosines = try dense.cosines(ofDocuments: part.compactMap { gallery.place(of: $0) })
      for number in 0..<min(part.count, cosines.count) {
        for place in results.indices {
          let scores = results[place].system.scores(sparse: sparse[number], dense: cosines[number])
          results[place].backward.add(
            JudgedRanking(scores: scores, judgements: reverse.judgements[start + number]))
        }
      }
    }
    try progress(JobProgress(stage: "comparing", done: documents.count, total: documents.count, unit: "pictures"))
  }
}
