import COpenBLAS

/// Operations on the rows and columns of a matrix, each one call per row or column.
///
/// - Invariant: a matrix is checked to hold its rows times columns before a row or column of it is addressed, and a vector
///   to have one value for each.
extension BLAS {
  /// Divides every row by its length, or by `floor` when it is shorter, and returns the lengths.
  public static func unitRows(_ x: inout DoubleMatrix, floor: Double = 1e-12) throws(LinearAlgebraError) -> [Double] {
    let n = try check(x)
    var lengths = [Double](repeating: 0, count: x.rows)
    guard n > 0 else { return lengths }
    let columns = x.columns
    unsafe x.values.withUnsafeMutableBufferPointer { values in
      guard let start = values.baseAddress else { return }
      for row in lengths.indices {
        let place = unsafe start + row * columns
        lengths[row] = unsafe cblas_dnrm2(n, place, 1)
        unsafe cblas_dscal(n, 1 / max(lengths[row], floor), place, 1)
      }
    }
    return lengths
  }

  /// Adds `alpha · vector` to every row.
  public static func addToRows(
    _ alpha: Double, _ vector: [Double], of x: inout DoubleMatrix
  ) throws(LinearAlgebraError) {
    precondition(vector.count == x.columns, "the vector differs in length from the rows")
    let n = try check(x)
    guard n > 0 else { return }
    let (rows, columns) = (x.rows, x.columns)
    unsafe vector.withUnsafeBufferPointer { source in
      unsafe x.values.withUnsafeMutableBufferPointer { values in
        guard let start = values.baseAddress else { return }
        for row in 0..<rows { unsafe cblas_daxpy(n, alpha, source.baseAddress, 1, start + row * columns, 1) }
      }
    }
  }

  /// Multiplies every row by its factor.
  public static func scaleRows(_ x: inout DoubleMatrix, by factors: [Double]) throws(LinearAlgebraError) {
    precondition(factors.count == x.rows, "there is one factor for every row")
    let n = try check(x)
    guard n > 0 else { return }
    let columns = x.columns
    unsafe x.values.withUnsafeMutableBufferPointer { values in
      guard let start = values.baseAddress else { return }
      for row in factors.indices { unsafe cblas_dscal(n, factors[row], start + row * columns, 1) }
    }
  }

  /// Multiplies every column by its factor.
  public static func scaleColumns(_ x: inout DoubleMatrix, by factors: [Double]) throws(LinearAlgebraError) {
    precondition(factors.count == x.columns, "there is one factor for every column")
    let stride = try check(x)
    let n = try blasInteger(x.rows, "rows")
    guard n > 0 else { return }
    unsafe x.values.withUnsafeMutableBufferPointer { values in
      guard let start = values.baseAddress else { return }
      for column in factors.indices { unsafe cblas_dscal(n, factors[column], start + column, stride) }
    }
  }

  /// The sum of every column.
  public static func columnSums(_ x: DoubleMatrix) throws(LinearAlgebraError) -> [Double] {
    let n = try check(x)
    var sums = [Double](repeating: 0, count: x.columns)
    guard n > 0 else { return sums }
    unsafe x.values.withUnsafeBufferPointer { values in
      unsafe sums.withUnsafeMutableBufferPointer { target in
        guard let start = values.baseAddress else { return }
        for row in 0..<x.rows { unsafe cblas_daxpy(n, 1, start + row * x.columns, 1, target.baseAddress, 1) }
      }
    }
    return sums
  }

  /// The sum of the squares of every column.
  public static func columnSquares(_ x: DoubleMatrix) throws(LinearAlgebraError) -> [Double] {
    let stride = try check(x)
    let n = try blasInteger(x.rows, "rows")
    var sums = [Double](repeating: 0, count: x.columns)
    guard n > 0 else { return sums }
    unsafe x.values.withUnsafeBufferPointer { values in
      guard let start = values.baseAddress else { return }
      for column in sums.indices {
        let place = unsafe start + column
        sums[column] = unsafe cblas_ddot(n, place, stride, place, stride)
      }
    }
    return sums
  }

  /// The sum of the absolute values, which is finite only when all values are.
  public static func absoluteSum(_ x: DoubleMatrix) throws(LinearAlgebraError) -> Double {
    let n = try check(x)
    guard n > 0 else { return 0 }
    return unsafe x.values.withUnsafeBufferPointer { values in
      guard let start = values.baseAddress else { return 0 }
      return (0..<x.rows).reduce(0) { unsafe $0 + cblas_dasum(n, start + $1 * x.columns, 1) }
    }
  }

  private static func check(_ x: DoubleMatrix) throws(LinearAlgebraError) -> Int32 {
    precondition(x.values.count == x.rows * x.columns, "resized matrix")
    return try blasInteger(x.columns, "columns")
  }
}
