import COpenBLAS

/// A thin singular value decomposition `a = left · diag(values) · rightTransposed`, with `r = min(rows, columns)` values.
///
/// The sign of a column of `left` and of the same row of `rightTransposed` is arbitrary; their product is not.
public struct SingularDecomposition: Sendable, Equatable {
  /// `[rows × r]`, orthonormal columns.
  public let left: DoubleMatrix
  /// `r` values of 0 or more, in descending order.
  public let values: [Double]
  /// `[r × columns]`, orthonormal rows.
  public let rightTransposed: DoubleMatrix
}

/// The eigenvalues of a symmetric matrix, ascending, and its eigenvectors.
public struct SymmetricSpectrum: Sendable, Equatable {
  /// One value per row of the matrix, in ascending order.
  public let values: [Double]
  /// One orthonormal eigenvector per **row**, in the order of the values.
  public let vectors: DoubleMatrix
}

/// - Invariant: every buffer that LAPACK writes to is allocated here with the size that the dimensions call for, and the
///   matrix is checked to hold its rows times columns.
extension LAPACK {
  /// The thin singular value decomposition, by divide and conquer.
  ///
  /// - Throws: ``LinearAlgebraError/notFinite(routine:argument:)`` for NaN, ``LinearAlgebraError/notConverged(routine:)``.
  /// - Complexity: O(rows · columns · r).
  public static func singularDecomposition(
    _ a: DoubleMatrix
  ) throws(LinearAlgebraError) -> SingularDecomposition {
    precondition(a.values.count == a.rows * a.columns, "resized matrix")
    let count = min(a.rows, a.columns)
    let rows = try blasInteger(a.rows, "rows")
    let columns = try blasInteger(a.columns, "columns")
    let rank = try blasInteger(count, "rank")
    var left = DoubleMatrix(rows: a.rows, columns: count)
    var right = DoubleMatrix(rows: count, columns: a.columns)
    var values = [Double](repeating: 0, count: count)
    guard count > 0 else { return SingularDecomposition(left: left, values: values, rightTransposed: right) }
    var work = a.values
    // Read by columns, the rows of `a` are the columns of its transpose V · S · Uᵀ. Written by columns, V is our right side
    // by rows and Uᵀ our left side by rows, so nothing is transposed.
    let info = unsafe work.withUnsafeMutableBufferPointer { a in
      unsafe values.withUnsafeMutableBufferPointer { s in
        unsafe right.values.withUnsafeMutableBufferPointer { v in
          unsafe left.values.withUnsafeMutableBufferPointer { u in
            unsafe LAPACKE_dgesdd(
              LAPACK_COL_MAJOR, CChar(UInt8(ascii: "S")), columns, rows, a.baseAddress, columns, s.baseAddress,
              v.baseAddress, columns, u.baseAddress, rank)
          }
        }
      }
    }
    if info > 0 { throw .notConverged(routine: "dgesdd") }
    if info < 0 { throw .notFinite(routine: "dgesdd", argument: Int(-info)) }
    return SingularDecomposition(left: left, values: values, rightTransposed: right)
  }

  /// The eigenvalues and eigenvectors of a symmetric matrix, of which only the upper triangle is read.
  ///
  /// - Throws: ``LinearAlgebraError/notFinite(routine:argument:)`` for NaN, ``LinearAlgebraError/notConverged(routine:)``.
  /// - Complexity: O(rows³).
  public static func symmetricSpectrum(_ a: DoubleMatrix) throws(LinearAlgebraError) -> SymmetricSpectrum {
    precondition(a.rows == a.columns && a.values.count == a.rows * a.rows, "only a square matrix has eigenvalues")
    let n = try blasInteger(a.rows, "rows")
    var vectors = a
    var values = [Double](repeating: 0, count: a.rows)
    guard n > 0 else { return SymmetricSpectrum(values: values, vectors: vectors) }
    let info = unsafe vectors.values.withUnsafeMutableBufferPointer { a in
      unsafe values.withUnsafeMutableBufferPointer { w in
        unsafe LAPACKE_dsyevd(
          LAPACK_COL_MAJOR, CChar(UInt8(ascii: "V")), CChar(UInt8(ascii: "L")), n, a.baseAddress, n, w.baseAddress)
      }
    }
    if info > 0 { throw .notConverged(routine: "dsyevd") }
    if info < 0 { throw .notFinite(routine: "dsyevd", argument: Int(-info)) }
    return SymmetricSpectrum(values: values, vectors: vectors)
  }
}
