import Testing

@testable import Evaluation

@Suite struct SignificanceTests {
  /// Scores of two systems; the first is better by `shift` on average.
  private func scores(_ count: Int, shift: Double, seed: UInt64) -> ([Double], [Double]) {
    var random = SeededGenerator(seed: seed)
    let second = (0..<count).map { _ in Double(random.next(below: 1000)) / 1000 }
    let first = second.map { $0 + shift + (Double(random.next(below: 1000)) / 1000 - 0.5) }
    return (first, second)
  }

  @Test func theGeneratorGivesThePublishedNumbers() {
    var random = SeededGenerator(seed: 1_234_567)
    #expect(random.next() == 6_457_827_717_110_365_317)
    #expect(random.next() == 3_203_168_211_198_807_973)
    #expect((0..<1000).allSatisfy { _ in (0..<7).contains(random.next(below: 7)) })
  }

  @Test func tTestOfTheSleepDataOfStudent() {
    // Student (1908): ten patients, two drugs; t = -4.0621, p = .002833.
    let first = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
    let second = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]
    let test = PairedTTest(first, second)
    #expect(abs(test.statistic - -4.062127683382037) < 1e-12)
    #expect(abs(test.pValue - 0.00283289019738427) < 1e-12)
    #expect(test.degreesOfFreedom == 9)
    #expect(abs(test.meanDifference - -1.58) < 1e-12)
  }

  @Test func equalSystemsDifferByChanceOnly() {
    let same = [0.5, 1, 0, 0.25]
    #expect(PairedTTest(same, same).pValue == 1)
    #expect(PairedTTest(same.map { $0 + 1 }, same).pValue == 0)
    #expect(RandomisationTest(same, same, rounds: 100).pValue == 1)
    #expect(PairedBootstrap(same, same, rounds: 100).pValue == 1)
    #expect(PairedBootstrap(same, same, rounds: 100).interval == 0...0)
  }

  @Test func theThreeTestsAgreeOnManyQueries() {
    for (shift, seed) in [(0.0, 1), (0.03, 2), (0.05, 3)] as [(Double, UInt64)] {
      let (first, second) = scores(400, shift: shift, seed: seed)
      let expected = PairedTTest(first, second).pValue
      let randomised = RandomisationTest(first, second, rounds: 4000, seed: seed).pValue
      let drawn = PairedBootstrap(first, second, rounds: 4000, seed: seed).pValue
      #expect(abs(randomised - expected) < 0.03, "seed \(seed)")
      #expect(abs(drawn - expected) < 0.03, "seed \(seed)")
    }
  }

  @Test func theRandomisationTestOfFourQueriesIsThatOfAllSixteenSignings() {
    // All differences positive: 2 of 16 signings are as extreme, so p = 1/8.
    let p = RandomisationTest([1, 2, 3, 4], [0, 0, 0, 0], rounds: 40_000, seed: 3).pValue
    #expect(abs(p - 0.125) < 0.006)
  }

  @Test func theSameSeedGivesTheSameResult() {
    let (first, second) = scores(50, shift: 0.1, seed: 4)
    #expect(RandomisationTest(first, second, seed: 9) == RandomisationTest(first, second, seed: 9))
    #expect(PairedBootstrap(first, second, seed: 9) == PairedBootstrap(first, second, seed: 9))
    #expect(PairedBootstrap(first, second, seed: 9).interval != PairedBootstrap(first, second, seed: 10).interval)
  }

  @Test func theIntervalHoldsTheDifferenceAndWidensWithGroups() {
    // Five copies of each difference: drawing them together must widen the interval by about √5.
    let (first, second) = scores(60, shift: 0.1, seed: 6)
    let fiveFirst = first.flatMap { Array(repeating: $0, count: 5) }
    let fiveSecond = second.flatMap { Array(repeating: $0, count: 5) }
    let alone = PairedBootstrap(fiveFirst, fiveSecond, rounds: 2000)
    let together = PairedBootstrap(fiveFirst, fiveSecond, groups: (0..<300).map { $0 / 5 }, rounds: 2000)
    #expect(alone.interval.contains(alone.meanDifference))
    let widening =
      (together.interval.upperBound - together.interval.lowerBound)
      / (alone.interval.upperBound - alone.interval.lowerBound)
    #expect(abs(widening - 2.236) < 0.25)
  }
}
