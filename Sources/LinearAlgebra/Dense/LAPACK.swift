import COpenBLAS

/// The factorisations of LAPACK in 64-bit floats.
///
/// - Invariant: every matrix is checked to be square or of the stated shape before its buffer goes to LAPACK, and the
///   dimensions to fit its 32-bit integers.
public enum LAPACK {
  /// Replaces the upper triangle of the symmetric matrix `a` by its Cholesky factor `U` with `a = Uᵀ · U`.
  ///
  /// Only the upper triangle is read and written. On an error the content of `a` is undefined.
  /// - Throws: ``LinearAlgebraError/notPositiveDefinite(order:)``, or ``LinearAlgebraError/notFinite(routine:argument:)``.
  /// - Complexity: O(n³ / 3).
  public static func choleskyFactor(_ a: inout DoubleMatrix) throws(LinearAlgebraError) {
    precondition(a.rows == a.columns && a.values.count == a.rows * a.rows, "the Cholesky factor needs a square matrix")
    let n = try blasInteger(a.rows, "rows")
    guard n > 0 else { return }
    // Row-major upper is column-major lower: asked this way, LAPACKE makes no transposed copy.
    let info = unsafe a.values.withUnsafeMutableBufferPointer { values in
      unsafe LAPACKE_dpotrf(LAPACK_COL_MAJOR, CChar(UInt8(ascii: "L")), n, values.baseAddress, n)
    }
    if info > 0 { throw .notPositiveDefinite(order: Int(info)) }
    if info < 0 { throw .notFinite(routine: "dpotrf", argument: Int(-info)) }
  }

  /// Solves `a · x = r` for every **row** `r` of `rightSides`, in place, from the factor of ``choleskyFactor(_:)``.
  ///
  /// - Complexity: O(2 · n² · rows).
  public static func choleskySolve(
    factor: DoubleMatrix, rightSides: inout DoubleMatrix
  ) throws(LinearAlgebraError) {
    precondition(factor.rows == factor.columns && factor.values.count == factor.rows * factor.rows, "not square")
    precondition(rightSides.columns == factor.rows, "each right side needs one value per row of the matrix")
    precondition(rightSides.values.count == rightSides.rows * rightSides.columns, "resized matrix")
    let n = try blasInteger(factor.rows, "rows")
    let count = try blasInteger(rightSides.rows, "right sides")
    guard n > 0, count > 0 else { return }
    let info = unsafe factor.values.withUnsafeBufferPointer { values in
      unsafe rightSides.values.withUnsafeMutableBufferPointer { sides in
        unsafe LAPACKE_dpotrs(
          LAPACK_COL_MAJOR, CChar(UInt8(ascii: "L")), n, count, values.baseAddress, n, sides.baseAddress, n)
      }
    }
    if info < 0 { throw .notFinite(routine: "dpotrs", argument: Int(-info)) }
  }
}
