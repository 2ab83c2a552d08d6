import Testing

@testable import Newel

/// The fusion of two scores.
@Suite struct RerankerTests {
  private func pool(_ scores: [Double]) -> [Ranking.Entry] {
    scores.enumerated().map { Ranking.Entry(position: UInt32($0), score: $1, integerScore: UInt32($1 * 8)) }
  }

  private func matches(_ cosines: [Double]) -> [DenseMatch] { cosines.map { DenseMatch(cosine: $0) } }

  private func order(_ scores: [Double], _ cosines: [Double], _ fusion: Reranking.Fusion, weight: Double) -> [UInt32] {
    Reranker(fusion: fusion, weight: weight).order(pool(scores)[...], by: matches(cosines)).map(\.position)
  }

  @Test("A weighted fusion brings the cosines to the range of the scores")
  func weighted() {
    let entries = Reranker(fusion: .weighted, weight: 0.25).order(
      pool([8, 6, 4])[...], by: matches([0.1, 0.5, 0.3]))
    #expect(entries.map(\.position) == [0, 1, 2])
    #expect(entries.map(\.score) == [0.75 * 8 + 0.25 * 4, 0.75 * 6 + 0.25 * 8, 0.75 * 4 + 0.25 * 6])
    #expect(entries.map { $0.reranked?.denseRank } == [3, 1, 2])
    #expect(order([8, 6, 4], [0.1, 0.5, 0.3], .weighted, weight: 1) == [1, 2, 0])
    #expect(order([8, 6, 4], [0.1, 0.5, 0.3], .replace, weight: 0) == [1, 2, 0])
    #expect(order([8, 6, 4], [0.1, 0.5, 0.3], .reciprocalRanks, weight: 0) == [1, 0, 2])
  }

  @Test("Half of the hubness is taken from a cosine before anything else")
  func hubness() {
    let matches = [DenseMatch(cosine: 0.9, hubness: 1), DenseMatch(cosine: 0.6, hubness: 0.2), DenseMatch(cosine: 0.1)]
    let entries = Reranker(fusion: .replace, weight: 0).order(pool([3, 2, 1])[...], by: matches)
    #expect(entries.map(\.position) == [1, 0, 2])
    #expect(entries.map(\.score) == [0.5, 0.4, 0.1])
    #expect(entries.map { $0.reranked?.cosine } == [0.6, 0.9, 0.1])
    #expect(entries.map { $0.reranked?.hubness } == [0.2, 1, nil])
    #expect(entries.map { $0.reranked?.denseRank } == [1, 2, 3])
  }

  @Test("Where all scores are equal, the cosines decide; where the cosines are, the scores do; else the order before")
  func ties() {
    #expect(order([5, 5, 5], [0.1, 0.3, 0.2], .weighted, weight: 0.5) == [1, 2, 0])
    #expect(order([7, 6, 5], [0.2, 0.2, 0.2], .weighted, weight: 1) == [0, 1, 2])
    #expect(order([5, 5, 5], [0.2, 0.2, 0.2], .reciprocalRanks, weight: 0) == [0, 1, 2])
    #expect(order([5], [-1], .weighted, weight: 0.5) == [0])
    #expect(order([], [], .weighted, weight: 0.5) == [])
  }

  @Test("Scores of weight 0 are those before to the bit", arguments: 0..<50 as Range<UInt64>)
  func identity(seed: UInt64) {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1
    func next() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(state >> 11) / Double(1 << 53)
    }
    let scores = (0..<40).map { _ in (next() * 8).rounded() * 0.37 }.sorted(by: >)
    let cosines = (0..<40).map { _ in 2 * next() - 1 }
    let entries = Reranker(fusion: .weighted, weight: 0).order(pool(scores)[...], by: matches(cosines))
    #expect(entries.map(\.position) == (0..<40).map { UInt32($0) })
    #expect(entries.map(\.score.bitPattern) == scores.map(\.bitPattern))
  }

  @Test("The nearest rows are those of a full sort", arguments: [1, 2, 7, 50, 200])
  func nearest(capacity: Int) {
    var rows = NearestRows(capacity: capacity)
    let cosines = (0..<120).map { Float(($0 &* 37) % 23) / 23 }
    for (position, cosine) in cosines.enumerated() { rows.offer(UInt32(position), cosine) }
    let expected = cosines.indices.sorted { (cosines[$1], $0) < (cosines[$0], $1) }.prefix(capacity)
    #expect(rows.sorted().map { Int($0.position) } == Array(expected))
  }
}
