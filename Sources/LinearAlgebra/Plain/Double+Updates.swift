extension Double: RealUpdates {
  public static func fill(_ x: inout [Double], with value: Double) {
    for i in x.indices { x[i] = value }
  }

  public static func scale(_ x: inout [Double], by alpha: Double) {
    for i in x.indices { x[i] *= alpha }
  }

  public static func add(_ alpha: Double, _ x: [Double], to y: inout [Double]) {
    precondition(x.count == y.count, "the arrays differ in length")
    for i in x.indices { y[i] += alpha * x[i] }
  }

  public static func sumOfSquares(_ x: [Double]) -> Double { x.reduce(0) { $0 + $1 * $1 } }

  public static func allFinite(_ x: [Double]) -> Bool { x.allSatisfy { $0.isFinite } }

  /// The same numbers as for `Float`, widened.
  public static func addNoise(deviation: Double, seed: UInt64, stream: UInt64, to x: inout [Double]) {
    var noise = [Float](repeating: 0, count: x.count)
    Float.addNoise(deviation: 1, seed: seed, stream: stream, to: &noise)
    for i in x.indices { x[i] += deviation * Double(noise[i]) }
  }

  public static func adamW(
    _ coefficients: AdamWCoefficients, gradient: [Double], values: inout [Double], first: inout [Double],
    second: inout [Double], average: inout [Double]
  ) {
    precondition(values.count == gradient.count && first.count == gradient.count, "the arrays differ in length")
    precondition(second.count == gradient.count, "the arrays differ in length")
    precondition(average.isEmpty || average.count == gradient.count, "the arrays differ in length")
    let c = coefficients
    for i in gradient.indices {
      let g = gradient[i] * c.gradientScale
      first[i] += (1 - c.beta1) * (g - first[i])
      second[i] += (1 - c.beta2) * (g * g - second[i])
      values[i] =
        values[i] * c.shrink - c.rate * first[i] / ((second[i] * c.secondScale).squareRoot() + c.epsilon)
      if !average.isEmpty { average[i] += (1 - c.averageDecay) * (values[i] - average[i]) }
    }
  }
}

extension Double: Real {
  public static func multiply(
    _ a: DoubleMatrix, transposeA: Bool, _ b: DoubleMatrix, transposeB: Bool, alpha: Double, beta: Double,
    into c: inout DoubleMatrix
  ) throws(LinearAlgebraError) {
    try BLAS.dgemm(a, transposeA: transposeA, b, transposeB: transposeB, alpha: alpha, beta: beta, into: &c)
  }
}
