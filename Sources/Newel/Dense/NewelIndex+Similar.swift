internal import IndexStore
internal import InvertedIndex

extension NewelIndex {
  /// Finds the documents that are most like one of the index.
  ///
  /// - Throws: ``NewelError``: `notFound` for a key that no document has, `invalidArgument` for numbers and conditions as in
  ///   ``search(_:threads:)``, and for dense rows of an index that keeps none; `nothingToSearch` for a document without
  ///   tokens or with a dense row of zeros; `damaged` when a part of the index that is needed fails its checksum.
  public func similar(_ request: SimilarRequest, threads: Int? = 1) throws(NewelError) -> SimilarResponse {
    try request.check()
    let position = try position(of: request.key)
    let dense = request.basis == .sparse ? nil : try denseQuery(like: position, key: request.key)
    let translated = try translated(like: position, isNeeded: request.basis != .dense, key: request.key)
    let filtered = try filters.filtered(request.conditions, in: self)
    let offset = min(request.offset, documentCount)
    let wanted = offset + min(request.count, max(1, documentCount - offset))
    var found: [Ranking.Entry]
    var report: RerankReport?
    if request.basis == .dense, let dense {
      found = try nearest(dense, count: wanted, except: position, in: filtered.segments)
    } else {
      let pool = request.basis == .both ? min(request.rerank.pool, documentCount) : 0
      var ranking: Ranking
      do {
        guard let translated else { throw nothing(request.key) }
        // One more, because the document itself is the best of all.
        ranking = try SearchRequest("").ranking(
          of: translated.query, k: max(wanted, pool) + 1, in: filtered.segments,
          step: Double(quantiser.ceiling) / 255, workers: WorkerThreads.count(threads))
      } catch {
        throw NewelError(wrapping: error)
      }
      ranking.hits.removeAll { $0.position == position }
      if let dense { (ranking, report) = try rerank(ranking, request.rerank, by: dense) }
      found = ranking.hits
    }
    do {
      var hits: [SearchHit] = []
      for (place, entry) in found.prefix(wanted).enumerated().dropFirst(request.offset) {
        hits.append(
          try hit(entry, rank: place + 1, sharing: translated, includesMetadata: request.includesMetadata))
      }
      return SimilarResponse(
        key: request.key, basis: request.basis, hits: hits, documentCount: documentCount,
        documentsAccepted: filtered.acceptedCount, reranking: report)
    } catch {
      throw NewelError(wrapping: error)
    }
  }

  private func nothing(_ key: String) -> NewelError {
    NewelError(
      .nothingToSearch,
      "The document '\(key)' has no tokens, so nothing is like it by them; compare dense rows with --by dense.")
  }

  /// The sparse vector of a document as a query; nil when it has no tokens and they are not needed.
  private func translated(
    like position: UInt32, isNeeded: Bool, key: String
  ) throws(NewelError) -> TranslatedQuery? {
    let (segment, document) = try locate(position)
    do {
      let postings = try segment.forwardVector(of: document)
      if postings.isEmpty {
        if isNeeded { throw nothing(key) }
        return nil
      }
      return try translate(
        QueryParts(weights: postings.map { (token: $0.token, weight: quantiser.weight(of: $0.impact)) }))
    } catch {
      throw NewelError(wrapping: error)
    }
  }

  /// The dense row of a document as a query, or its coordinates.
  private func denseQuery(like position: UInt32, key: String) throws(NewelError) -> PreparedDenseQuery {
    let rows: DenseRows = denseDimension == nil ? .coordinates : .raw
    let row: [Float]?
    do { row = try snapshot.denseRow(of: position, in: rows) } catch { throw NewelError(wrapping: error) }
    guard let row else {
      throw NewelError(
        .invalidArgument,
        "'\(path)' keeps no dense rows to compare documents by; compare tokens with --by sparse, or build it with "
          + "--dense-rows.")
    }
    guard let query = DenseQuery(row) else {
      throw NewelError(
        .nothingToSearch,
        "The dense row of '\(key)' is all zeros and has no direction; compare tokens with --by sparse.")
    }
    return PreparedDenseQuery(query: query, rows: rows, source: "document")
  }

  /// The documents with the largest cosines, by looking at all of them.
  private func nearest(
    _ dense: PreparedDenseQuery, count: Int, except position: UInt32, in segments: [PlacedSegment]
  ) throws(NewelError) -> [Ranking.Entry] {
    var nearest = NearestRows(capacity: count)
    if let query = dense.query {
      do {
        for (placed, segment) in zip(segments, snapshot.segments) {
          for start in stride(from: 0, to: segment.documentCount, by: Self.scanBatch) {
            let documents = (start..<min(start + Self.scanBatch, segment.documentCount)).filter {
              placed.accepted?.contains(document: $0) ?? true
                && segment.firstPosition + UInt32(truncatingIfNeeded: $0) != position
            }.map { UInt32($0) }
            let cosines = try segment.cosines(query, documents: documents, in: dense.rows) ?? []
            for (document, cosine) in zip(documents, cosines) {
              nearest.offer(placed.firstPosition + document, cosine)
            }
          }
        }
      } catch {
        throw NewelError(wrapping: error)
      }
    }
    return nearest.sorted().map {
      Ranking.Entry(position: $0.position, score: Double($0.cosine), integerScore: 0)
    }
  }

  /// Documents whose cosines are computed at a time.
  private static let scanBatch = 4096

  /// A hit, and the tokens that it shares with the document of `translated`.
  private func hit(
    _ entry: Ranking.Entry, rank: Int, sharing translated: TranslatedQuery?, includesMetadata: Bool
  ) throws -> SearchHit {
    if let translated {
      return try hit(entry, rank: rank, for: translated, by: .integer, includesMetadata: includesMetadata)
    }
    let metadata =
      includesMetadata ? String(decoding: try snapshot.metadata(of: entry.position), as: UTF8.self) : nil
    return SearchHit(
      rank: rank, key: try key(of: entry.position), score: entry.score, integerScore: entry.integerScore,
      contributions: [], reranked: entry.reranked, metadata: metadata)
  }
}
