import Learning
import LinearAlgebra

extension StairModel {
  /// The token weights of pictures, `[rows × tokens]`; `rows` are standardised.
  ///
  /// Runs on the values of ``parameters``; exchange them with their running means before to see these.
  mutating func encodeImages(_ rows: DenseMatrix<Scalar>) throws(LearningError) -> DenseMatrix<Scalar> {
    guard rows.columns == shape.imageDimension else {
      throw .shapeMismatch(what: "columns of the pictures", expected: shape.imageDimension, found: rows.columns)
    }
    return try Self.weights(of: .rows(rows), &image, parameters)
  }

  /// What the words' network adds to bags of tokens, `[rows × tokens]`; the table's own weights are not in it.
  mutating func expansions(of bags: SparseTargets) throws(LearningError) -> DenseMatrix<Scalar> {
    if let bad = bags.indices.first(where: { $0 >= UInt32(clamping: shape.tokens) }) {
      throw .targetOutOfRange(target: Int(bad), count: shape.tokens)
    }
    return try Self.weights(of: .bags(bags), &words, parameters)
  }

  /// The token weights of dense rows of texts, `[rows × tokens]`; `rows` are standardised.
  mutating func encodeTexts(_ rows: DenseMatrix<Scalar>) throws(LearningError) -> DenseMatrix<Scalar> {
    guard rows.columns == shape.textDimension, var network = self.rows else {
      throw .shapeMismatch(what: "columns of the texts", expected: shape.textDimension ?? 0, found: rows.columns)
    }
    return try Self.weights(of: .rows(rows), &network, parameters)
  }

  /// The words' own weights, one for every token.
  func tableWeights() -> [Scalar] {
    let values = parameters[table].values.values
    var weights = values
    Scalar.softplus(values, into: &weights)
    return weights
  }

  private static func weights(
    of input: StairNetwork<Scalar>.Input, _ network: inout StairNetwork<Scalar>, _ parameters: ParameterSet<Scalar>
  ) throws(LearningError) -> DenseMatrix<Scalar> {
    var logits = DenseMatrix<Scalar>(rows: 0, columns: 0)
    try network.forward(input, parameters)
    try network.logits(parameters, into: &logits)
    var weights = DenseMatrix<Scalar>(rows: logits.rows, columns: logits.columns)
    var columnSums = [Scalar](repeating: 0, count: logits.columns)
    var rowSums = [Scalar](repeating: 0, count: logits.rows)
    _ = Scalar.tokenWeights(logits, into: &weights, columnSums: &columnSums, rowSums: &rowSums)
    return weights
  }
}
