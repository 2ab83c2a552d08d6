public import LinearAlgebra

/// `y = Σ table[token] + bias` over the tokens of a row: a ``Linear`` layer whose input is 0 or 1 and mostly 0.
public struct EmbeddingBag<Scalar: Real>: Sendable {
  /// The place of the table, `[tokens × outputs]`.
  public let table: Int
  /// The place of the bias, `[1 × outputs]`.
  public let bias: Int

  /// Adds a table drawn evenly from ±1/√`expectedTokens`, so that rows with that many tokens give outputs of the size
  /// that a ``Linear`` layer gives for standardised inputs, and a bias of zeros.
  public init(
    _ name: String, group: String, tokens: Int, outputs: Int, expectedTokens: Double = 6,
    in parameters: inout ParameterSet<Scalar>, random: inout SplitMix64
  ) {
    let bound = 1 / expectedTokens.squareRoot()
    table = parameters.add(
      name + ".weights", group: group, .uniform(rows: tokens, columns: outputs, bound: bound, random: &random))
    bias = parameters.add(name + ".bias", group: group, DenseMatrix(rows: 1, columns: outputs), decays: false)
  }

  /// Writes the outputs, one row for each of `tokens`.
  public func forward(
    _ tokens: SparseTargets, _ parameters: ParameterSet<Scalar>, into y: inout DenseMatrix<Scalar>
  ) {
    let table = parameters[table].values
    y.setShape(rows: tokens.rowCount, columns: table.columns)
    Scalar.sumRows(table, tokens, into: &y)
    Scalar.addRow(parameters[bias].values.values, to: &y)
  }

  /// Writes the gradients of table and bias.
  public func backward(
    _ gradient: DenseMatrix<Scalar>, tokens: SparseTargets, _ parameters: inout ParameterSet<Scalar>
  ) {
    Scalar.fill(&parameters[table].gradient.values, with: 0)
    Scalar.addRows(gradient, tokens, to: &parameters[table].gradient)
    Scalar.columnSums(gradient, into: &parameters[bias].gradient.values)
  }
}
