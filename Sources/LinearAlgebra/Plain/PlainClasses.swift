import Glibc

extension Float: RealClasses {}
extension Double: RealClasses {}

extension RealClasses {
  public static func generalisedCrossEntropy(
    _ chances: inout DenseMatrix<Self>, targets: DenseMatrix<Self>, exponent q: Double
  ) -> Double {
    precondition(chances.rows == targets.rows && chances.columns == targets.columns, "the shapes differ")
    precondition(chances.isWhole && targets.isWhole, "resized matrix")
    let columns = chances.columns
    var loss = 0.0
    for row in 0..<chances.rows {
      let start = row * columns
      var sum: Self = 0
      for place in start..<start + columns { sum += targets.values[place] * chances.values[place] }
      let s = max(Double(sum), 1e-7)
      loss += q == 0 ? -log(s) : (1 - pow(s, q)) / q
      let factor = Self(-pow(s, q - 1) / Double(chances.rows))
      for place in start..<start + columns {
        chances.values[place] *= factor * (targets.values[place] - Self(s))
      }
    }
    return loss / Double(max(1, chances.rows))
  }
}
