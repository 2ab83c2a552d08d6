public import LinearAlgebra

/// A block of a gated network: `y = x + (z₁ · g) V + b₂`, where `[z₁, z₂] = gelu(norm(x) U + b₁)` and `g = mix(norm(z₂))`.
///
/// The gate `g` mixes the chunks of a row: with one chunk it is one weight and one shift for all channels (channel gating),
/// with n chunks, into which the row is cut, an n × n matrix as over the tokens of a sequence. The gate starts at about 1, and `V`
/// and `b₂` at 0, so that the block starts as the identity and what stands before it, a closed-form map perhaps, is not
/// disturbed.
/// - Source: Liu, Dai, So and Le, "Pay attention to MLPs" (NeurIPS 2021).
public struct GatedBlock<Scalar: Real>: Sendable {
  /// The number of chunks a row is cut into.
  public let chunks: Int
  private var norm: LayerNorm<Scalar>
  private let expand: Linear<Scalar>
  private var gateNorm: LayerNorm<Scalar>
  /// The places of the weights, `[chunks × chunks]`, and shifts, `[1 × chunks]`, of the gate.
  private let weights: Int
  private let shifts: Int
  private let contract: Linear<Scalar>

  // What the way back needs: the arguments of `expand` and `gelu`, `z₁`, the argument of the mix, `g`, and the argument of
  // `contract`.
  private var normalised = DenseMatrix<Scalar>(rows: 0, columns: 0)
  private var hidden = DenseMatrix<Scalar>(rows: 0, columns: 0)
  private var first = DenseMatrix<Scalar>(rows: 0, columns: 0)
  private var gateInput = DenseMatrix<Scalar>(rows: 0, columns: 0)
  private var gate = DenseMatrix<Scalar>(rows: 0, columns: 0)
  private var gated = DenseMatrix<Scalar>(rows: 0, columns: 0)

  /// - Parameters:
  ///   - width: the length of a row, a multiple of `chunks`.
  ///   - hidden: the length of `[z₁, z₂]` for each chunk, even.
  public init(
    _ name: String, group: String, width: Int, hidden: Int, chunks: Int = 1,
    in parameters: inout ParameterSet<Scalar>, random: inout SplitMix64
  ) {
    precondition(chunks >= 1 && width % chunks == 0, "a row is cut into equal chunks")
    precondition(hidden >= 2 && hidden % 2 == 0, "the hidden numbers are halved")
    self.chunks = chunks
    let inner = width / chunks
    norm = LayerNorm(name + ".norm", group: group, width: inner, in: &parameters)
    expand = Linear(
      name + ".expand", group: group, inputs: inner, outputs: hidden, in: &parameters, random: &random)
    gateNorm = LayerNorm(name + ".gate-norm", group: group, width: hidden / 2, in: &parameters)
    weights = parameters.add(
      name + ".gate.weights", group: group,
      .uniform(rows: chunks, columns: chunks, bound: 1e-3 / Double(chunks), random: &random), decays: false)
    let ones = DenseMatrix(rows: 1, columns: chunks, values: [Scalar](repeating: 1, count: chunks))
    shifts = parameters.add(name + ".gate.shifts", group: group, ones, decays: false)
    contract = Linear(
      name + ".contract", group: group, inputs: hidden / 2, outputs: inner, bias: .zero, in: &parameters,
      random: &random)
    Scalar.fill(&parameters[contract.weights].values.values, with: 0)
  }

  /// Writes the outputs of the rows of `x`, and remembers what the way back needs.
  public mutating func forward(
    _ x: DenseMatrix<Scalar>, _ parameters: ParameterSet<Scalar>, into y: inout DenseMatrix<Scalar>
  ) throws(LearningError) {
    var rows = x.reshaped(rows: x.rows * chunks)
    norm.forward(&rows, parameters, into: &normalised)
    try expand.forward(normalised, parameters, into: &hidden)
    var active = DenseMatrix<Scalar>(rows: hidden.rows, columns: hidden.columns)
    Scalar.gelu(hidden.values, into: &active.values)
    var second = DenseMatrix<Scalar>(rows: 0, columns: 0)
    Scalar.splitColumns(active, at: active.columns / 2, into: &first, &second)
    gateNorm.forward(&second, parameters, into: &gateInput)
    Scalar.mixRows(
      gateInput, weights: parameters[weights].values.values, shifts: parameters[shifts].values.values, into: &gate)
    gated = gate
    Scalar.multiplyElements(first.values, into: &gated.values)
    try contract.forward(gated, parameters, into: &rows)
    y = rows.reshaped(rows: x.rows)
    Scalar.add(1, x.values, to: &y.values)
  }

  /// Turns the gradient of the outputs of the last ``forward(_:_:into:)`` into that of its inputs, and writes those of all
  /// parameters.
  public mutating func backward(
    _ gradient: inout DenseMatrix<Scalar>, _ parameters: inout ParameterSet<Scalar>
  ) throws(LearningError) {
    let outer = gradient.reshaped(rows: gradient.rows * chunks)
    try contract.backward(outer, input: gated, &parameters)
    var firstGradient = DenseMatrix<Scalar>(rows: 0, columns: 0)
    try contract.inputGradient(outer, parameters, into: &firstGradient)
    var secondGradient = firstGradient
    Scalar.multiplyElements(gate.values, into: &firstGradient.values)
    Scalar.multiplyElements(first.values, into: &secondGradient.values)
    var (weightsGradient, shiftsGradient) = (parameters[weights].gradient.values, parameters[shifts].gradient.values)
    Scalar.mixRowsBackward(
      gateInput, weights: parameters[weights].values.values, gradient: &secondGradient,
      weightsGradient: &weightsGradient, shiftsGradient: &shiftsGradient)
    parameters[weights].gradient.values = weightsGradient
    parameters[shifts].gradient.values = shiftsGradient
    gateNorm.backward(&secondGradient, &parameters)
    var inner = DenseMatrix<Scalar>(rows: 0, columns: 0)
    Scalar.joinColumns(firstGradient, secondGradient, into: &inner)
    Scalar.geluBackward(hidden.values, gradient: &inner.values)
    try expand.backward(inner, input: normalised, &parameters)
    var back = DenseMatrix<Scalar>(rows: 0, columns: 0)
    try expand.inputGradient(inner, parameters, into: &back)
    norm.backward(&back, &parameters)
    Scalar.add(1, back.values, to: &gradient.values)
  }
}

extension DenseMatrix {
  /// The same numbers in another number of rows.
  fileprivate func reshaped(rows count: Int) -> DenseMatrix {
    DenseMatrix(rows: count, columns: count == 0 ? columns : values.count / count, values: values)
  }
}
