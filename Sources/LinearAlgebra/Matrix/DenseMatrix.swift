/// A dense row-major matrix of 32-bit floats: one document, token or target per row.
public typealias Matrix = DenseMatrix<Float>

/// A dense row-major matrix of 64-bit floats, for accumulation and factorisation.
public typealias DoubleMatrix = DenseMatrix<Double>

/// A dense row-major matrix.
///
/// `values.count` must stay `rows * columns`; the BLAS calls and the array kernels check it.
public struct DenseMatrix<Scalar: BinaryFloatingPoint & Sendable>: Sendable, Equatable {
  /// The number of rows, 0 or more.
  public let rows: Int
  /// The number of columns, 0 or more.
  public let columns: Int
  /// The elements, row by row.
  public var values: [Scalar]

  /// A matrix over existing row-major values. Traps when `values.count` is not `rows * columns`.
  @inlinable
  public init(rows: Int, columns: Int, values: [Scalar]) {
    precondition(values.count == elementCount(rows, columns), "a matrix needs rows * columns values")
    self.rows = rows
    self.columns = columns
    self.values = values
  }

  /// A matrix of zeros. Traps when the shape is negative or its product does not fit an `Int`.
  @inlinable
  public init(rows: Int, columns: Int) {
    self.init(rows: rows, columns: columns, values: [Scalar](repeating: 0, count: elementCount(rows, columns)))
  }

  /// Makes the shape this one; when it was another, all elements become 0.
  @inlinable
  public mutating func setShape(rows: Int, columns: Int) {
    if self.rows != rows || self.columns != columns { self = DenseMatrix(rows: rows, columns: columns) }
  }

  /// The element in row `row` and column `column`, both from 0.
  @inlinable
  public subscript(_ row: Int, _ column: Int) -> Scalar {
    get { values[row * columns + column] }
    set { values[row * columns + column] = newValue }
  }

  /// The values of one row, as a slice of ``values``.
  @inlinable
  public func row(_ row: Int) -> ArraySlice<Scalar> { values[row * columns..<(row + 1) * columns] }
}

/// `rows * columns`, with a sentence instead of a bare overflow trap.
@usableFromInline
func elementCount(_ rows: Int, _ columns: Int) -> Int {
  precondition(rows >= 0 && columns >= 0, "a matrix cannot have a negative number of rows or columns")
  let (count, overflow) = rows.multipliedReportingOverflow(by: columns)
  precondition(!overflow, "a matrix cannot have more elements than an Int counts")
  return count
}
