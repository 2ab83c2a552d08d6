public import LinearAlgebra

/// Where the right items are among all of a gallery, for queries and items in the coordinates of one map.
///
/// Ranks count from 1, and whatever scores as much as the right item is taken to be ahead of it. With several right items the
/// best one counts, and the others do not stand in its way.
public struct PairRecall: Sendable, Equatable {
  /// The rank of the best right item of each query.
  public let ranks: [Int]
  /// The number of items.
  public let itemCount: Int

  /// Ranks all items for every query.
  ///
  /// - Parameters:
  ///   - queries: `[queries × coordinates]`.
  ///   - items: `[items × coordinates]`.
  ///   - right: the right items of a query, at least one.
  /// - Complexity: O(queries · items · coordinates), in blocks.
  public init(queries: Matrix, items: Matrix, right: (_ query: Int) -> [Int]) throws(AlignmentError) {
    var ranks: [Int] = []
    ranks.reserveCapacity(queries.rows)
    for start in stride(from: 0, to: queries.rows, by: 512) {
      let range = start..<min(queries.rows, start + 512)
      let scores = try AlignmentMap.scores(queries: slice(queries, range), items: items)
      for query in range {
        let row = scores.row(query - start)
        let own = right(query)
        let best = own.reduce(-Float.infinity) { max($0, row[row.startIndex + $1]) }
        var ahead = 0
        for score in row where score >= best { ahead += 1 }
        for item in own where row[row.startIndex + item] >= best { ahead -= 1 }
        ranks.append(ahead + 1)
      }
    }
    self.ranks = ranks
    itemCount = items.rows
  }

  /// The share of queries with a right item among the first `depth`, 0...1; 0 without queries.
  public func recall(at depth: Int) -> Double {
    ranks.isEmpty ? 0 : Double(ranks.count { $0 <= depth }) / Double(ranks.count)
  }

  /// The middle rank, rounded down between two; 0 without queries.
  public var medianRank: Int {
    guard !ranks.isEmpty else { return 0 }
    let sorted = ranks.sorted()
    return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  }

  /// The mean of one over the rank; 0 without queries.
  public var meanReciprocalRank: Double {
    ranks.isEmpty ? 0 : ranks.reduce(0) { $0 + 1 / Double($1) } / Double(ranks.count)
  }
}
