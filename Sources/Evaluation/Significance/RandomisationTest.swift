/// The paired randomisation test: swaps the two systems at random, query by query, and counts how often the mean
/// difference gets as large as the real one. It assumes nothing about the distribution of the scores.
///
/// - Source: Fisher (1935), The Design of Experiments; for retrieval: Smucker, Allan and Carterette (2007), CIKM,
///   doi:10.1145/1321440.1321528.
public struct RandomisationTest: Sendable, Equatable {
  /// The mean of `first − second`.
  public let meanDifference: Double

  /// The two-sided p-value, (1 + as large or larger) / (1 + rounds): never 0, at most 1.
  public let pValue: Double

  /// The number of random assignments that were tried.
  public let rounds: Int

  /// Tests two systems on the same queries. The same seed gives the same p-value.
  ///
  /// - Parameters:
  ///   - first: one score per query, finite.
  ///   - second: the other system's, in the same order of queries.
  ///   - rounds: at least 1; 10,000 fix a p-value near .05 to about ±.004.
  ///   - seed: of the random numbers.
  /// - Precondition: the same number of scores, at least 2.
  /// - Complexity: O(queries · rounds).
  public init(_ first: [Double], _ second: [Double], rounds: Int = 10_000, seed: UInt64 = 1) {
    precondition(rounds >= 1, "a randomisation test needs at least one round")
    let differences = pairedDifferences(first, second)
    var random = SeededGenerator(seed: seed)
    let observed = abs(differences.reduce(0, +))
    // Another order of the same additions may differ in the last bits; such sums count as equal.
    let tolerance = differences.reduce(0) { $0 + abs($1) } * 1e-12
    var extreme = 0
    for _ in 0..<rounds {
      var sum = 0.0
      var bits: UInt64 = 0
      for (index, difference) in differences.enumerated() {
        if index % 64 == 0 { bits = random.next() }
        sum += bits & 1 == 0 ? difference : -difference
        bits >>= 1
      }
      if abs(sum) >= observed - tolerance { extreme += 1 }
    }
    meanDifference = differences.reduce(0, +) / Double(differences.count)
    pValue = Double(extreme + 1) / Double(rounds + 1)
    self.rounds = rounds
  }
}
