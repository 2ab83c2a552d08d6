import Learning
import LinearAlgebra

/// A network of one side, learned against a prior that does not change any more and that both sides share.
///
/// With rows f of length 1, mixed in twos to `f̃ = λ f + (1 - λ) f'` like their targets to ỹ, and `r = ỹ W⁺` what the prior says
/// that f̃ should be, the loss is that of the logits `f̃ W`, plus `α` times the loss of relations between f̃ and r, plus `β` times the
/// mean of `(r - f̃)²`.
/// - Source: "Deep reversible consistency learning for cross-modal retrieval" (IEEE Transactions on Multimedia 2025).
struct ConsistencyModel<Scalar: Real>: Sendable {
  var parameters = ParameterSet<Scalar>()
  /// `W`, `[classes × dimension]`.
  let prior: DenseMatrix<Scalar>
  /// `W⁺`, `[classes × dimension]`.
  let inverse: DenseMatrix<Scalar>
  let mixing: Double
  let relationWeight: Double
  let distanceWeight: Double
  private var stack: LayerStack<Scalar>
  private var relations = RelationLoss<Scalar>()

  init(
    inputs: Int, layers: [LayerPlan], prior: DenseMatrix<Scalar>, inverse: DenseMatrix<Scalar>, options: DRCLOptions,
    random: inout SplitMix64
  ) {
    stack = LayerStack(
      "net", group: PriorModel<Scalar>.group, inputs: inputs, layers: layers, in: &parameters, random: &random)
    (self.prior, self.inverse) = (prior, inverse)
    (mixing, relationWeight) = (options.mixing, options.relationWeight)
    distanceWeight = options.distanceWeight
  }

  /// The loss of a batch; leaves the gradients in ``parameters``.
  ///
  /// - Parameter partners: for every row the one it is mixed with.
  mutating func backpropagate(
    _ x: DenseMatrix<Scalar>, targets: DenseMatrix<Scalar>, partners: [Int], exponent: Double
  ) throws(LearningError) -> Double {
    var others = SparseTargets()
    for partner in partners { others.append([UInt32(partner)]) }
    let mixed = mix(try stack.forward(x, parameters), others)
    let mixedTargets = mix(targets, others)

    var logits = DenseMatrix<Scalar>(rows: x.rows, columns: prior.rows)
    try multiply(mixed, prior, transposeB: true, into: &logits)
    var loss = generalisedCrossEntropy(&logits, targets: mixedTargets, exponent: exponent)
    var gradient = DenseMatrix<Scalar>(rows: x.rows, columns: prior.columns)
    try multiply(logits, prior, into: &gradient)

    var difference = DenseMatrix<Scalar>(rows: x.rows, columns: prior.columns)
    try multiply(mixedTargets, inverse, into: &difference)
    if relationWeight > 0 {
      var part = DenseMatrix<Scalar>(rows: 0, columns: 0)
      loss += relationWeight * (try relations.backpropagate(mixed, reference: difference, into: &part))
      Scalar.add(Scalar(relationWeight), part.values, to: &gradient.values)
    }
    if distanceWeight > 0 {
      // f̃ - r.
      Scalar.scale(&difference.values, by: -1)
      Scalar.add(1, mixed.values, to: &difference.values)
      let share = distanceWeight / Double(max(1, difference.values.count))
      loss += share * Scalar.sumOfSquares(difference.values)
      Scalar.add(Scalar(2 * share), difference.values, to: &gradient.values)
    }
    // The way back through the mixing: a row was the first of one pair and the second of another.
    var first = gradient
    Scalar.scale(&first.values, by: Scalar(mixing))
    if mixing < 1 {
      Scalar.scale(&gradient.values, by: Scalar(1 - mixing))
      Scalar.addRows(gradient, others, to: &first)
    }
    try stack.backward(&first, &parameters)
    return loss
  }

  /// The coordinates of rows.
  func coordinates(_ x: DenseMatrix<Scalar>) throws(LearningError) -> DenseMatrix<Scalar> {
    var stack = stack
    return try stack.forward(x, parameters)
  }

  private func mix(_ rows: DenseMatrix<Scalar>, _ others: SparseTargets) -> DenseMatrix<Scalar> {
    guard mixing < 1 else { return rows }
    var mixed = DenseMatrix<Scalar>(rows: rows.rows, columns: rows.columns)
    Scalar.sumRows(rows, others, into: &mixed)
    Scalar.scale(&mixed.values, by: Scalar(1 - mixing))
    Scalar.add(Scalar(mixing), rows.values, to: &mixed.values)
    return mixed
  }
}

/// `W⁺` with `W⁺ Wᵀ = I`, both `[classes × dimension]`: from the chances of classes back to the row that the prior gives them.
///
/// - Complexity: one Cholesky factor of a matrix of classes.
func rightInverse(_ prior: Matrix) throws(AlignmentError) -> Matrix {
  let wide = try computing { () throws(LinearAlgebraError) in try LAPACK.widened(prior) }
  var gram = try product(wide, wide, transposeB: true)
  var trace = 0.0
  for i in 0..<gram.rows { trace += gram[i, i] }
  // Priors that sum to nearly 0 are nearly dependent.
  for i in 0..<gram.rows { gram[i, i] += 1e-9 * trace / Double(gram.rows) }
  let factored = gram
  var sides = try transposed(wide)
  try computing { () throws(LinearAlgebraError) in
    var factor = factored
    try LAPACK.choleskyFactor(&factor)
    try LAPACK.choleskySolve(factor: factor, rightSides: &sides)
  }
  let solved = try transposed(sides)
  return try computing { () throws(LinearAlgebraError) in try LAPACK.narrowed(solved) }
}
