/// Functions of single numbers, applied to every element of an array.
public protocol RealActivations: BinaryFloatingPoint, Sendable {
  /// `y = x · Φ(x)`, with the distribution function Φ of the normal distribution (not its tanh approximation).
  ///
  /// - Source: Hendrycks and Gimpel, "Gaussian error linear units" (2016).
  static func gelu(_ x: [Self], into y: inout [Self])

  /// Multiplies `gradient` by the derivative of ``gelu(_:into:)`` at `x`.
  static func geluBackward(_ x: [Self], gradient: inout [Self])

  /// Replaces negative elements by 0.
  static func relu(_ x: inout [Self])

  /// Sets `gradient` to 0 where the result `y` of ``relu(_:)`` is 0.
  static func reluBackward(_ y: [Self], gradient: inout [Self])

  /// Replaces every element by its hyperbolic tangent.
  static func tanh(_ x: inout [Self])

  /// Multiplies `gradient` by the derivative `1 - y²` of ``tanh(_:)`` at the result `y`.
  static func tanhBackward(_ y: [Self], gradient: inout [Self])

  /// `y = log(1 + exp(x))`.
  static func softplus(_ x: [Self], into y: inout [Self])

  /// `y = 1 / (1 + exp(-x))`, which is also the derivative of ``softplus(_:into:)``.
  static func sigmoid(_ x: [Self], into y: inout [Self])
}
