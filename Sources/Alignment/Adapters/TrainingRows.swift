import LinearAlgebra

extension Matrix {
  /// The rows of these numbers, one after the other.
  func gathered(_ numbers: [Int]) -> Matrix {
    var gathered: [Float] = []
    gathered.reserveCapacity(numbers.count * columns)
    for number in numbers { gathered += row(number) }
    return Matrix(rows: numbers.count, columns: columns, values: gathered)
  }

  /// For every row the number of the first distinct row it equals, counted in order of appearance.
  var numbersOfEqualRows: [Int] {
    var numbers: [ArraySlice<Float>: Int] = [:]
    return (0..<rows).map { row in
      if let known = numbers[self.row(row)] { return known }
      let next = numbers.count
      numbers[self.row(row)] = next
      return next
    }
  }
}

extension Preparation {
  /// All rows, prepared, in 32-bit floats.
  func narrowed(_ rows: Matrix, side: AlignedSide) throws(AlignmentError) -> Matrix {
    var values: [Float] = []
    values.reserveCapacity(rows.values.count)
    for range in batches(of: rows.rows) {
      let part = try apply(slice(rows, range), side: side, firstRow: range.lowerBound)
      values += try computing { () throws(LinearAlgebraError) in try LAPACK.narrowed(part) }.values
    }
    return Matrix(rows: rows.rows, columns: rows.columns, values: values)
  }
}

extension CorrelationMap {
  /// The directions of a side as the start of a linear layer, scaled so that its outputs have a length of about 1.
  ///
  /// - Parameter drawn: the random weights of the layer, which stay where there are no more directions.
  func start(
    _ side: AlignedSide, _ pairs: PreparedPairs, drawn: [Float], fillsWithZeros: Bool
  ) throws(AlignmentError) -> [Float] {
    let weights = side == .images ? images : texts
    // The mean square of a coordinate is w · gram · wᵀ / n.
    let spread = try product(weights, pairs.gram(side))
    let square = zip(spread.values, weights.values).reduce(0) { $0 + $1.0 * $1.1 } / Double(pairs.count)
    let factor = square > 0 ? 1 / square.squareRoot() : 1
    var values = drawn
    for index in weights.values.indices { values[index] = Float(factor * weights.values[index]) }
    if fillsWithZeros {
      for index in weights.values.count..<values.count { values[index] = 0 }
    }
    return values
  }
}
