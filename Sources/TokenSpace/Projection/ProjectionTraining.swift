public import EmbeddingDumps
import Glibc
import LinearAlgebra

/// Makes heads for aligned spaces, such as those of CLIP, from embeddings of the vocabulary's own words. Nothing is
/// learned: no captions are needed, only means are taken.
///
/// A query weighs words by their inverse document frequency over the encoded pictures. Words are related when their
/// embeddings are: what a related word counts is its own query weight times the cosine of the two.
public enum ProjectionTraining {
  /// How many pictures are encoded for the ceiling and the frequencies, evenly spread.
  private static let calibrationLimit = 16_384

  /// Makes a head.
  ///
  /// - Parameters:
  ///   - images: embeddings of pictures; with metadata when there is a filter.
  ///   - words: one embedding per token of `vocabulary`, in its order, by the text encoder of the same model.
  ///   - texts: embeddings of texts like those that will be searched with, by the same encoder; nil to take the words
  ///     themselves for typical texts.
  /// - Throws: ``TokenSpaceError``: rows, words and vocabulary that do not fit together, a word that is all zeros or like the mean of
  ///   all, fewer than 2 rows, bad options.
  /// - Complexity: O(rows · tokens · dimension) time through BLAS; memory bounded by a batch and the words.
  public static func train(
    images: EmbeddingDump, words: EmbeddingDump, texts: EmbeddingDump? = nil, vocabulary: Vocabulary,
    options: ProjectionOptions, progress: (_ stage: ProjectionStage, _ done: Int, _ total: Int) -> Void = { _, _, _ in }
  ) throws(TokenSpaceError) -> (head: TokenHead, report: ProjectionReport) {
    try options.check()
    for dump in [words, texts].compactMap({ $0 }) where dump.dimension != images.dimension {
      throw .notAligned(images: images.dimension, texts: dump.dimension)
    }
    guard words.rowCount == vocabulary.count else {
      throw .wordRows(expected: vocabulary.count, found: words.rowCount)
    }
    var report = ProjectionReport()
    let wordRows = try rows(of: words)
    let wordMean = mean(of: wordRows)
    let directions = try directions(wordRows, mean: wordMean, vocabulary)

    var sums = DirectionSums(dimension: images.dimension)
    try forEachBatch(of: images, options, .means, progress) { batch throws(TokenSpaceError) in sums.add(batch) }
    guard sums.count >= 2 else { throw .tooFewRows(found: sums.count) }
    report.rows = sums.count
    var textMean = wordMean
    if let texts {
      var textSums = DirectionSums(dimension: texts.dimension)
      try forEachBatch(of: texts, options, .means, progress) { batch throws(TokenSpaceError) in textSums.add(batch) }
      guard textSums.count >= 2 else { throw .tooFewRows(found: textSums.count) }
      textMean = textSums.mean
      report.textRows = textSums.count
    }

    let imageEncoder = try encoder(directions, mean: sums.mean, options) { body throws(TokenSpaceError) in
      try forEachBatch(of: images, options, .comparing, progress, body)
    }
    let textEncoder = try encoder(directions, mean: textMean, options) { body throws(TokenSpaceError) in
      if let texts { try forEachBatch(of: texts, options, .comparing, progress, body) } else { try body(wordRows) }
    }
    func head(queryWeights: [Float], expansions: ExpansionTable?, ceiling: Float) throws(TokenSpaceError) -> TokenHead {
      try TokenHead(
        method: options.method.rawValue, vocabulary: vocabulary, tokenizer: .word, imageEncoder: .words(imageEncoder),
        textEncoder: .words(textEncoder), queryWeights: queryWeights, expansions: expansions, ceiling: ceiling,
        defaultTop: options.top, provenance: provenance(images, options, report), source: "the head")
    }
    let draft = try head(queryWeights: vocabulary.tokens.map { _ in 1 }, expansions: nil, ceiling: 1)
    let weights = try calibrate(draft, images, options, &report, progress)
    let table =
      options.relatedTokens > 0 ? try RelatedWords(options).table(directions, queryWeights: weights) : nil
    return (try head(queryWeights: weights, expansions: table, ceiling: report.ceiling), report)
  }

  private static func rows(of dump: EmbeddingDump) throws(TokenSpaceError) -> Matrix {
    do {
      return Matrix(rows: dump.rowCount, columns: dump.dimension, values: try dump.rows(0..<dump.rowCount))
    } catch {
      throw .dump(error)
    }
  }

  private static func mean(of rows: Matrix) -> [Float] {
    var sums = DirectionSums(dimension: rows.columns)
    sums.add(rows)
    return sums.mean
  }

