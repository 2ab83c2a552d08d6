/// What networks do between their matrix products, apart from functions of single numbers.
///
/// The formulas need no kernels of their own: each element is one product, or a short sum in a fixed order.
public protocol RealGates: BinaryFloatingPoint, Sendable {
  /// `y = x · y`, element by element.
  static func multiplyElements(_ x: [Self], into y: inout [Self])

  /// Copies the first `width` columns of `x` into one matrix and all others into another.
  static func splitColumns(
    _ x: DenseMatrix<Self>, at width: Int, into left: inout DenseMatrix<Self>, _ right: inout DenseMatrix<Self>)

  /// Puts two matrices side by side: the way back of ``splitColumns(_:at:into:_:)``.
  static func joinColumns(_ left: DenseMatrix<Self>, _ right: DenseMatrix<Self>, into x: inout DenseMatrix<Self>)

  /// Mixes the rows of every group of n: `y[i] = Σⱼ weights[i · n + j] · x[j] + shifts[i]`, with n the number of shifts.
  ///
  /// - Complexity: O(rows · columns · n).
  static func mixRows(
    _ x: DenseMatrix<Self>, weights: [Self], shifts: [Self], into y: inout DenseMatrix<Self>)

  /// The way back through ``mixRows(_:weights:shifts:into:)``.
  ///
  /// - Parameter gradient: of the mixed rows; becomes that of `x`.
  static func mixRowsBackward(
    _ x: DenseMatrix<Self>, weights: [Self], gradient: inout DenseMatrix<Self>, weightsGradient: inout [Self],
    shiftsGradient: inout [Self])
}
