internal import ByteStorage
internal import EmbeddingDumps
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
      let fileSystem = PosixFileSystem()
      try checkOutput(request.output, fileSystem: fileSystem)
      let options = try ridgeOptions(request, fileSystem: fileSystem)
      let dump = try EmbeddingDump.open(
        images: request.images, metadata: request.metadata, fileSystem: fileSystem)
      let (head, report) = try RidgeTraining.train(dump, options: options) { stage, done, total in
        try? progress?(JobProgress(stage: name(of: stage), done: done, total: total, unit: unit(of: stage)))
      }
      try head.save(request.output, fileSystem: fileSystem)
      return TrainReport(
        output: request.output, method: head.method, rows: report.rows, dimension: head.dimension,
        vocabularyCount: head.vocabulary.count, ceiling: Double(head.ceiling),
        seconds: start.duration(to: clock.now) / .seconds(1))
    } catch {
      throw NewelError(wrapping: error)
    }
  }

  /// Says before the work, rather than after it, that the head cannot be written where it should be.
  private static func checkOutput(_ path: String, fileSystem: any FileSystem) throws {
    guard !path.isEmpty else { throw NewelError(.invalidArgument, "The name of the head file is empty; give one.") }
    if try fileSystem.kind(of: path) == .folder {
      throw NewelError(.invalidArgument, "'\(path)' is a folder; give the name of the head file to write.")
    }
    guard let slash = path.lastIndex(of: "/"), slash > path.startIndex else { return }
    guard try fileSystem.kind(of: String(path[..<slash])) == .folder else {
      throw NewelError(.notFound, "There is no folder '\(path[..<slash])' for the head file; make it first.")
    }
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
