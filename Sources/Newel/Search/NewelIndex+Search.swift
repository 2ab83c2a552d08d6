internal import IndexStore
internal import InvertedIndex

/// The documents of a request before keys and reasons are looked up.
struct RankedRequest {
  let translated: TranslatedQuery
  let result: Ranking
  /// How many documents the conditions accept; nil without conditions.
  let accepted: Int?
  let reranking: RerankReport?
}

extension NewelIndex {
  /// Finds the best documents for a query.
  ///
  /// The answer is exact, the same for every algorithm to the bit, unless the request has a budget or asks for head lists; the
  /// response says which.
  ///
  /// - Parameter threads: how many segments may be searched at a time; nil for one per core. The hits are the same, the
  ///   counts of work done are not.
  /// - Throws: ``NewelError``: `invalidArgument` for a count below 1, a query or condition that cannot be read or a field that cannot
  ///   be filtered by, `nothingToSearch` for a query without a known word, `invalidInput` when the index was built without what the
  ///   request needs; for a re-ranking what ``Reranking`` cannot be done with; `damaged` when a part of the index that the query needs fails its checksum.
  public func search(_ request: SearchRequest, threads: Int? = 1) throws(NewelError) -> SearchResponse {
    let ranked = try rank(request, threads: threads)
    let (translated, result) = (ranked.translated, ranked.result)
    do {
      var hits: [SearchHit] = []
      for (place, scored) in result.hits.enumerated().dropFirst(request.offset) {
        hits.append(
          try hit(
            scored, rank: place + 1, for: translated, by: request.exactness,
            includesMetadata: request.includesMetadata))
      }
      return SearchResponse(
        hits: hits, unknownWords: translated.unknownWords, ignoredWords: translated.ignoredWords,
        substitutedWords: translated.substitutedWords, suggestions: suggestions(for: translated.unknownWords),
        expandedTokens: translated.expandedTokens,
        algorithm: result.algorithm, exact: result.exact, missedScoreBound: result.missedBound,
        postingsScored: result.counters.postingsScored, documentsScored: result.counters.documentsScored,
        blocksChecked: result.counters.blocksChecked, documentCount: documentCount,
        documentsAccepted: ranked.accepted, reranking: ranked.reranking)
    } catch {
      throw NewelError(wrapping: error)
    }
  }

  /// What a request means, the best documents up to the last one that it asks for, how many its conditions accept, and what
  /// a second opinion did.
  func rank(_ request: SearchRequest, threads: Int?) throws(NewelError) -> RankedRequest {
    try request.check()
    let parts = try parts(of: request.query, expand: request.expand)
    let translated = try translate(parts, suggests: true)
    let dense = try request.rerank.map { reranking throws(NewelError) in
      try denseQuery(for: request, reranking, parts: parts)
    }
    let filtered = try filters.filtered(request.conditions, in: self)
    let offset = min(request.offset, documentCount)
    let wanted = offset + min(request.count, max(1, documentCount - offset))
    var result: Ranking
    do {
      result = try request.ranking(
        of: translated.query, k: max(wanted, min(request.rerank?.pool ?? 0, documentCount)), in: filtered.segments,
        step: Double(quantiser.ceiling) / 255, workers: WorkerThreads.count(threads))
    } catch {
      throw NewelError(wrapping: error)
    }
    var report: RerankReport?
    if let reranking = request.rerank, let dense { (result, report) = try rerank(result, reranking, by: dense) }
    if result.hits.count > wanted { result.hits.removeLast(result.hits.count - wanted) }
    return RankedRequest(
      translated: translated, result: result, accepted: filtered.acceptedCount, reranking: report)
  }

  func hit(
    _ scored: Ranking.Entry, rank: Int, for translated: TranslatedQuery, by exactness: Exactness,
    includesMetadata: Bool
  ) throws -> SearchHit {
    let position = scored.position
    let (segment, document) = try locate(position)
    let contributions = try scoredContributions(translated, document: document, in: segment, by: exactness).parts
    let metadata = includesMetadata ? String(decoding: try snapshot.metadata(of: position), as: UTF8.self) : nil
    return SearchHit(
      rank: rank, key: try key(of: scored.position), score: scored.score, integerScore: scored.integerScore,
      contributions: contributions.filter { $0.integerAmount != 0 }
        .sorted { ($0.integerAmount, $1.token) > ($1.integerAmount, $0.token) },
      reranked: scored.reranked, metadata: metadata)
  }

  /// The key of a document, by its position.
  package func key(of position: UInt32) throws(NewelError) -> String {
    do { return try snapshot.key(of: position) } catch { throw NewelError(wrapping: error) }
  }

  /// What each term gives a document, the sum, and whether a search would return it.
  func scoredContributions(
    _ translated: TranslatedQuery, document: Int, in segment: SegmentIndex, by exactness: Exactness = .integer
  ) throws(NewelError) -> (parts: [TokenContribution], total: Int, isHit: Bool, missing: [String]) {
    let contributions: [Contribution]
    do {
      contributions = try TopKSearch.contributions(
        of: translated.query, to: document, in: segment, by: exactness.weightSource ?? .forward)
    } catch {
      throw NewelError(wrapping: error)
    }
    let total = contributions.reduce(0) { $0 + $1.amount }
    let missing = contributions.filter { $0.term.role == .required && $0.impact == 0 }.map { name(of: $0.term.token) }
    let parts = contributions.map { part in
      if exactness != .integer, let fine = part.fineImpact {
        let weight = fine * Double(quantiser.ceiling) / 255
        let amount = part.term.magnitude * weight
        return TokenContribution(
          token: name(of: part.term.token), role: translated.role(of: part.term),
          broughtBy: translated.broughtBy[part.term.token], queryWeight: part.term.magnitude, documentWeight: weight,
          amount: part.term.role == .negative ? -amount : amount, integerAmount: part.amount)
      }
      return TokenContribution(
        token: name(of: part.term.token), role: translated.role(of: part.term),
        broughtBy: translated.broughtBy[part.term.token],
        queryWeight: Double(part.term.weight) / translated.query.factor,
        documentWeight: Double(quantiser.weight(of: part.impact)),
        amount: Double(part.amount) * translated.scoreUnit, integerAmount: part.amount)
    }
    return (parts, total, total > 0 && missing.isEmpty, missing)
  }
}
