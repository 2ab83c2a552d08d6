/// The paired bootstrap: draws query sets of the same size with replacement, to see how far the mean difference of two
/// systems would move on other queries.
///
/// - Source: Efron and Tibshirani (1993), An Introduction to the Bootstrap, chapters 13 and 16; for retrieval: Sakai
///   (2006), SIGIR, doi:10.1145/1148170.1148261.
public struct PairedBootstrap: Sendable, Equatable {
  /// The mean of `first − second`.
  public let meanDifference: Double

  /// The percentile interval that holds the mean difference with the asked confidence.
  public let interval: ClosedRange<Double>

  /// The two-sided p-value: the share of draws, moved to a mean of 0, at least as far from 0 as the real difference;
  /// (1 + as far or farther) / (1 + rounds).
  public let pValue: Double

  /// The number of query sets that were drawn.
  public let rounds: Int

  /// Tests two systems on the same queries. The same seed gives the same result.
  ///
  /// - Parameters:
  ///   - first: one score per query, finite.
  ///   - second: the other system's, in the same order of queries.
  ///   - groups: queries with equal numbers are drawn together. Give the image of each caption when several captions of
  ///     one image are queries: they are not independent. nil when each query stands for itself.
  ///   - confidence: of the interval, between 0 and 1.
  ///   - rounds: at least 1.
  ///   - seed: of the random numbers.
  /// - Precondition: the same number of scores (and groups), at least 2.
  /// - Complexity: O(queries · rounds) time, O(queries + rounds) memory.
  public init(
    _ first: [Double],
    _ second: [Double],
    groups: [Int]? = nil,
    confidence: Double = 0.95,
    rounds: Int = 10_000,
    seed: UInt64 = 1
  ) {
    precondition(rounds >= 1, "a bootstrap needs at least one round")
    precondition(confidence > 0 && confidence < 1, "a confidence lies between 0 and 1")
    let differences = pairedDifferences(first, second)
    let clusters = Self.sums(of: differences, by: groups)
    let mean = differences.reduce(0, +) / Double(differences.count)
    let tolerance = differences.reduce(0) { $0 + abs($1) } / Double(differences.count) * 1e-12
    var random = SeededGenerator(seed: seed)
    var means: [Double] = []
    means.reserveCapacity(rounds)
    var extreme = 0
    for _ in 0..<rounds {
      var sum = 0.0
      var count = 0
      for _ in clusters.indices {
        let drawn = clusters[random.next(below: clusters.count)]
        sum += drawn.sum
        count += drawn.count
      }
      means.append(sum / Double(count))
      if abs(means[means.count - 1] - mean) >= abs(mean) - tolerance { extreme += 1 }
    }
    means.sort()
    let tail = (1 - confidence) / 2
    meanDifference = mean
    interval = Self.quantile(tail, of: means)...Self.quantile(1 - tail, of: means)
    pValue = Double(extreme + 1) / Double(rounds + 1)
    self.rounds = rounds
  }

  /// The sum and the size of each group of differences, groups in the order of their first query.
  private static func sums(of differences: [Double], by groups: [Int]?) -> [(sum: Double, count: Int)] {
    guard let groups else { return differences.map { ($0, 1) } }
    precondition(groups.count == differences.count, "every query needs a group")
    var places: [Int: Int] = [:]
    var sums: [(sum: Double, count: Int)] = []
    for (difference, group) in zip(differences, groups) {
      if let place = places[group] {
        sums[place].sum += difference
        sums[place].count += 1
      } else {
        places[group] = sums.count
        sums.append((difference, 1))
      }
    }
    return sums
  }

  /// The quantile of sorted values, linear between neighbours.
  private static func quantile(_ share: Double, of sorted: [Double]) -> Double {
    let position = share * Double(sorted.count - 1)
    let lower = Int(position)
    let upper = min(lower + 1, sorted.count - 1)
    return sorted[lower] + (sorted[upper] - sorted[lower]) * (position - Double(lower))
  }
}
