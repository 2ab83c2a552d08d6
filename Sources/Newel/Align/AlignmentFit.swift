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

  /// The map, and the seconds that fitting it took without the words.
  func run() throws -> (map: AlignmentMap, seconds: Double) {
    let clock = ContinuousClock()
    let start = clock.now
    var map: AlignmentMap
    do {
      map = try fit()
    } catch let error as AlignmentError {
      // Words and classes are learned from each picture once, everything else from pairs.
      throw pairs.located(
        error, readPicturesOnce: method == .reversibleConsistency || (words != nil && method == .contrastive))
    }
    let seconds = start.duration(to: clock.now) / .seconds(1)
    if let words, map.words == nil, map.coordinateCount <= WordSide.maximumCoordinates {
      try progress?(JobProgress(stage: "fitting words", done: 0, total: nil, unit: ""))
      let coordinates = try map.coordinates(pairs.repeatedImages, of: .images)
      map = try map.with(
        words: .ridge(words, onto: coordinates, penalty: settings.wordPenalty ?? WordSide.defaultPenalty))
    }
    map.provenance = provenance(of: map)
    return (map, seconds)
  }

  private func fit() throws -> AlignmentMap {
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
