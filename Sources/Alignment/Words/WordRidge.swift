import LinearAlgebra

/// Ridge regression from bags of words to rows of coordinates, by conjugate gradients: the normal equations are never
/// formed, so vocabularies may be large.
///
/// Minimises `Σ ‖z − b − Σ w(word)‖² + Σ penalty · ‖w(word)‖²`; the intercept `b` costs nothing.
/// - Source: Hestenes and Stiefel, "Methods of conjugate gradients for solving linear systems" (1952).
struct WordRidge {
  /// `[words × coordinates]`.
  private(set) var table: Matrix
  /// One number for each coordinate.
  private(set) var intercept: [Float]
  /// Iterations that were needed.
  private(set) var iterations = 0

  private let bags: SparseTargets
  private let frequencies: [Float]
  private let penalties: [Float]

  /// - Parameters:
  ///   - targets: `[captions × coordinates]`.
  ///   - penalties: one for each word, above 0.
  ///   - tolerance: how small the residual becomes, relative to where it began.
  /// - Complexity: O(iterations · (words of all captions + words) · coordinates).
  init(
    _ words: WordBags, targets: Matrix, penalties: [Double], tolerance: Double = 1e-4, maximumIterations: Int = 200
  ) {
    precondition(targets.rows == words.count && penalties.count == words.tokens.count, "one target for every caption")
    bags = words.bags
    frequencies = words.frequencies.map { Float($0) }
    self.penalties = penalties.map { Float($0) }
    let columns = targets.columns
    table = Matrix(rows: words.tokens.count, columns: columns)
    var means = [Float](repeating: 0, count: columns)
    Float.columnSums(targets, into: &means)
    for column in means.indices { means[column] /= Float(max(1, targets.rows)) }
    intercept = means

    solve(targets, means: means, tolerance: tolerance, maximumIterations: maximumIterations)
    // The mean prediction is the mean target.
    let shares = frequencies.map { $0 / Float(max(1, targets.rows)) }
    for (column, sum) in weightedColumnSums(table, shares).enumerated() { intercept[column] -= Float(sum) }
  }

  private mutating func solve(_ targets: Matrix, means: [Float], tolerance: Double, maximumIterations: Int) {
    let (rows, columns) = (table.rows, table.columns)
    let count = Float(max(1, targets.rows))
    // The diagonal of the system.
    let inverses = (0..<rows).map { 1 / (frequencies[$0] * (1 - frequencies[$0] / count) + penalties[$0]) }
    // What is left of Bᵀ (Z − mean); the columns are problems of their own.
    var residual = Matrix(rows: rows, columns: columns)
    Float.addRows(targets, bags, to: &residual)
    for row in 0..<rows {
      for column in 0..<columns { residual.values[row * columns + column] -= frequencies[row] * means[column] }
    }
    var direction = scaled(residual, inverses)
    var products = columnProducts(residual, direction)
    let goal = products.map { $0 * tolerance * tolerance }
    for iteration in 0..<maximumIterations where zip(products, goal).contains(where: { $0 > $1 }) {
      let image = apply(direction, count: count)
      let curvatures = columnProducts(direction, image)
      let steps = zip(products, curvatures).map { $1 > 0 ? Float($0 / $1) : 0 }
      for row in 0..<rows {
        let start = row * columns
        for column in 0..<columns {
          table.values[start + column] += steps[column] * direction.values[start + column]
          residual.values[start + column] -= steps[column] * image.values[start + column]
        }
      }
      let better = scaled(residual, inverses)
      let next = columnProducts(residual, better)
      let shares = zip(next, products).map { $1 > 0 ? Float($0 / $1) : 0 }
      for row in 0..<rows {
        let start = row * columns
        for column in 0..<columns {
          direction.values[start + column] =
            better.values[start + column] + shares[column] * direction.values[start + column]
        }
      }
      products = next
      iterations = iteration + 1
    }
  }

  /// `Bᵀ B p − s sᵀ p / n + P p` with `s` the frequencies: the system without its mean.
  private func apply(_ p: Matrix, count: Float) -> Matrix {
    var sums = Matrix(rows: bags.rowCount, columns: p.columns)
    Float.sumRows(p, bags, into: &sums)
    var result = Matrix(rows: p.rows, columns: p.columns)
    Float.addRows(sums, bags, to: &result)
    let total = weightedColumnSums(p, frequencies).map { Float($0) / count }
    for row in 0..<p.rows {
      let start = row * p.columns
      for column in 0..<p.columns {
        result.values[start + column] +=
          penalties[row] * p.values[start + column] - frequencies[row] * total[column]
      }
    }
    return result
  }

  private func scaled(_ x: Matrix, _ factors: [Float]) -> Matrix {
    var result = x
    for row in 0..<x.rows {
      for column in 0..<x.columns { result.values[row * x.columns + column] *= factors[row] }
    }
    return result
  }

  private func columnProducts(_ a: Matrix, _ b: Matrix) -> [Double] {
    var sums = [Double](repeating: 0, count: a.columns)
    for row in 0..<a.rows {
      let start = row * a.columns
      for column in 0..<a.columns {
        sums[column] += Double(a.values[start + column]) * Double(b.values[start + column])
      }
    }
    return sums
  }

  private func weightedColumnSums(_ x: Matrix, _ weights: [Float]) -> [Double] {
    var sums = [Double](repeating: 0, count: x.columns)
    for row in 0..<x.rows {
      for column in 0..<x.columns {
        sums[column] += Double(weights[row]) * Double(x.values[row * x.columns + column])
      }
    }
    return sums
  }
}
