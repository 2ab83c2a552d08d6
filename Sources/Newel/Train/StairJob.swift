internal import ByteStorage
internal import EmbeddingDumps
internal import Foundation
internal import TokenSpace

/// One training of a STAIR head.
struct StairJob {
  let request: TrainRequest
  private let fileSystem = PosixFileSystem()

  init(_ request: TrainRequest) {
    self.request = request
  }

  /// Trains, and writes the head.
  func run(_ progress: ProgressHandler?) throws -> TrainReport {
    let settings = request.stair
    let checkpointPath = settings.checkpoint ?? settings.resume ?? request.output + ".checkpoint"
    // A training goes on with the file it came from.
    let inputs = request.inputs.filter { $0 != settings.resume }
    try OutputKind.head.checkOutput(request.output, inputs: request.inputs)
    try OutputKind.checkpoint.checkOutput(checkpointPath, inputs: inputs + [request.output])
    let options = try options()
    let dump = try EmbeddingDump.open(images: request.images, metadata: request.metadata, fileSystem: fileSystem)
    let texts = try settings.texts.map { try textRows($0) }
    let files = dump.embeddingPaths + dump.metadataPaths + (texts?.embeddingPaths ?? [])
    try OutputKind.head.checkOutput(request.output, inputs: files)
    try OutputKind.checkpoint.checkOutput(checkpointPath, inputs: files)

    let (head, report) = try train(
      dump, texts, options, StairCheckpoint(checkpointPath, fileSystem: fileSystem), progress)
    try OutputKind.head.checkOutput(request.output, inputs: request.inputs)
    try head.save(request.output, fileSystem: fileSystem)
    return Self.report(report, head, output: request.output, checkpoint: settings.checkpoint)
  }

  /// A folder with both sides is a dump like that of the pictures; of it the texts are meant.
  private func textRows(_ path: String) throws -> EmbeddingDump {
    let inner = joinedPath(path, "text_emb")
    let isDump = try fileSystem.kind(of: inner) == .folder
    return try EmbeddingDump.open(images: isDump ? inner : path, metadata: nil, fileSystem: fileSystem)
  }

  private func train(
    _ dump: EmbeddingDump, _ texts: EmbeddingDump?, _ options: StairOptions, _ checkpoint: StairCheckpoint,
    _ progress: ProgressHandler?
  ) throws -> (head: TokenHead, report: StairReport) {
    var refusal: (any Error)?
    do {
      return try StairTraining.train(
        dump, texts: texts, options: options, checkpoint: checkpoint,
        savesEveryEpoch: request.stair.checkpoint != nil,
        resuming: request.stair.resume.map { StairCheckpoint($0, fileSystem: fileSystem) }
      ) { state in
        guard let progress else { return true }
        do {
          try progress(Self.jobProgress(state))
          return true
        } catch {
          refusal = error
          return false
        }
      }
    } catch {
      // Whoever stops a training by a sentence of their own is still told how to go on.
      if let refusal, case .stair(.stopped) = error {
        throw NewelError(.cancelled, error.description, cause: refusal)
      }
      throw error
    }
  }

  private func options() throws -> StairOptions {
    let settings = request.stair
    var options = StairOptions()
    options.captionField = request.captionField
    if !request.conditions.isEmpty {
      options.filter = try MetadataFilter(parsing: request.conditions)
      options.filterDescription = request.conditions.joined(separator: ", ")
    }
    if !settings.validationConditions.isEmpty {
      options.validationFilter = try MetadataFilter(parsing: settings.validationConditions)
      options.validationDescription = settings.validationConditions.joined(separator: ", ")
    }
    options.vocabulary = try request.vocabularySource(fileSystem)
    options.minimumDocumentFrequency = request.minimumDocumentFrequency
    options.top = request.top
    options.epochs = settings.epochs
    options.textEpochs = settings.textEpochs
    options.jointEpochs = settings.jointEpochs
    options.batchSize = settings.batch
    func set<Value>(_ value: Value?, _ path: WritableKeyPath<StairOptions, Value>) {
      if let value { options[keyPath: path] = value }
    }
    set(settings.seed, \.seed)
    set(settings.stages, \.stages)
    set(settings.hidden, \.hidden)
    set(settings.learningRate, \.learningRate)
    set(settings.noise, \.noise)
    set(settings.flops, \.flops)
    set(settings.say, \.say)
    set(settings.gate, \.gate)
    set(settings.unsaid, \.unsaid)
    set(settings.antiZero, \.antiZero)
    set(settings.controlsExpansion, \.controlsExpansion)
    set(settings.expansions, \.expansions)
    set(settings.patience, \.patience)
    let memory = Int(clamping: ProcessInfo.processInfo.physicalMemory)
    options.memoryLimit = settings.memoryLimit ?? memory / 5 * 4
    return options
  }

  // MARK: - What is said

  private static func jobProgress(_ state: StairProgress) -> JobProgress {
    var parts: [String] = []
    if let loss = state.loss { parts.append("loss \(text(loss, 3))") }
    if let quality = state.quality {
      parts.append("R@10 \(text(quality.textToImage.at10, 3))")
      parts.append("P@5 \(text(quality.precision, 2))")
      parts.append("\(text(quality.meanTokens, 0)) tokens")
      parts.append("df \(text(100 * quality.largestFrequency, 0)) %")
    }
    return JobProgress(
      stage: state.stage.name, done: state.done, total: state.total, unit: "rows", detail: parts.joined(separator: ", ")
    )
  }

  private static func text(_ value: Double, _ decimals: Int) -> String { String(format: "%.\(decimals)f", value) }

  private static func report(
    _ report: StairReport, _ head: TokenHead, output: String, checkpoint: String?
  ) -> TrainReport {
    var result = TrainReport(
      output: output, method: head.method, rows: report.rows, dimension: head.dimension,
      vocabularyCount: head.vocabulary.count, ceiling: Double(head.ceiling), seconds: 0)
    result.validationRows = report.validationRows
    result.validation = report.quality.map {
      TrainingCourse.Validation(step: report.history.stageEnds.last ?? 0, quality: $0)
    }
    result.deadTokens = report.deadTokens
    result.crowdedToken = report.crowdedToken
    result.checkpoint = checkpoint
    result.course = TrainingCourse(report.history)
    return result
  }
}

extension TrainingCourse {
  init(_ history: StairHistory) {
    self.init(
      losses: history.losses.map { Losses(step: $0.step, total: $0.total, contrastive: $0.contrastive) },
      validations: history.validations.map { Validation(step: $0.step, quality: $0.quality) },
      stageEnds: history.stageEnds)
  }
}

extension TrainingCourse.Validation {
  init(step: Int, quality: ServingQuality) {
    self.init(
      step: step, pictures: quality.pictures, captions: quality.captions,
      textToImage: TrainingCourse.Recall(quality.textToImage), imageToText: TrainingCourse.Recall(quality.imageToText),
      expandedTextToImage: quality.expanded.map { TrainingCourse.Recall($0) }, tokenPrecision: quality.precision,
      meanTokens: quality.meanTokens, largestFrequency: quality.largestFrequency)
  }
}

extension TrainingCourse.Recall {
  init(_ recall: ServingQuality.Recall) {
    self.init(at1: recall.at1, at5: recall.at5, at10: recall.at10)
  }
}
