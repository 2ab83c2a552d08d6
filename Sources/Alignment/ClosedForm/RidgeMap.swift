import LinearAlgebra

/// Linear maps that minimise the squared distance to the other side.
///
/// - Source: Hoerl and Kennard, "Ridge regression: biased estimation for nonorthogonal problems" (Technometrics 1970).
enum RidgeMap {
  /// `argmin ‖X W − Y‖² + penalty ‖W‖²` as `Wᵀ`, `[target dimension × source dimension]`, from `XᵀX` and `XᵀY`.
  ///
  /// - Complexity: O(d³ / 3 + 2 · d² · targets).
  static func primal(
    gram: DoubleMatrix, cross: DoubleMatrix, crossIsTransposed: Bool, penalty: Double
  ) throws(AlignmentError) -> DoubleMatrix {
    var factor = gram
    for i in 0..<gram.rows { factor[i, i] += penalty }
    // Each row of Wᵀ solves for one column of XᵀY.
    var sides = crossIsTransposed ? cross : try transposed(cross)
    try computing { () throws(LinearAlgebraError) in
      try LAPACK.choleskyFactor(&factor)
      try LAPACK.choleskySolve(factor: factor, rightSides: &sides)
    }
    return sides
  }

  /// The same from the rows themselves, through their `[n × n]` products: cheaper when there are fewer rows than columns.
  ///
  /// - Complexity: O(n³ / 3 + n² · (d + targets)).
  static func dual(
    _ x: DoubleMatrix, _ y: DoubleMatrix, penalty: Double
  ) throws(AlignmentError) -> DoubleMatrix {
    var factor = try product(x, x, transposeB: true)
    for i in 0..<factor.rows { factor[i, i] += penalty }
    var sides = try transposed(y)
    try computing { () throws(LinearAlgebraError) in
      try LAPACK.choleskyFactor(&factor)
      try LAPACK.choleskySolve(factor: factor, rightSides: &sides)
    }
    return try product(sides, x)
  }

  /// `argmin ‖X W − Y‖²` as `Wᵀ`.
  ///
  /// - Throws: ``AlignmentError`` when the minimum is not unique.
  static func leastSquares(
    _ pairs: PreparedPairs, from side: AlignedSide
  ) throws(AlignmentError) -> DoubleMatrix {
    let gram = pairs.gram(side)
    guard pairs.count >= gram.rows else {
      throw .tooFewPairs(method: "least-squares", found: pairs.count, needed: gram.rows)
    }
    let largest = (0..<gram.rows).reduce(0) { max($0, gram[$1, $1]) }
    if let column = (0..<gram.rows).first(where: { gram[$0, $0] <= 1e-12 * largest }) {
      throw .constantColumn(side: side, column: column)
    }
    let spectrum = try SymmetricPower(gram)
    let rank = spectrum.rank(cut: 1e-11)
    guard rank == gram.rows else { throw .dependentColumns(side: side, rank: rank, dimension: gram.rows) }
    return try primal(gram: gram, cross: pairs.cross, crossIsTransposed: side == .images, penalty: 0)
  }

  /// The ridge map from `side` to the other, by the cheaper way.
  static func fit(
    _ pairs: PreparedPairs, from side: AlignedSide, penalty: Double
  ) throws(AlignmentError) -> DoubleMatrix {
    guard penalty.isFinite, penalty > 0 else {
      throw .badOption(name: "penalty", value: "\(penalty)", range: "a number above 0")
    }
    let gram = pairs.gram(side)
    if 2 * pairs.count < gram.rows {
      return try dual(try pairs.rows(side), try pairs.rows(side.other), penalty: penalty)
    }
    return try primal(gram: gram, cross: pairs.cross, crossIsTransposed: side == .images, penalty: penalty)
  }
}
