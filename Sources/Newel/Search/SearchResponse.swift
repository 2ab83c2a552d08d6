/// One document that was found, and why.
public struct SearchHit: Sendable, Codable {
  /// 1 for the best hit of all pages.
  public let rank: Int
  /// The key its owner gave it.
  public let key: String
  /// The sum of the contributions: query weight times document weight. Of a hit that was re-ranked its new score.
  public let score: Double
  /// The same sum in the integers that decide the order, before any re-ranking.
  public let integerScore: UInt32
  /// What each query token gave, the largest first; they add up to the score (``RerankedScore/sparseScore`` of a hit that was
  /// re-ranked).
  public let contributions: [TokenContribution]
  /// The two parts of a new score; nil for a hit that was not re-ranked.
  public let reranked: RerankedScore?
  /// The document's metadata, one JSON object; nil when not asked for.
  public let metadata: String?
}

/// What one query token gives one document.
public struct TokenContribution: Sendable, Codable {
  public let token: String
  public enum Role: String, Sendable, Codable {
    /// Adds to the score.
    case plain
    /// Adds to the score, and a hit must have it.
    case required
    /// Subtracts from the score.
    case negative
    /// Adds to the score, and stands in the query because words of it brought it.
    case expanded
  }
  public let role: Role
  /// The words of the query that brought an expanded token; nil for tokens of the query itself.
  public let broughtBy: [String]?
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
  /// Words of the query that the vocabulary does not have; the answer is without them. Of a word that it has in part the
  /// unknown pieces, with the word: `##ers (in sneakers)`.
  public let unknownWords: [String]
  /// Stop words, punctuation and words that cancel each other out, left out on purpose.
  public let ignoredWords: [String]
  /// Words of the query that were read as others, because the vocabulary has those.
  public let substitutedWords: [SubstitutedWord]
  /// For unknown words what may have been meant; those with nothing near are left out.
  public let suggestions: [WordSuggestion]
  /// The tokens that the words of the query brought along, the heaviest first.
  public let expandedTokens: [ExpandedToken]
  /// The algorithm that ran.
  public let algorithm: String
  /// Whether these are the best documents, in order, and by which scores; not when a budget was spent or head lists were read
  /// and something better may have been missed.
  public let exact: AnswerExactness
  /// When not exact: no document outside the answer scores more than this; nil when that is not known.
  public let missedScoreBound: Double?
  public let postingsScored: Int
  public let documentsScored: Int
  public let blocksChecked: Int
  /// Documents in the snapshot that was searched.
  public let documentCount: Int
  /// Documents that the request's conditions accept; nil without conditions.
  public let documentsAccepted: Int?
  /// What a second opinion did; nil unless the request asked for one.
  public let reranking: RerankReport?
}
