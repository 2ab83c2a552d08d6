import Evaluation
import Newel

/// Measures how well an alignment brings texts, words and names of classes to their pictures, and pictures to them.
struct AlignmentEvaluator {
  /// What is asked, and what is searched unless there is another gallery.
  let gallery: AlignmentGallery
  /// Other pictures and texts to be searched; relevant is then what has the class of the query.
  var other: Other?
  /// k of mAP@k.
  let cutoff: Int

  struct Other {
    let gallery: AlignmentGallery
    let conditions: [String]
  }

  private var searched: AlignmentGallery { other?.gallery ?? gallery }

  func report(_ model: AlignmentModel, conditions: [String], progress: ProgressHandler) throws -> AlignmentEvaluation {
    let systems = try gallery.queries.compactMap { queries -> AlignmentEvaluation.System? in
      guard let items = searched.queries.first(where: { $0.name == queries.name }) else { return nil }
      return AlignmentEvaluation.System(
        queries: queries.name, there: try measure(queries, progress), back: try measureBack(items, progress))
    }
    return AlignmentEvaluation(
      method: model.method, pictures: gallery.pictureCount, conditions: conditions,
      galleryPictures: other?.gallery.pictureCount, galleryConditions: other?.conditions,
      classes: gallery.classes == nil ? nil : gallery.classNames.count, systems: systems,
      classNames: try classNames(), unknownCaptions: gallery.unknownCaptions, wordObstacle: gallery.wordObstacle)
  }

  /// The classes of the pictures that are asked for and of those that are searched, in one numbering.
  private var classes: (asked: [Int], searched: [Int])? {
    guard let asked = gallery.classes, let items = searched.classes else { return nil }
    var numbers: [String: Int] = [:]
    for name in gallery.classNames + searched.classNames where numbers[name] == nil { numbers[name] = numbers.count }
    return (
      asked.compactMap { numbers[gallery.classNames[$0]] }, items.compactMap { numbers[searched.classNames[$0]] }
    )
  }

  /// Queries find pictures.
  private func measure(
    _ queries: AlignmentGallery.Queries, _ progress: ProgressHandler
  ) throws -> AlignmentEvaluation.Measured {
    let classes = classes.map { asked, searched in (queries.pictures.map { asked[$0] }, searched) }
    return try measure(
      queries.count, searched.pictureCount, classes, stage: "\(queries.name) find pictures", progress,
      relevant: { [queries.pictures[$0]] }, scores: { try searched.scores(of: queries, $0) })
  }

  /// Pictures find queries.
  private func measureBack(
    _ queries: AlignmentGallery.Queries, _ progress: ProgressHandler
  ) throws -> AlignmentEvaluation.Measured {
    var own = [[Int]](repeating: [], count: searched.pictureCount)
    for (query, picture) in queries.pictures.enumerated() { own[picture].append(query) }
    let classes = classes.map { asked, searched in (asked, queries.pictures.map { searched[$0] }) }
    return try measure(
      gallery.pictureCount, queries.count, classes, stage: "pictures find \(queries.name)", progress,
      relevant: { own[$0] }, scores: { try gallery.scores(ofPictures: $0, for: queries) })
  }

  private func measure(
    _ count: Int, _ items: Int, _ classes: (queries: [Int], items: [Int])?, stage: String,
    _ progress: ProgressHandler, relevant: (Int) -> [Int], scores: (Range<Int>) throws -> [Float]
  ) throws -> AlignmentEvaluation.Measured {
    let blockSize = min(gallery.blockSize, searched.blockSize)
    var summary = RetrievalSummary(documentCount: items, cutoff: cutoff)
    var (all, cut) = (0.0, 0.0)
    for start in stride(from: 0, to: count, by: blockSize) {
      try Evaluator.checkInterruption()
      try progress(JobProgress(stage: stage, done: start, total: count, unit: "queries"))
      let range = start..<min(count, start + blockSize)
      let table = ScoreTable(queryCount: range.count, itemCount: items, values: try scores(range))
      // What is one's own is not in another gallery.
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
    return AlignmentEvaluation.Measured(direction: other == nil ? DirectionReport(summary) : nil, classes: precision)
  }

  /// Names of classes find pictures of the class.
  private func classNames() throws -> AlignmentEvaluation.ClassNames? {
    // The names that are asked have the first numbers, in their own order.
    guard let queries = gallery.classQueries, let classes else { return nil }
    let table = ScoreTable(
      queryCount: queries.classes.count, itemCount: searched.pictureCount, values: try searched.scores(of: queries))
    func precision(_ depth: Int?) -> Double {
      table.meanAveragePrecision(queryClasses: queries.classes, itemClasses: classes.searched, depth: depth)
    }
    return AlignmentEvaluation.ClassNames(
      asked: queries.classes.count,
      precision: AlignmentEvaluation.ClassPrecision(cutoff: cutoff, all: precision(nil), atCutoff: precision(cutoff)))
  }
}
