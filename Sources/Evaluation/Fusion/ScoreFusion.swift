/// Puts the scores of two systems for one query together.
public enum ScoreFusion {
  /// The weight of the first (sparse) system in ``minMax(_:_:weight:)``.
  public static let defaultWeight = 0.6

  /// The constant of reciprocal rank fusion.
  public static let rankConstant = 60.0

  /// `weight · first + (1 − weight) · second`, after each was scaled so that its best item has 1 and its worst 0.
  ///
  /// A system that gives all items the same score says nothing and gives 0 to each.
  ///
  /// - Parameters:
  ///   - first: the score of each item of the gallery.
  ///   - second: the other system's, of the same items.
  ///   - weight: of the first, 0...1.
  /// - Complexity: O(items).
  public static func minMax(_ first: [Double], _ second: [Double], weight: Double = defaultWeight) -> [Double] {
    precondition(first.count == second.count, "both systems score the same items")
    let (a, b) = (scaled(first), scaled(second))
    return a.indices.map { weight * a[$0] + (1 - weight) * b[$0] }
  }

  /// The sum of `1 / (60 + rank)` over both systems; items of equal score have the same rank, one more than the items
  /// above them.
  ///
  /// - Parameter floor: an item whose score in the first system is not above it was not found there, and gets nothing
  ///   from it; nil when all were found.
  /// - Complexity: O(items · log items).
  /// - Source: Cormack, Clarke and Büttcher (2009), SIGIR, doi:10.1145/1571941.1572114.
  public static func reciprocalRank(_ first: [Double], _ second: [Double], floor: Double? = nil) -> [Double] {
    precondition(first.count == second.count, "both systems score the same items")
    let (a, b) = (ranks(first), ranks(second))
    return first.indices.map { item in
      let isFound = floor.map { first[item] > $0 } ?? true
      return (isFound ? 1 / (rankConstant + Double(a[item])) : 0) + 1 / (rankConstant + Double(b[item]))
    }
  }

  private static func scaled(_ scores: [Double]) -> [Double] {
    guard let least = scores.min(), let most = scores.max(), most > least else {
      return [Double](repeating: 0, count: scores.count)
    }
    return scores.map { ($0 - least) / (most - least) }
  }

  /// The rank of each item, counted from 1.
  private static func ranks(_ scores: [Double]) -> [Int] {
    let order = scores.indices.sorted { scores[$0] > scores[$1] }
    var ranks = [Int](repeating: 1, count: scores.count)
    for (place, item) in order.enumerated() {
      ranks[item] = place > 0 && scores[item] == scores[order[place - 1]] ? ranks[order[place - 1]] : place + 1
    }
    return ranks
  }
}
