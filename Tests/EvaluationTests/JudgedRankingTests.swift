import Testing

@testable import Evaluation

@Suite struct JudgedRankingTests {
  private func ranking(_ scores: KeyValuePairs<String, Double>) -> [ScoredDocument] {
    scores.map { ScoredDocument(key: $0.key, score: $0.value) }
  }

  @Test func aTieCountsAgainstTheRelevantDocument() {
    let answer = ranking(["right": 5, "a": 5, "b": 5, "c": 4])
    #expect(JudgedRanking(answer, judgements: ["right": 1]).firstRelevantRank == 3)
    #expect(JudgedRanking(answer, judgements: ["right": 1], ties: .asGiven).firstRelevantRank == 1)
    // trec_eval puts the greater name first.
    #expect(JudgedRanking(answer, judgements: ["a": 1], ties: .trecEval).firstRelevantRank == 3)
  }

  @Test func relevantDocumentsDoNotPushEachOtherDown() {
    let answer = ranking(["x": 5, "a": 5, "y": 5, "b": 1])
    let judged = JudgedRanking(answer, judgements: ["a": 1, "x": 1])
    #expect(judged.grades == [0, 1, 1, 0])
    #expect(judged.firstRelevantRank == 2)
  }

  @Test func withinATieTheLowerGradeComesFirst() {
    let judged = JudgedRanking(ranking(["a": 1, "b": 1, "c": 1]), judgements: ["a": 3, "b": 1])
    #expect(judged.grades == [0, 1, 3])
  }

  @Test func aGivenOrderThatContradictsTheScoresIsPutRight() {
    let judged = JudgedRanking(ranking(["low": 1, "high": 2]), judgements: ["high": 1], ties: .asGiven)
    #expect(judged.firstRelevantRank == 1)
  }

  @Test func aCutRankingGivesNothingForTheTieItWasCutIn() {
    let answer = ranking(["a": 9, "b": 5, "right": 5])
    #expect(JudgedRanking(answer, judgements: ["right": 1], isComplete: false).firstRelevantRank == nil)
    #expect(JudgedRanking(answer, judgements: ["right": 1]).firstRelevantRank == 3)
    #expect(JudgedRanking(answer, judgements: ["a": 1], isComplete: false).firstRelevantRank == 1)
  }

  @Test func aRepeatedKeyCountsOnce() {
    let judged = JudgedRanking(ranking(["a": 3, "a": 2, "b": 1]), judgements: ["a": 1, "c": 1])
    #expect(judged.grades == [1, 0, 0])
    #expect(judged.recall(at: 3) == 0.5)
  }

  @Test func measuresOfARankingCountedByHand() {
    // Ranks 1 and 4 of five are relevant, one of three relevant documents was missed.
    let answer = ranking(["a": 5, "b": 4, "c": 3, "d": 2, "e": 1])
    let judged = JudgedRanking(answer, judgements: ["a": 1, "d": 2, "z": 1, "b": 0, "c": -1])
    #expect(judged.relevantCount == 3)
    #expect(judged.hit(at: 1) == 1)
    #expect(judged.recall(at: 3) == 1.0 / 3)
    #expect(judged.recall(at: 4) == 2.0 / 3)
    #expect(judged.precision(at: 4) == 0.5)
    #expect(judged.precision(at: 10) == 0.2)
    #expect(judged.reciprocalRank() == 1)
    #expect(abs(judged.averagePrecision() - (1 + 0.5) / 3) < 1e-15)
    #expect(abs(judged.averagePrecision(at: 2) - 1.0 / 3) < 1e-15)
    #expect(judged.averagePrecision(at: 2, denominator: .relevantWithinDepth) == 1)
    #expect(judged.averagePrecision(at: 2, denominator: .reachable) == 0.5)
    // DCG = 1/log2(2) + 2/log2(5); ideal = 2/log2(2) + 1/log2(3) + 1/log2(4).
    let gained = 1 + 2 / 2.321928094887362
    let ideal = 2 + 1 / 1.584962500721156 + 0.5
    #expect(abs(judged.normalisedDiscountedGain() - gained / ideal) < 1e-12)
    let exponential = (1 + 3 / 2.321928094887362) / (3 + 1 / 1.584962500721156 + 0.5)
    #expect(abs(judged.normalisedDiscountedGain(gain: .exponential) - exponential) < 1e-12)
  }

  @Test func aQueryWithoutAnswerOrWithoutJudgementIsZeroEverywhere() {
    for judged in [
      JudgedRanking([], judgements: ["a": 1]),
      JudgedRanking(ranking(["a": 1]), judgements: [:]),
      JudgedRanking(ranking(["a": 1]), judgements: ["a": 0]),
    ] {
      #expect(judged.firstRelevantRank == nil)
      let values = [
        judged.hit(at: 1), judged.recall(at: 1), judged.precision(at: 1), judged.reciprocalRank(),
        judged.normalisedDiscountedGain(), judged.averagePrecision(),
        judged.averagePrecision(denominator: .relevantWithinDepth),
      ]
      #expect(values.allSatisfy { $0 == 0 })
    }
  }

  @Test func thePessimisticOrderIsNeverBetterThanAnyOther() {
    var random = SeededGenerator(seed: 5)
    for _ in 0..<300 {
      let answer = (0..<random.next(below: 30)).map {
        ScoredDocument(key: "d\($0)", score: Double(random.next(below: 4)))
      }
      var judgements: [String: Int] = [:]
      for _ in 0..<4 { judgements["d\(random.next(below: 30))"] = random.next(below: 3) }
      let worst = JudgedRanking(answer, judgements: judgements)
      for other in [TieRule.asGiven, .trecEval] {
        let judged = JudgedRanking(answer, judgements: judgements, ties: other)
        #expect(worst.reciprocalRank() <= judged.reciprocalRank())
        #expect(worst.averagePrecision() <= judged.averagePrecision() + 1e-12)
        #expect(worst.normalisedDiscountedGain() <= judged.normalisedDiscountedGain() + 1e-12)
      }
    }
  }

  @Test func aRankingByNumbersIsJudgedLikeOneByKeys() {
    var random = SeededGenerator(seed: 9)
    for _ in 0..<500 {
      let scores = (0..<random.next(below: 25)).map { _ in Double(random.next(below: 5)) }.sorted(by: >)
      let relevant = Set((0..<1 + random.next(below: 5)).map { _ in UInt32(random.next(below: 40)) })
      let isComplete = random.next(below: 2) == 0
      let byKey = JudgedRanking(
        scores.enumerated().map { ScoredDocument(key: "\($0.offset)", score: $0.element) },
        judgements: Dictionary(uniqueKeysWithValues: relevant.map { ("\($0)", 1) }), isComplete: isComplete)
      let byNumber = JudgedRanking(
        positions: scores.enumerated().map { (position: UInt32($0.offset), score: $0.element) }, relevant: relevant,
        isComplete: isComplete)
      #expect(byKey == byNumber)
    }
  }
}
