/// Adds to a query the tokens related to its words, from a fixed table.
struct QueryExpansion {
  let table: ExpansionTable
  /// How many related tokens each word brings, the strongest.
  let limit: Int

  /// The tokens that words bring, the heaviest first, then by number.
  ///
  /// A token brought by several words has the largest of the weights they give it, not the sum: that several words of a
  /// query are related to one token is mostly one thing said twice (`running`, `shoes`), not more evidence.
  ///
  /// - Parameters:
  ///   - words: the tokens that were asked for, with what each counts as a multiple of its query weight.
  ///   - typed: tokens that are left alone because the query has them itself, wanted or not.
  func related(to words: [(token: UInt32, factor: Double)], except typed: Set<UInt32>) -> [ExpandedTerm] {
    var found: [UInt32: ExpandedTerm] = [:]
    for (word, factor) in words where factor > 0 {
      for related in table.related(to: word, limit: limit) where !typed.contains(related.token) {
        let weight = Float(factor * Double(related.weight))
        guard weight > 0, weight.isFinite else { continue }
        var term = found[related.token] ?? ExpandedTerm(token: related.token, weight: 0, words: [])
        term.weight = max(term.weight, weight)
        term.words.append(word)
        found[related.token] = term
      }
    }
    return found.values.sorted { ($1.weight, $0.token) < ($0.weight, $1.token) }
  }
}
