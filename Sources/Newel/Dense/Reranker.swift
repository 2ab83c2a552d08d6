/// Orders the first hits of a ranking anew.
///
/// The order is total: fused score descending, then the order before.
struct Reranker {
  let fusion: Reranking.Fusion
  let weight: Double

  /// The constant of reciprocal rank fusion.
  private static let rankConstant = 60.0

  /// - Parameters:
  ///   - pool: hits in their order before.
  ///   - matches: one for each.
  /// - Complexity: O(pool · log pool).
  func order(_ pool: ArraySlice<Ranking.Entry>, by matches: [DenseMatch]) -> [Ranking.Entry] {
    let entries = Array(pool)
    let opinions = matches.map(\.score)
    let parts = amounts(entries.map(\.score), opinions)
    let ranks = Self.ranks(opinions)
    let scores = parts.map { $0.sparse + $0.dense }
    let order = entries.indices.sorted { (scores[$1], $0) < (scores[$0], $1) }
    return order.map { place in
      Ranking.Entry(
        position: entries[place].position, score: scores[place], integerScore: entries[place].integerScore,
        reranked: RerankedScore(
          sparseScore: entries[place].score, sparseRank: place + 1, cosine: matches[place].cosine,
          hubness: matches[place].hubness, denseRank: ranks[place],
          sparseAmount: parts[place].sparse, denseAmount: parts[place].dense))
    }
  }

  /// What each side gives to the new score of each hit.
  private func amounts(_ scores: [Double], _ opinions: [Double]) -> [(sparse: Double, dense: Double)] {
    switch fusion {
    case .replace: return opinions.map { (0, $0) }
    case .weighted:
      let placed = Self.placed(opinions, among: scores)
      return zip(scores, placed).map { ((1 - weight) * $0, weight * $1) }
    case .reciprocalRanks:
      return Self.ranks(opinions).enumerated().map { place, rank in
        (1 / (Self.rankConstant + Double(place + 1)), 1 / (Self.rankConstant + Double(rank)))
      }
    }
  }

  /// The opinions moved to the range of the scores: the best to the best score, the worst to the worst. So weight 0 gives
  /// the scores as they were, to the bit. Where all scores are equal, the range is as wide as they are high.
  static func placed(_ opinions: [Double], among scores: [Double]) -> [Double] {
    guard let least = scores.min(), let most = scores.max(), let worst = opinions.min(), let best = opinions.max()
    else {
      return []
    }
    let width = most > least ? most - least : most > 0 ? most : 1
    return opinions.map { least + (best > worst ? ($0 - worst) / (best - worst) : 0) * width }
  }

  /// The rank of each item, counted from 1; equal ones have the same.
  static func ranks(_ scores: [Double]) -> [Int] {
    let order = scores.indices.sorted { scores[$0] > scores[$1] }
    var ranks = [Int](repeating: 1, count: scores.count)
    for (place, item) in order.enumerated() where place > 0 {
      ranks[item] = scores[item] == scores[order[place - 1]] ? ranks[order[place - 1]] : place + 1
    }
    return ranks
  }
}
