public import LinearAlgebra

/// Cross-domain similarity local scaling: takes from items the advantage of being near to everything.
///
/// The full measure is `2 cos(q, g) - r(q) - r(g)`, where `r` is the mean cosine to the nearest of the other side. `r(q)` is the
/// same for all items of a query and does not change their order; `r(g)` is computed once per item, from a pool of queries.
/// Helps to find single items, not classes of them.
/// - Source: Conneau, Lample, Ranzato, Denoyer and Jégou, "Word translation without parallel data" (ICLR 2018).
public enum LocalScaling {
  /// How many of the nearest count, unless told otherwise; from 5 to 50 it hardly matters.
  public static let neighbours = 10

  /// `r(g)`: the mean cosine of each item to its nearest queries of the pool.
  ///
  /// - Parameters:
  ///   - items: coordinates of the gallery, rows of length 1.
  ///   - pool: coordinates of queries, rows of length 1: logged ones, or the texts of training pairs. Say which when numbers
  ///     are reported: with the queries of the test itself they are too good.
  ///   - neighbours: how many of the nearest count; the whole pool when it is smaller.
  /// - Complexity: O(items · pool · coordinates).
  public static func density(
    of items: Matrix, pool: Matrix, neighbours: Int = neighbours
  ) throws(AlignmentError) -> [Float] {
    guard neighbours >= 1 else {
      throw .badOption(name: "number of neighbours", value: String(neighbours), range: "1 or more")
    }
    guard pool.rows >= 1 else { throw .tooFewPairs(method: "local scaling", found: 0, needed: 1) }
    guard items.columns == pool.columns else {
      throw .dimensionMismatch(side: .texts, expected: items.columns, found: pool.columns)
    }
    var densities: [Float] = []
    densities.reserveCapacity(items.rows)
    for range in batches(of: items.rows) {
      let scores = try AlignmentMap.scores(queries: slice(items, range), items: pool)
      for row in 0..<scores.rows { densities.append(meanOfLargest(scores.row(row), neighbours)) }
    }
    return densities
  }

  /// Replaces cosines `[queries × items]` by `2 cos - r(g)`, which orders the items of each query as the full measure does.
  public static func apply(_ densities: [Float], to scores: inout Matrix) {
    precondition(densities.count == scores.columns, "there is one density for every item")
    var place = 0
    for _ in 0..<scores.rows {
      for density in densities {
        scores.values[place] = 2 * scores.values[place] - density
        place += 1
      }
    }
  }

  private static func meanOfLargest(_ values: ArraySlice<Float>, _ count: Int) -> Float {
    // A short ascending list; most values are below its first.
    var best: [Float] = []
    for value in values {
      if best.count < count {
        best.insert(value, at: best.firstIndex { $0 > value } ?? best.count)
      } else if value > best[0] {
        best.removeFirst()
        best.insert(value, at: best.firstIndex { $0 > value } ?? best.count)
      }
    }
    return best.reduce(0, +) / Float(best.count)
  }
}
