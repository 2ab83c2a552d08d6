import Learning
import LinearAlgebra

extension StairModel {
  /// The losses of a batch; the gradients of everything that learns are written to ``parameters``.
  ///
  /// Gradients of what does not learn keep their old content: give its group no learning rate.
  ///
  /// - Throws: ``LearningError`` when the batch does not fit the shape, or the loss is not finite.
  /// - Complexity: three products of batch × width × tokens for every network that learns, one for a frozen one.
  mutating func backpropagate(
    _ batch: StairBatch<Scalar>, _ terms: StairTerms
  ) throws(LearningError) -> StairLosses {
    try check(batch, terms)
    guard batch.images.rows > 0 else { return StairLosses() }
    step.batch = batch
    step.terms = terms
    try image.forward(.rows(batch.images), parameters)
    try image.logits(parameters, into: &step.logits)
    step.start()
    try contrastWords(batch.captions, terms)
    if terms.rows != .off, let texts = batch.texts {
      let input = StairNetwork<Scalar>.Input.rows(texts)
      if terms.rows == .expanded {
        _ = try rows?.expandedTexts(input, table: nil, share: terms.rowsShare, &step, &parameters)
      } else {
        _ = try rows?.maskedTexts(input, table: nil, share: terms.rowsShare, &step, &parameters)
      }
    }
    step.finishImages()
    if terms.trainsImage { try image.backward(step.gradient, sums: step.biasSums, .rows(batch.images), &parameters) }
    guard step.losses.total.isFinite else { throw .notFinite(what: "loss") }
    return step.losses
  }

  private mutating func contrastWords(_ captions: SparseTargets, _ terms: StairTerms) throws(LearningError) {
    guard terms.words != .off else { return }
    let start = parameters[table].values.values
    var (slopes, weights) = (start, start)
    Scalar.softplus(start, into: &weights)
    Scalar.sigmoid(start, into: &slopes)
    var values = [Scalar](repeating: 0, count: captions.indices.count)
    Scalar.pick(weights, captions, into: &values)
    let gradient =
      switch terms.words {
      case .masked: try words.maskedTexts(.bags(captions), table: values, share: 1, &step, &parameters)
      case .expanded: try words.expandedTexts(.bags(captions), table: values, share: 1, &step, &parameters)
      case .table, .off: try step.contrastSparse(values, share: 1)
      }
    guard terms.trainsTable else { return }
    Scalar.fill(&weights, with: 0)
    Scalar.collect(gradient, captions, addingTo: &weights)
    for token in slopes.indices { slopes[token] *= weights[token] }
    parameters[table].gradient.values = slopes
  }

  private func check(_ batch: StairBatch<Scalar>, _ terms: StairTerms) throws(LearningError) {
    guard batch.images.columns == shape.imageDimension else {
      throw .shapeMismatch(what: "columns of the pictures", expected: shape.imageDimension, found: batch.images.columns)
    }
    guard batch.captions.rowCount == batch.images.rows else {
      throw .shapeMismatch(what: "captions", expected: batch.images.rows, found: batch.captions.rowCount)
    }
    if let bad = batch.captions.indices.first(where: { $0 >= UInt32(clamping: shape.tokens) }) {
      throw .targetOutOfRange(target: Int(bad), count: shape.tokens)
    }
    guard terms.rows != .off else { return }
    guard let texts = batch.texts, let dimension = shape.textDimension else {
      throw .shapeMismatch(what: "rows of texts", expected: batch.images.rows, found: 0)
    }
    guard texts.rows == batch.images.rows else {
      throw .shapeMismatch(what: "rows of texts", expected: batch.images.rows, found: texts.rows)
    }
    guard texts.columns == dimension else {
      throw .shapeMismatch(what: "columns of the texts", expected: dimension, found: texts.columns)
    }
  }
}
