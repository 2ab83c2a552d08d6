internal import Alignment
internal import ByteStorage

extension AlignmentFit {
  /// The map of a method that learns in steps.
  func train() throws -> AlignmentMap {
    if method.needsLabels { return try trainOnClasses() }
    let options = try contrastiveOptions()
    try progress?(JobProgress(stage: "training", done: 0, total: options.epochs, unit: "epochs"))
    func report(_ state: ContrastiveProgress) throws {
      try self.report(stage: "training", state.epoch, of: state.epochs, loss: state.loss)
    }
    if let words, method == .contrastive {
      return try AlignmentMap.trainContrastive(
        CaptionedPictures(images: pairs.images, texts: pairs.texts, words: words, pictures: pairs.pictures),
        options: options, checkpoint: checkpoint, resuming: resuming, progress: report)
    }
    guard let texts = pairs.texts else { throw Self.nothingToAlign }
    let rows = try PairedRows(images: pairs.repeatedImages, texts: texts)
    guard method == .gatedBlocks else {
      return try AlignmentMap.trainContrastive(
        rows, options: options, checkpoint: checkpoint, resuming: resuming, progress: report)
    }
    var blocks = GatedBlocks()
    set(&blocks, \.count, settings.blocks)
    return try AlignmentMap.trainGMLP(
      rows, options: options, blocks: blocks, checkpoint: checkpoint, resuming: resuming, progress: report)
  }

  private var checkpoint: AlignmentCheckpoint? { file(settings.checkpoint ?? settings.resume) }
  private var resuming: AlignmentCheckpoint? { file(settings.resume) }

  private func file(_ path: String?) -> AlignmentCheckpoint? {
    path.map { AlignmentCheckpoint($0, fileSystem: PosixFileSystem()) }
  }

  private func contrastiveOptions() throws -> ContrastiveOptions {
    var options: ContrastiveOptions =
      switch (method, hasManyPairs) {
      case (.gatedBlocks, true): .manyPairsWithBlocks
      case (.gatedBlocks, false): .fewPairsWithBlocks
      case (_, true): words == nil ? .init() : .manyCaptions
      case (_, false): .fewPairs
      }
    set(&options, \.dimension, settings.dimension)
    set(&options, \.epochs, settings.epochs)
    set(&options, \.batchSize, settings.batch)
    set(&options, \.rate, settings.learningRate)
    set(&options, \.weightDecay, settings.weightDecay)
    set(&options, \.noise, settings.noise)
    set(&options, \.regularisation, settings.regularisation)
    set(&options, \.wordDropout, settings.wordDropout)
    set(&options, \.wordRateFactor, settings.wordRate)
    options.seed = settings.seed
    return options
  }

  // MARK: - Classes

  private func trainOnClasses() throws -> AlignmentMap {
    guard let texts = pairs.texts else { throw Self.nothingToAlign }
    guard let labels = pairs.labels else { throw AlignmentError.noLabels(method: method.rawValue) }
    let labelsOfTexts = pairs.pictures.map { labels[$0] }
    func report(_ state: LabelledProgress) throws {
      try self.report(stage: "training, \(state.stage)", state.epoch, of: state.epochs, loss: state.loss)
    }
    guard method == .reversibleConsistency else {
      return try AlignmentMap.trainMASLN(
        PairedRows(images: pairs.repeatedImages, texts: texts), labels: ClassLabels(labelsOfTexts),
        options: adversarialOptions(), checkpoint: checkpoint, resuming: resuming, progress: report)
    }
    return try AlignmentMap.trainDRCL(
      images: LabelledRows(pairs.images, labels: labels), texts: LabelledRows(texts, labels: labelsOfTexts),
      options: consistencyOptions(), progress: report)
  }

  private func consistencyOptions() throws -> DRCLOptions {
    var options = DRCLOptions()
    set(&options, \.dimension, settings.dimension)
    set(&options, \.hidden, settings.hidden)
    set(&options, \.epochs, settings.epochs)
    set(&options, \.batchSize, settings.batch)
    set(&options, \.imageRate, settings.imageRate)
    set(&options, \.textRate, settings.textRate)
    if let name = settings.prior {
      guard let choice = DRCLOptions.PriorChoice(rawValue: name) else {
        throw NewelError(
          .invalidArgument,
          "There is no prior '\(name)'; it is one of "
            + DRCLOptions.PriorChoice.allCases.map(\.rawValue).joined(separator: ", ") + ".")
      }
      options.priorChoice = choice
    }
    if settings.preparation != nil { options.recipe = try recipe() }
    options.seed = settings.seed
    return options
  }

  private func adversarialOptions() throws -> MASLNOptions {
    var options = MASLNOptions()
    set(&options, \.dimension, settings.dimension)
    set(&options, \.epochs, settings.epochs)
    set(&options, \.batchSize, settings.batch)
    set(&options, \.rate, settings.learningRate)
    set(&options, \.classWeight, settings.classWeight)
    set(&options, \.reconstructionWeight, settings.reconstructionWeight)
    set(&options, \.correlationWeight, settings.correlationWeight)
    set(&options, \.adversarialWeight, settings.adversarialWeight)
    if settings.preparation != nil { options.recipe = try recipe() }
    options.seed = settings.seed
    return options
  }

  private func report(stage: String, _ epoch: Int, of epochs: Int, loss: Double) throws {
    try progress?(
      JobProgress(
        stage: stage, done: epoch, total: epochs, unit: "epochs", detail: "loss \((loss * 1000).rounded() / 1000)"))
  }

  private func set<Options, Value>(_ options: inout Options, _ path: WritableKeyPath<Options, Value>, _ value: Value?) {
    if let value { options[keyPath: path] = value }
  }
}
