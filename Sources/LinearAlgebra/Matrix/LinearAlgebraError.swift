/// What can go wrong in dense algebra through no fault of the caller's code: the numbers or their sizes.
public enum LinearAlgebraError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A dimension does not fit the 32-bit integers of BLAS.
  case dimensionTooLarge(name: String, value: Int)
  /// A Cholesky factorisation met a leading minor of this order (from 1) that is not positive definite.
  case notPositiveDefinite(order: Int)
  /// The routine met a NaN or an infinity in this argument.
  case notFinite(routine: String, argument: Int)
  /// The routine stopped before singular values or eigenvalues were found.
  case notConverged(routine: String)

  /// One sentence: what happened and what to do.
  public var description: String {
    switch self {
    case .dimensionTooLarge(let name, let value):
      "The dimension \(name) = \(value) is more than BLAS can address (\(Int32.max)); split the matrix into batches."
    case .notPositiveDefinite(let order):
      "The matrix is not positive definite (leading minor of order \(order)); use a larger penalty."
    case .notFinite(let routine, let argument):
      "Argument \(argument) of \(routine) holds a value that is not finite; check the input for NaN and infinity."
    case .notConverged(let routine):
      "\(routine) found no decomposition; check the input for infinities and for values of extreme size."
    }
  }
}
