import LinearAlgebra

/// A map from dense rows to sparse vectors over a vocabulary: `w = log1p(relu(W · x + b))`, of which the strongest count.
///
/// Everything a method folds in (means, deviations, scale) is already in `W` and `b`.
public struct TokenHead: Sendable {
  /// How the head was made; `ridge` so far.
  public let method: String
  /// The tokens it speaks; a token's number is its position here.
  public let vocabulary: Vocabulary
  /// How captions were cut into tokens, and queries are.
  public let tokenizer: Tokenizer
  /// One weight per token for queries, finite and 0 or more.
  public let queryWeights: [Float]
  /// The weight that an 8-bit impact of 255 stands for; larger ones are clipped. Finite and above 0.
  public private(set) var ceiling: Float
  /// How many tokens a document keeps unless asked otherwise; at least 1.
  public let defaultTop: Int
  /// What it was trained from and how, for people to read. Holds no date: the same input gives the same file.
  public let provenance: [String: String]

  /// `[tokens × dimension]`.
  let weights: Matrix
  /// One per token.
  let bias: [Float]

  /// The length of the rows it takes.
  public var dimension: Int { weights.columns }

  /// A head from its parts.
  ///
  /// - Parameter source: what errors name.
  /// - Throws: ``TokenSpaceError/damagedHead(source:section:reason:)`` when the parts do not fit together or are not finite.
  init(
    method: String, vocabulary: Vocabulary, tokenizer: Tokenizer, weights: Matrix, bias: [Float], queryWeights: [Float],
    ceiling: Float, defaultTop: Int, provenance: [String: String], source: String
  ) throws(TokenSpaceError) {
    func refuse(_ section: String, _ reason: String) -> TokenSpaceError {
      .damagedHead(source: source, section: section, reason: reason)
    }
    guard weights.rows == vocabulary.count, weights.columns > 0 else {
      throw refuse("weight", "its shape is \(weights.rows) × \(weights.columns) for \(vocabulary.count) tokens")
    }
    guard bias.count == vocabulary.count else { throw refuse("bias", "it does not have one value per token") }
    guard queryWeights.count == vocabulary.count else {
      throw refuse("query_weights", "it does not have one value per token")
    }
    if let bad = weights.values.firstIndex(where: { !$0.isFinite }) {
      throw refuse("weight", "value \(bad) is not finite")
    }
    if let bad = bias.firstIndex(where: { !$0.isFinite }) { throw refuse("bias", "value \(bad) is not finite") }
    if let bad = queryWeights.firstIndex(where: { !($0 >= 0 && $0.isFinite) }) {
      throw refuse("query_weights", "value \(bad) is not a finite number of 0 or more")
    }
    guard ceiling.isFinite, ceiling > 0 else { throw refuse("metadata", "the ceiling \(ceiling) is not above 0") }
    guard defaultTop > 0 else { throw refuse("metadata", "the default number of tokens \(defaultTop) is not above 0") }
    self.method = method
    self.vocabulary = vocabulary
    self.tokenizer = tokenizer
    self.queryWeights = queryWeights
    self.ceiling = ceiling
    self.defaultTop = defaultTop
    self.provenance = provenance
    self.weights = weights
    self.bias = bias
  }

  /// The same head with another ceiling, which must be finite and above 0.
  func with(ceiling: Float) -> TokenHead {
    var head = self
    head.ceiling = ceiling
    return head
  }

  /// The encoder of queries that belongs to this head.
  public func queryEncoder() throws(TokenSpaceError) -> QueryEncoder {
    try QueryEncoder(vocabulary: vocabulary, tokenizer: tokenizer, weights: queryWeights)
  }
}
