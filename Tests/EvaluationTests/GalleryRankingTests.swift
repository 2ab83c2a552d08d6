import Testing

@testable import Evaluation

@Suite struct GalleryRankingTests {
  @Test func aGalleryOfScoresIsJudgedLikeTheSortedRanking() {
    var random = SeededGenerator(seed: 11)
    for round in 0..<500 {
      let scores = (0..<1 + random.next(below: 30)).map { _ in Double(random.next(below: 6)) }
      var judgements: [Int: Int] = [:]
      for _ in 0..<random.next(below: 6) { judgements[random.next(below: 40)] = random.next(below: 4) - 1 }
      let floor: Double? = round % 2 == 0 ? 0 : nil
      let byScores = JudgedRanking(scores: scores, judgements: judgements, floor: floor)
      let listed = scores.enumerated().filter { floor == nil || $0.element > 0 }
      let byKey = JudgedRanking(
        listed.map { ScoredDocument(key: "\($0.offset)", score: $0.element) },
        judgements: Dictionary(uniqueKeysWithValues: judgements.map { ("\($0.key)", $0.value) }))
      #expect(byScores.idealGrades == byKey.idealGrades)
      #expect(byScores.foundCount == byKey.foundCount)
      // The ranking by scores ends with its last relevant item.
      let tail = byKey.grades.lastIndex { $0 > 0 }.map { $0 + 1 } ?? 0
      #expect(byScores.grades == Array(byKey.grades.prefix(tail)))
      #expect(QueryScores(byScores) == QueryScores(byKey))
    }
  }

  @Test func gradesOfARankingByNumbersAreThoseOfOneByKeys() {
    var random = SeededGenerator(seed: 12)
    for _ in 0..<500 {
      let scores = (0..<random.next(below: 25)).map { _ in Double(random.next(below: 5)) }.sorted(by: >)
      var judgements: [UInt32: Int] = [:]
      for _ in 0..<random.next(below: 8) { judgements[UInt32(random.next(below: 40))] = random.next(below: 5) - 1 }
      let isComplete = random.next(below: 2) == 0
      let byNumber = JudgedRanking(
        positions: scores.enumerated().map { (position: UInt32($0.offset), score: $0.element) }, judgements: judgements,
        isComplete: isComplete)
      let byKey = JudgedRanking(
        scores.enumerated().map { ScoredDocument(key: "\($0.offset)", score: $0.element) },
        judgements: Dictionary(uniqueKeysWithValues: judgements.map { ("\($0.key)", $0.value) }),
        isComplete: isComplete)
      #expect(byNumber == byKey)
    }
  }

  @Test func theBestOfSeveralCaptionsCountsAndTheOthersAreNotInItsWay() {
    // Captions 1 and 3 are the picture's own; caption 0 is better than both, caption 4 as good as the better one.
    let judged = JudgedRanking(scores: [9, 7, 1, 5, 7], judgements: [1: 1, 3: 1], floor: 0)
    #expect(judged.grades == [0, 0, 1, 1])
    #expect(judged.firstRelevantRank == 3)
  }

  @Test func whatSharesNoTokenIsAMissAndNotTheLastRank() {
    let judged = JudgedRanking(scores: [0, 0, 0], judgements: [1: 1], floor: 0)
    #expect(judged.firstRelevantRank == nil)
    // A cosine of 0 is a rank like any other.
    #expect(JudgedRanking(scores: [0, 0, -1], judgements: [1: 1]).firstRelevantRank == 2)
  }

  @Test func aKnownRankBeyondTheCutGivesTheOnlyRelevantDocumentItsPrecision() {
    let cut = JudgedRanking(positions: [(5, 3), (6, 2)], relevant: [9], isComplete: false)
    let scores = QueryScores(cut, knownRank: 20)
    #expect(scores.reciprocalRank == 0.05 && scores.averagePrecision == 0.05)
    #expect(scores.hit(at: 19) == 0 && scores.hit(at: 20) == 1)
    let two = QueryScores(JudgedRanking(positions: [(5, 3)], relevant: [9, 8], isComplete: false), knownRank: 20)
    #expect(two.reciprocalRank == 0.05 && two.averagePrecision == 0)
  }

  @Test func theSumOfRecallsIsInPercent() {
    var summary = RetrievalSummary(documentCount: 4)
    summary.add(JudgedRanking(scores: [4, 3, 2, 1], judgements: [0: 1]))
    summary.add(JudgedRanking(scores: [4, 3, 2, 1], judgements: [2: 1]))
    #expect(summary.recallSum == 50 + 100 + 100)
  }
}
