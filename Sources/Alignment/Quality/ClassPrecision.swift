public import LinearAlgebra

/// How far the items of a query's own class stand before all others, for queries and items in the coordinates of one map.
///
/// Average precision is divided by the items of the class within the depth, the custom of published tables, and is 0 for a
/// query without any there; equal scores keep the order of the items.
public struct ClassPrecision: Sendable, Equatable {
  /// The mean over the queries for whole rankings, 0...1.
  public let all: Double
  /// The mean for the first ``cutoff`` of each ranking.
  public let atCutoff: Double
  public let cutoff: Int

  /// Ranks all items for every query.
  ///
  /// - Parameters:
  ///   - queries: `[queries × coordinates]`, and the class of each.
  ///   - items: `[items × coordinates]`, and the class of each.
  ///   - cutoff: how deep the second figure goes.
  /// - Complexity: O(queries · items · (coordinates + log items)), in blocks.
  public init<Label: Equatable>(
    queries: Matrix, _ queryClasses: [Label], items: Matrix, _ itemClasses: [Label], cutoff: Int = 50
  ) throws(AlignmentError) {
    var (all, cut) = (0.0, 0.0)
    for range in batches(of: queries.rows) {
      let scores = try AlignmentMap.scores(queries: slice(queries, range), items: items)
      for row in 0..<scores.rows {
        let values = Array(scores.row(row))
        let order = values.indices.sorted { (values[$1], $0) < (values[$0], $1) }
        var (hits, precision) = (0, 0.0)
        var atCutoff = 0.0
        for (rank, item) in order.enumerated() {
          if itemClasses[item] == queryClasses[range.lowerBound + row] {
            hits += 1
            precision += Double(hits) / Double(rank + 1)
          }
          if rank + 1 == min(cutoff, order.count), hits > 0 { atCutoff = precision / Double(hits) }
        }
        if hits > 0 { all += precision / Double(hits) }
        cut += atCutoff
      }
    }
    let count = Double(max(1, queries.rows))
    (self.all, atCutoff, self.cutoff) = (all / count, cut / count, cutoff)
  }
}
