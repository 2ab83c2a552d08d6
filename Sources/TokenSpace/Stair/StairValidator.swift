import EmbeddingDumps
import LinearAlgebra

/// Measures a model on the held-out rows at the state in which it would serve.
struct StairValidator: Sendable {
  let dump: EmbeddingDump
  let bags: CaptionBags
  let exporter: StairExporter

  /// With how many related tokens for each word queries are expanded.
  private static let expansions = 8
  /// What the weights of related tokens may be multiplied by. The words' network learns what to add to whole captions; what
  /// it gives for single words, put together, is too much.
  private static let scales: [Float] = [1, 0.5, 0.25, 0.125, 0.0625]
  private static let usualScale: Float = 0.25

  /// - Parameter expands: whether to measure queries with expansions too.
  func quality(of model: StairModel<Float>, expands: Bool) throws(TokenSpaceError) -> ServingQuality {
    let wanted = expands && exporter.options.expansions > 0
    let head = try exporter.head(of: model, expanding: wanted ? tokens : nil, expansionScale: Self.usualScale)
    return try quality(of: head, ceiling: nil)
  }

  /// The scale with which related tokens find the most of the held-out pictures; the usual one without any.
  func expansionScale(of model: StairModel<Float>, ceiling: Float) throws(TokenSpaceError) -> Float {
    guard bags.rowCount > 1 else { return Self.usualScale }
    let head = try exporter.head(of: model, expanding: tokens)
    guard let table = head.expansions else { return Self.usualScale }
    let vectors = try vectors(of: head)
    var best = (scale: Self.usualScale, found: -1.0)
    for scale in Self.scales {
      let quality = ServingJudge(bags: bags).quality(
        of: vectors, ceiling: ceiling, queryWeights: head.queryWeights
      ) { Self.query($0, head.queryWeights, table, scale: scale) }
      // The larger scale wins a tie: it does more where captions are short.
      if let found = quality.expanded?.mean, found > best.found { best = (scale, found) }
    }
    return best.scale
  }

  /// The quality of a finished head.
  ///
  /// - Parameter ceiling: the weight of impact 255; nil for the quantile of the held-out rows themselves.
  func quality(of head: TokenHead, ceiling: Float?) throws(TokenSpaceError) -> ServingQuality {
    let vectors = try vectors(of: head)
    let ceiling = ceiling ?? ServingJudge.ceiling(of: vectors, quantile: exporter.options.ceilingQuantile)
    return ServingJudge(bags: bags).quality(
      of: vectors, ceiling: ceiling, queryWeights: head.queryWeights,
      expand: head.expansions.map { table in { Self.query($0, head.queryWeights, table) } })
  }

  private func vectors(of head: TokenHead) throws(TokenSpaceError) -> [[TokenWeight]] {
    var vectors: [[TokenWeight]] = []
    let batch = exporter.options.readingBatch
    for start in stride(from: 0, to: bags.rowCount, by: batch) {
      let numbers = Array(bags.rowNumbers[start..<min(bags.rowCount, start + batch)])
      vectors += try head.encode(try ColumnScaling.read(dump, numbers), top: exporter.options.top)
    }
    return vectors
  }

  /// The tokens of the held-out captions.
  private var tokens: [UInt32] {
    Set((0..<bags.captionCount).flatMap { bags.tokens(of: $0) }).sorted()
  }

  /// The tokens of a caption with their related ones; a token that several bring has the largest of their weights.
  private static func query(
    _ tokens: ArraySlice<UInt32>, _ weights: [Float], _ table: ExpansionTable, scale: Float = 1
  ) -> [TokenWeight] {
    var related: [UInt32: Float] = [:]
    for token in tokens {
      for term in table.related(to: token, limit: expansions) where !tokens.contains(term.token) {
        related[term.token] = max(related[term.token] ?? 0, scale * term.weight)
      }
    }
    return tokens.map { TokenWeight(token: $0, weight: weights[Int($0)]) }
      + related.sorted { $0.key < $1.key }.map { TokenWeight(token: $0.key, weight: $0.value) }
  }
}
