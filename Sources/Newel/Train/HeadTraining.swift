internal import ByteStorage
internal import EmbeddingDumps
internal import Learning
internal import LinearAlgebra
internal import TokenSpace

extension EncoderModel {
  /// Trains a head and writes it to the request's output, all or nothing.
  ///
  /// The same input and settings give the same file, byte for byte.
  ///
  /// - Throws: ``NewelError`` naming the file and row at fault; the output is then as it was before.
  public static func train(
    _ request: TrainRequest, progress: ProgressHandler? = nil
  ) throws(NewelError) -> TrainReport {
    let clock = ContinuousClock()
    let start = clock.now
    do {
      if request.method == .projection || request.method == .splice {
        var report = try ProjectionJob(request).run(progress)
        report.seconds = start.duration(to: clock.now) / .seconds(1)
        return report
      }
      let fileSystem = PosixFileSystem()
      let inputs = [request.images] + [request.metadata, request.vocabulary].compactMap { $0 }
      try OutputKind.head.checkOutput(request.output, inputs: inputs)
      let options = try ridgeOptions(request, fileSystem: fileSystem)
      let dump = try EmbeddingDump.open(
        images: request.images, metadata: request.metadata, fileSystem: fileSystem)
      try OutputKind.head.checkOutput(request.output, inputs: dump.embeddingPaths + dump.metadataPaths)
      let (head, report) = try train(dump, named: request.images, options: options, progress: progress)
      // Something else may have got the name meanwhile.
      try OutputKind.head.checkOutput(request.output, inputs: inputs)
      try head.save(request.output, fileSystem: fileSystem)
      return TrainReport(
        output: request.output, method: head.method, rows: report.rows, dimension: head.dimension,
        vocabularyCount: head.vocabulary.count, ceiling: Double(head.ceiling),
        seconds: start.duration(to: clock.now) / .seconds(1))
    } catch {
      throw NewelError(wrapping: error)
    }
  }

  /// Trains, and names the embeddings where only their numbers can be at fault.
  private static func train(
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

  private static func extremeSentence(_ found: (magnitude: Float, place: String)) -> String {
    "The embeddings are far too small or too large to train on in 32-bit floats: the largest number is \(found.magnitude), "
      + "in \(found.place); scale them, for example to length 1."
  }

  /// The number of the largest magnitude, and where it is.
  private static func extremes(
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

  private static func ridgeOptions(_ request: TrainRequest, fileSystem: any FileSystem) throws -> RidgeOptions {
    var options = RidgeOptions()
    options.captionField = request.captionField
    if !request.conditions.isEmpty {
      options.filter = try MetadataFilter(parsing: request.conditions)
      options.filterDescription = request.conditions.joined(separator: ", ")
    }
    if let path = request.vocabulary {
      let vocabulary = try Vocabulary.parse(try fileSystem.readAll(path, limit: 1 << 28), source: path)
      options.vocabulary = WordPiece.recognises(vocabulary) ? .wordPiece(vocabulary) : .words(vocabulary)
    }
    options.minimumDocumentFrequency = request.minimumDocumentFrequency
    options.top = request.top
    if let penalty = request.penalty { options.relativeLambda = penalty }
    return options
  }

  private static func name(of stage: RidgeStage) -> String {
    switch stage {
    case .counting: "reading captions"
    case .accumulating: "reading embeddings"
    case .solving: "solving"
    case .calibrating: "calibrating"
    }
  }

  private static func unit(of stage: RidgeStage) -> String {
    switch stage {
    case .counting, .accumulating, .calibrating: "rows"
    case .solving: ""
    }
  }
}
