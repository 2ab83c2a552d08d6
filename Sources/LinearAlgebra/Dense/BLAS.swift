import COpenBLAS

/// The matrix products of OpenBLAS over row-major matrices.
///
/// Shapes that do not fit together trap (the caller broke the rule of the operation); a dimension beyond 32 bits throws,
/// because sizes come from data.
///
/// - Invariant: before every call the three buffers are checked to hold exactly the elements that the dimensions passed
///   to BLAS address, and the dimensions to fit its 32-bit integers.
public enum BLAS {
  /// How many threads OpenBLAS uses in this process; at least 1.
  public static var threadCount: Int {
    get { Int(openblas_get_num_threads()) }
    set { openblas_set_num_threads(Int32(clamping: max(1, newValue))) }
  }

  /// `c = alpha · op(a) · op(b) + beta · c`, where `op` transposes on request.
  ///
  /// - Complexity: O(m·n·k), on all BLAS threads.
  public static func sgemm(
    _ a: Matrix, transposeA: Bool = false, _ b: Matrix, transposeB: Bool = false, alpha: Float = 1, beta: Float = 0,
    into c: inout Matrix
  ) throws(LinearAlgebraError) {
    let shape = try ProductShape(
      (a.rows, a.columns, a.values.count, transposeA), (b.rows, b.columns, b.values.count, transposeB),
      (c.rows, c.columns, c.values.count))
    guard shape.m > 0, shape.n > 0 else { return }
    unsafe a.values.withUnsafeBufferPointer { left in
      unsafe b.values.withUnsafeBufferPointer { right in
        unsafe c.values.withUnsafeMutableBufferPointer { result in
          unsafe cblas_sgemm(
            CblasRowMajor, transposeA ? CblasTrans : CblasNoTrans, transposeB ? CblasTrans : CblasNoTrans, shape.m,
            shape.n, shape.k, alpha, left.baseAddress, shape.strideA, right.baseAddress, shape.strideB, beta,
            result.baseAddress, shape.strideC)
        }
      }
    }
  }

  /// `c = alpha · op(a) · op(b) + beta · c` in 64-bit floats, where `op` transposes on request.
  ///
  /// - Complexity: O(m·n·k), on all BLAS threads.
  public static func dgemm(
    _ a: DoubleMatrix, transposeA: Bool = false, _ b: DoubleMatrix, transposeB: Bool = false, alpha: Double = 1,
    beta: Double = 0, into c: inout DoubleMatrix
  ) throws(LinearAlgebraError) {
    let shape = try ProductShape(
      (a.rows, a.columns, a.values.count, transposeA), (b.rows, b.columns, b.values.count, transposeB),
      (c.rows, c.columns, c.values.count))
    guard shape.m > 0, shape.n > 0 else { return }
    unsafe a.values.withUnsafeBufferPointer { left in
      unsafe b.values.withUnsafeBufferPointer { right in
        unsafe c.values.withUnsafeMutableBufferPointer { result in
          unsafe cblas_dgemm(
            CblasRowMajor, transposeA ? CblasTrans : CblasNoTrans, transposeB ? CblasTrans : CblasNoTrans, shape.m,
            shape.n, shape.k, alpha, left.baseAddress, shape.strideA, right.baseAddress, shape.strideB, beta,
            result.baseAddress, shape.strideC)
        }
      }
    }
  }

  /// `c = alpha · aᵀ · a + beta · c`, writing only the upper triangle of `c` (`[a.columns × a.columns]`).
  ///
  /// - Complexity: O(rows · columns²), half of a general product.
  public static func ssyrk(
    _ a: Matrix, alpha: Float = 1, beta: Float = 0, intoUpper c: inout Matrix
  ) throws(LinearAlgebraError) {
    let (n, k) = try gramShape((a.rows, a.columns, a.values.count), (c.rows, c.columns, c.values.count))
    guard n > 0 else { return }
    unsafe a.values.withUnsafeBufferPointer { rows in
      unsafe c.values.withUnsafeMutableBufferPointer { result in
        unsafe cblas_ssyrk(
          CblasRowMajor, CblasUpper, CblasTrans, n, k, alpha, rows.baseAddress, n, beta, result.baseAddress, n)
      }
    }
  }

