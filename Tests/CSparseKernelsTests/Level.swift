import CSparseKernels

/// One instruction set that this CPU has.
struct Level: Sendable, CustomStringConvertible {
  let number: Int
  let description: String

  private init?(_ number: Int) {
    guard let kernels = newel_kernels_at(Int32(number)) else { return nil }
    self.number = number
    description = String(cString: kernels.pointee.name)
  }

  /// The kernels of this level.
  var kernels: newel_kernels { newel_kernels_at(Int32(number))!.pointee }

  /// Every level, the plain one first.
  static let all = (0..<NEWEL_LEVELS).compactMap { Level($0) }

  /// Every level that is compared with the plain one.
  static let variants = Array(all.dropFirst())
}
