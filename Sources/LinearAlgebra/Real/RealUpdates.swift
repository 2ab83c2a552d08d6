/// What happens to the numbers of a model themselves.
public protocol RealUpdates: BinaryFloatingPoint, Sendable {
  /// Makes every element `value`.
  static func fill(_ x: inout [Self], with value: Self)

  /// `x = alpha · x`.
  static func scale(_ x: inout [Self], by alpha: Self)

  /// `y += alpha · x`.
  static func add(_ alpha: Self, _ x: [Self], to y: inout [Self])

  /// The sum of the squares, in 64-bit floats.
  static func sumOfSquares(_ x: [Self]) -> Double

  /// Whether no element is NaN or infinite.
  static func allFinite(_ x: [Self]) -> Bool

  /// Adds `deviation` times normally distributed numbers. They depend on the seed, the stream and the place only.
  static func addNoise(deviation: Self, seed: UInt64, stream: UInt64, to x: inout [Self])

  /// One step of AdamW.
  ///
  /// - Parameter average: the running mean of the values, or an empty array when none is kept.
  static func adamW(
    _ coefficients: AdamWCoefficients, gradient: [Self], values: inout [Self], first: inout [Self],
    second: inout [Self], average: inout [Self])
}

/// The numbers of one step of AdamW, with the corrections of the young moments worked out.
///
/// `first += (1 - beta1) · (g - first)`, `second += (1 - beta2) · (g² - second)` for the gradient `g` times
/// ``gradientScale``, then `value = value · shrink - rate · first / (√(second · secondScale) + epsilon)`, and
/// `average += (1 - averageDecay) · (value - average)`.
public struct AdamWCoefficients: Sendable, Equatable {
  /// What the gradient is multiplied by first.
  public var gradientScale: Double
  /// The decay of the first moment.
  public var beta1: Double
  /// The decay of the second moment.
  public var beta2: Double
  /// The learning rate, divided by the correction of the first moment.
  public var rate: Double
  /// One divided by the correction of the second moment.
  public var secondScale: Double
  /// What is added to the root of the second moment.
  public var epsilon: Double
  /// What the values are multiplied by: 1 minus learning rate times weight decay.
  public var shrink: Double
  /// The decay of the running mean of the values.
  public var averageDecay: Double

  /// The numbers of one step.
  public init(
    gradientScale: Double, beta1: Double, beta2: Double, rate: Double, secondScale: Double, epsilon: Double,
    shrink: Double, averageDecay: Double
  ) {
    self.gradientScale = gradientScale
    self.beta1 = beta1
    self.beta2 = beta2
    self.rate = rate
    self.secondScale = secondScale
    self.epsilon = epsilon
    self.shrink = shrink
    self.averageDecay = averageDecay
  }
}
