internal import InvertedIndex

/// What a query found, in positions: no document was looked at.
package struct EvaluatedQuery: Sendable {
  /// Best first. Scores are integers, which decide the order.
  package let hits: [(position: UInt32, score: UInt32)]
  /// Whether documents may follow after the last hit.
  package let isCut: Bool
  /// Words or tokens of the query that the vocabulary does not have, each once.
  package let unknownTokens: Int
  /// Why no document can match; nil for a query that was searched for.
  package let failure: NewelError?
  /// From the words of the query to positions and scores, on the calling thread.
  package let duration: Duration
  /// Real score of one unit of an integer score.
  package let scoreUnit: Double
  /// nil for a query that no document can match.
  let query: SparseQuery?
}

extension NewelIndex {
  /// Ranks the best documents for a query, and takes the time.
  ///
  /// - Parameters:
  ///   - depth: how many documents, at least 1.
  ///   - conditions: what documents must meet.
  ///   - expand: how many related tokens each word brings along; see ``SearchRequest/expand``.
  /// - Throws: ``NewelError``, but for a query that no document can match, which is an answer.
  package func evaluate(
    _ query: SearchRequest.Query, depth: Int, algorithm: TopKAlgorithm = .auto, conditions: [String] = [],
    expand: Int = 0
  ) throws(NewelError) -> EvaluatedQuery {
    let segments = try filters.filtered(conditions, in: self).segments
    let clock = ContinuousClock()
    let start = clock.now
    let parts = try parts(of: query, expand: expand)
    let translated: TranslatedQuery
    do {
      translated = try translate(parts)
    } catch {
      guard error.code == .nothingToSearch else { throw error }
      return EvaluatedQuery(
        hits: [], isCut: false, unknownTokens: parts.unknown.count, failure: error, duration: clock.now - start,
        scoreUnit: 1, query: nil)
    }
    let count = max(1, min(depth, documentCount))
    do {
      let result = try TopKSearch.search(translated.query, k: count, algorithm: algorithm.engine, in: segments)
      return EvaluatedQuery(
        hits: result.hits.map { (position: $0.position, score: $0.score) }, isCut: result.hits.count == depth,
        unknownTokens: parts.unknown.count, failure: nil, duration: clock.now - start,
        scoreUnit: translated.scoreUnit, query: translated.query)
    } catch {
      throw NewelError(wrapping: error)
    }
  }

  /// The pessimistic rank of the best of several relevant documents: one more than the number of other, not relevant
  /// documents that score at least as much.
  ///
  /// - Parameters:
  ///   - relevant: positions of documents that meet the conditions, each once.
  ///   - conditions: those of the evaluation.
  /// - Returns: nil when none of them is a hit.
  /// - Complexity: O(postings of the query's tokens).
  package func pessimisticRank(
    of relevant: [UInt32], for answer: EvaluatedQuery, conditions: [String] = []
  ) throws(NewelError) -> Int? {
    guard let query = answer.query else { return nil }
    let segments = try filters.filtered(conditions, in: self).segments
    do {
      var scores: [Int] = []
      for position in relevant {
        let (segment, document) = try locate(position)
        let parts = try TopKSearch.contributions(of: query, to: document, in: segment)
        let score = parts.reduce(0) { $0 + $1.amount }
        let isHit = score > 0 && !parts.contains { $0.term.role == .required && $0.impact == 0 }
        if isHit { scores.append(score) }
      }
      guard let best = scores.max() else { return nil }
      let count = try TopKSearch.count(query, scoringAtLeast: UInt32(best), in: segments)
      return count - scores.count { $0 >= best } + 1
    } catch {
      throw NewelError(wrapping: error)
    }
  }

  /// The keys of documents.
  package func keys(of documents: [UInt32]) throws(NewelError) -> [UInt32: String] {
    var found: [UInt32: String] = [:]
    for position in documents where found[position] == nil { found[position] = try key(of: position) }
    return found
  }
}
