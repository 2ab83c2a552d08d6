/// Rows of tables, chosen by targets; no row of targets may hold one twice.
public protocol RealSparseTables: BinaryFloatingPoint, Sendable {
  /// `sums[i] = Σ table[target]` over the targets of row `i`.
  static func sumRows(
    _ table: DenseMatrix<Self>, _ targets: SparseTargets, into sums: inout DenseMatrix<Self>)

  /// `table[target] += rows[i]` for every target of every row `i`.
  static func addRows(
    _ rows: DenseMatrix<Self>, _ targets: SparseTargets, to table: inout DenseMatrix<Self>)

  /// `products = rows[i] · table[target]` for every target of every row `i`: the few wanted elements of a product of
  /// matrices.
  static func sampledProduct(
    _ rows: DenseMatrix<Self>, _ table: DenseMatrix<Self>, _ targets: SparseTargets, into products: inout [Self])

  /// The way back through ``sampledProduct(_:_:_:into:)``: writes the gradient of `rows`, adds to that of `table`.
  static func sampledProductBackward(
    _ gradient: [Self], _ rows: DenseMatrix<Self>, _ table: DenseMatrix<Self>, _ targets: SparseTargets,
    into rowsGradient: inout DenseMatrix<Self>, addingTo tableGradient: inout DenseMatrix<Self>)
}
