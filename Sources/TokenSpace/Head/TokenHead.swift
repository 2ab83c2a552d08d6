/// A map from dense rows to sparse vectors over a vocabulary, and the weights that words have in queries.
///
/// Everything a method folds in (means, deviations, scale, gains) is already in the encoders.
public struct TokenHead: Sendable {
  /// How the head was made: `ridge`, `stair`, `projection` or `splice`.
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
  public private(set) var provenance: [String: String]

  /// What encodes the rows of pictures.
  public let images: TokenEncoder
  /// What encodes the rows of texts; nil when queries are words only.
  public let text: TokenEncoder?
  /// Which tokens go with which in queries; nil when the head was made without.
  public let expansions: ExpansionTable?

  /// The length of the rows of pictures.
  public var dimension: Int { images.dimension }
  /// The length of the rows of texts; nil without a text side.
  public var textDimension: Int? { text?.dimension }

  /// A head of networks.
  ///
  /// - Parameter source: what errors name.
  /// - Throws: ``TokenSpaceError/damagedHead(source:section:reason:)`` when the parts do not fit together or are not finite.
  init(
    method: String, vocabulary: Vocabulary, tokenizer: Tokenizer, images: TokenNetwork, text: TokenNetwork? = nil,
    queryWeights: [Float], expansions: ExpansionTable? = nil, ceiling: Float, defaultTop: Int,
    provenance: [String: String], source: String
  ) throws(TokenSpaceError) {
    try self.init(
      method: method, vocabulary: vocabulary, tokenizer: tokenizer, imageEncoder: .network(images),
      textEncoder: text.map { .network($0) }, queryWeights: queryWeights, expansions: expansions, ceiling: ceiling,
      defaultTop: defaultTop, provenance: provenance, source: source)
  }

  /// A head from its parts.
  ///
  /// - Parameter source: what errors name.
  /// - Throws: ``TokenSpaceError/damagedHead(source:section:reason:)`` when the parts do not fit together or are not finite.
  init(
    method: String, vocabulary: Vocabulary, tokenizer: Tokenizer, imageEncoder: TokenEncoder,
    textEncoder: TokenEncoder?, queryWeights: [Float], expansions: ExpansionTable?, ceiling: Float, defaultTop: Int,
    provenance: [String: String], source: String
  ) throws(TokenSpaceError) {
    func refuse(_ section: String, _ reason: String) -> TokenSpaceError {
      .damagedHead(source: source, section: section, reason: reason)
    }
    for (encoder, prefix) in [(imageEncoder, ""), (textEncoder, "text_")] {
      if let fault = encoder?.fault(vocabularyCount: vocabulary.count) {
        throw refuse(fault.section == "metadata" ? fault.section : prefix + fault.section, fault.reason)
      }
    }
    for encoder in [imageEncoder, textEncoder].compactMap({ $0 }) where !encoder.methods.contains(method) {
      throw refuse("metadata", "the method is '\(method)', which does not go with its tensors")
    }
    if case .words(let images) = imageEncoder, case .words(let texts) = textEncoder, images.words != texts.words {
      throw refuse("words", "pictures and texts are compared with different words")
    }
    guard queryWeights.count == vocabulary.count else {
      throw refuse("query_weights", "it does not have one value per token")
    }
    if let bad = queryWeights.firstIndex(where: { !($0 >= 0 && $0.isFinite) }) {
      throw refuse("query_weights", "value \(bad) is not a finite number of 0 or more")
    }
    if let fault = expansions?.fault(vocabularyCount: vocabulary.count) { throw refuse(fault.section, fault.reason) }
    guard ceiling.isFinite, ceiling > 0 else { throw refuse("metadata", "the ceiling \(ceiling) is not above 0") }
    guard defaultTop > 0 else { throw refuse("metadata", "the default number of tokens \(defaultTop) is not above 0") }
    self.method = method
    self.vocabulary = vocabulary
    self.tokenizer = tokenizer
    self.images = imageEncoder
    self.text = textEncoder
    self.queryWeights = queryWeights
    self.expansions = expansions
    self.ceiling = ceiling
    self.defaultTop = defaultTop
    self.provenance = provenance
  }

  /// The same head with another ceiling, which must be finite and above 0.
  func with(ceiling: Float) -> TokenHead {
    var head = self
    head.ceiling = ceiling
    return head
  }

  /// The same head with another provenance.
  func with(provenance: [String: String]) -> TokenHead {
    var head = self
    head.provenance = provenance
    return head
  }

  /// The encoder of queries that belongs to this head.
  public func queryEncoder() throws(TokenSpaceError) -> QueryEncoder {
    try QueryEncoder(vocabulary: vocabulary, tokenizer: tokenizer, weights: queryWeights, expansions: expansions)
  }
}
