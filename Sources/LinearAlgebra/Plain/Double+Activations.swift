import Glibc

/// Plain loops over the exact formulas; the kernels for `Float` are held against them.
extension Double: RealActivations {
  public static func gelu(_ x: [Double], into y: inout [Double]) {
    precondition(x.count == y.count, "the arrays differ in length")
    for i in x.indices { y[i] = x[i] * normalDistribution(x[i]) }
  }

  public static func geluBackward(_ x: [Double], gradient: inout [Double]) {
    precondition(x.count == gradient.count, "the arrays differ in length")
    for i in x.indices {
      let density = exp(-0.5 * x[i] * x[i]) / (2 * Double.pi).squareRoot()
      gradient[i] *= normalDistribution(x[i]) + x[i] * density
    }
  }

  public static func relu(_ x: inout [Double]) {
    for i in x.indices { x[i] = x[i] <= 0 ? 0 : x[i] }
  }

  public static func reluBackward(_ y: [Double], gradient: inout [Double]) {
    precondition(y.count == gradient.count, "the arrays differ in length")
    for i in y.indices where y[i] <= 0 { gradient[i] = 0 }
  }

  public static func tanh(_ x: inout [Double]) {
    for i in x.indices { x[i] = Glibc.tanh(x[i]) }
  }

  public static func tanhBackward(_ y: [Double], gradient: inout [Double]) {
    precondition(y.count == gradient.count, "the arrays differ in length")
    for i in y.indices { gradient[i] *= 1 - y[i] * y[i] }
  }

  public static func softplus(_ x: [Double], into y: inout [Double]) {
    precondition(x.count == y.count, "the arrays differ in length")
    for i in x.indices { y[i] = max(0, x[i]) + log1p(exp(-abs(x[i]))) }
  }

  public static func sigmoid(_ x: [Double], into y: inout [Double]) {
    precondition(x.count == y.count, "the arrays differ in length")
    for i in x.indices { y[i] = 1 / (1 + exp(-x[i])) }
  }

  private static func normalDistribution(_ x: Double) -> Double { 0.5 * erfc(-x * 0.5.squareRoot()) }
}
