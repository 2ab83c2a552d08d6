import CSparseKernels

/// - Invariant: all arrays of a call have the same length, and every portion stays inside it.
extension Float: RealUpdates {
  public static func fill(_ x: inout [Float], with value: Float) {
    unsafe change(&x) { unsafe $0.update(repeating: value, count: $1) }
  }

  public static func scale(_ x: inout [Float], by alpha: Float) {
    unsafe change(&x) { unsafe trainingKernels.scale?(alpha, $0, $1) }
  }

  public static func add(_ alpha: Float, _ x: [Float], to y: inout [Float]) {
    unsafe map(x, &y) { unsafe trainingKernels.add?(alpha, $0, $1, $2) }
  }

  public static func sumOfSquares(_ x: [Float]) -> Double {
    unsafe x.withUnsafeBufferPointer { x in
      guard let start = x.baseAddress else { return 0 }
      var parts = [Double](repeating: 0, count: Portions.count(elements: x.count))
      unsafe parts.withUnsafeMutableBufferPointer { parts in
        guard let parts = parts.baseAddress else { return }
        Portions.run(rows: x.count, elements: x.count, step: 16) { portion, range in
          unsafe parts[portion] = trainingKernels.sum_of_squares?(start + range.lowerBound, range.count) ?? 0
        }
      }
      return parts.reduce(0, +)
    }
  }

  public static func allFinite(_ x: [Float]) -> Bool {
    unsafe x.withUnsafeBufferPointer { x in
      guard let start = x.baseAddress else { return true }
      return unsafe trainingKernels.all_finite?(start, x.count) == 1
    }
  }

  public static func addNoise(deviation: Float, seed: UInt64, stream: UInt64, to x: inout [Float]) {
    // A number of the generator stands for 32 elements.
    precondition(x.count <= 1 << 36, "more elements than there is noise for")
    unsafe x.withUnsafeMutableBufferPointer { x in
      guard let start = x.baseAddress else { return }
      Portions.run(rows: x.count, elements: x.count, step: 32) { _, range in
        unsafe trainingKernels.add_noise?(
          deviation, seed, stream, UInt32(range.lowerBound / 32), start + range.lowerBound, range.count)
      }
    }
  }

  public static func adamW(
    _ coefficients: AdamWCoefficients, gradient: [Float], values: inout [Float], first: inout [Float],
    second: inout [Float], average: inout [Float]
  ) {
    precondition(values.count == gradient.count && first.count == gradient.count, "the arrays differ in length")
    precondition(second.count == gradient.count, "the arrays differ in length")
    precondition(average.isEmpty || average.count == gradient.count, "the arrays differ in length")
    let c = coefficients
    let step = newel_adamw_step(
      gradient_scale: Float(c.gradientScale), beta1: Float(c.beta1), beta2: Float(c.beta2), rate: Float(c.rate),
      second_scale: Float(c.secondScale), epsilon: Float(c.epsilon), shrink: Float(c.shrink),
      average_decay: Float(c.averageDecay))
    let averages = !average.isEmpty
    unsafe gradient.withUnsafeBufferPointer { gradient in
      unsafe values.withUnsafeMutableBufferPointer { values in
        unsafe first.withUnsafeMutableBufferPointer { first in
          unsafe second.withUnsafeMutableBufferPointer { second in
            unsafe average.withUnsafeMutableBufferPointer { average in
              guard let g = gradient.baseAddress, let x = values.baseAddress, let m = first.baseAddress,
                let v = second.baseAddress
              else { return }
              let a = averages ? average.baseAddress : nil
              Portions.run(rows: gradient.count, elements: gradient.count, step: 16) { _, range in
                let start = range.lowerBound
                unsafe withUnsafePointer(to: step) { step in
                  unsafe trainingKernels.adamw?(
                    step, g + start, x + start, m + start, v + start, a.map { unsafe $0 + start }, range.count)
                }
              }
            }
          }
        }
      }
    }
  }
}

extension Float: Real {
  public static func multiply(
    _ a: Matrix, transposeA: Bool, _ b: Matrix, transposeB: Bool, alpha: Float, beta: Float, into c: inout Matrix
  ) throws(LinearAlgebraError) {
    try BLAS.sgemm(a, transposeA: transposeA, b, transposeB: transposeB, alpha: alpha, beta: beta, into: &c)
  }
}
