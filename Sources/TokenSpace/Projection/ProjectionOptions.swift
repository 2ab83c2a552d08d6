public import EmbeddingDumps

/// How a head is made from embeddings of words.
public struct ProjectionOptions: Sendable {
  /// How the tokens of a row are found; see ``WordDictionary/Rule``.
  public enum Method: String, Sendable {
    /// By comparison with every word on its own.
    case projection
    /// By writing the row as a sum of few words.
    case splice
  }

  /// How tokens are found.
  public var method: Method
  /// Which pictures to take means, frequencies and the ceiling from; nil for all.
  public var filter: MetadataFilter?
  /// What to say about the filter in the provenance.
  public var filterDescription = ""
  /// Only ``Method/projection``: how many deviations above its mean a token must be.
  public var threshold: Float = 0
  /// Only ``Method/splice``: λ, the price of a word; the larger, the fewer words.
  public var penalty: Float = 0.25
  /// How many tokens a document keeps by default.
  public var top = 64
  /// How many related tokens every token has at most; 0 for no table.
  public var relatedTokens = 16
  /// The cosine that related words have at least.
  public var relatedCosine: Float = 0.2
  /// Which share of the weights lies at or below the quantiser's ceiling.
  public var ceilingQuantile = 0.999
  /// How many rows are read at once.
  public var batchSize = 1024

  /// The defaults of a method.
  public init(method: Method) {
    self.method = method
  }

  /// Throws ``TokenSpaceError/badOption(name:value:range:)`` for the first option out of range.
  func check() throws(TokenSpaceError) {
    func require(_ condition: Bool, _ name: String, _ value: some CustomStringConvertible, _ range: String)
      throws(TokenSpaceError)
    {
      if !condition { throw .badOption(name: name, value: value.description, range: range) }
    }
    try require(threshold.isFinite && threshold >= 0, "threshold", threshold, "a finite number of 0 or more")
    try require(penalty.isFinite && penalty > 0, "penalty", penalty, "a finite number above 0")
    try require(top >= 1, "top", top, "1 or more")
    try require(relatedTokens >= 0, "number of related tokens", relatedTokens, "0 or more")
    try require((0...1).contains(relatedCosine), "cosine of related tokens", relatedCosine, "from 0 to 1")
    try require(
      ceilingQuantile > 0 && ceilingQuantile <= 1, "ceiling quantile", ceilingQuantile, "above 0 and at most 1")
    try require(batchSize >= 1, "batch size", batchSize, "1 or more")
  }
}

/// The steps of making such a head, for progress.
public enum ProjectionStage: String, Sendable {
  /// Adding up the rows.
  case means
  /// Finding how near each word is to the rows, on average.
  case comparing
  /// Encoding rows for the ceiling and the frequencies.
  case calibrating
}

/// What was found.
public struct ProjectionReport: Sendable, Equatable {
  /// The pictures that were read.
  public var rows = 0
  /// The texts that were read; 0 when the words stood for them.
  public var textRows = 0
  /// The weight at impact 255.
  public var ceiling: Float = 0
  /// The pictures that were encoded for the ceiling and the query weights.
  public var calibrationRows = 0
  /// How many tokens they have on average.
  public var tokensPerRow = 0.0
  /// How many of them had none, and so kept their best.
  public var emptyVectors = 0

  /// A report of nothing.
  public init() {}
}
