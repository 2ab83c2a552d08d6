/// Two systems compared by one measure on the same queries: the difference, and how sure it is.
public struct SystemComparison: Sendable, Equatable {
  /// The mean of the first system.
  public let first: Double
  /// The mean of the second.
  public let second: Double
  /// first − second.
  public var difference: Double { first - second }
  /// Two-sided, by the paired t-test.
  public let tTest: Double
  /// Two-sided, by the paired randomisation test, which assumes nothing about the scores.
  public let randomisation: Double
  /// Where the difference would lie on other queries, with 95 % confidence: paired bootstrap.
  public let interval: ClosedRange<Double>
  /// Queries on which the first is better.
  public let firstWins: Int
  /// Queries on which the second is better.
  public let secondWins: Int

  /// Compares scores of the same queries in the same order.
  ///
  /// - Parameters:
  ///   - groups: queries with equal numbers belong to one picture and are drawn together; see ``PairedBootstrap``.
  ///   - rounds: of both random tests.
  ///   - seed: of their random numbers.
  /// - Precondition: the same number of scores, at least 2.
  /// - Complexity: O(queries · rounds).
  public init(_ first: [Double], _ second: [Double], groups: [Int]? = nil, rounds: Int = 10_000, seed: UInt64 = 1) {
    let count = Double(max(1, first.count))
    self.first = first.reduce(0, +) / count
    self.second = second.reduce(0, +) / count
    tTest = PairedTTest(first, second).pValue
    randomisation = RandomisationTest(first, second, rounds: rounds, seed: seed).pValue
    interval = PairedBootstrap(first, second, groups: groups, rounds: rounds, seed: seed).interval
    let pairs = zip(first, second)
    firstWins = pairs.count { $0 > $1 }
    secondWins = pairs.count { $0 < $1 }
  }
}
