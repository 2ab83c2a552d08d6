import Evaluation
import Newel

/// An evaluation of an index from end to end: reads what is known, measures, and makes the report.
struct EvaluationJob {
  var queries: String?
  var qrels: String?
  var conditions: [String]
  var cutoff: Int
  var depth: Int
  var algorithm: TopKAlgorithm
  var expand: Int
  var runFile: String?
  var classField: String?
  var texts: String?
  var compare: String?
  var seed: UInt64
  var rerank: Reranking?

  /// The files that are read, which are never replaced.
  private var inputs: [String] { [queries, qrels, texts, compare].compactMap(\.self) }

  func report(on index: NewelIndex, reporter: ProgressReporter) throws -> EvaluationReport {
    // What cannot be written is said before anything is read or searched.
    try rerank?.check()
    if let runFile { try OutputKind.run.checkOutput(runFile, inputs: inputs) }
    let gallery = try index.gallery(where: conditions)
    let grades = try qrels.map { RunComparison.grades(of: try RunComparison.qrels($0)) }
    let judged =
      try queries.map { try index.judgedQueries(in: $0, grades: grades, gallery: gallery) }
      ?? index.captionQueries(grades: grades, gallery: gallery)
    let otherRun = try compare.map { try RunComparison.run($0) }
    let rows = try texts.map { try index.textRows($0, queries: judged) }
    let run = try runFile.map { path in
      try checkNames(of: judged.queries)
      return try RankingFile(path, inputs: inputs)
    }
    Interruption.watch()
    return try reporter.showing { progress in
      var forward = Evaluator(
        index: index, gallery: gallery, depth: depth, cutoff: cutoff, algorithm: algorithm, expand: expand, run: run)
      try forward.evaluate(judged.queries, progress: progress)
      let reverse = try ReverseEvaluator(index: index, queries: judged.queries, expand: expand)
      let backward = try reverse.summary(of: index, cutoff: cutoff, progress: progress)
      let words = try words(of: index, gallery: gallery, bags: reverse.bags, progress: progress)
      let systems = try rows.map { rows in
        SystemsReport(
          sparse: (forward.summary, backward),
          others: try measureSystems(of: rows, queries: judged, gallery: gallery, reverse: reverse, in: index, progress)
        )
      }
      let reranking = try rerank.map { reranking in
        let results = try RerankEvaluator(
          index: index, queries: judged.queries, gallery: gallery, rows: rows, reranking: reranking, depth: depth,
          cutoff: cutoff, algorithm: algorithm, expand: expand
        ).results(progress: progress)
        return RerankingReport(reranking, sparse: forward, results: results)
      }
      let comparison = try comparison(
        of: forward.summary, with: otherRun, queries: judged.queries, gallery: gallery, in: index)
      return EvaluationReport(
        forward: forward, backward: backward, queries: (judged.leftOut, judged.judgementsOutside),
        isGraded: qrels != nil, words: words, systems: systems,
        denseObstacle: index.denseObstacle(rows), reranking: reranking,
        comparison: comparison)
    }
  }

  /// The systems that embeddings of the texts make possible: the head's text side, cosines and their fusions.
  private func measureSystems(
    of rows: TextRows, queries judged: JudgedQueries, gallery: Gallery, reverse: ReverseEvaluator, in index: NewelIndex,
    _ progress: @escaping ProgressHandler
  ) throws -> [(name: String, forward: RetrievalSummary, backward: RetrievalSummary)] {
    var systems: [(name: String, forward: RetrievalSummary, backward: RetrievalSummary)] = []
    if let queries = index.textSideQueries(rows, queries: judged) {
      var forward = Evaluator(
        index: index, gallery: gallery, depth: depth, cutoff: cutoff, algorithm: algorithm, expand: 0, run: nil)
      try forward.evaluate(queries, progress: progress)
      let backward = try ReverseEvaluator(index: index, queries: queries)
        .summary(of: index, cutoff: cutoff, progress: progress)
      systems.append(("sparse, text side", forward.summary, backward))
    }
    if let dense = try index.denseComparison(rows, gallery: gallery) {
      let others = DenseEvaluator(
        index: index, queries: judged.queries, gallery: gallery, reverse: reverse, dense: dense, cutoff: cutoff,
        expand: expand)
      systems += try others.results(progress: progress).map { ($0.system.name, $0.forward, $0.backward) }
    }
    return systems
  }

  private func words(
    of index: NewelIndex, gallery: Gallery, bags: TextBags, progress: @escaping ProgressHandler
  ) throws -> WordsReport {
    let hasCaptions = queries == nil
    let words = try index.words(of: gallery, captions: hasCaptions, classField: classField) { report in
      try Evaluator.checkInterruption()
      try progress(report)
    }
    let measured = WordEvaluator(
      words, bags: bags, galleryCount: gallery.count, hasCaptions: hasCaptions, seed: seed)
    return WordsReport(
      measured, pictures: gallery.count, emptyPictures: words.emptyCount, vocabularyCount: words.frequencies.count,
      classField: classField, queryTokens: bags.tokenCount, queries: bags.count, frequencies: words.frequencies,
      name: { index.tokenName($0) })
  }

  private func comparison(
    of summary: RetrievalSummary, with run: Run?, queries: [JudgedQuery], gallery: Gallery, in index: NewelIndex
  ) throws -> ComparisonReport? {
    guard let run, let compare else { return nil }
    let other = try RunComparison.summary(
      of: run, from: compare, queries: queries, gallery: gallery, in: index, cutoff: cutoff)
    // Captions of one picture are not independent of each other.
    let groups = queries.enumerated().map { $0.element.document.map(Int.init) ?? -1 - $0.offset }
    return ComparisonReport(
      other: compare, queries: queries.count, lines: RunComparison.lines(summary, other, groups: groups))
  }

  private func checkNames(of queries: [JudgedQuery]) throws {
    guard let bad = queries.first(where: { !RankingFile.canHold(id: $0.id) }) else { return }
    throw CommandFailure(
      "The query id '\(bad.id)' has white space, but ids in a run file have none; rename it or leave --run out.")
  }
}
