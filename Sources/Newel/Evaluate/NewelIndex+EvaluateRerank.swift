internal import Alignment
internal import IndexStore
internal import LinearAlgebra

/// A ranking whose first hits were ordered anew, in positions.
package struct RerankedAnswer: Sendable {
  /// Best first. The scores only tell the order, and ties.
  package let hits: [(position: UInt32, score: Double)]
  /// How many were ordered anew.
  package let count: Int
  /// What it took beyond the search.
  package let duration: Duration
}

extension NewelIndex {
  /// Whether typed words can be compared with documents.
  package var hasDenseWords: Bool { get throws(NewelError) { try alignment()?.words != nil } }

  /// Whether typed words can be compared with documents together with embeddings of texts.
  package var hasDenseWordsAndTexts: Bool {
    get throws(NewelError) {
      let map = try alignment()
      return map?.words != nil && map?.dimension(.texts) != nil
    }
  }

  /// Whether texts of this length can be compared with documents.
  package func hasDenseTexts(ofDimension dimension: Int) throws(NewelError) -> Bool {
    (try alignment()?.dimension(.texts) ?? denseDimension) == dimension
  }

  /// Orders the first hits of an evaluated query anew.
  package func rerank(
    _ answer: EvaluatedQuery, of query: SearchRequest.Query, by reranking: Reranking
  ) throws(NewelError) -> RerankedAnswer {
    let clock = ContinuousClock()
    let start = clock.now
    let dense = try denseQuery(
      for: SearchRequest(query: query), reranking, parts: try parts(of: query))
    let pool = answer.hits.prefix(reranking.pool).map {
      Ranking.Entry(position: $0.position, score: Double($0.score) * answer.scoreUnit, integerScore: $0.score)
    }
    let tail = answer.hits.dropFirst(pool.count)
    guard let query = dense.query, !pool.isEmpty else {
      return RerankedAnswer(
        hits: answer.hits.map { ($0.position, Double($0.score)) }, count: 0, duration: clock.now - start)
    }
    let matches = try matches(dense, query, of: pool.map(\.position))
    let first = Reranker(fusion: reranking.fusion, weight: reranking.weight).order(pool[...], by: matches)
    let duration = clock.now - start
    // Whatever the fusion's scores are like, those behind the pool are below.
    let lowest = first.last?.score ?? 0
    let highest = tail.first.map { Double($0.score) } ?? 0
    return RerankedAnswer(
      hits: first.map { ($0.position, $0.score) }
        + tail.map { ($0.position, lowest - 1 - (highest - Double($0.score))) },
      count: first.count, duration: duration)
  }

  /// The dense side's score of every document of a gallery for a query; nil when the query says nothing to the dense rows.
  package func denseScores(
    of query: SearchRequest.Query, by reranking: Reranking, gallery: Gallery
  ) throws(NewelError) -> [Double]? {
    let dense = try denseQuery(for: SearchRequest(query: query), reranking, parts: try parts(of: query))
    guard let query = dense.query else { return nil }
    return try matches(dense, query, of: gallery.positions).map(\.score)
  }
}

extension TextRows {
  /// The embedding of a query, by its place among the queries that are evaluated.
  package func row(_ number: Int) -> [Float] { Array(rows.row(number)) }
}
