import Testing

@testable import Evaluation

@Suite struct RetrievalSummaryTests {
  /// A ranking of ten whose relevant document stands at `rank`, or is missing.
  private func query(rank: Int?) -> JudgedRanking {
    let answer = (1...10).map { ScoredDocument(key: "d\($0)", score: Double(20 - $0)) }
    return JudgedRanking(answer, judgements: [rank.map { "d\($0)" } ?? "elsewhere": 1])
  }

  @Test func averagesAndRanksCountedByHand() {
    var summary = RetrievalSummary(documentCount: 100)
    for rank in [1, 2, 8, nil] { summary.add(query(rank: rank)) }
    #expect(summary.queryCount == 4)
    #expect(summary.missCount == 1)
    #expect(summary.ranks == [1, 2, 8, 100])
    #expect(summary.hitRate(at: 1) == 0.25)
    #expect(summary.hitRate(at: 5) == 0.5)
    #expect(summary.hitRate(at: 10) == 0.75)
    #expect(summary.meanReciprocalRank() == (1 + 0.5 + 0.125) / 4)
    #expect(summary.meanReciprocalRank(at: 5) == (1 + 0.5) / 4)
    #expect(summary.medianRank == 5)
    #expect(summary.meanRank == 111 / 4.0)
    #expect(summary.meanAveragePrecision == (1 + 0.5 + 0.125) / 4)
  }

  @Test func aMissIsNoHitEvenWhenTheGalleryIsSmall() {
    var summary = RetrievalSummary(documentCount: 3)
    summary.add(JudgedRanking([], judgements: ["a": 1, "b": 1]))
    #expect(summary.ranks == [2])
    #expect(summary.hitRate(at: 10) == 0)
    #expect(summary.meanReciprocalRank() == 0)
  }

  @Test func aQueryWithoutRelevantDocumentsEntersNoAverage() {
    var summary = RetrievalSummary(documentCount: 100)
    summary.add(query(rank: 1))
    summary.add(JudgedRanking([ScoredDocument(key: "a", score: 1)], judgements: ["a": 0]))
    #expect(summary.queryCount == 1)
    #expect(summary.unjudgedCount == 1)
    #expect(summary.hitRate(at: 1) == 1)
  }

  @Test func anEmptySummaryIsZero() {
    let summary = RetrievalSummary(documentCount: 0)
    #expect(summary.hitRate(at: 1) == 0)
    #expect(summary.medianRank == 0)
    #expect(summary.meanRank == 0)
    #expect(summary.meanDiscountedGain == 0)
  }
}
