extension Float: RealGates {}
extension Double: RealGates {}

extension RealGates {
  public static func multiplyElements(_ x: [Self], into y: inout [Self]) {
    precondition(x.count == y.count, "the arrays differ in length")
    for i in x.indices { y[i] *= x[i] }
  }

  public static func splitColumns(
    _ x: DenseMatrix<Self>, at width: Int, into left: inout DenseMatrix<Self>, _ right: inout DenseMatrix<Self>
  ) {
    precondition(width >= 0 && width <= x.columns && x.isWhole, "there are fewer columns")
    left.setShape(rows: x.rows, columns: width)
    right.setShape(rows: x.rows, columns: x.columns - width)
    for row in 0..<x.rows {
      let start = row * x.columns
      for column in 0..<width { left.values[row * width + column] = x.values[start + column] }
      let to = row * (x.columns - width) - width
      for column in width..<x.columns { right.values[to + column] = x.values[start + column] }
    }
  }

  public static func joinColumns(
    _ left: DenseMatrix<Self>, _ right: DenseMatrix<Self>, into x: inout DenseMatrix<Self>
  ) {
    precondition(left.rows == right.rows && left.isWhole && right.isWhole, "the matrices differ in rows")
    let width = left.columns
    x.setShape(rows: left.rows, columns: width + right.columns)
    for row in 0..<left.rows {
      let start = row * x.columns
      for column in 0..<width { x.values[start + column] = left.values[row * width + column] }
      let from = row * right.columns - width
      for column in width..<x.columns { x.values[start + column] = right.values[from + column] }
    }
  }

  public static func mixRows(
    _ x: DenseMatrix<Self>, weights: [Self], shifts: [Self], into y: inout DenseMatrix<Self>
  ) {
    let (n, columns) = (shifts.count, x.columns)
    checkGroups(x, weights, n)
    y.setShape(rows: x.rows, columns: columns)
    for group in stride(from: 0, to: x.rows, by: n) {
      for i in 0..<n {
        let to = (group + i) * columns
        for column in 0..<columns { y.values[to + column] = shifts[i] }
        for j in 0..<n {
          let (weight, from) = (weights[i * n + j], (group + j) * columns)
          for column in 0..<columns { y.values[to + column] += weight * x.values[from + column] }
        }
      }
    }
  }

  public static func mixRowsBackward(
    _ x: DenseMatrix<Self>, weights: [Self], gradient: inout DenseMatrix<Self>, weightsGradient: inout [Self],
    shiftsGradient: inout [Self]
  ) {
    let (n, columns) = (shiftsGradient.count, x.columns)
    checkGroups(x, weights, n)
    precondition(gradient.rows == x.rows && gradient.columns == columns && gradient.isWhole, "the shapes differ")
    precondition(weightsGradient.count == weights.count, "there is one derivative for every weight")
    for place in weightsGradient.indices { weightsGradient[place] = 0 }
    for place in shiftsGradient.indices { shiftsGradient[place] = 0 }
    var back = [Self](repeating: 0, count: n * columns)
    for group in stride(from: 0, to: x.rows, by: n) {
      for place in back.indices { back[place] = 0 }
      for i in 0..<n {
        let to = (group + i) * columns
        var shift: Self = 0
        for column in 0..<columns { shift += gradient.values[to + column] }
        shiftsGradient[i] += shift
        for j in 0..<n {
          let (weight, from) = (weights[i * n + j], (group + j) * columns)
          var sum: Self = 0
          for column in 0..<columns {
            sum += gradient.values[to + column] * x.values[from + column]
            back[j * columns + column] += weight * gradient.values[to + column]
          }
          weightsGradient[i * n + j] += sum
        }
      }
      for place in back.indices { gradient.values[group * columns + place] = back[place] }
    }
  }

  private static func checkGroups(_ x: DenseMatrix<Self>, _ weights: [Self], _ n: Int) {
    precondition(n > 0 && weights.count == n * n, "the weights of a group form a square")
    precondition(x.rows % n == 0 && x.isWhole, "the rows do not form groups")
  }
}
