/// A token with a weight.
public struct TokenWeight: Sendable, Equatable {
  /// The position of the token in the vocabulary.
  public var token: UInt32
  /// The weight; the context says which sign and range.
  public var weight: Float

  /// A token with a weight.
  public init(token: UInt32, weight: Float) {
    self.token = token
    self.weight = weight
  }
}

/// A query in tokens, and what could not be expressed.
public struct EncodedQuery: Sendable, Equatable {
  /// Distinct tokens in the order of the query. Plain and required words weigh more than 0, negative ones less; a token
  /// asked for several times has the sum, and is absent when the sum is 0.
  public var terms: [TokenWeight] = []
  /// One list per required clause: all of its tokens must be in a document.
  public var required: [[UInt32]] = []
  /// What of the query has no token, each once: words as they were understood, and of a word that is known in part its
  /// unknown pieces, with the word: `##ers (in sneakers)`.
  public var unknown: [String] = []
  /// Required words with no token at all. When there are any, no document can match.
  public var unknownRequired: [String] = []
  /// Tokens that the query wants as much as it does not want them, so that they count nothing: `red -red`.
  public var cancelled: [UInt32] = []
  /// Stop words, punctuation and words of weight 0: left out on purpose, each once.
  public var ignored: [String] = []

  /// A query of nothing.
  public init() {}
}
