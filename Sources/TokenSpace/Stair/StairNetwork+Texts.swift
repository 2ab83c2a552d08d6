import Learning
import LinearAlgebra

/// The text networks in a step.
extension StairNetwork {
  /// Texts that hold their own tokens only, weighted by this network and, when given, by the table.
  ///
  /// - Returns: the gradient by the table's values.
  mutating func maskedTexts(
    _ input: Input, table: [Scalar]?, share: Double, _ step: inout StairStep<Scalar>,
    _ parameters: inout ParameterSet<Scalar>
  ) throws(LearningError) -> [Scalar] {
    let captions = step.batch.captions
    let count = captions.indices.count
    try forward(input, parameters)
    var logits = DenseMatrix<Scalar>(rows: 1, columns: count)
    self.logits(of: captions, parameters, into: &logits.values)
    var weights = logits
    var (sums, rowSums) = ([Scalar](repeating: 0, count: count), [Scalar](repeating: 0, count: 1))
    _ = Scalar.tokenWeights(logits, into: &weights, columnSums: &sums, rowSums: &rowSums)
    if let table { Scalar.add(1, table, to: &sums) }
    let gradient = try step.contrastSparse(sums, share: share)
    guard step.terms.trainsText else { return gradient }
    logits.values = gradient
    let zeros = [Scalar](repeating: 0, count: count)
    Scalar.tokenWeightsBackward(weights, columnTerms: zeros, scale: 0, gradient: &logits, sums: &sums)
    try backward(logits.values, of: captions, input, &parameters)
    return gradient
  }

  /// Texts with all tokens that this network gives, beside the table's values for their own when given.
  ///
  /// - Returns: the gradient by the table's values.
  mutating func expandedTexts(
    _ input: Input, table: [Scalar]?, share: Double, _ step: inout StairStep<Scalar>,
    _ parameters: inout ParameterSet<Scalar>
  ) throws(LearningError) -> [Scalar] {
    let captions = step.batch.captions
    try forward(input, parameters)
    try logits(parameters, into: &step.textLogits)
    step.texts.setShape(rows: step.textLogits.rows, columns: step.textLogits.columns)
    var sums = [Scalar](repeating: 0, count: step.texts.columns)
    var rowSums = [Scalar](repeating: 0, count: step.texts.rows)
    var nonzeros = Scalar.tokenWeights(step.textLogits, into: &step.texts, columnSums: &sums, rowSums: &rowSums)
    // The network's own weights come back before the way back through them.
    var expanded = [Scalar](repeating: 0, count: captions.indices.count)
    if let table {
      Scalar.gather(step.texts, captions, into: &expanded)
      nonzeros += expanded.count { $0 <= 0 }
      Scalar.scatter(table, captions, addingTo: &step.texts)
      Scalar.collect(table, captions, addingTo: &sums)
    }
    step.losses.meanTextTokens = Double(nonzeros) / step.count
    try step.contrastDense(columnSums: sums, share: share)
    var gradient = step.textCharges()
    var scored = gradient
    Scalar.gather(step.textLogits, captions, into: &scored)
    Scalar.add(1, scored, to: &gradient)
    guard step.terms.trainsText else { return gradient }
    if table != nil { Scalar.store(expanded, captions, in: &step.texts) }
    step.textsBackward()
    try backward(step.textLogits, sums: step.biasSums, input, &parameters)
    return gradient
  }
}
