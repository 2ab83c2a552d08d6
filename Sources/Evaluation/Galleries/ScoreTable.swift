/// The scores of every query for every item of a gallery, as dense retrieval has them.
public struct ScoreTable: Sendable {
  /// The number of queries.
  public let queryCount: Int
  /// The number of items; R@k and mAP mean nothing without it.
  public let itemCount: Int
  /// Query by query.
  public let values: [Float]

  /// Traps when there are not `queryCount · itemCount` values.
  public init(queryCount: Int, itemCount: Int, values: [Float]) {
    precondition(queryCount >= 0 && itemCount >= 0, "a table has no negative size")
    precondition(values.count == queryCount * itemCount, "there is one score for every query and item")
    self.queryCount = queryCount
    self.itemCount = itemCount
    self.values = values
  }

  /// The same scores with the items as queries.
  public var transposed: ScoreTable {
    var turned = [Float](repeating: 0, count: values.count)
    var place = 0
    for query in 0..<queryCount {
      for item in 0..<itemCount {
        turned[item * queryCount + query] = values[place]
        place += 1
      }
    }
    return ScoreTable(queryCount: itemCount, itemCount: queryCount, values: turned)
  }

  /// The rank of the best relevant item of each query, counted from 1.
  ///
  /// - Parameters:
  ///   - relevant: the relevant items of a query, at least one.
  ///   - ties: ``TieRule/pessimistic`` counts items that are not relevant and score the same as ahead; every other rule
  ///     counts strictly better ones only.
  /// - Complexity: O(queries · items).
  public func ranks(ties: TieRule = .pessimistic, relevant: (_ query: Int) -> [Int]) -> [Int] {
    (0..<queryCount).map { query in
      let row = values[query * itemCount..<(query + 1) * itemCount]
      let own = relevant(query)
      precondition(!own.isEmpty, "a query without a relevant item has no rank")
      var best = row[row.startIndex + own[0]]
      for item in own { best = max(best, row[row.startIndex + item]) }
      var ahead = 0
      if ties == .pessimistic {
        for score in row where score >= best { ahead += 1 }
        for item in own where row[row.startIndex + item] >= best { ahead -= 1 }
      } else {
        for score in row where score > best { ahead += 1 }
      }
      return ahead + 1
    }
  }

  /// Mean average precision over classes: an item is relevant when it has the class of the query. 0...1.
  ///
  /// Average precision is divided by the relevant items *within* the depth, as cross-modal class retrieval does: with a depth
  /// it is often larger than without. Equal scores keep the order of the items. A query none of whose items within the depth
  /// is relevant counts 0. Scores must not be NaN.
  /// - Parameters:
  ///   - queryClasses: the class of each query.
  ///   - itemClasses: the class of each item.
  ///   - depth: k of mAP@k, at least 1; nil for the whole gallery. Say it with the number.
  /// - Complexity: O(queries · items · log items).
  public func meanAveragePrecision(queryClasses: [Int], itemClasses: [Int], depth: Int? = nil) -> Double {
    precondition(queryClasses.count == queryCount && itemClasses.count == itemCount, "one class for each")
    precondition(depth ?? 1 >= 1, "the depth of a measure is at least 1")
    precondition(itemCount <= Int(UInt32.max), "more items than 32 bits count")
    guard queryCount > 0 else { return 0 }
    var sum = 0.0
    var keys = [UInt64](repeating: 0, count: itemCount)
    for query in 0..<queryCount {
      let start = query * itemCount
      for item in 0..<itemCount {
        // The larger the score, the smaller the key; then the items in order.
        let bits = (values[start + item] + 0).bitPattern
        let ascending = bits & 0x8000_0000 == 0 ? bits | 0x8000_0000 : ~bits
        keys[item] = UInt64(~ascending) << 32 | UInt64(item)
      }
      keys.sort()
      var hits = 0
      var precision = 0.0
      let wanted = queryClasses[query]
      for rank in 0..<min(depth ?? itemCount, itemCount) where itemClasses[Int(keys[rank] & 0xFFFF_FFFF)] == wanted {
        hits += 1
        precision += Double(hits) / Double(rank + 1)
      }
      if hits > 0 { sum += precision / Double(hits) }
    }
    return sum / Double(queryCount)
  }
}
