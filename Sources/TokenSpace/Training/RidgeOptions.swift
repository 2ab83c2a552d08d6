public import EmbeddingDumps

/// Where a head takes its tokens from.
public enum VocabularySource: Sendable {
  /// The frequent words of the captions.
  case captions
  /// Exactly these words, in their order, found or not in the captions.
  case words(Vocabulary)
  /// The pieces of a WordPiece vocabulary that are frequent in the captions. Special and unused pieces, stop words and
  /// punctuation are left out, and so are pieces no caption has: they could never be active.
  case wordPiece(Vocabulary)

  /// What a vocabulary file is meant as: pieces when it has `[UNK]`, else words.
  public static func file(_ vocabulary: Vocabulary) -> VocabularySource {
    WordPiece.recognises(vocabulary) ? .wordPiece(vocabulary) : .words(vocabulary)
  }

  /// What cuts captions and queries into these tokens.
  func tokenizer() throws(TokenSpaceError) -> Tokenizer {
    guard case .wordPiece(let pieces) = self else { return .word }
    return .wordPiece(try WordPiece(pieces))
  }
}

/// How a ridge head is trained.
public struct RidgeOptions: Sendable {
  /// The field of the metadata with the caption: a string, or an array of strings that count as one.
  public var captionField = "caption"
  /// Which rows to train on; nil for all.
  public var filter: MetadataFilter?
  /// What to say about the filter in the provenance.
  public var filterDescription = ""
  /// Where the tokens come from.
  public var vocabulary = VocabularySource.captions
  /// In how many captions a token must stand; not applied to given words.
  public var minimumDocumentFrequency = 5
  /// How many tokens to keep at most, the most frequent; not applied to given words.
  public var maximumVocabulary = 30_000
  /// Words left out; not applied to given words.
  public var stopWords = StopWords.english
  /// The regularisation per training row: λ of the normal equations is this times the number of rows. The columns are
  /// standardised, so 1 shrinks the average direction by half.
  ///
  /// nil stands for λ = 0.01 · rows + 0.5 · dimension. The second part is what keeps few rows from being learned by heart:
  /// the best λ found on 1,000, 5,000 and 38,000 rows of one collection was about the same number.
  public var relativeLambda: Double?
  /// How much of a token's mean target stands in its logits, from 0 to 1. With 1 a logit is an estimate of how probable
  /// the token is, and frequent tokens fill every vector; with 0 it is what the picture adds to the mean.
  public var baseRateShare: Float = 0.5
  /// What logits are multiplied with before `log1p`: how strongly large predictions are damped against small ones.
  public var scale: Float = 10
  /// How many tokens a document keeps by default.
  public var top = 64
  /// Which share of the training weights lies at or below the quantiser's ceiling.
  public var ceilingQuantile = 0.999
  /// How many rows are read at once.
  public var batchSize = 1024

  /// The defaults.
  public init() {}

  /// λ of the normal equations for so many rows of so many columns.
  func lambda(rows: Int, dimension: Int) -> Double {
    relativeLambda.map { $0 * Double(rows) } ?? 0.01 * Double(rows) + 0.5 * Double(dimension)
  }

  /// Throws ``TokenSpaceError/badOption(name:value:range:)`` for the first option out of range.
  func check() throws(TokenSpaceError) {
    func require(_ condition: Bool, _ name: String, _ value: some CustomStringConvertible, _ range: String)
      throws(TokenSpaceError)
    {
      if !condition { throw .badOption(name: name, value: value.description, range: range) }
    }
    try require(minimumDocumentFrequency >= 1, "minimum document frequency", minimumDocumentFrequency, "1 or more")
    try require(maximumVocabulary >= 1, "maximum vocabulary", maximumVocabulary, "1 or more")
    if let relativeLambda {
      try require(
        relativeLambda > 0 && relativeLambda.isFinite, "penalty", relativeLambda, "a finite number above 0")
    }
    try require((0...1).contains(baseRateShare), "share of the base rate", baseRateShare, "from 0 to 1")
    try require(scale > 0 && scale.isFinite, "scale", scale, "a finite number above 0")
    try require(top >= 1, "top", top, "1 or more")
    try require(
      ceilingQuantile > 0 && ceilingQuantile <= 1, "ceiling quantile", ceilingQuantile, "above 0 and at most 1")
    try require(batchSize >= 1, "batch size", batchSize, "1 or more")
  }
}

/// The steps of a training, for progress.
public enum RidgeStage: String, Sendable {
  /// Counting the tokens of the captions.
  case counting
  /// Summing the normal equations.
  case accumulating
  /// Solving them.
  case solving
  /// Finding the ceiling of the quantiser.
  case calibrating
}

/// What a training found.
public struct RidgeReport: Sendable, Equatable {
  /// The rows trained on.
  public var rows = 0
  /// The rows that passed the filter and have no caption; not trained on.
  public var rowsWithoutCaption = 0
  /// The trained rows none of whose caption's tokens are in the vocabulary.
  public var rowsWithoutToken = 0
  /// The number of tokens of the head.
  public var vocabularyCount = 0
  /// The tokens no caption has; 0 unless words were given.
  public var unseenTokens = 0
  /// The distinct tokens of a caption that are in the vocabulary, on average.
  public var tokensPerCaption = 0.0
  /// λ of the normal equations.
  public var lambda = 0.0
  /// The weight at impact 255.
  public var ceiling: Float = 0
  /// The training rows that were encoded to find the ceiling.
  public var calibrationRows = 0
  /// Their weights, and how many of them are above the ceiling.
  public var calibrationWeights = 0
  public var clippedWeights = 0
  /// How many of them had no positive logit.
  public var emptyVectors = 0

  /// A report of nothing.
  public init() {}
}
