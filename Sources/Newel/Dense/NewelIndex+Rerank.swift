internal import IndexStore
internal import InvertedIndex

extension NewelIndex {
  /// Orders the first hits of a ranking anew; what comes behind them stays.
  func rerank(
    _ ranking: Ranking, _ reranking: Reranking, by dense: PreparedDenseQuery
  ) throws(NewelError) -> (ranking: Ranking, report: RerankReport) {
    let pool = ranking.hits.prefix(reranking.pool)
    let weight = reranking.fusion == .weighted ? dense.weight(of: reranking) : nil
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
    let cosines = try cosines(query, of: pool.map(\.ordinal), in: dense.rows)
    let first = Reranker(fusion: reranking.fusion, weight: dense.weight(of: reranking)).order(pool, cosines: cosines)
    var result = ranking
    result.hits = first + ranking.hits.dropFirst(pool.count)
    return (
      result,
      RerankReport(
        count: first.count, fusion: reranking.fusion, weight: weight, rows: dense.rowsName, query: dense.source,
        obstacle: nil)
    )
  }

  /// The cosines of documents with a query, in their order.
  func cosines(_ query: DenseQuery, of ordinals: [UInt32], in rows: DenseRows) throws(NewelError) -> [Double] {
    var cosines = [Double](repeating: 0, count: ordinals.count)
    do {
      for segment in snapshot.segments {
        // Most indexes have one segment; then nothing is sorted out.
        let range = segment.firstOrdinal..<segment.firstOrdinal + UInt64(segment.documentCount)
        let places = ordinals.indices.filter { range.contains(UInt64(ordinals[$0])) }
        if places.isEmpty { continue }
        let documents = places.map { UInt32(UInt64(ordinals[$0]) - segment.firstOrdinal) }
        guard let found = try segment.cosines(query, documents: documents, in: rows) else { continue }
        for (place, cosine) in zip(places, found) { cosines[place] = Double(cosine) }
      }
    } catch {
      throw NewelError(wrapping: error)
    }
    return cosines
  }
}
