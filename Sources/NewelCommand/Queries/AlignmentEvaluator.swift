import Evaluation
import Newel

/// Measures how well an alignment brings texts, words and names of classes to their pictures, and pictures to them.
struct AlignmentEvaluator {
  let gallery: AlignmentGallery
  /// k of mAP@k.
  let cutoff: Int

  func report(_ model: AlignmentModel, conditions: [String], progress: ProgressHandler) throws -> AlignmentEvaluation {
    var systems: [AlignmentEvaluation.System] = []
    for queries in gallery.queries {
      for scaled in queries.canBeScaled ? [false, true] : [false] {
        systems.append(
          AlignmentEvaluation.System(
            queries: queries.name, isScaled: scaled, there: try measure(queries, scaled, progress),
            back: try measureBack(queries, scaled, progress)))
      }
    }
    return AlignmentEvaluation(
      method: model.method, pictures: gallery.pictureCount, conditions: conditions,
      classes: gallery.classes == nil ? nil : gallery.classNames.count, systems: systems,
      classNames: try classNames(), unknownCaptions: gallery.unknownCaptions, wordObstacle: gallery.wordObstacle,
      pool: gallery.poolCount > 0 ? gallery.poolCount : nil)
  }

  /// Queries find pictures.
  private func measure(
    _ queries: AlignmentGallery.Queries, _ scaled: Bool, _ progress: ProgressHandler
  ) throws -> AlignmentEvaluation.Measured {
    let classes = gallery.classes.map { classes in (queries.pictures.map { classes[$0] }, classes) }
    return try measure(
      queries.count, gallery.pictureCount, classes, stage: "\(queries.name) find pictures", progress,
      relevant: { [queries.pictures[$0]] }, scores: { try gallery.scores(of: queries, $0, scaled: scaled) })
  }

  /// Pictures find queries.
  private func measureBack(
    _ queries: AlignmentGallery.Queries, _ scaled: Bool, _ progress: ProgressHandler
  ) throws -> AlignmentEvaluation.Measured {
    var own = [[Int]](repeating: [], count: gallery.pictureCount)
    for (query, picture) in queries.pictures.enumerated() { own[picture].append(query) }
    let classes = gallery.classes.map { classes in (classes, queries.pictures.map { classes[$0] }) }
    return try measure(
      gallery.pictureCount, queries.count, classes, stage: "pictures find \(queries.name)", progress,
      relevant: { own[$0] }, scores: { try gallery.scores(ofPictures: $0, for: queries, scaled: scaled) })
  }

  private func measure(
    _ count: Int, _ items: Int, _ classes: (queries: [Int], items: [Int])?, stage: String,
    _ progress: ProgressHandler, relevant: (Int) -> [Int], scores: (Range<Int>) throws -> [Float]
  ) throws -> AlignmentEvaluation.Measured {
    var summary = RetrievalSummary(documentCount: items, cutoff: cutoff)
    var (all, cut) = (0.0, 0.0)
    for start in stride(from: 0, to: count, by: gallery.blockSize) {
      try Evaluator.checkInterruption()
      try progress(JobProgress(stage: stage, done: start, total: count, unit: "queries"))
      let range = start..<min(count, start + gallery.blockSize)
      let table = ScoreTable(queryCount: range.count, itemCount: items, values: try scores(range))
      for query in range {
        let row = table.values[(query - start) * items..<(query - start + 1) * items].map { Double($0) }
        let judgements = Dictionary(uniqueKeysWithValues: relevant(query).map { ($0, 1) })
        summary.add(JudgedRanking(scores: row, judgements: judgements))
      }
      guard let classes else { continue }
      let part = Array(classes.queries[range])
      all += Double(range.count) * table.meanAveragePrecision(queryClasses: part, itemClasses: classes.items)
      cut +=
        Double(range.count)
        * table.meanAveragePrecision(queryClasses: part, itemClasses: classes.items, depth: cutoff)
    }
    try progress(JobProgress(stage: stage, done: count, total: count, unit: "queries"))
    let precision = classes.map { _ in
      AlignmentEvaluation.ClassPrecision(cutoff: cutoff, all: all / Double(count), atCutoff: cut / Double(count))
    }
    return AlignmentEvaluation.Measured(direction: DirectionReport(summary), classes: precision)
  }

  /// Names of classes find pictures of the class.
  private func classNames() throws -> AlignmentEvaluation.ClassNames? {
    guard let queries = gallery.classQueries, let classes = gallery.classes else { return nil }
    let table = ScoreTable(
      queryCount: queries.classes.count, itemCount: gallery.pictureCount, values: try gallery.scores(of: queries))
    func precision(_ depth: Int?) -> Double {
      table.meanAveragePrecision(queryClasses: queries.classes, itemClasses: classes, depth: depth)
    }
    return AlignmentEvaluation.ClassNames(
      asked: queries.classes.count,
      precision: AlignmentEvaluation.ClassPrecision(cutoff: cutoff, all: precision(nil), atCutoff: precision(cutoff)))
  }
}
