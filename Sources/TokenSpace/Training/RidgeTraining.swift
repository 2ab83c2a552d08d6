public import EmbeddingDumps
import Glibc
import Learning
import LinearAlgebra

/// Trains a head in closed form: ridge regression from embeddings to the tokens of their captions.
///
/// The targets are 1 for every token of a caption, counted once, and 0 else. From the predictions a share of the mean of
/// each token is taken away, so that frequent tokens do not fill every vector; they are multiplied by the scale; and both,
/// like the standardisation of the columns, are folded into the weights and the bias of the head.
/// Queries weigh tokens by `ln(1 + (n - df + 0.5) / (df + 0.5))`, the inverse document frequency of BM25.
///
/// The dump is read twice (its metadata first), in batches. The same dump and options give the same head.
public enum RidgeTraining {
  /// How many training rows are encoded to find the ceiling, evenly spread.
  private static let calibrationLimit = 4096

  /// Trains a head on the rows of `dump` that the filter accepts and that have a caption.
  ///
  /// - Parameter progress: called with the stage and how many of how many rows are done.
  /// - Throws: ``TokenSpaceError``: no captions, fewer than 2 rows, no frequent token, not finite embeddings, bad options.
  /// - Complexity: O(rows · d² + d³ + tokens · d²) time; O(d² + tokens · d) memory.
  public static func train(
    _ dump: EmbeddingDump, options: RidgeOptions = RidgeOptions(),
    progress: (_ stage: RidgeStage, _ done: Int, _ total: Int) -> Void = { _, _, _ in }
  ) throws(TokenSpaceError) -> (head: TokenHead, report: RidgeReport) {
    try options.check()
    var report = RidgeReport()
    let tokenizer = try options.vocabulary.tokenizer()
    let captions = CaptionReader(field: options.captionField, tokenizer: tokenizer)
    let vocabulary = try countTokens(dump, captions, options, &report, progress)
    var sums = try TrainingSums(dump, vocabulary: vocabulary, rows: report.rows, calibrationLimit: calibrationLimit)
    try sums.accumulate(dump, captions, options, &report, progress)

    progress(.solving, 0, 1)
    report.lambda = options.lambda(rows: report.rows, dimension: dump.dimension)
    let solution: RidgeSolution
    do {
      solution = try Ridge.solve(sums.equations, lambda: report.lambda)
    } catch {
      throw .learning(error)
    }
    progress(.solving, 1, 1)

    let frequencies = sums.equations.targetSums
    report.vocabularyCount = vocabulary.count
    report.unseenTokens = frequencies.count { $0 == 0 }
    report.tokensPerCaption = frequencies.reduce(0, +) / Double(report.rows)
    guard report.unseenTokens < vocabulary.count else { throw .noKnownToken(vocabulary: vocabulary.count) }

    let draft = try head(solution, frequencies, vocabulary, tokenizer, dump, options, report)
    let ceiling = try calibrate(draft, sums.sample, options, &report, progress)
    return (draft.with(ceiling: ceiling), report)
  }

  /// Reads the metadata once: counts rows and captions, and decides on the vocabulary.
  private static func countTokens(
    _ dump: EmbeddingDump, _ captions: CaptionReader, _ options: RidgeOptions, _ report: inout RidgeReport,
    _ progress: (RidgeStage, Int, Int) -> Void
  ) throws(TokenSpaceError) -> Vocabulary {
    guard dump.hasMetadata else { throw .noCaptions(field: options.captionField, fields: []) }
    var builder = VocabularyBuilder()
    var fields: [String]?
    var reader = dump.metadataReader()
    var done = 0
    progress(.counting, 0, dump.rowCount)
    while let record = try nextRecord(&reader) {
      done += 1
      if done % 10_000 == 0 { progress(.counting, done, dump.rowCount) }
      if let filter = options.filter, !filter.accepts(record) { continue }
      if fields == nil { fields = record.object.keys }
      guard let tokens = try captions.tokens(of: record) else {
        report.rowsWithoutCaption += 1
        continue
      }
      builder.add(tokens)
    }
    progress(.counting, done, dump.rowCount)
    report.rows = builder.documentCount
    if report.rows == 0, report.rowsWithoutCaption > 0 {
      throw .noCaptions(field: options.captionField, fields: fields ?? [])
    }
    guard report.rows >= 2 else { throw .tooFewRows(found: report.rows) }
    switch options.vocabulary {
    case .words(let vocabulary): return vocabulary
    case .captions, .wordPiece:
      return try builder.finish(
        minimumDocumentFrequency: options.minimumDocumentFrequency, maximumCount: options.maximumVocabulary,
        stopWords: options.stopWords)
    }
  }

