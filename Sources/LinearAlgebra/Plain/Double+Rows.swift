extension Double: RealRows {
  public static func addRow(_ row: [Double], to x: inout DoubleMatrix) {
    precondition(row.count == x.columns, "the row has another length than the matrix")
    for i in 0..<x.rows {
      for j in 0..<x.columns { x[i, j] += row[j] }
    }
  }

  public static func columnSums(_ x: DoubleMatrix, into sums: inout [Double]) {
    precondition(sums.count == x.columns, "there is one sum for every column")
    for j in sums.indices { sums[j] = 0 }
    for i in 0..<x.rows {
      for j in 0..<x.columns { sums[j] += x[i, j] }
    }
  }

  public static func standardise(_ x: inout DoubleMatrix, means: [Double], scales: [Double]) {
    precondition(means.count == x.columns && scales.count == x.columns, "there is one mean and scale for every column")
    for i in 0..<x.rows {
      for j in 0..<x.columns { x[i, j] = (x[i, j] - means[j]) * scales[j] }
    }
  }

  public static func normaliseRows(_ x: inout DoubleMatrix, inverseDeviations: inout [Double]) {
    precondition(inverseDeviations.count == x.rows, "there is one deviation for every row")
    let count = Double(x.columns)
    for i in 0..<x.rows {
      let mean = x.row(i).reduce(0, +) / count
      let variance = x.row(i).reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
      inverseDeviations[i] = 1 / (variance + 1e-5).squareRoot()
      for j in 0..<x.columns { x[i, j] = (x[i, j] - mean) * inverseDeviations[i] }
    }
  }

  public static func scaleAndShift(_ x: DoubleMatrix, gain: [Double], shift: [Double], into y: inout DoubleMatrix) {
    precondition(x.rows == y.rows && x.columns == y.columns, "the matrices differ in shape")
    precondition(gain.count == x.columns && shift.count == x.columns, "there is one gain and shift for every column")
    for i in 0..<x.rows {
      for j in 0..<x.columns { y[i, j] = x[i, j] * gain[j] + shift[j] }
    }
  }

  public static func normaliseRowsBackward(
    normalised: DoubleMatrix, inverseDeviations: [Double], gain: [Double], gradient: inout DoubleMatrix,
    gainGradient: inout [Double], shiftGradient: inout [Double]
  ) {
    precondition(normalised.rows == gradient.rows && normalised.columns == gradient.columns, "the shapes differ")
    precondition(inverseDeviations.count == gradient.rows && gain.count == gradient.columns, "the lengths differ")
    precondition(gainGradient.count == gain.count && shiftGradient.count == gain.count, "the lengths differ")
    for j in gain.indices { (gainGradient[j], shiftGradient[j]) = (0, 0) }
    let count = Double(gradient.columns)
    for i in 0..<gradient.rows {
      var (sum, product) = (0.0, 0.0)
      for j in 0..<gradient.columns {
        gainGradient[j] += gradient[i, j] * normalised[i, j]
        shiftGradient[j] += gradient[i, j]
        gradient[i, j] *= gain[j]
        sum += gradient[i, j]
        product += gradient[i, j] * normalised[i, j]
      }
      for j in 0..<gradient.columns {
        gradient[i, j] = inverseDeviations[i] * (gradient[i, j] - sum / count - normalised[i, j] * product / count)
      }
    }
  }

  public static func unitRows(_ x: inout DoubleMatrix, lengths: inout [Double]) {
    precondition(lengths.count == x.rows, "there is one length for every row")
    for i in 0..<x.rows {
      lengths[i] = (x.row(i).reduce(0) { $0 + $1 * $1 } + 1e-12).squareRoot()
      for j in 0..<x.columns { x[i, j] /= lengths[i] }
    }
  }

  public static func unitRowsBackward(_ unit: DoubleMatrix, lengths: [Double], gradient: inout DoubleMatrix) {
    precondition(unit.rows == gradient.rows && unit.columns == gradient.columns, "the shapes differ")
    precondition(lengths.count == unit.rows, "there is one length for every row")
    for i in 0..<unit.rows {
      let product = zip(unit.row(i), gradient.row(i)).reduce(0) { $0 + $1.0 * $1.1 }
      for j in 0..<unit.columns { gradient[i, j] = (gradient[i, j] - unit[i, j] * product) / lengths[i] }
    }
  }
}
