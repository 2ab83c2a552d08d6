public import LinearAlgebra

/// `y = x · weightsᵀ + bias`.
public struct Linear<Scalar: Real>: Sendable {
  /// The place of the weights, `[outputs × inputs]`.
  public let weights: Int
  /// The place of the bias, `[1 × outputs]`, or nil without one.
  public let bias: Int?

  /// Adds weights drawn evenly from ±1/√inputs, and a bias of zeros or drawn likewise.
  public init(
    _ name: String, group: String, inputs: Int, outputs: Int, bias: InitialBias = .drawn,
    in parameters: inout ParameterSet<Scalar>, random: inout SplitMix64
  ) {
    let bound = 1 / Double(max(1, inputs)).squareRoot()
    weights = parameters.add(
      name + ".weights", group: group, .uniform(rows: outputs, columns: inputs, bound: bound, random: &random))
    switch bias {
    case .none: self.bias = nil
    case .zero:
      self.bias = parameters.add(name + ".bias", group: group, DenseMatrix(rows: 1, columns: outputs), decays: false)
    case .drawn:
      self.bias = parameters.add(
        name + ".bias", group: group, .uniform(rows: 1, columns: outputs, bound: bound, random: &random),
        decays: false)
    }
  }

  /// Writes the outputs of the rows of `x`, one row each.
  public func forward(
    _ x: DenseMatrix<Scalar>, _ parameters: ParameterSet<Scalar>, into y: inout DenseMatrix<Scalar>
  ) throws(LearningError) {
    let weights = parameters[weights].values
    y.setShape(rows: x.rows, columns: weights.rows)
    try multiply(x, weights, transposeB: true, into: &y)
    if let bias { Scalar.addRow(parameters[bias].values.values, to: &y) }
  }

  /// Writes the gradients of weights and bias.
  ///
  /// - Parameter gradient: of the outputs.
  public func backward(
    _ gradient: DenseMatrix<Scalar>, input: DenseMatrix<Scalar>, _ parameters: inout ParameterSet<Scalar>
  ) throws(LearningError) {
    try multiply(gradient, transposeA: true, input, into: &parameters[weights].gradient)
    if let bias { Scalar.columnSums(gradient, into: &parameters[bias].gradient.values) }
  }

  /// Writes the gradient of the inputs.
  public func inputGradient(
    _ gradient: DenseMatrix<Scalar>, _ parameters: ParameterSet<Scalar>, into x: inout DenseMatrix<Scalar>
  ) throws(LearningError) {
    let weights = parameters[weights].values
    x.setShape(rows: gradient.rows, columns: weights.columns)
    try multiply(gradient, weights, into: &x)
  }
}

/// What a bias starts as.
public enum InitialBias: Sendable {
  /// There is none.
  case none
  /// Zeros.
  case zero
  /// Numbers from the same range as the weights.
  case drawn
}

extension DenseMatrix where Scalar: Real {
  /// Numbers drawn evenly from `±bound`.
  public static func uniform(rows: Int, columns: Int, bound: Double, random: inout SplitMix64) -> DenseMatrix {
    var matrix = DenseMatrix(rows: rows, columns: columns)
    for place in matrix.values.indices { matrix.values[place] = Scalar((2 * random.uniform() - 1) * bound) }
    return matrix
  }
}

/// `c = alpha · op(a) · op(b) + beta · c`, with the error of this module.
public func multiply<Scalar: Real>(
  _ a: DenseMatrix<Scalar>, transposeA: Bool = false, _ b: DenseMatrix<Scalar>, transposeB: Bool = false,
  alpha: Scalar = 1, beta: Scalar = 0, into c: inout DenseMatrix<Scalar>
) throws(LearningError) {
  do {
    try Scalar.multiply(a, transposeA: transposeA, b, transposeB: transposeB, alpha: alpha, beta: beta, into: &c)
  } catch {
    throw .algebra(error)
  }
}
