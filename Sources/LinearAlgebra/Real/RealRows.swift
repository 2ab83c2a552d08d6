/// Functions of the rows or columns of a matrix.
public protocol RealRows: BinaryFloatingPoint, Sendable {
  /// Adds `row` to every row of `x`.
  static func addRow(_ row: [Self], to x: inout DenseMatrix<Self>)

  /// Writes the sum of every column to `sums`.
  static func columnSums(_ x: DenseMatrix<Self>, into sums: inout [Self])

  /// `x = (x - means) · scales`, column by column.
  static func standardise(_ x: inout DenseMatrix<Self>, means: [Self], scales: [Self])

  /// Shifts and scales every row to mean 0 and variance 1, as `(x - mean) / √(variance + 1e-5)`.
  ///
  /// - Parameter inverseDeviations: receives the factor of every row.
  /// - Source: Ba, Kiros and Hinton, "Layer normalization" (2016).
  static func normaliseRows(_ x: inout DenseMatrix<Self>, inverseDeviations: inout [Self])

  /// `y = x · gain + shift`, column by column.
  static func scaleAndShift(
    _ x: DenseMatrix<Self>, gain: [Self], shift: [Self], into y: inout DenseMatrix<Self>)

  /// The way back through ``normaliseRows(_:inverseDeviations:)`` and ``scaleAndShift(_:gain:shift:into:)``.
  ///
  /// - Parameters:
  ///   - normalised: the rows between the two.
  ///   - gradient: of the scaled rows; becomes that of the rows before they were normalised.
  static func normaliseRowsBackward(
    normalised: DenseMatrix<Self>, inverseDeviations: [Self], gain: [Self], gradient: inout DenseMatrix<Self>,
    gainGradient: inout [Self], shiftGradient: inout [Self])

  /// Divides every row by its length `√(Σx² + 1e-12)`; `lengths` receives these.
  static func unitRows(_ x: inout DenseMatrix<Self>, lengths: inout [Self])

  /// The way back through ``unitRows(_:lengths:)``, from its result.
  static func unitRowsBackward(_ unit: DenseMatrix<Self>, lengths: [Self], gradient: inout DenseMatrix<Self>)
}
