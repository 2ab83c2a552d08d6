import LinearAlgebra

extension Preparation {
  /// The rows, prepared, in 32-bit floats: what is trained on.
  ///
  /// - Throws: as ``apply(_:side:firstRow:)``.
  func narrowRows(_ rows: Matrix, side: AlignedSide) throws(AlignmentError) -> Matrix {
    var values: [Float] = []
    values.reserveCapacity(rows.values.count)
    for range in batches(of: rows.rows) {
      let part = try apply(slice(rows, range), side: side, firstRow: range.lowerBound)
      values += try computing { () throws(LinearAlgebraError) in try LAPACK.narrowed(part) }.values
    }
    return Matrix(rows: rows.rows, columns: rows.columns, values: values)
  }
}
