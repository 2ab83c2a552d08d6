import Testing

@testable import Evaluation

@Suite struct TokenMeasureTests {
  @Test func precisionGivesNoCreditForTokensThatAreNotThere() {
    var precision = TokenPrecision(depths: [1, 5])
    precision.add(tokens: [1, 2, 3, 4, 5, 6], said: [1, 3, 6, 9], saidFound: 3, control: [2])
    precision.add(tokens: [7], said: [7], saidFound: 1, control: [7, 8])
    #expect(precision.pictureCount == 2)
    #expect(precision.precision(0) == 1)
    #expect(precision.precision(1) == 3.0 / 10)
    #expect(precision.control(0) == 0.5)
    #expect(precision.control(1) == 2.0 / 10)
    // 3 of 4 words, and 1 of 1.
    #expect(precision.captionRecall == (0.75 + 1) / 2)
  }

  @Test func aPictureWithoutCaptionWordsDoesNotLowerTheShareOfWordsFound() {
    var precision = TokenPrecision()
    precision.add(tokens: [1], said: [1], saidFound: 1, control: [])
    precision.add(tokens: [1], said: [], saidFound: 0, control: [1])
    #expect(precision.captionRecall == 1)
    #expect(precision.precision(0) == 0.5 && precision.control(0) == 0.5)
    #expect(TokenPrecision().precision(0) == 0 && TokenPrecision().captionRecall == 0)
  }

  @Test(arguments: [2, 3, 7, 100])
  func theControlNeverHoldsAPictureAgainstItself(count: Int) {
    for seed in 0..<20 as Range<UInt64> {
      let order = Derangement.cycle(of: count, seed: seed)
      #expect(Set(order) == Set(0..<count))
      #expect(order.indices.allSatisfy { order[$0] != $0 })
    }
    #expect(Derangement.cycle(of: 1) == [0] && Derangement.cycle(of: 0) == [])
    #expect(Derangement.cycle(of: 100, seed: 4) != Derangement.cycle(of: 100, seed: 5))
  }

  @Test func aClassIsNamedByAnyOrByAllOfItsWords() {
    var accuracy = ClassTokenAccuracy(depths: [1, 2, 5])
    // "track pants": pants first, track third.
    accuracy.add(tokens: [4, 9, 3], words: [[3], [4, 5]])
    accuracy.add(tokens: [1, 2], words: [[2], []])
    accuracy.add(tokens: [1, 2], words: [[], []])
    #expect(accuracy.pictureCount == 3 && accuracy.unnamedCount == 1)
    let third = 1.0 / 3
    #expect((0..<3).map { accuracy.any($0) } == [third, 2 * third, 2 * third])
    #expect((0..<3).map { accuracy.all($0) } == [0, 0, third])
  }

  @Test func skewOfFrequenciesCountedByHand() {
    let skew = FrequencySkew(frequencies: [0, 1, 0, 3, 8], documentCount: 10)
    #expect(skew.usedCount == 3)
    #expect(skew.meanNonZeros == 1.2)
    #expect(skew.maximumShare == 0.8 && skew.share99 == 0.8)
    // Sorted 1, 3, 8: (−2·1 + 0·3 + 2·8) / (3 · 12).
    #expect(abs(skew.gini - 14.0 / 36) < 1e-15)
    #expect(skew.alarms == [4])
    let even = FrequencySkew(frequencies: [5, 5, 5, 5], documentCount: 10)
    #expect(even.gini == 0 && even.alarms == [0, 1, 2, 3])
    #expect(FrequencySkew(frequencies: [3], documentCount: 10).alarms == [])
    let many = FrequencySkew(frequencies: Array(1...200), documentCount: 1000)
    #expect(many.share99 == 0.198)
    let empty = FrequencySkew(frequencies: [0, 0], documentCount: 0)
    #expect(empty.usedCount == 0 && empty.gini == 0 && empty.maximumShare == 0 && empty.share99 == 0)
  }

  @Test func sharedTokensOfAllPairsAreCountedThroughFrequencies() {
    var random = SeededGenerator(seed: 3)
    func vectors(_ count: Int) -> [Set<Int>] {
      (0..<count).map { _ in Set((0..<6).map { _ in random.next(below: 12) }) }
    }
    let (queries, documents) = (vectors(9), vectors(14))
    func frequencies(_ vectors: [Set<Int>]) -> [Int] {
      (0..<12).map { token in vectors.count { $0.contains(token) } }
    }
    var shared = 0
    for query in queries { for document in documents { shared += query.intersection(document).count } }
    let mean = FrequencySkew.coactiveTokens(
      queryFrequencies: frequencies(queries), queryCount: 9, documentFrequencies: frequencies(documents),
      documentCount: 14)
    #expect(abs(mean - Double(shared) / (9 * 14)) < 1e-12)
    #expect(
      FrequencySkew.coactiveTokens(
        queryFrequencies: [], queryCount: 0, documentFrequencies: [1], documentCount: 1) == 0)
  }

  @Test func fusionByRangeIsBetweenTheTwo() {
    let fused = ScoreFusion.minMax([0, 5, 10], [-1, 1, 0], weight: 0.6)
    #expect(zip(fused, [0, 0.3 + 0.4, 0.6 + 0.2]).allSatisfy { abs($0 - $1) < 1e-12 })
    // Who says nothing has no say.
    #expect(ScoreFusion.minMax([3, 3], [1, 2]) == [0, 0.4])
    #expect(ScoreFusion.minMax([], []) == [])
  }

  @Test func fusionByRankGivesEqualScoresEqualRanks() {
    let fused = ScoreFusion.reciprocalRank([7, 7, 0, 1], [4, 3, 2, 2], floor: 0)
    func share(_ rank: Double) -> Double { 1 / (60 + rank) }
    let expected: [Double] = [share(1) + share(1), share(1) + share(2), share(3), share(3) + share(3)]
    #expect(zip(fused, expected).allSatisfy { abs($0 - $1) < 1e-15 })
  }
}
