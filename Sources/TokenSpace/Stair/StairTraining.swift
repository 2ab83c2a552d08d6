public import EmbeddingDumps
import Glibc
import Learning
import LinearAlgebra

/// Trains a head by contrast: pictures and captions find each other by the tokens they share, of which each picture may
/// have few.
///
/// Stage 1 masks texts to their own tokens, so that pictures learn to say them; stage 2 freezes the pictures and learns
/// which other tokens go with a text; stage 3 trains both. See `StairOptions` for the terms of the loss. What is validated
/// and kept is the running mean of the parameters, as it would serve: the strongest tokens, weights in 8 bits, queries from
/// a table of words.
///
/// The dump stays mapped; memory is bounded by the parameters and a batch times the vocabulary. The same dump and options
/// give the same head, also when the training was interrupted and resumed.
///
/// - Source: Chen et al., "STAIR: learning sparse text and image representation in grounded tokens" (EMNLP 2023).
public enum StairTraining {
  /// How many training rows are encoded to find the ceiling, evenly spread.
  private static let calibrationLimit = 4096
  /// A token that a larger share of the pictures has is reported.
  private static let crowdedShare = 0.3

  /// Trains a head on the rows of `dump` that the filter accepts and that have a caption.
  ///
  /// - Parameters:
  ///   - texts: dense rows of the captions, row for row; nil to learn from words alone.
  ///   - checkpoint: what is written when the training is stopped, and after every epoch if `savesEveryEpoch`.
  ///   - resuming: a checkpoint to go on from.
  ///   - progress: called after every step; returns false to stop.
  /// - Throws: ``TokenSpaceError``: no captions, captions that are all the same, text rows of another number, embeddings that
  ///   are not finite, too little memory, divergence, ``StairError/stopped(checkpoint:)``.
  /// - Complexity: O(epochs · rows · hidden · (dimension + tokens)) time through BLAS.
  public static func train(
    _ dump: EmbeddingDump, texts: EmbeddingDump? = nil, options given: StairOptions = StairOptions(),
    checkpoint: StairCheckpoint? = nil, savesEveryEpoch: Bool = false, resuming: StairCheckpoint? = nil,
    progress: (StairProgress) -> Bool = { _ in true }
  ) throws(TokenSpaceError) -> (head: TokenHead, report: StairReport) {
    try given.check()
    if let texts, texts.rowCount != dump.rowCount {
      throw .stair(.textRows(images: dump.rowCount, texts: texts.rowCount))
    }
    func report(_ stage: StairStage, _ done: Int, _ total: Int) throws(TokenSpaceError) {
      guard progress(StairProgress(stage: stage, done: done, total: total)) else {
        throw .stair(.stopped(checkpoint: nil))
      }
    }
    let corpus = try StairCorpus(
      dump, options: given, progress: { (done, total) throws(TokenSpaceError) in try report(.reading, done, total) })
    var options = given.resolved(rows: corpus.training.rowCount)
    // Without anything to expand there is only the first stage.
    if options.expansions == 0, texts == nil { options.stages = 1 }
    let shape = StairShape(
      imageDimension: dump.dimension, textDimension: texts?.dimension, tokens: corpus.vocabulary.count,
      hidden: options.hidden, textHidden: options.textHidden)
    try checkMemory(shape, options, corpus)
    let rows = corpus.training.rowNumbers
    let scaling = try ColumnScaling(
      of: dump, rows: rows, batch: options.readingBatch
    ) { (done, total) throws(TokenSpaceError) in try report(.scaling, done, total) }
    var textScaling: ColumnScaling?
    if let texts {
      textScaling = try ColumnScaling(
        of: texts, rows: rows, batch: options.readingBatch
      ) { (done, total) throws(TokenSpaceError) in try report(.scaling, done, total) }
    }
    let batches = StairBatches(
      dump: dump, texts: texts, bags: corpus.training, scaling: scaling, textScaling: textScaling,
      seed: options.seed, batchSize: options.batchSize ?? rows.count)
    var trainer = try trainer(
      shape, options, corpus, batches, checkpoint: checkpoint, savesEveryEpoch: savesEveryEpoch)
    if let resuming {
      (trainer.state, trainer.best) = try resuming.load(
        settings: trainer.settings, parameters: &trainer.model.parameters)
      try trainer.checkState(path: resuming.path)
    }
    try trainer.train(progress)
    return try finish(trainer, dump, progress)
  }

  private static func trainer(
    _ shape: StairShape, _ options: StairOptions, _ corpus: StairCorpus, _ batches: StairBatches,
    checkpoint: StairCheckpoint?, savesEveryEpoch: Bool
  ) throws(TokenSpaceError) -> StairTrainer {
    let frequencies = corpus.training.documentFrequencies(corpus.vocabulary.count)
    let exporter = StairExporter(
      vocabulary: corpus.vocabulary, tokenizer: corpus.tokenizer, scaling: batches.scaling,
      textScaling: batches.textScaling, options: options, frequencies: frequencies)
    let rows = Double(corpus.training.rowCount)
    let model: StairModel<Float>
    do {
      model = try StairModel(
        shape: shape, seed: StairRandom.seed(options.seed, .parameters),
        idf: frequencies.map { Float(log((rows + 1) / (Double($0) + 1))) })
    } catch {
      throw .learning(error)
    }
    var settings = options.settings
    settings["vocabulary"] = corpus.vocabulary.fingerprint
    settings["rows"] = String(corpus.training.rowCount)
    settings["validation_rows"] = String(corpus.validation.rowCount)
    settings["dimension"] = String(shape.imageDimension)
    settings["text_dimension"] = String(shape.textDimension ?? 0)
    // Other embeddings of the same shape have other means.
    settings["embeddings"] = batches.scaling.fingerprint + (batches.textScaling?.fingerprint ?? "")
    return StairTrainer(
      options: options, corpus: corpus, batches: batches,
      plans: StairPlan.plans(options, stepCount: batches.stepCount), exporter: exporter,
      judge: StairValidator(dump: batches.dump, bags: corpus.validation, exporter: exporter), checkpoint: checkpoint,
      savesEveryEpoch: savesEveryEpoch, settings: settings, model: model)
  }

