import Glibc

/// A learning rate that rises to its peak and falls to nearly nothing, each along half a cosine.
///
/// - Source: Smith and Topin, "Super-convergence: very fast training of neural networks using large learning rates" (2018).
public struct OneCycle: Sendable, Equatable {
  /// The number of steps, at least 1.
  public let stepCount: Int
  /// The share of the steps in which the rate rises, from 0 to 1.
  public let rise: Double
  /// The first rate, as a share of the peak.
  public let start: Double
  /// The last rate, as a share of the peak.
  public let end: Double

  /// A cycle over `stepCount` steps. Traps when a share is not from 0 to 1 or there is no step.
  public init(stepCount: Int, rise: Double = 0.3, start: Double = 1 / 25, end: Double = 1 / 250_000) {
    precondition(stepCount >= 1, "a cycle needs a step")
    precondition((0...1).contains(rise) && (0...1).contains(start) && (0...1).contains(end), "a share is from 0 to 1")
    self.stepCount = stepCount
    self.rise = rise
    self.start = start
    self.end = end
  }

  /// The rate of a step (from 0; the last stands for all behind it), as a share of the peak.
  public func rate(at step: Int) -> Double { between(start, 1, end, at: step) }

  /// The first moment's decay of a step: the opposite way of the rate, from `high` to `low` and back.
  public func momentum(at step: Int, low: Double = 0.85, high: Double = 0.95) -> Double {
    between(high, low, high, at: step)
  }

  private func between(_ first: Double, _ middle: Double, _ last: Double, at step: Int) -> Double {
    let top = rise * Double(stepCount) - 1
    let bottom = Double(stepCount - 1)
    let place = min(Double(max(0, step)), bottom)
    if place <= top { return halfCosine(first, middle, top > 0 ? place / top : 1) }
    return halfCosine(middle, last, bottom > top ? (place - top) / (bottom - top) : 1)
  }
}

/// A learning rate that falls from its peak to 0 along half a cosine, after a straight rise.
///
/// - Source: Loshchilov and Hutter, "SGDR: stochastic gradient descent with warm restarts" (2017).
public struct CosineDecay: Sendable, Equatable {
  /// The number of steps, at least 1.
  public let stepCount: Int
  /// The number of steps of the rise before.
  public let warmUp: Int

  /// A decay over `stepCount` steps of which the first `warmUp` rise. Traps when there is no step.
  public init(stepCount: Int, warmUp: Int = 0) {
    precondition(stepCount >= 1 && warmUp >= 0, "a schedule needs a step")
    self.stepCount = stepCount
    self.warmUp = warmUp
  }

  /// The rate of a step (from 0), as a share of the peak.
  public func rate(at step: Int) -> Double {
    if step < warmUp { return Double(step + 1) / Double(warmUp) }
    return halfCosine(1, 0, min(1, Double(step - warmUp) / Double(max(1, stepCount - warmUp))))
  }
}

/// From `first` at 0 to `last` at 1.
private func halfCosine(_ first: Double, _ last: Double, _ share: Double) -> Double {
  last + (first - last) / 2 * (1 + cos(Double.pi * share))
}

/// `base` to the power of `exponent`.
func power(_ base: Double, _ exponent: Double) -> Double { pow(base, exponent) }
