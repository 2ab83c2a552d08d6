internal import IndexStore
internal import InvertedIndex

extension NewelIndex {
  /// Finds the best documents for a query.
  ///
  /// The answer is exact, the same for every algorithm to the bit, unless the request has a budget; the response says which.
  ///
  /// - Parameter threads: how many segments may be searched at a time; nil for one per core. The hits are the same, the
  ///   counts of work done are not.
  /// - Throws: ``NewelError``: `invalidArgument` for a count below 1, a query or condition that cannot be read or a field that cannot
  ///   be filtered by, `nothingToSearch` for a query without a known word, `damaged` when a part of the index that the query needs fails its checksum.
  public func search(_ request: SearchRequest, threads: Int? = 1) throws(NewelError) -> SearchResponse {
    let (translated, result, accepted) = try rank(request, threads: threads)
    do {
      var hits: [SearchHit] = []
      for (position, scored) in result.hits.enumerated().dropFirst(request.offset) {
        hits.append(
          try hit(
            scored, rank: position + 1, for: translated, includesMetadata: request.includesMetadata))
      }
      return SearchResponse(
        hits: hits, unknownWords: translated.unknownWords, ignoredWords: translated.ignoredWords,
        algorithm: result.algorithm.rawValue, exact: result.isExact,
        missedScoreBound: result.isExact ? nil : Double(result.missedBound) * translated.scoreUnit,
        postingsScored: result.counters.postingsScored, documentsScored: result.counters.documentsScored,
        blocksChecked: result.counters.blocksChecked, documentCount: documentCount, documentsAccepted: accepted)
    } catch {
      throw NewelError(wrapping: error)
    }
  }

  /// What a request means, the best documents up to the last one that it asks for, and how many its conditions accept.
  func rank(
    _ request: SearchRequest, threads: Int?
  ) throws(NewelError) -> (translated: TranslatedQuery, result: TopKResult, accepted: Int?) {
    try request.check()
    let translated = try translate(request.query)
    let filtered = try filters.filtered(request.conditions, in: self)
    let offset = min(request.offset, documentCount)
    let wanted = min(request.count, max(1, documentCount - offset))
    do {
      // A budget is spent in one place, in the order of the segments.
      if request.budget == nil {
        let result = try ParallelSearch.search(
          translated.query, k: offset + wanted, algorithm: request.algorithm.engine, in: filtered.segments,
          workers: WorkerThreads.count(threads), concurrently: WorkerThreads.run)
        return (translated, result, filtered.acceptedCount)
      }
      let result = try TopKSearch.search(
        translated.query, k: offset + wanted, algorithm: request.algorithm.engine, budget: request.budget?.engine,
        in: filtered.segments)
      return (translated, result, filtered.acceptedCount)
    } catch {
      throw NewelError(wrapping: error)
    }
  }

  /// The ranks and keys of the best documents alone: what evaluation needs, without a look at any document.
  public func searchKeys(_ request: SearchRequest) throws(NewelError) -> [(key: String, score: Double)] {
    let translated = try translate(request.query)
    let filtered = try filters.filtered(request.conditions, in: self)
    do {
      let result = try TopKSearch.search(
        translated.query, k: request.count, algorithm: request.algorithm.engine, budget: request.budget?.engine,
        in: filtered.segments)
      var keys: [(key: String, score: Double)] = []
      for scored in result.hits {
        keys.append((try key(of: scored.ordinal), Double(scored.score) * translated.scoreUnit))
      }
      return keys
    } catch {
      throw NewelError(wrapping: error)
    }
  }

  /// The pessimistic rank of the best of several relevant documents: one more than the number of other, not relevant
  /// documents that score at least as much.
  ///
  /// - Returns: nil when none of them is a hit.
  /// - Throws: `notFound` when a key is in no document.
  public func pessimisticRank(
    of relevant: [String], for query: SearchRequest.Query
  ) throws(NewelError) -> Int? {
    let translated = try translate(query)
    var scores: [Int] = []
    for key in Set(relevant) {
      let (segment, document) = try locate(try ordinal(of: key))
      let score = try scoredContributions(translated, document: document, in: segment)
      if score.isHit { scores.append(score.total) }
    }
    guard let best = scores.max() else { return nil }
    do {
      let count = try TopKSearch.count(translated.query, scoringAtLeast: UInt32(best), in: segments)
      return count - scores.filter { $0 >= best }.count + 1
    } catch {
      throw NewelError(wrapping: error)
    }
  }

  func hit(
    _ scored: ScoredDocument, rank: Int, for translated: TranslatedQuery, includesMetadata: Bool
  ) throws -> SearchHit {
    let ordinal = UInt64(scored.ordinal)
    let (segment, document) = try locate(ordinal)
    let contributions = try scoredContributions(translated, document: document, in: segment).parts
    let metadata = includesMetadata ? String(decoding: try snapshot.metadata(of: ordinal), as: UTF8.self) : nil
    return SearchHit(
      rank: rank, key: try key(of: scored.ordinal), score: Double(scored.score) * translated.scoreUnit,
      integerScore: scored.score,
      contributions: contributions.filter { $0.integerAmount != 0 }
        .sorted { ($0.integerAmount, $1.token) > ($1.integerAmount, $0.token) },
      metadata: metadata)
  }

  func key(of ordinal: UInt32) throws(NewelError) -> String {
    do { return try snapshot.key(of: UInt64(ordinal)) } catch { throw NewelError(wrapping: error) }
  }

  /// What each term gives a document, the sum, and whether a search would return it.
  func scoredContributions(
    _ translated: TranslatedQuery, document: Int, in segment: SegmentIndex
  ) throws(NewelError) -> (parts: [TokenContribution], total: Int, isHit: Bool, missing: [String]) {
    let contributions: [Contribution]
    do {
      contributions = try TopKSearch.contributions(of: translated.query, to: document, in: segment)
    } catch {
      throw NewelError(wrapping: error)
    }
    let total = contributions.reduce(0) { $0 + $1.amount }
    let missing = contributions.filter { $0.term.role == .required && $0.impact == 0 }.map { name(of: $0.term.token) }
    let parts = contributions.map { part in
      TokenContribution(
        token: name(of: part.term.token), role: TokenContribution.Role(part.term.role),
        queryWeight: Double(part.term.weight) / translated.query.factor,
        documentWeight: Double(quantiser.weight(of: part.impact)),
        amount: Double(part.amount) * translated.scoreUnit, integerAmount: part.amount)
    }
    return (parts, total, total > 0 && missing.isEmpty, missing)
  }
}
