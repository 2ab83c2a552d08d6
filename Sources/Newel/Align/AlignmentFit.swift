internal import Alignment
internal import LinearAlgebra

/// Chooses the method and its settings, fits, and says where the map comes from.
struct AlignmentFit {
  /// From how many pairs on training is better than any closed form.
  static let manyPairs = 5000

  private let request: AlignRequest
  private let pairs: PairCollection
  private let words: WordBags?
  private let files: [String]
  private let progress: ProgressHandler?

  init(
    _ request: AlignRequest, _ pairs: PairCollection, _ words: WordBags?, files: [String], _ progress: ProgressHandler?
  ) {
    self.request = request
    self.pairs = pairs
    self.words = words
    self.files = files
    self.progress = progress
  }

  private var settings: AlignmentSettings { request.settings }
  private var hasManyPairs: Bool { pairs.images.rows >= Self.manyPairs }

  /// The method that is meant.
  private var method: AlignRequest.Method {
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
      throw located(error)
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
    let recipe = try recipe()
    if method.isTrained { return try train() }
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

  private func train() throws -> AlignmentMap {
    var options: ContrastiveOptions =
      hasManyPairs ? (words == nil || method == .gatedBlocks ? .init() : .manyCaptions) : .fewPairs
    func set<Value>(_ value: Value?, _ path: WritableKeyPath<ContrastiveOptions, Value>) {
      if let value { options[keyPath: path] = value }
    }
    set(settings.dimension, \.dimension)
    set(settings.epochs, \.epochs)
    set(settings.batch, \.batchSize)
    set(settings.learningRate, \.rate)
    set(settings.weightDecay, \.weightDecay)
    set(settings.noise, \.noise)
    set(settings.regularisation, \.regularisation)
    options.seed = settings.seed
    set(settings.wordDropout, \.wordDropout)
    set(settings.wordRate, \.wordRateFactor)
    try progress?(JobProgress(stage: "training", done: 0, total: options.epochs, unit: "epochs"))
    func report(_ state: ContrastiveProgress) throws {
      try progress?(
        JobProgress(
          stage: "training", done: state.epoch, total: state.epochs, unit: "epochs",
          detail: "loss \((state.loss * 1000).rounded() / 1000)"))
    }
    if let words, method == .contrastive {
      return try AlignmentMap.trainContrastive(
        CaptionedPictures(images: pairs.images, texts: pairs.texts, words: words, pictures: pairs.pictures),
        options: options, progress: report)
    }
    guard let texts = pairs.texts else { throw Self.nothingToAlign }
    let rows = try PairedRows(images: pairs.repeatedImages, texts: texts)
    guard method == .gatedBlocks else {
      return try AlignmentMap.trainContrastive(rows, options: options, progress: report)
    }
    var blocks = GatedBlocks()
    if let count = settings.blocks { blocks.count = count }
    return try AlignmentMap.trainGMLP(rows, options: options, blocks: blocks, progress: report)
  }

  private static let nothingToAlign = NewelError(
    .invalidInput, "There are neither rows of texts nor captions; give --texts, or metadata with captions.")

  private func closedForm() throws -> AlignmentMethod {
    let side = settings.from.map { $0 == .images ? AlignedSide.images : .texts }
    let penalty = settings.penalty ?? (hasManyPairs ? 1 : 10)
    let regularisation = settings.regularisation ?? (hasManyPairs ? 0.01 : 1)
    let strength = settings.strength ?? 1
    return switch method {
    case .automatic, .contrastive, .gatedBlocks, .ridgeBoth:
      .ridgeBothWays(imagePenalty: penalty, textPenalty: settings.textPenalty ?? (hasManyPairs ? 1 : 3))
    case .leastSquares: .leastSquares(from: side ?? .images)
    case .procrustes: .procrustes(from: side ?? .texts)
    case .ridge: .ridge(from: side ?? .images, penalty: penalty)
    case .correlation:
      .correlation(
        regularisation: regularisation, rank: settings.rank,
        weightPower: settings.weightPower ?? (hasManyPairs ? 0.5 : 1))
    case .whitened:
      .whitenedRotation(regularisation: settings.regularisation ?? 0.1, weightPower: settings.weightPower ?? 0.5)
    case .anchors: .anchors(keep: settings.keep ?? 200, power: Float(settings.power ?? (hasManyPairs ? 4 : 1)))
    case .classRidge: .classRidge(penalty: settings.penalty ?? 1)
    case .semantic: .semantic(strength: strength)
    case .semanticCorrelation:
      .semanticCorrelation(strength: strength, regularisation: settings.regularisation ?? 0.01, rank: settings.rank)
    }
  }

  private func recipe() throws -> Preparation.Recipe {
    guard let name = settings.preparation else { return .unitCentred }
    guard let recipe = Preparation.Recipe(rawValue: name) else {
      throw NewelError(
        .invalidArgument,
        "There is no preparation '\(name)'; it is one of "
          + Preparation.Recipe.allCases.map(\.rawValue).joined(separator: ", ") + ".")
    }
    return recipe
  }

  /// The error with rows counted as in the files.
  private func located(_ error: AlignmentError) -> any Error {
    guard case .zeroRow(let side, let pair) = error, pair < pairs.pictures.count else { return error }
    let row = pairs.rows[pairs.pictures[pair]]
    return NewelError(
      .invalidInput,
      "The \(side == .images ? "picture" : "text") of row \(row) is all zeros and has no direction; remove the row, or compute its "
        + "embedding again.", cause: error)
  }

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
