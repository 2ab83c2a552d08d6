/// A hit of a batch: its place, without the reasons and the metadata that ``SearchHit`` has.
public struct RankedHit: Sendable, Codable, Equatable {
  /// 1 for the best.
  public let rank: Int
  /// The key its owner gave it.
  public let key: String
  public let score: Double
  /// The same score in the integers that decide the order.
  public let integerScore: UInt32
  /// The two parts of a new score; nil for a hit that was not re-ranked.
  public let reranked: RerankedScore?
}

/// The answer to one query of a batch.
public struct BatchAnswer: Sendable, Codable, Equatable {
  /// Best first: score descending, then insertion order.
  public let hits: [RankedHit]
  /// Words of the query that the vocabulary does not have; the answer is without them. Of a word that it has in part the
  /// unknown pieces, with the word: `##ers (in sneakers)`.
  public let unknownWords: [String]
  /// Stop words, punctuation and words that cancel each other out, left out on purpose.
  public let ignoredWords: [String]
  /// Words of the query that were read as others, because the vocabulary has those.
  public let substitutedWords: [SubstitutedWord]
  /// Whether the hits are the best there are, and by which scores.
  public let exact: AnswerExactness
  /// When not exact, the most that a document left out can score; nil when that is not known.
  public let missedScoreBound: Double?
  /// What a second opinion did; nil unless the request asked for one.
  public let reranking: RerankReport?
}
