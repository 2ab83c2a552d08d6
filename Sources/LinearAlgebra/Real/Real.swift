/// A number type whose matrices can be trained: products through BLAS and one call per array for everything else.
///
/// Training runs in `Float`, on kernels that give the same result on every instruction set. `Double` has plain loops for
/// the same formulas: what is written once for both can be compared with finite differences.
///
/// Every function traps when its arrays do not fit together.
public protocol Real: BitwiseCopyable, RealActivations, RealClasses, RealGates, RealRows, RealScores, RealSparseRows,
  RealSparseTables, RealUpdates
{
  /// `c = alpha · op(a) · op(b) + beta · c`, where `op` transposes on request.
  ///
  /// - Complexity: O(m·n·k), on all BLAS threads.
  static func multiply(
    _ a: DenseMatrix<Self>, transposeA: Bool, _ b: DenseMatrix<Self>, transposeB: Bool, alpha: Self, beta: Self,
    into c: inout DenseMatrix<Self>
  ) throws(LinearAlgebraError)
}
