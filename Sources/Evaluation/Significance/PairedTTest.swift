import Glibc

/// Student's t-test on the differences of two systems' scores, query by query.
///
/// - Source: Student (1908), Biometrika 6(1), doi:10.1093/biomet/6.1.1.
public struct PairedTTest: Sendable, Equatable {
  /// The mean of `first − second`.
  public let meanDifference: Double

  /// The t statistic; infinite when all differences are the same and not 0, and 0 when all of them are 0.
  public let statistic: Double

  /// The number of queries minus 1.
  public let degreesOfFreedom: Int

  /// The two-sided p-value: how often differences as large come by chance when the systems are equally good.
  public let pValue: Double

  /// Tests two systems on the same queries.
  ///
  /// - Parameters:
  ///   - first: one score per query, finite.
  ///   - second: the other system's, in the same order of queries.
  /// - Precondition: the same number of scores, at least 2.
  /// - Complexity: O(queries).
  public init(_ first: [Double], _ second: [Double]) {
    let differences = pairedDifferences(first, second)
    let count = Double(differences.count)
    let mean = differences.reduce(0, +) / count
    let variance = differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)
    meanDifference = mean
    degreesOfFreedom = differences.count - 1
    if variance > 0 {
      statistic = mean / (variance / count).squareRoot()
    } else {
      statistic = mean == 0 ? 0 : (mean > 0 ? .infinity : -.infinity)
    }
    pValue = StudentT.twoSidedTail(of: statistic, degreesOfFreedom: differences.count - 1)
  }
}

/// The distribution of Student's t, through the regularised incomplete beta function.
enum StudentT {
  /// The probability of a value at least as far from 0 as `statistic`. Relative error about 1e-12.
  static func twoSidedTail(of statistic: Double, degreesOfFreedom: Int) -> Double {
    guard statistic.isFinite else { return 0 }
    let freedom = Double(degreesOfFreedom)
    let squared = statistic * statistic
    return incompleteBeta(
      freedom / (freedom + squared), complement: squared / (freedom + squared), a: freedom / 2, b: 0.5)
  }

  /// I_x(a, b), with 1 − x given apart so that nothing is lost near 1.
  private static func incompleteBeta(_ x: Double, complement: Double, a: Double, b: Double) -> Double {
    if x <= 0 { return 0 }
    if complement <= 0 { return 1 }
    let logarithm = lgamma(a + b).0 - lgamma(a).0 - lgamma(b).0 + a * log(x) + b * log(complement)
    let front = exp(logarithm)
    // The continued fraction converges fast on this side of the mean only; the other side is its mirror image.
    if x < (a + 1) / (a + b + 2) { return min(1, front * continuedFraction(x, a: a, b: b) / a) }
    return max(0, 1 - front * continuedFraction(complement, a: b, b: a) / b)
  }

  /// The continued fraction of the incomplete beta function (DLMF 8.17.22), evaluated by Lentz's method.
  private static func continuedFraction(_ x: Double, a: Double, b: Double) -> Double {
    let tiny = 1e-300
    func awayFromZero(_ value: Double) -> Double { abs(value) < tiny ? tiny : value }
    var c = 1.0
    var d = 1 / awayFromZero(1 - (a + b) * x / (a + 1))
    var result = d
    for step in 1...10_000 {
      let m = Double(step)
      let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
      d = 1 / awayFromZero(1 + even * d)
      c = awayFromZero(1 + even / c)
      result *= d * c
      let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
      d = 1 / awayFromZero(1 + odd * d)
      c = awayFromZero(1 + odd / c)
      result *= d * c
      if abs(d * c - 1) < 1e-15 { break }
    }
    return result
  }
}

/// The differences `first − second`, after checking that they belong together.
func pairedDifferences(_ first: [Double], _ second: [Double]) -> [Double] {
  precondition(first.count == second.count, "a paired test needs one score of each system for every query")
  precondition(first.count >= 2, "a paired test needs at least two queries")
  return zip(first, second).map { $0 - $1 }
}
