/// Products with rows that are nearly everywhere 0. Targets must be below the number of columns or rows they choose
/// from, and no row of targets may hold one twice.
public protocol RealSparseRows: BinaryFloatingPoint, Sendable {
  /// `scores[j, i] = Σ value · w[j, target]` over the targets of row `i`, for every row `j` of `w`.
  static func sparseScores(
    _ targets: SparseTargets, _ values: [Self], _ w: DenseMatrix<Self>, into scores: inout DenseMatrix<Self>)

  /// `gradient[j, target] += Σ scores[j, i] · value` over all rows `i` with this target.
  static func sparseScoresBackward(
    _ targets: SparseTargets, _ values: [Self], scores: DenseMatrix<Self>, addingTo gradient: inout DenseMatrix<Self>)

  /// `gradient = Σ scores[j, i] · w[j, target]` over all `j`, for every target of every row `i`.
  static func sparseValueGradient(
    _ targets: SparseTargets, scores: DenseMatrix<Self>, _ w: DenseMatrix<Self>, into gradient: inout [Self])

  /// Reads the element of every target in its row of `x`.
  static func gather(_ x: DenseMatrix<Self>, _ targets: SparseTargets, into values: inout [Self])

  /// Adds the value of every target to its element in its row of `x`.
  static func scatter(_ values: [Self], _ targets: SparseTargets, addingTo x: inout DenseMatrix<Self>)

  /// Writes the value of every target to its element in its row of `x`.
  static func store(_ values: [Self], _ targets: SparseTargets, in x: inout DenseMatrix<Self>)

  /// Reads `vector[target]` for every target of every row.
  static func pick(_ vector: [Self], _ targets: SparseTargets, into values: inout [Self])

  /// `vector[target] += value` for every target of every row.
  static func collect(_ values: [Self], _ targets: SparseTargets, addingTo vector: inout [Self])
}