  /// The words, centred; each must differ from the mean of all.
  private static func directions(
    _ rows: Matrix, mean: [Float], _ vocabulary: Vocabulary
  ) throws(TokenSpaceError) -> Matrix {
    var values: [Float] = []
    values.reserveCapacity(rows.values.count)
    for word in 0..<rows.rows {
      let unit = WordDictionary.unit(rows.row(word))
      let rest = zip(unit, mean).reduce(0.0) { $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) }
      // What is left of words that are all alike is rounding.
      guard rest > 1e-8, unit.contains(where: { $0 != 0 }) else {
        throw .meaninglessWord(word: vocabulary.tokens[word], row: word)
      }
      values.append(contentsOf: WordDictionary.centred(rows.row(word), mean: mean))
    }
    return Matrix(rows: rows.rows, columns: rows.columns, values: values)
  }

  private static func forEachBatch(
    of dump: EmbeddingDump, _ options: ProjectionOptions, _ stage: ProjectionStage,
    _ progress: (ProjectionStage, Int, Int) -> Void, _ body: (Matrix) throws(TokenSpaceError) -> Void
  ) throws(TokenSpaceError) {
    // Without metadata nothing could pass a filter; texts need none.
    var reader = dump.batches(size: options.batchSize, where: dump.hasMetadata ? options.filter : nil)
    progress(stage, 0, dump.rowCount)
    while let batch = try next(&reader) {
      try body(batch.rows)
      progress(stage, reader.rowsRead, dump.rowCount)
    }
  }

  private static func next(_ reader: inout DumpBatchReader) throws(TokenSpaceError) -> DumpBatch? {
    do {
      return try reader.next()
    } catch {
      throw .dump(error)
    }
  }

  /// The encoder of one side. For the projection the rows are compared with every word.
  private static func encoder(
    _ words: Matrix, mean: [Float], _ options: ProjectionOptions,
    forEachBatch: ((Matrix) throws(TokenSpaceError) -> Void) throws(TokenSpaceError) -> Void
  ) throws(TokenSpaceError) -> WordDictionary {
    if options.method == .splice {
      return WordDictionary(words: words, mean: mean, rule: .decomposition(penalty: options.penalty))
    }
    let ones = [Float](repeating: 1, count: words.rows)
    let cosines = WordDictionary(
      words: words, mean: mean, rule: .projection(means: ones.map { _ in 0 }, deviations: ones, threshold: 0))
    var moments = TokenMoments(count: words.rows)
    try forEachBatch { rows throws(TokenSpaceError) in moments.add(try cosines.scores(of: rows)) }
    let deviations = moments.deviations
    guard deviations.allSatisfy({ $0 > 1e-6 && $0.isFinite }) else { throw .rowsAllAlike }
    return WordDictionary(
      words: words, mean: mean,
      rule: .projection(means: moments.means, deviations: deviations, threshold: options.threshold))
  }

  /// Encodes a sample of the pictures: the ceiling, and the query weights from how many have each token.
  private static func calibrate(
    _ head: TokenHead, _ images: EmbeddingDump, _ options: ProjectionOptions, _ report: inout ProjectionReport,
    _ progress: (ProjectionStage, Int, Int) -> Void
  ) throws(TokenSpaceError) -> [Float] {
    let stride = max(1, (report.rows + calibrationLimit - 1) / calibrationLimit)
    var frequencies = [Int](repeating: 0, count: head.vocabulary.count)
    var weights: [Float] = []
    var row = 0
    var found = report
    try forEachBatch(of: images, options, .calibrating, progress) { batch throws(TokenSpaceError) in
      var values: [Float] = []
      for number in 0..<batch.rows {
        if row % stride == 0 { values.append(contentsOf: batch.row(number)) }
        row += 1
      }
      let sample = Matrix(rows: values.count / batch.columns, columns: batch.columns, values: values)
      for vector in try head.encode(sample) {
        found.calibrationRows += 1
        // The single token of an otherwise empty vector has the weight of the provisional ceiling.
        if vector.count == 1, vector[0].weight == head.ceiling / 255 {
          found.emptyVectors += 1
          continue
        }
        for term in vector {
          frequencies[Int(term.token)] += 1
          weights.append(term.weight)
        }
      }
    }
    weights.sort()
    found.tokensPerRow = Double(weights.count) / Double(max(1, found.calibrationRows))
    let place = Int((Double(weights.count) * options.ceilingQuantile).rounded(.up)) - 1
    found.ceiling = weights.indices.contains(place) ? weights[place] : 1
    report = found
    let rows = Double(found.calibrationRows)
    return frequencies.map { Float(log1p((rows - Double($0) + 0.5) / (Double($0) + 0.5))) }
  }

  private static func provenance(
    _ images: EmbeddingDump, _ options: ProjectionOptions, _ report: ProjectionReport
  ) -> [String: String] {
    var provenance = [
      "rows": String(report.rows), "text_rows": String(report.textRows), "dimension": String(images.dimension),
      "related_tokens": String(options.relatedTokens), "related_cosine": options.relatedCosine.description,
      "ceiling_quantile": options.ceilingQuantile.description,
      "files": images.embeddingPaths.map { $0.split(separator: "/").last.map(String.init) ?? $0 }.joined(
        separator: " "),
    ]
    if !options.filterDescription.isEmpty { provenance["filter"] = options.filterDescription }
    return provenance
  }
}
