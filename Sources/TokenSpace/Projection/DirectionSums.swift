import LinearAlgebra

/// Adds up rows scaled to length 1.
struct DirectionSums {
  /// The rows that were not all zeros.
  private(set) var count = 0
  private var sums: [Double]

  init(dimension: Int) { sums = [Double](repeating: 0, count: dimension) }

  /// Rows of zeros have no direction and are left out.
  mutating func add(_ rows: Matrix) {
    for row in 0..<rows.rows {
      let unit = WordDictionary.unit(rows.row(row))
      guard unit.contains(where: { $0 != 0 }) else { continue }
      for (column, value) in unit.enumerated() { sums[column] += Double(value) }
      count += 1
    }
  }

  var mean: [Float] { sums.map { Float($0 / Double(max(1, count))) } }
}

/// Means and deviations of the scores of every token.
struct TokenMoments {
  private var count = 0
  private var sums: [Double]
  private var squares: [Double]

  init(count: Int) {
    sums = [Double](repeating: 0, count: count)
    squares = sums
  }

  /// - Parameter scores: `[n × tokens]`, cosines: small enough for sums of squares to be exact to a millionth.
  mutating func add(_ scores: Matrix) {
    for row in 0..<scores.rows {
      let start = row * scores.columns
      for token in 0..<scores.columns {
        let score = Double(scores.values[start + token])
        sums[token] += score
        squares[token] += score * score
      }
    }
    count += scores.rows
  }

  var means: [Float] { sums.map { Float($0 / Double(max(1, count))) } }

  var deviations: [Float] {
    let rows = Double(max(1, count))
    return zip(sums, squares).map { Float(max(0, $1 / rows - ($0 / rows) * ($0 / rows)).squareRoot()) }
  }
}
