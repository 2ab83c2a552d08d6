public import LinearAlgebra

/// Adam with weight decay apart from the gradient.
///
/// - Source: Kingma and Ba, "Adam: a method for stochastic optimization" (2015); Loshchilov and Hutter, "Decoupled weight
///   decay regularization" (2019).
public struct AdamW: Sendable, Equatable {
  /// The decay of the running mean of the gradient, in [0, 1).
  public var beta1: Double
  /// The decay of the running mean of its square, in [0, 1).
  public var beta2: Double
  /// What is added to the root of that mean; positive.
  public var epsilon: Double
  /// The share of the values that a step takes away, times the learning rate; 0 or more.
  public var weightDecay: Double

  /// The customary values.
  public init(beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8, weightDecay: Double = 0.01) {
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
  }

  /// Takes one step down the gradients of the groups that have a learning rate; all others are left as they are.
  ///
  /// - Parameters:
  ///   - rates: the learning rate of each group.
  ///   - averageDecay: the decay of the running mean of the values, or nil to leave the means as they are. The mean of a
  ///     parameter starts as its values before its first step.
  ///   - gradientScale: what the gradients are multiplied by, for clipping.
  /// - Complexity: one pass over values, gradient, moments and mean.
  public func step<Scalar: Real>(
    _ parameters: inout ParameterSet<Scalar>, rates: [String: Double], averageDecay: Double? = nil,
    gradientScale: Double = 1
  ) {
    for index in parameters.indices {
      guard let rate = rates[parameters[index].group] else { continue }
      step(&parameters[index], rate: rate, averageDecay: averageDecay, gradientScale: gradientScale)
    }
  }

  private func step<Scalar: Real>(
    _ parameter: inout Parameter<Scalar>, rate: Double, averageDecay: Double?, gradientScale: Double
  ) {
    let count = parameter.values.values.count
    if parameter.first.isEmpty {
      parameter.first = [Scalar](repeating: 0, count: count)
      parameter.second = [Scalar](repeating: 0, count: count)
    }
    if averageDecay != nil, parameter.average.isEmpty { parameter.average = parameter.values.values }
    parameter.stepCount += 1
    let steps = Double(parameter.stepCount)
    let coefficients = AdamWCoefficients(
      gradientScale: gradientScale, beta1: beta1, beta2: beta2, rate: rate / (1 - power(beta1, steps)),
      secondScale: 1 / (1 - power(beta2, steps)), epsilon: epsilon,
      shrink: parameter.decays ? 1 - rate * weightDecay : 1, averageDecay: averageDecay ?? 1)
    Scalar.adamW(
      coefficients, gradient: parameter.gradient.values, values: &parameter.values.values, first: &parameter.first,
      second: &parameter.second, average: &parameter.average)
  }
}
