import Evaluation
import Newel

/// Measures how well an alignment brings texts, words and names of classes to their pictures, and pictures to them.
struct AlignmentEvaluator {
  /// What asks.
  let asking: AlignmentGallery
  /// What is found: nil for the same rows.
  let other: AlignmentGallery?
  /// k of mAP@k.
  let cutoff: Int

  private var gallery: AlignmentGallery { other ?? asking }

  func report(
    _ model: AlignmentModel, conditions: [String], galleryConditions: [String], progress: ProgressHandler
  ) throws -> AlignmentEvaluation {
    var systems: [AlignmentEvaluation.System] = []
    for queries in asking.queries {
      guard let items = gallery.queries.first(where: { $0.name == queries.name }) else { continue }
      for scaled in queries.canBeScaled ? [false, true] : [false] {
        systems.append(
          AlignmentEvaluation.System(
            queries: queries.name, isScaled: scaled, there: try measure(queries, scaled, progress),
            back: try measureBack(queries, items, scaled, progress)))
      }
    }
    return AlignmentEvaluation(
      method: model.method, pictures: asking.pictureCount, conditions: conditions,
      galleryConditions: other == nil ? nil : galleryConditions,
      classes: asking.classes == nil ? nil : asking.classNames.count, systems: systems,
      classNames: try classNames(), unknownCaptions: asking.unknownCaptions, wordObstacle: asking.wordObstacle,
      pool: asking.poolCount > 0 ? asking.poolCount : nil)
  }

  /// Queries find pictures.
  private func measure(
    _ queries: AlignmentGallery.Queries, _ scaled: Bool, _ progress: ProgressHandler
  ) throws -> AlignmentEvaluation.Measured {
    let classes = classes.map { classes in (queries.pictures.map { classes.asking[$0] }, classes.gallery) }
    return try measure(
      queries.count, gallery.pictureCount, classes, stage: "\(queries.name) find pictures", progress,
      relevant: { [queries.pictures[$0]] }, scores: { try gallery.scores(of: queries, $0, scaled: scaled) })
  }

  /// Pictures find queries.
  private func measureBack(
    _ queries: AlignmentGallery.Queries, _ items: AlignmentGallery.Queries, _ scaled: Bool,
    _ progress: ProgressHandler
  ) throws -> AlignmentEvaluation.Measured {
    var own = [[Int]](repeating: [], count: asking.pictureCount)
    for (query, picture) in queries.pictures.enumerated() { own[picture].append(query) }
    let classes = classes.map { classes in (classes.asking, items.pictures.map { classes.gallery[$0] }) }
    return try measure(
      asking.pictureCount, items.count, classes, stage: "pictures find \(queries.name)", progress,
      relevant: { own[$0] }, scores: { try asking.scores(ofPictures: $0, for: items, scaled: scaled) })
  }

  /// The class of each picture that asks and of each that can be found, in one numbering; nil without classes.
  private var classes: (asking: [Int], gallery: [Int])? {
    guard let own = asking.classes, let found = gallery.classes else { return nil }
    let places = gallery.classNames.enumerated().map { number, name in
      asking.classNames.firstIndex(of: name) ?? asking.classNames.count + number
    }
    return (own, found.map { places[$0] })
  }

  private func measure(
    _ count: Int, _ items: Int, _ classes: (queries: [Int], items: [Int])?, stage: String,
    _ progress: ProgressHandler, relevant: (Int) -> [Int], scores: (Range<Int>) throws -> [Float]
  ) throws -> AlignmentEvaluation.Measured {
    var summary = RetrievalSummary(documentCount: items, cutoff: cutoff)
    var (all, cut) = (0.0, 0.0)
    for start in stride(from: 0, to: count, by: blockSize) {
      try Evaluator.checkInterruption()
      try progress(JobProgress(stage: stage, done: start, total: count, unit: "queries"))
      let range = start..<min(count, start + blockSize)
      let table = ScoreTable(queryCount: range.count, itemCount: items, values: try scores(range))
      // The own answer of a query is in its own gallery only.
      for query in range where other == nil {
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
    return AlignmentEvaluation.Measured(
      queries: count, gallery: items, direction: other == nil ? DirectionReport(summary) : nil, classes: precision)
  }

  private var blockSize: Int { min(asking.blockSize, gallery.blockSize) }

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
