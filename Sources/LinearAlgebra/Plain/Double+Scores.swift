import Glibc

extension Double: RealScores {
  public static func tokenWeights(
    _ x: DoubleMatrix, into w: inout DoubleMatrix, columnSums: inout [Double], rowSums: inout [Double]
  ) -> Int {
    precondition(x.rows == w.rows && x.columns == w.columns, "the matrices differ in shape")
    precondition(columnSums.count == x.columns && rowSums.count == x.rows, "there is one sum for every row and column")
    for j in columnSums.indices { columnSums[j] = 0 }
    var count = 0
    for i in 0..<x.rows {
      rowSums[i] = 0
      for j in 0..<x.columns {
        // A NaN stays one.
        let weight = x[i, j] <= 0 ? 0 : log1p(x[i, j])
        w[i, j] = weight
        columnSums[j] += weight
        rowSums[i] += weight
        if weight > 0 { count += 1 }
      }
    }
    return count
  }

  public static func tokenWeightsBackward(
    _ w: DoubleMatrix, columnTerms: [Double], scale: Double, gradient: inout DoubleMatrix, sums: inout [Double]
  ) {
    precondition(w.rows == gradient.rows && w.columns == gradient.columns, "the matrices differ in shape")
    precondition(
      columnTerms.count == w.columns && sums.count == w.columns, "there is one term and sum for every column")
    for j in sums.indices { sums[j] = 0 }
    for i in 0..<w.rows {
      for j in 0..<w.columns {
        let slope = w[i, j] <= 0 ? 0 : exp(-w[i, j])
        gradient[i, j] = (gradient[i, j] + columnTerms[j] + scale * w[i, j]) * slope
        sums[j] += gradient[i, j]
      }
    }
  }

  public static func rowLogSums(_ x: DoubleMatrix, into logSums: inout [Double]) {
    precondition(logSums.count == x.rows, "there is one sum for every row")
    for i in 0..<x.rows {
      let largest = x.row(i).max() ?? 0
      logSums[i] = largest + log(x.row(i).reduce(0) { $0 + exp($1 - largest) })
    }
  }

  public static func addSoftmax(
    _ x: DoubleMatrix, logSums: [Double], scales: [Double], to gradient: inout DoubleMatrix, sums: inout [Double]
  ) {
    precondition(x.rows == gradient.rows && x.columns == gradient.columns, "the matrices differ in shape")
    precondition(logSums.count == x.rows && scales.count == x.rows && sums.count == x.columns, "the lengths differ")
    for i in 0..<x.rows {
      for j in 0..<x.columns {
        let share = scales[i] * exp(x[i, j] - logSums[i])
        gradient[i, j] += share
        sums[j] += share
      }
    }
  }

  public static func softmaxRows(_ x: inout DoubleMatrix, logSums: inout [Double]) {
    rowLogSums(x, into: &logSums)
    for i in 0..<x.rows {
      for j in 0..<x.columns { x[i, j] = exp(x[i, j] - logSums[i]) }
    }
  }

  public static func symmetricCrossEntropy(_ scores: inout DoubleMatrix) -> Double {
    precondition(scores.rows == scores.columns, "the scores of pairs form a square")
    let n = scores.rows
    guard n > 0 else { return 0 }
    var byRow = scores
    var byColumn = DoubleMatrix(rows: n, columns: n)
    for i in 0..<n {
      for j in 0..<n { byColumn[j, i] = scores[i, j] }
    }
    var (rowSums, columnSums) = ([Double](repeating: 0, count: n), [Double](repeating: 0, count: n))
    softmaxRows(&byRow, logSums: &rowSums)
    softmaxRows(&byColumn, logSums: &columnSums)
    var loss = 0.0
    for i in 0..<n {
      loss += rowSums[i] + columnSums[i] - 2 * scores[i, i]
      for j in 0..<n {
        scores[i, j] = (byRow[i, j] + byColumn[j, i] - (i == j ? 2 : 0)) / Double(2 * n)
      }
    }
    return loss / Double(2 * n)
  }
}
