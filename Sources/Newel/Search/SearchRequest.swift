/// How the best documents are found. Every algorithm gives the same answer to the bit.
public enum TopKAlgorithm: String, Sendable, CaseIterable {
  /// The engine chooses.
  case auto
  /// Every posting of every query token.
  case exhaustive
  /// WAND (Broder et al. 2003).
  case wand
  /// Block-max WAND (Ding and Suel 2011).
  case bmw
  /// MaxScore (Turtle and Flood 1995).
  case maxscore
  /// Block-max MaxScore (Dimopoulos, Nepomnyachiy and Suel 2013).
  case bmm
  /// Every posting, by kernels, a chunk of documents at a time.
  case windowed
  /// Only the blocks of 64 documents that their bounds leave over, the best first.
  case superblock
  /// Document by document, by their own vectors: for conditions that few documents meet.
  case forward
}

/// How much work a search may do before it answers with what it has.
public struct SearchBudget: Sendable, Equatable {
  /// Milliseconds of search, above 0; checked every few microseconds.
  public var milliseconds: Double?
  /// Blocks of 64 documents that may be scored, at least 1.
  public var blocks: Int?

  public init(milliseconds: Double? = nil, blocks: Int? = nil) {
    self.milliseconds = milliseconds
    self.blocks = blocks
  }
}

/// What to look for and how much of it to return.
public struct SearchRequest: Sendable {
  public enum Query: Sendable {
    /// Words: `red shoe -kids sneaker^2 +leather "ankle boot"`.
    case text(String)
    /// Words without operators, such as a caption: every word adds, unknown ones are reported and left out.
    case plain(String)
    /// Weights for tokens of the vocabulary; negative ones subtract.
    case tokens([(token: String, weight: Float)])
    /// An embedding of a text, by the encoder whose embeddings the head's text side was trained on.
    case embedding([Float])
  }

  public var query: Query
  /// Number of hits to return, at least 1.
  public var count: Int
  /// Number of best hits to leave out, for the next page.
  public var offset: Int
  public var algorithm: TopKAlgorithm
  /// What hits must have in their metadata, all of it: `category=shoe`, `price!=3`, `price<20` (also `<=`, `>`, `>=`).
  ///
  /// Text is compared byte by byte, numbers by their value; an array has what any of its elements is; a dot reaches into
  /// objects (`exif.model`). A document without the field meets `!=` only.
  public var conditions: [String]
  /// A limit on the work; nil for an exact answer.
  public var budget: SearchBudget?
  /// Whether hits carry the documents' metadata.
  public var includesMetadata: Bool
  /// Which weights decide. Finer ones than integers do not go with a budget.
  public var exactness = Exactness.integer
  /// How many related tokens each word of the query brings along, the strongest; 0 for none. For indexes whose head knows
  /// which tokens are related.
  public var expand = 0
  /// Search by head lists, which is approximate; nil for an exact answer. Does not go with an algorithm or a budget.
  public var heads: HeadListSearch?

  /// A second opinion on the first hits, by dense rows; nil for none.
  public var rerank: Reranking?

  /// - Parameter query: words, in the query language.
  public init(
    _ query: String, count: Int = 10, offset: Int = 0, algorithm: TopKAlgorithm = .auto,
    conditions: [String] = [], budget: SearchBudget? = nil, includesMetadata: Bool = true
  ) {
    self.init(
      query: .text(query), count: count, offset: offset, algorithm: algorithm, conditions: conditions,
      budget: budget, includesMetadata: includesMetadata)
  }

  public init(
    query: Query, count: Int = 10, offset: Int = 0, algorithm: TopKAlgorithm = .auto,
    conditions: [String] = [], budget: SearchBudget? = nil, includesMetadata: Bool = true
  ) {
    self.query = query
    self.count = count
    self.offset = offset
    self.algorithm = algorithm
    self.conditions = conditions
    self.budget = budget
    self.includesMetadata = includesMetadata
  }
}
