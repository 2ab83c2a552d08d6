internal import ByteStorage
internal import EmbeddingDumps
internal import Learning
internal import LinearAlgebra
internal import TokenSpace

/// One training of a ridge head.
struct RidgeJob {
  let request: TrainRequest
  private let fileSystem = PosixFileSystem()

  init(_ request: TrainRequest) {
    self.request = request
  }

  /// Trains, and writes the head.
  func run(_ progress: ProgressHandler?) throws -> TrainReport {
    let inputs = request.inputs
    try OutputKind.head.checkOutput(request.output, inputs: inputs)
    let options = try options()
    let dump = try EmbeddingDump.open(images: request.images, metadata: request.metadata, fileSystem: fileSystem)
    try OutputKind.head.checkOutput(request.output, inputs: dump.embeddingPaths + dump.metadataPaths)
    let (head, report) = try train(dump, named: request.images, options: options, progress: progress)
    // Something else may have got the name meanwhile.
    try OutputKind.head.checkOutput(request.output, inputs: inputs)
    try head.save(request.output, fileSystem: fileSystem)
    return TrainReport(
      output: request.output, method: head.method, rows: report.rows, dimension: head.dimension,
      vocabularyCount: head.vocabulary.count, ceiling: Double(head.ceiling), seconds: 0)
  }

  /// Trains, and names the embeddings where only their numbers can be at fault.
  private func train(
    _ dump: EmbeddingDump, named images: String, options: RidgeOptions, progress: ProgressHandler?
  ) throws -> (head: TokenHead, report: RidgeReport) {
    do {
      return try RidgeTraining.train(dump, options: options) { stage, done, total in
        try? progress?(JobProgress(stage: name(of: stage), done: done, total: total, unit: unit(of: stage)))
      }
    } catch {
      switch error {
      case .learning(.notFinite), .extremeEmbeddings:
        throw NewelError(
          .invalidInput, extremeSentence(try extremes(of: dump, named: images, batchSize: options.batchSize)),
          cause: error)
      case .learning(.algebra(.notPositiveDefinite)):
        throw NewelError(
          .invalidArgument,
          "The embeddings are too much alike for the penalty\(options.relativeLambda.map { " \($0)" } ?? ""); give a larger "
            + "one with --penalty.", cause: error)
      default: throw error
      }
    }
  }

  private func extremeSentence(_ found: (magnitude: Float, place: String)) -> String {
    "The embeddings are far too small or too large to train on in 32-bit floats: the largest number is \(found.magnitude), "
      + "in \(found.place); scale them, for example to length 1."
  }

  /// The number of the largest magnitude, and where it is.
  private func extremes(
    of dump: EmbeddingDump, named images: String, batchSize: Int
  ) throws -> (magnitude: Float, place: String) {
    var largest: Float = -1
    var row = 0
    var batches = dump.batches(size: batchSize, where: nil)
    while let batch = try batches.next() {
      for (position, number) in batch.rowNumbers.enumerated() {
        let magnitude = batch.rows.row(position).reduce(Float(0)) { max($0, $1.magnitude) }
        guard magnitude > largest else { continue }
        largest = magnitude
        row = number
      }
    }
    return (largest, "row \(row) of '\(dump.embeddingPaths.count == 1 ? dump.embeddingPaths[0] : images)'")
  }

  private func options() throws -> RidgeOptions {
    var options = RidgeOptions()
    options.captionField = request.captionField
    if !request.conditions.isEmpty {
      options.filter = try MetadataFilter(parsing: request.conditions)
      options.filterDescription = request.conditions.joined(separator: ", ")
    }
    options.vocabulary = try request.vocabularySource(fileSystem)
    options.minimumDocumentFrequency = request.minimumDocumentFrequency
    options.top = request.top
    if let penalty = request.penalty { options.relativeLambda = penalty }
    return options
  }

  private func name(of stage: RidgeStage) -> String {
    switch stage {
    case .counting: "reading captions"
    case .accumulating: "reading embeddings"
    case .solving: "solving"
    case .calibrating: "calibrating"
    }
  }

  private func unit(of stage: RidgeStage) -> String {
    switch stage {
    case .counting, .accumulating, .calibrating: "rows"
    case .solving: ""
    }
  }
}
