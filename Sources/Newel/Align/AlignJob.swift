internal import Alignment
internal import ByteStorage
internal import EmbeddingDumps
internal import LinearAlgebra
internal import TokenSpace

/// One fit of an alignment, from files to a file.
struct AlignJob {
  let request: AlignRequest
  private let progress: ProgressHandler?
  private let fileSystem = PosixFileSystem()

  init(_ request: AlignRequest, _ progress: ProgressHandler?) {
    self.request = request
    self.progress = progress
  }

  /// What is read, besides the dumps.
  private var inputs: [String] {
    [request.images] + [request.texts, request.metadata, request.head, request.vocabulary].compactMap { $0 }
  }

  /// Fits, validates and writes.
  func run() throws -> AlignReport {
    try OutputKind.alignment.checkOutput(request.output, inputs: inputs)
    try check()
    let checkpoint = request.settings.checkpoint ?? request.settings.resume
    if let checkpoint { try OutputKind.alignmentCheckpoint.checkOutput(checkpoint, inputs: inputs + [request.output]) }
    let reader = try PairReader(images: request.images, texts: request.texts, metadata: request.metadata)
    try OutputKind.alignment.checkOutput(request.output, inputs: reader.paths)
    if let checkpoint { try OutputKind.alignmentCheckpoint.checkOutput(checkpoint, inputs: reader.paths) }
    let holdOut = try HoldOut(request, rowCount: reader.images.rowCount)
    let wordSource = try AlignmentWords(request, hasMetadata: reader.images.hasMetadata, fileSystem: fileSystem)

    let training = try reader.read(
      holdOut.training(captions: wordSource, labels: request.method.needsLabels ? request.labelField : nil), progress)
    let bags = try wordSource?.bags(of: training)
    let fitter = AlignmentFit(request, training, bags, files: reader.paths, progress)
    var (map, fitting, processor) = try fitter.run()

    let held = try holdOut.validation(captions: wordSource, labels: request.labelField).map {
      try reader.read($0, progress)
    }
    let validation = try held.map { try AlignmentTrial(map, $0).validation(progress) }
    map.validation = validation?.texts ?? [:]
    try OutputKind.alignment.checkOutput(request.output, inputs: inputs)
    try map.save(request.output, fileSystem: fileSystem)
    return AlignReport(
      output: request.output, method: map.method, pairs: training.count, pictures: training.images.rows,
      imageDimension: training.images.columns, textDimension: map.texts?.preparation.dimension,
      coordinates: map.coordinateCount, words: map.words?.tokens.count, validation: validation, seconds: 0,
      fittingSeconds: fitting,
      fittingProcessorSeconds: processor)
  }

  private func check() throws {
    func refuse(_ sentence: String) -> NewelError { NewelError(.invalidArgument, sentence) }
    if request.texts == nil {
      guard request.metadata != nil, request.fitsWords else {
        throw refuse(
          "There is nothing to align the pictures with; give rows of texts, metadata with captions, or both.")
      }
      guard request.method.worksOnCaptions else {
        throw refuse(
          "The method \(request.method.rawValue) needs rows of texts; give them, or align pictures with the words of their captions "
            + "by ridge or contrastive.")
      }
    }
    if request.method.needsLabels, request.labelField == nil {
      throw refuse(
        "The method \(request.method.rawValue) learns from classes; name the metadata field that has them.")
    }
  }
}

/// Which rows are fitted and which are held out to be measured on.
private struct HoldOut {
  private static let largest = 1000
  /// Of fewer rows than this nothing can be said.
  private static let smallest = 10

  private let request: AlignRequest
  private let filter: MetadataFilter?
  private let validation: MetadataFilter?
  private let share: Double

  init(_ request: AlignRequest, rowCount: Int) throws {
    self.request = request
    filter = request.conditions.isEmpty ? nil : try MetadataFilter(parsing: request.conditions)
    validation =
      request.validationConditions.isEmpty ? nil : try MetadataFilter(parsing: request.validationConditions)
    let rows = Double(max(1, rowCount))
    share = rows / 10 < Double(Self.smallest) ? 0 : min(0.1, Double(Self.largest) / rows)
  }

  private func isHeldOut(_ record: MetadataRecord?, _ row: Int) -> Bool {
    if let validation { return record.map { validation.accepts($0) } ?? false }
    var random = SplitMix64(seed: request.settings.seed &+ UInt64(row) &* 0x9E37_79B9_7F4A_7C15)
    return random.uniform() < share
  }

  func training(captions: AlignmentWords?, labels: String?) -> PairSelection {
    PairSelection(
      filter: filter, leavesOut: { isHeldOut($0, $1) }, captionField: captions == nil ? nil : request.captionField,
      labelField: labels, tokenizer: captions?.tokenizer ?? .word)
  }

  /// nil when nothing is held out.
  func validation(captions: AlignmentWords?, labels: String?) -> PairSelection? {
    guard validation != nil || share > 0 else { return nil }
    return PairSelection(
      filter: validation ?? filter, leavesOut: { !isHeldOut($0, $1) },
      captionField: captions == nil ? nil : request.captionField, labelField: labels,
      tokenizer: captions?.tokenizer ?? .word, use: "measured on")
  }
}
