import COpenBLAS

/// - Invariant: source and target are checked or allocated to hold the same number of elements.
extension LAPACK {
  /// The same matrix in 64-bit floats.
  ///
  /// - Throws: ``LinearAlgebraError/notFinite(routine:argument:)`` for NaN; infinities pass.
  public static func widened(_ a: Matrix) throws(LinearAlgebraError) -> DoubleMatrix {
    precondition(a.values.count == a.rows * a.columns, "resized matrix")
    var wide = DoubleMatrix(rows: a.rows, columns: a.columns)
    let rows = try blasInteger(a.rows, "rows")
    let columns = try blasInteger(a.columns, "columns")
    guard rows > 0, columns > 0 else { return wide }
    let info = unsafe a.values.withUnsafeBufferPointer { source in
      unsafe wide.values.withUnsafeMutableBufferPointer { target in
        // The routine asks for a mutable source and only reads it.
        unsafe LAPACKE_slag2d(
          LAPACK_COL_MAJOR, columns, rows, UnsafeMutablePointer(mutating: source.baseAddress), columns,
          target.baseAddress, columns)
      }
    }
    if info < 0 { throw .notFinite(routine: "slag2d", argument: Int(-info)) }
    return wide
  }

  /// The same matrix in 32-bit floats, rounded to nearest.
  ///
  /// - Throws: ``LinearAlgebraError/notFinite(routine:argument:)`` for NaN and for what 32-bit floats cannot hold.
  public static func narrowed(_ a: DoubleMatrix) throws(LinearAlgebraError) -> Matrix {
    precondition(a.values.count == a.rows * a.columns, "resized matrix")
    var narrow = Matrix(rows: a.rows, columns: a.columns)
    let rows = try blasInteger(a.rows, "rows")
    let columns = try blasInteger(a.columns, "columns")
    guard rows > 0, columns > 0 else { return narrow }
    let info = unsafe a.values.withUnsafeBufferPointer { source in
      unsafe narrow.values.withUnsafeMutableBufferPointer { target in
        unsafe LAPACKE_dlag2s(
          LAPACK_COL_MAJOR, columns, rows, UnsafeMutablePointer(mutating: source.baseAddress), columns,
          target.baseAddress, columns)
      }
    }
    if info != 0 { throw .notFinite(routine: "dlag2s", argument: 4) }
    return narrow
  }
}
