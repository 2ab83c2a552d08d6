import Glibc
public import LinearAlgebra

/// Nothing on the way forth; on the way back the gradient changes its sign: what stands before it works against what stands
/// behind it.
///
/// - Source: Ganin and others, "Domain-adversarial training of neural networks" (JMLR 2016).
public struct GradientReversal<Scalar: Real>: Sendable {
  /// What the reversed gradient is multiplied by, 0 or more.
  public var strength: Double

  /// A reversal of this strength.
  public init(strength: Double) {
    self.strength = strength
  }

  /// The strength after a share of the training, from 0 at its start to nearly 1 at its end: `2 / (1 + exp(-10 · share)) - 1`.
  public static func strength(after share: Double) -> Double { 2 / (1 + exp(-10 * share)) - 1 }

  /// Turns the gradient of the outputs into that of the inputs.
  public func backward(_ gradient: inout DenseMatrix<Scalar>) {
    Scalar.scale(&gradient.values, by: Scalar(-strength))
  }
}
