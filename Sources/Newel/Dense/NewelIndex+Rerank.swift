internal import IndexStore
internal import InvertedIndex

extension NewelIndex {
  /// Orders the first hits of a ranking anew; what comes behind them stays.
  func rerank(
    _ ranking: Ranking, _ reranking: Reranking, by dense: PreparedDenseQuery
  ) throws(NewelError) -> (ranking: Ranking, report: RerankReport) {
    let pool = ranking.hits.prefix(reranking.pool)
    let weight = reranking.fusion == .weighted ? reranking.weight : nil
    guard let query = dense.query, !pool.isEmpty else {
      let obstacle =
        dense.query == nil ? "The alignment of '\(path)' knows none of the query's words; the hits are as found." : nil
      return (
        ranking,
        RerankReport(
          count: 0, fusion: reranking.fusion, weight: weight, rows: dense.rowsName, query: dense.source,
          obstacle: obstacle)
      )
    }
    let matches = try matches(dense, query, of: pool.map(\.position))
    let first = Reranker(fusion: reranking.fusion, weight: reranking.weight).order(pool, by: matches)
    var result = ranking
    result.hits = first + ranking.hits.dropFirst(pool.count)
    return (
      result,
      RerankReport(
        count: first.count, fusion: reranking.fusion, weight: weight, rows: dense.rowsName, query: dense.source,
        obstacle: nil)
    )
  }

  /// How documents compare with a query, in their order.
  func matches(
    _ dense: PreparedDenseQuery, _ query: DenseQuery, of positions: [UInt32]
  ) throws(NewelError) -> [DenseMatch] {
    var matches = [DenseMatch](repeating: DenseMatch(cosine: 0), count: positions.count)
    do {
      for segment in snapshot.segments {
        // Most indexes have one segment; then nothing is sorted out.
        let range = segment.firstPosition..<segment.firstPosition + UInt32(truncatingIfNeeded: segment.documentCount)
        let places = positions.indices.filter { range.contains(positions[$0]) }
        if places.isEmpty { continue }
        let documents = places.map { positions[$0] - segment.firstPosition }
        guard let found = try segment.cosines(query, documents: documents, in: dense.rows) else { continue }
        let hubness = dense.weighsHubness ? try segment.hubness(of: documents) : nil
        for (number, place) in places.enumerated() {
          matches[place] = DenseMatch(cosine: Double(found[number]), hubness: hubness.map { Double($0[number]) })
        }
      }
    } catch {
      throw NewelError(wrapping: error)
    }
    return matches
  }
}

/// How a document compares with a dense query.
struct DenseMatch {
  let cosine: Double
  /// The mean cosine of the document with the queries that are nearest to it; nil where nothing is known about it.
  var hubness: Double?

  /// What documents are ordered by: the cosine, less half of what the document has with everything (Conneau and others, ICLR
  /// 2018).
  var score: Double { cosine - (hubness ?? 0) / 2 }
}
