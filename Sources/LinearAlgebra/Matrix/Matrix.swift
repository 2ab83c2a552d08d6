/// A dense row-major matrix of 32-bit floats: one document, token or target per row.
///
/// `values.count` must stay `rows * columns`; the BLAS calls check it.
public struct Matrix: Sendable, Equatable {
  /// The number of rows, 0 or more.
  public let rows: Int
  /// The number of columns, 0 or more.
  public let columns: Int
  /// The elements, row by row.
  public var values: [Float]

  /// A matrix over existing row-major values. Traps when `values.count` is not `rows * columns`.
  public init(rows: Int, columns: Int, values: [Float]) {
    precondition(values.count == elementCount(rows, columns), "a matrix needs rows * columns values")
    self.rows = rows
    self.columns = columns
    self.values = values
  }

  /// A matrix of zeros. Traps when the shape is negative or its product does not fit an `Int`.
  public init(rows: Int, columns: Int) {
    self.init(rows: rows, columns: columns, values: [Float](repeating: 0, count: elementCount(rows, columns)))
  }

  /// The element in row `row` and column `column`, both from 0.
  @inlinable
  public subscript(_ row: Int, _ column: Int) -> Float {
    get { values[row * columns + column] }
    set { values[row * columns + column] = newValue }
  }

  /// The values of one row, as a slice of ``values``.
  @inlinable
  public func row(_ row: Int) -> ArraySlice<Float> { values[row * columns..<(row + 1) * columns] }
}

/// A dense row-major matrix of 64-bit floats, for accumulation and factorisation.
public struct DoubleMatrix: Sendable, Equatable {
  /// The number of rows, 0 or more.
  public let rows: Int
  /// The number of columns, 0 or more.
  public let columns: Int
  /// The elements, row by row.
  public var values: [Double]

  /// A matrix over existing row-major values. Traps when `values.count` is not `rows * columns`.
  public init(rows: Int, columns: Int, values: [Double]) {
    precondition(values.count == elementCount(rows, columns), "a matrix needs rows * columns values")
    self.rows = rows
    self.columns = columns
    self.values = values
  }

  /// A matrix of zeros. Traps when the shape is negative or its product does not fit an `Int`.
  public init(rows: Int, columns: Int) {
    self.init(rows: rows, columns: columns, values: [Double](repeating: 0, count: elementCount(rows, columns)))
  }

  /// The element in row `row` and column `column`, both from 0.
  @inlinable
  public subscript(_ row: Int, _ column: Int) -> Double {
    get { values[row * columns + column] }
    set { values[row * columns + column] = newValue }
  }
}

/// `rows * columns`, with a sentence instead of a bare overflow trap.
private func elementCount(_ rows: Int, _ columns: Int) -> Int {
  precondition(rows >= 0 && columns >= 0, "a matrix cannot have a negative number of rows or columns")
  let (count, overflow) = rows.multipliedReportingOverflow(by: columns)
  precondition(!overflow, "a matrix cannot have more elements than an Int counts")
  return count
}
