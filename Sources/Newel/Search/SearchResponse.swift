/// One document that was found, and why.
public struct SearchHit: Sendable, Codable {
  /// 1 for the best hit of all pages.
  public let rank: Int
  /// The key its owner gave it.
  public let key: String
  /// The sum of the contributions: query weight times document weight.
  public let score: Double
  /// The same sum in the integers that decide the order.
  public let integerScore: UInt32
  /// What each query token gave, the largest first; they add up to the score.
  public let contributions: [TokenContribution]
  /// The document's metadata, one JSON object; nil when not asked for.
  public let metadata: String?
}

/// What one query token gives one document.
public struct TokenContribution: Sendable, Codable {
  public let token: String
  public enum Role: String, Sendable, Codable { case plain, required, negative }
  public let role: Role
  /// The query's weight of the token, as used.
  public let queryWeight: Double
  /// The document's weight of the token, 0 when it has none.
  public let documentWeight: Double
  /// Their product, negative for a negative token.
  public let amount: Double
  /// The product in integers, `16-bit query weight · 8-bit impact`.
  public let integerAmount: Int
}

/// The answer to a search.
public struct SearchResponse: Sendable, Codable {
  /// Best first: score descending, then insertion order.
  public let hits: [SearchHit]
  /// Words of the query that the vocabulary does not have; the answer is without them.
  public let unknownWords: [String]
  /// Stop words and punctuation of the query, left out on purpose.
  public let ignoredWords: [String]
  /// The algorithm that ran.
  public let algorithm: String
  /// Whether these are the best documents, in order; false only when a budget was spent before that was certain.
  public let exact: Bool
  /// When not exact: no document outside the answer scores more than this.
  public let missedScoreBound: Double?
  public let postingsScored: Int
  public let documentsScored: Int
  public let blocksChecked: Int
  /// Documents in the snapshot that was searched.
  public let documentCount: Int
  /// Documents that the request's conditions accept; nil without conditions.
  public let documentsAccepted: Int?
}