  /// `c = alpha · aᵀ · a + beta · c` in 64-bit floats, writing only the upper triangle of `c`.
  ///
  /// - Complexity: O(rows · columns²), half of a general product.
  public static func dsyrk(
    _ a: DoubleMatrix, alpha: Double = 1, beta: Double = 0, intoUpper c: inout DoubleMatrix
  ) throws(LinearAlgebraError) {
    let (n, k) = try gramShape((a.rows, a.columns, a.values.count), (c.rows, c.columns, c.values.count))
    guard n > 0 else { return }
    unsafe a.values.withUnsafeBufferPointer { rows in
      unsafe c.values.withUnsafeMutableBufferPointer { result in
        unsafe cblas_dsyrk(
          CblasRowMajor, CblasUpper, CblasTrans, n, k, alpha, rows.baseAddress, n, beta, result.baseAddress, n)
      }
    }
  }

  /// `y[to] += alpha · x[from]`: adds one row of `x` to one row of `y`, both with the same number of columns.
  ///
  /// - Complexity: O(columns).
  public static func daxpy(
    _ alpha: Double, row from: Int, of x: DoubleMatrix, toRow to: Int, of y: inout DoubleMatrix
  ) throws(LinearAlgebraError) {
    precondition(x.columns == y.columns, "the rows differ in length")
    precondition(from >= 0 && from < x.rows && to >= 0 && to < y.rows, "no such row")
    precondition(x.values.count == x.rows * x.columns && y.values.count == y.rows * y.columns, "resized matrix")
    let n = try blasInteger(x.columns, "columns")
    guard n > 0 else { return }
    unsafe x.values.withUnsafeBufferPointer { source in
      unsafe y.values.withUnsafeMutableBufferPointer { target in
        guard let s = source.baseAddress, let t = target.baseAddress else { return }
        unsafe cblas_daxpy(n, alpha, s + from * x.columns, 1, t + to * y.columns, 1)
      }
    }
  }

  private static func gramShape(
    _ a: (rows: Int, columns: Int, count: Int), _ c: (rows: Int, columns: Int, count: Int)
  ) throws(LinearAlgebraError) -> (n: Int32, k: Int32) {
    precondition(a.count == a.rows * a.columns && c.count == c.rows * c.columns, "resized matrix")
    precondition(c.rows == a.columns && c.columns == a.columns, "the result of aᵀ · a is columns × columns")
    return (try blasInteger(a.columns, "columns"), try blasInteger(a.rows, "rows"))
  }
}

/// The dimensions and strides of one general product, checked.
private struct ProductShape {
  let m: Int32
  let n: Int32
  let k: Int32
  let strideA: Int32
  let strideB: Int32
  let strideC: Int32

  init(
    _ a: (rows: Int, columns: Int, count: Int, transposed: Bool),
    _ b: (rows: Int, columns: Int, count: Int, transposed: Bool), _ c: (rows: Int, columns: Int, count: Int)
  ) throws(LinearAlgebraError) {
    precondition(
      a.count == a.rows * a.columns && b.count == b.rows * b.columns && c.count == c.rows * c.columns, "resized matrix")
    let (m, inner) = a.transposed ? (a.columns, a.rows) : (a.rows, a.columns)
    let (innerB, n) = b.transposed ? (b.columns, b.rows) : (b.rows, b.columns)
    precondition(inner == innerB, "the inner dimensions of the product differ")
    precondition(c.rows == m && c.columns == n, "the result has another shape than the product")
    self.m = try blasInteger(m, "rows")
    self.n = try blasInteger(n, "columns")
    self.k = try blasInteger(inner, "inner dimension")
    strideA = try max(1, blasInteger(a.columns, "columns"))
    strideB = try max(1, blasInteger(b.columns, "columns"))
    strideC = try max(1, blasInteger(c.columns, "columns"))
  }
}

/// `value` as the 32-bit integer of BLAS and LAPACK.
func blasInteger(_ value: Int, _ name: String) throws(LinearAlgebraError) -> Int32 {
  guard let narrow = Int32(exactly: value) else { throw .dimensionTooLarge(name: name, value: value) }
  return narrow
}
