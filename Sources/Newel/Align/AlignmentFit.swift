internal import Alignment
internal import LinearAlgebra

/// Chooses the method and its settings, fits, and says where the map comes from.
struct AlignmentFit {
  /// From how many pairs on training is better than any closed form.
  static let manyPairs = 5000

  let request: AlignRequest
  let pairs: PairCollection
  let words: WordBags?
  let progress: ProgressHandler?
  private let files: [String]

  init(
    _ request: AlignRequest, _ pairs: PairCollection, _ words: WordBags?, files: [String], _ progress: ProgressHandler?
  ) {
    self.request = request
    self.pairs = pairs
    self.words = words
    self.files = files
    self.progress = progress
  }

  var settings: AlignmentSettings { request.settings }
  var hasManyPairs: Bool { pairs.images.rows >= Self.manyPairs }

  /// The method that is meant.
  var method: AlignRequest.Method {
    guard request.method == .automatic else { return request.method }
    if hasManyPairs { return .contrastive }
    return pairs.texts == nil ? .ridge : .ridgeBoth
  }

  /// The map, and the seconds that fitting it took without the words: by the clock, and of all cores together.
  func run() throws -> (map: AlignmentMap, seconds: Double, processorSeconds: Double) {
    let clock = ContinuousClock()
    let (start, processorStart) = (clock.now, ThreadClock.processNanoseconds())
    var map: AlignmentMap
    do {
      map = try fit()
    } catch let error as AlignmentError {
      // Words and classes are learned from each picture once, everything else from pairs.
      throw pairs.located(
        error, readPicturesOnce: method == .reversibleConsistency || (words != nil && method == .contrastive))
    }
    let seconds = start.duration(to: clock.now) / .seconds(1)
    let processorSeconds = Double(ThreadClock.processNanoseconds() - processorStart) / 1e9
    if let words, map.words == nil, map.coordinateCount <= WordSide.maximumCoordinates {
      try progress?(JobProgress(stage: "fitting words", done: 0, total: nil, unit: ""))
      let coordinates = try map.coordinates(pairs.repeatedImages, of: .images)
      map = try map.with(
        words: .ridge(words, onto: coordinates, penalty: settings.wordPenalty ?? WordSide.defaultPenalty))
    }
    if !method.needsLabels, let sample = try querySample(map) { map = try map.with(querySample: sample) }
    map.provenance = provenance(of: map)
    return (map, seconds, processorSeconds)
  }

  /// Some of the queries that were fitted, in the space of the map: texts, or words where there are only these. They tell
  /// pictures that are near to everything.
  private func querySample(_ map: AlignmentMap) throws -> Matrix? {
    guard map.querySampleSize > 0 else { return nil }
    var random = SplitMix64(seed: settings.seed)
    let places = (0..<pairs.count).shuffled(using: &random).prefix(map.querySampleSize).sorted()
    if let texts = pairs.texts {
      let rows = Matrix(rows: places.count, columns: texts.columns, values: places.flatMap { texts.row($0) })
      return try map.coordinates(rows, of: .texts)
    }
    guard let captions = pairs.captions else { return nil }
    let found = AlignmentTrial.words(of: places.map { captions[$0] }, places, map)
    return found.rows.rows > 0 ? found.rows : nil
  }

  private func fit() throws -> AlignmentMap {
    guard method.isResumable || (settings.checkpoint == nil && settings.resume == nil) else {
      throw NewelError(
        .invalidArgument,
        "The method \(method.rawValue) keeps no checkpoints; leave --checkpoint and --resume out, or name a method that is trained."
      )
    }
    if method.isTrained { return try train() }
    let recipe = try recipe()
    try progress?(JobProgress(stage: "fitting", done: 0, total: nil, unit: ""))
    guard let texts = pairs.texts else {
      guard let words else { throw Self.nothingToAlign }
      return try AlignmentMap.fitWords(
        images: pairs.repeatedImages, words: words, penalty: settings.wordPenalty ?? WordSide.defaultPenalty,
        recipe: recipe)
    }
    let labels = try pairs.labels.map { labels in try ClassLabels(pairs.pictures.map { labels[$0] }) }
    return try AlignmentMap.fit(
      closedForm(), to: PairedRows(images: pairs.repeatedImages, texts: texts), labels: labels, recipe: recipe)
  }

  static let nothingToAlign = NewelError(
    .invalidInput, "There are neither rows of texts nor captions; give --texts, or metadata with captions.")

  private func provenance(of map: AlignmentMap) -> [String: String] {
    var provenance = map.provenance
    provenance["pairs"] = String(pairs.count)
    provenance["pictures"] = String(pairs.images.rows)
    provenance["seed"] = String(settings.seed)
    provenance["preparation"] = map.images.preparation.recipe.rawValue
    provenance["files"] = files.map { $0.split(separator: "/").last.map(String.init) ?? $0 }.joined(separator: " ")
    if !request.conditions.isEmpty { provenance["filter"] = request.conditions.joined(separator: ", ") }
    if !request.validationConditions.isEmpty {
      provenance["validation_filter"] = request.validationConditions.joined(separator: ", ")
    }
    if words != nil { provenance["caption_field"] = request.captionField }
    if pairs.labels != nil, let field = request.labelField { provenance["label_field"] = field }
    return provenance
  }
}