  private static func checkMemory(
    _ shape: StairShape, _ options: StairOptions, _ corpus: StairCorpus
  ) throws(TokenSpaceError) {
    guard let limit = options.memoryLimit else { return }
    let batch = options.batchSize ?? 0
    let needed = shape.trainingBytes(batchSize: batch, heldOut: corpus.validation.rowCount > 1)
    guard needed <= limit else {
      throw .stair(
        .memory(needed: needed, limit: limit, tokens: shape.tokens, batch: batch, hidden: shape.hidden))
    }
  }

  /// The head of a trained model, its ceiling, and what to report.
  private static func finish(
    _ trainer: StairTrainer, _ dump: EmbeddingDump, _ progress: (StairProgress) -> Bool
  ) throws(TokenSpaceError) -> (head: TokenHead, report: StairReport) {
    let (options, corpus) = (trainer.options, trainer.corpus)
    let tokens = options.expansions > 0 && options.stages > 1 ? (0..<UInt32(corpus.vocabulary.count)).map { $0 } : nil
    var report = StairReport()
    report.rows = corpus.training.rowCount
    report.validationRows = corpus.validation.rowCount
    report.rowsWithoutCaption = corpus.rowsWithoutCaption
    report.rowsWithoutToken = corpus.rowsWithoutToken
    report.vocabularyCount = corpus.vocabulary.count
    report.revivals = trainer.state.revivals
    report.history = trainer.state.history

    let draft = try trainer.exporter.head(of: trainer.model, expanding: nil)
    let rows = corpus.training.rowNumbers
    let spread = max(1, (rows.count + calibrationLimit - 1) / calibrationLimit)
    let sample = stride(from: 0, to: rows.count, by: spread).map { rows[$0] }
    var vectors: [[TokenWeight]] = []
    for start in stride(from: 0, to: sample.count, by: options.readingBatch) {
      _ = progress(StairProgress(stage: .calibrating, done: start, total: sample.count))
      let numbers = Array(sample[start..<min(sample.count, start + options.readingBatch)])
      vectors += try draft.encode(try ColumnScaling.read(dump, numbers), top: options.top)
    }
    _ = progress(StairProgress(stage: .calibrating, done: sample.count, total: sample.count))
    report.ceiling = ServingJudge.ceiling(of: vectors, quantile: options.ceilingQuantile)
    var counts = [Int](repeating: 0, count: corpus.vocabulary.count)
    for term in vectors.joined() { counts[Int(term.token)] += 1 }
    report.deadTokens = counts.count { $0 == 0 }
    if let most = counts.indices.max(by: { counts[$0] < counts[$1] }),
      Double(counts[most]) > crowdedShare * Double(vectors.count)
    {
      report.crowdedToken = corpus.vocabulary.tokens[most]
    }
    var provenance = trainer.settings
    provenance["embeddings"] = nil
    provenance["files"] =
      dump.embeddingPaths.map { $0.split(separator: "/").last.map(String.init) ?? $0 }.joined(separator: " ")
    if let texts = trainer.batches.texts {
      provenance["text_files"] =
        texts.embeddingPaths.map { $0.split(separator: "/").last.map(String.init) ?? $0 }.joined(separator: " ")
    }
    var scale: Float = 1
    if tokens != nil {
      scale = try trainer.judge.expansionScale(of: trainer.model, ceiling: report.ceiling)
      provenance["expansion_scale"] = scale.description
    }
    var head = try trainer.exporter.head(
      of: trainer.model, expanding: tokens, expansionScale: scale, ceiling: report.ceiling, provenance: provenance)
    if corpus.validation.rowCount > 1 {
      let quality = try trainer.judge.quality(of: head, ceiling: report.ceiling)
      report.quality = quality
      head = head.with(provenance: provenance.merging(quality.provenance) { _, new in new })
    }
    return (head, report)
  }
}

extension ServingQuality {
  /// What a head says of itself.
  fileprivate var provenance: [String: String] {
    func text(_ recall: Recall) -> String {
      [recall.at1, recall.at5, recall.at10].map { Self.rounded($0) }.joined(separator: " / ")
    }
    var entries = [
      "validation.text_to_image": text(textToImage), "validation.image_to_text": text(imageToText),
      "validation.precision_at_5": Self.rounded(precision), "validation.mean_tokens": Self.rounded(meanTokens),
      "validation.largest_frequency": Self.rounded(largestFrequency), "validation.pictures": String(pictures),
      "validation.captions": String(captions),
    ]
    if let expanded { entries["validation.expanded_text_to_image"] = text(expanded) }
    return entries
  }

  private static func rounded(_ value: Double) -> String { ((value * 10_000).rounded() / 10_000).description }
}
