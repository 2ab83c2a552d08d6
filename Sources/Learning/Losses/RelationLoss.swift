public import LinearAlgebra

/// How differently two sets of rows relate to themselves and to each other.
///
/// With unit rows r of the reference and f of what is learned, and `θ(a, b) = 2 a · b`, the loss is
/// `mean (θ(r, r') - θ(f, f'))² + mean (θ(r, f') - θ(f, r'))²` over all pairs of rows. Both together are
/// `4 · mean ((r - f) · (r' + f'))²`, which takes products of the width of a row instead of the number of rows, and no difference
/// of large sums.
public struct RelationLoss<Scalar: Real>: Sendable {
  private var difference = DenseMatrix<Scalar>(rows: 0, columns: 0)
  private var sum = DenseMatrix<Scalar>(rows: 0, columns: 0)

  /// A loss.
  public init() {}

  /// The loss, and in `gradient` its derivative with respect to `rows`.
  ///
  /// - Parameters:
  ///   - rows: `[n × d]`, of any length but 0.
  ///   - reference: `[n × d]`, of any length but 0; not learned.
  ///   - gradient: is overwritten.
  /// - Complexity: O(n · d²).
  /// - Source: the loss is that of "Deep reversible consistency learning for cross-modal retrieval" (IEEE Transactions on
  ///   Multimedia 2025); the factored form is ours.
  public mutating func backpropagate(
    _ rows: DenseMatrix<Scalar>, reference: DenseMatrix<Scalar>, into gradient: inout DenseMatrix<Scalar>
  ) throws(LearningError) -> Double {
    precondition(rows.rows == reference.rows && rows.columns == reference.columns, "the shapes differ")
    guard rows.rows > 0 else {
      gradient = rows
      return 0
    }
    var (unit, unitReference) = (rows, reference)
    var (lengths, others) = ([Scalar](repeating: 0, count: rows.rows), [Scalar](repeating: 0, count: rows.rows))
    Scalar.unitRows(&unit, lengths: &lengths)
    Scalar.unitRows(&unitReference, lengths: &others)
    difference = unitReference
    sum = unitReference
    Scalar.add(-1, unit.values, to: &difference.values)
    Scalar.add(1, unit.values, to: &sum.values)
    let width = rows.columns
    var differences = DenseMatrix<Scalar>(rows: width, columns: width)
    var sums = differences
    try multiply(difference, transposeA: true, difference, into: &differences)
    try multiply(sum, transposeA: true, sum, into: &sums)
    // ‖E Gᵀ‖² = <EᵀE, GᵀG>.
    var together = differences
    Scalar.multiplyElements(sums.values, into: &together.values)
    let scale = 4 / (Double(rows.rows) * Double(rows.rows))
    let loss = scale * together.values.reduce(0) { $0 + Double($1) }

    gradient.setShape(rows: rows.rows, columns: width)
    try multiply(sum, differences, alpha: Scalar(2 * scale), into: &gradient)
    try multiply(difference, sums, alpha: Scalar(-2 * scale), beta: 1, into: &gradient)
    Scalar.unitRowsBackward(unit, lengths: lengths, gradient: &gradient)
    return loss
  }
}