  private static func nextRecord(_ reader: inout MetadataReader) throws(TokenSpaceError) -> MetadataRecord? {
    do {
      return try reader.next()
    } catch {
      throw .dump(error)
    }
  }

  /// The head with a provisional ceiling.
  private static func head(
    _ solution: RidgeSolution, _ frequencies: [Double], _ vocabulary: Vocabulary, _ tokenizer: Tokenizer,
    _ dump: EmbeddingDump, _ options: RidgeOptions, _ report: RidgeReport
  ) throws(TokenSpaceError) -> TokenHead {
    var weights = solution.weights
    weights.values = weights.values.map { $0 * options.scale }
    let bias = zip(solution.bias, solution.targetMeans).map { ($0 - (1 - options.baseRateShare) * $1) * options.scale }
    let rows = Double(report.rows)
    var provenance = [
      "rows": String(report.rows), "dimension": String(dump.dimension), "caption_field": options.captionField,
      "lambda": report.lambda.description, "base_rate_share": options.baseRateShare.description,
      "scale": options.scale.description,
      "minimum_document_frequency": String(options.minimumDocumentFrequency),
      "ceiling_quantile": options.ceilingQuantile.description,
      "files": dump.embeddingPaths.map { $0.split(separator: "/").last.map(String.init) ?? $0 }.joined(separator: " "),
    ]
    if !options.filterDescription.isEmpty { provenance["filter"] = options.filterDescription }
    // Subnormal columns have deviations whose inverse is infinite.
    guard weights.values.allSatisfy(\.isFinite), bias.allSatisfy(\.isFinite) else {
      throw .extremeEmbeddings(detail: "the weights that fit them are infinite")
    }
    return try TokenHead(
      method: "ridge", vocabulary: vocabulary, tokenizer: tokenizer,
      images: TokenNetwork(weights: weights, bias: bias),
      queryWeights: frequencies.map { Float(log1p((rows - $0 + 0.5) / ($0 + 0.5))) }, ceiling: 1,
      defaultTop: options.top, provenance: provenance, source: "the trained head")
  }

  /// The quantile of the weights of the sampled training rows.
  private static func calibrate(
    _ head: TokenHead, _ sample: [Matrix], _ options: RidgeOptions, _ report: inout RidgeReport,
    _ progress: (RidgeStage, Int, Int) -> Void
  ) throws(TokenSpaceError) -> Float {
    var weights: [Float] = []
    let total = sample.reduce(0) { $0 + $1.rows }
    for batch in sample {
      progress(.calibrating, report.calibrationRows, total)
      let vectors: [[TokenWeight]]
      do {
        vectors = try head.encode(batch)
      } catch .notFinite {
        // The row's number in the sample would help nobody.
        throw .extremeEmbeddings(detail: "the tokens of a training row are infinite")
      }
      for vector in vectors {
        // The single token of an otherwise empty vector has the weight of the provisional ceiling.
        if vector.count == 1, vector[0].weight == head.ceiling / 255 {
          report.emptyVectors += 1
        } else {
          for term in vector { weights.append(term.weight) }
        }
      }
      report.calibrationRows += batch.rows
    }
    progress(.calibrating, total, total)
    weights.sort()
    report.calibrationWeights = weights.count
    guard let largest = weights.last else {
      report.ceiling = 1
      return 1
    }
    let place = Int((Double(weights.count) * options.ceilingQuantile).rounded(.up)) - 1
    report.ceiling = place >= 0 && place < weights.count ? weights[place] : largest
    report.clippedWeights = weights.count { $0 > report.ceiling }
    return report.ceiling
  }
}
