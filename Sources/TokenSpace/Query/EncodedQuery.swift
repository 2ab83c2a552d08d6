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

/// A token that a query has because of others.
public struct ExpandedTerm: Sendable, Equatable {
  /// The token.
  public var token: UInt32
  /// What it counts, above 0.
  public var weight: Float
  /// The tokens of the query that brought it, in its order.
  public var words: [UInt32]
}

/// A word of a query that the vocabulary lacks, and what it was read as.
public struct WordSubstitution: Sendable, Equatable {
  /// In which way tokens were found.
  public enum Kind: String, Sendable, Equatable {
    /// The singular of a plural or the plural of a singular: `sneakers` as `sneaker`.
    case inflection
    /// Two words for one: `tshirt` as `t` and `shirt`.
    case split
    /// One word for two: `t-shirt` as `tshirt`.
    case joined
  }

  /// The word as it was understood.
  public var word: String
  /// What stands for it.
  public var tokens: [UInt32]
  /// In which way it was found.
  public var kind: Kind
}

/// A query in tokens, and what could not be expressed.
public struct EncodedQuery: Sendable, Equatable {
  /// Distinct tokens in the order of the query, then those of ``expanded``. Plain and required words weigh more than 0,
  /// negative ones less; a token asked for several times has the sum, and is absent when the sum is 0.
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

  /// Words that were read as others, each once.
  public var substitutions: [WordSubstitution] = []
  /// Tokens that the query does not have itself, the heaviest first; they are among the terms.
  public var expanded: [ExpandedTerm] = []

  /// A query of nothing.
  public init() {}
}
