import Learning
import LinearAlgebra

/// A network of one side and a prior, learned together: rows of length 1 whose products with the prior are logits of classes.
///
/// - Source: "Deep reversible consistency learning for cross-modal retrieval" (IEEE Transactions on Multimedia 2025), whose
///   selective prior learning this is one side of.
struct PriorModel<Scalar: Real>: Sendable {
  /// The group of all parameters in the optimiser.
  static var group: String { "network" }

  /// The layers of a side: two hidden ones, and a last map without bias.
  static func layers(_ options: DRCLOptions) -> [LayerPlan] {
    [
      .linear(outputs: options.hidden, bias: .drawn), .relu, .linear(outputs: options.hidden, bias: .drawn), .relu,
      .linear(outputs: options.dimension, bias: .none), .unit,
    ]
  }

  var parameters = ParameterSet<Scalar>()
  private var stack: LayerStack<Scalar>
  /// The place of the prior, `[classes × dimension]`.
  private let place: Int

  /// - Parameter prior: `[classes × dimension]`, what the prior starts as.
  init(inputs: Int, layers: [LayerPlan], prior: DenseMatrix<Scalar>, random: inout SplitMix64) {
    stack = LayerStack("net", group: Self.group, inputs: inputs, layers: layers, in: &parameters, random: &random)
    place = parameters.add("prior", group: Self.group, prior)
  }

  /// The prior as learned so far.
  var prior: DenseMatrix<Scalar> { parameters[place].values }

  /// The loss of a batch; leaves the gradients in ``parameters``.
  mutating func backpropagate(
    _ x: DenseMatrix<Scalar>, targets: DenseMatrix<Scalar>, exponent: Double
  ) throws(LearningError) -> Double {
    let rows = try stack.forward(x, parameters)
    var logits = DenseMatrix<Scalar>(rows: x.rows, columns: targets.columns)
    try multiply(rows, prior, transposeB: true, into: &logits)
    let loss = generalisedCrossEntropy(&logits, targets: targets, exponent: exponent)
    try multiply(logits, transposeA: true, rows, into: &parameters[place].gradient)
    var gradient = DenseMatrix<Scalar>(rows: x.rows, columns: rows.columns)
    try multiply(logits, prior, into: &gradient)
    try stack.backward(&gradient, &parameters)
    return loss
  }

  /// The mean chance that rows are given of being of their class.
  func certainty(_ x: DenseMatrix<Scalar>, _ classes: [Int]) throws(LearningError) -> Double {
    guard x.rows > 0 else { return 0 }
    var stack = stack
    let rows = try stack.forward(x, parameters)
    var chances = DenseMatrix<Scalar>(rows: x.rows, columns: prior.rows)
    try multiply(rows, prior, transposeB: true, into: &chances)
    var logSums = [Scalar](repeating: 0, count: x.rows)
    Scalar.softmaxRows(&chances, logSums: &logSums)
    return classes.enumerated().reduce(0) { $0 + Double(chances[$1.offset, $1.element]) } / Double(x.rows)
  }
}

/// Directions at right angles to each other, `[count × dimension]`, drawn at random.
func orthogonalPrior(_ count: Int, dimension: Int, random: inout SplitMix64) throws(AlignmentError) -> Matrix {
  guard count <= dimension else {
    throw .badOption(name: "dimension", value: "\(dimension)", range: "at least the number of classes, \(count),")
  }
  var noise = DoubleMatrix(rows: count, columns: dimension)
  for place in noise.values.indices { noise.values[place] = random.normal() }
  let drawn = noise
  return try computing { () throws(LinearAlgebraError) in
    try LAPACK.narrowed(LAPACK.singularDecomposition(drawn).rightTransposed)
  }
}
