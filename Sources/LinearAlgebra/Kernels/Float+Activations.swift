import CSparseKernels

/// - Invariant: both arrays have the same length, and every portion stays inside it.
extension Float: RealActivations {
  public static func gelu(_ x: [Float], into y: inout [Float]) {
    unsafe map(x, &y) { unsafe trainingKernels.gelu?($0, $1, $2) }
  }

  public static func geluBackward(_ x: [Float], gradient: inout [Float]) {
    unsafe map(x, &gradient) { unsafe trainingKernels.gelu_backward?($0, $1, $2) }
  }

  public static func relu(_ x: inout [Float]) {
    unsafe change(&x) { unsafe trainingKernels.relu?($0, $1) }
  }

  public static func reluBackward(_ y: [Float], gradient: inout [Float]) {
    unsafe map(y, &gradient) { unsafe trainingKernels.relu_backward?($0, $1, $2) }
  }

  public static func tanh(_ x: inout [Float]) {
    unsafe change(&x) { unsafe trainingKernels.tanh?($0, $1) }
  }

  public static func tanhBackward(_ y: [Float], gradient: inout [Float]) {
    unsafe map(y, &gradient) { unsafe trainingKernels.tanh_backward?($0, $1, $2) }
  }

  public static func softplus(_ x: [Float], into y: inout [Float]) {
    unsafe map(x, &y) { unsafe trainingKernels.softplus?($0, $1, $2) }
  }

  public static func sigmoid(_ x: [Float], into y: inout [Float]) {
    unsafe map(x, &y) { unsafe trainingKernels.sigmoid?($0, $1, $2) }
  }

  /// Calls a kernel with portions of both arrays.
  static func map(
    _ x: [Float], _ y: inout [Float], _ kernel: (UnsafePointer<Float>, UnsafeMutablePointer<Float>, Int) -> Void
  ) {
    precondition(x.count == y.count, "the arrays differ in length")
    unsafe x.withUnsafeBufferPointer { x in
      unsafe y.withUnsafeMutableBufferPointer { y in
        guard let source = x.baseAddress, let target = y.baseAddress else { return }
        Portions.run(rows: x.count, elements: x.count, step: 16) { _, range in
          unsafe kernel(source + range.lowerBound, target + range.lowerBound, range.count)
        }
      }
    }
  }

  /// Calls a kernel with portions of the array.
  static func change(_ x: inout [Float], _ kernel: (UnsafeMutablePointer<Float>, Int) -> Void) {
    unsafe x.withUnsafeMutableBufferPointer { x in
      guard let start = x.baseAddress else { return }
      Portions.run(rows: x.count, elements: x.count, step: 16) { _, range in
        unsafe kernel(start + range.lowerBound, range.count)
      }
    }
  }
}
