internal import ByteStorage
internal import EmbeddingDumps
internal import TokenSpace

/// The making of a head from embeddings of words.
struct ProjectionJob {
  let request: TrainRequest
  private let fileSystem = PosixFileSystem()

  init(_ request: TrainRequest) {
    self.request = request
  }

  /// Makes the head and writes it.
  func run(_ progress: ProgressHandler?) throws -> TrainReport {
    let settings = request.projection
    guard let wordsPath = settings.words, let vocabularyPath = request.vocabulary else {
      throw NewelError(
        .invalidArgument,
        "A \(request.method.rawValue) head is made from words and their embeddings; give --vocabulary, with a word in every "
          + "line, and --words, with a row for each.")
    }
    guard request.conditions.isEmpty || request.metadata != nil else {
      throw NewelError(.invalidArgument, "Conditions are about metadata; give --metadata as well.")
    }
    let inputs = [request.images, wordsPath, vocabularyPath] + [request.metadata, settings.texts].compactMap { $0 }
    try OutputKind.head.checkOutput(request.output, inputs: inputs)
    let options = try options()
    let vocabulary = try Vocabulary.load(vocabularyPath, fileSystem: fileSystem)
    // Metadata tell which rows pass a filter and nothing else.
    let metadata = options.filter == nil ? nil : request.metadata
    let images = try EmbeddingDump.open(images: request.images, metadata: metadata, fileSystem: fileSystem)
    let words = try EmbeddingDump.open(images: wordsPath, metadata: nil, fileSystem: fileSystem)
    let texts = try settings.texts.map {
      try EmbeddingDump.open(images: $0, metadata: nil, fileSystem: fileSystem)
    }
    let read = images.embeddingPaths + images.metadataPaths + words.embeddingPaths + (texts?.embeddingPaths ?? [])
    try OutputKind.head.checkOutput(request.output, inputs: read)
    let (head, report) = try ProjectionTraining.train(
      images: images, words: words, texts: texts, vocabulary: vocabulary, options: options
    ) { stage, done, total in
      try? progress?(JobProgress(stage: name(of: stage), done: done, total: total, unit: "rows"))
    }
    // Something else may have got the name meanwhile.
    try OutputKind.head.checkOutput(request.output, inputs: inputs)
    try head.save(request.output, fileSystem: fileSystem)
    return TrainReport(
      output: request.output, method: head.method, rows: report.rows, dimension: head.dimension,
      vocabularyCount: head.vocabulary.count, ceiling: Double(head.ceiling), seconds: 0)
  }

  private func options() throws -> ProjectionOptions {
    let settings = request.projection
    var options = ProjectionOptions(method: request.method == .splice ? .splice : .projection)
    if !request.conditions.isEmpty {
      options.filter = try MetadataFilter(parsing: request.conditions)
      options.filterDescription = request.conditions.joined(separator: ", ")
    }
    options.top = request.top
    if let threshold = settings.threshold { options.threshold = Float(threshold) }
    if let penalty = settings.penalty { options.penalty = Float(penalty) }
    if let related = settings.related { options.relatedTokens = related }
    return options
  }

  private func name(of stage: ProjectionStage) -> String {
    switch stage {
    case .means: "reading embeddings"
    case .comparing: "comparing with words"
    case .calibrating: "calibrating"
    }
  }
}
