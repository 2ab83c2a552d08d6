/// The words a picture has in the index.
public struct Inspection: Sendable, Codable {
  public let key: String
  /// Position in insertion order.
  public let position: UInt32
  /// The caption, or captions joined by line breaks, when the metadata has one.
  public let caption: String?
  /// Heaviest first.
  public let tokens: [ActivatedToken]
  /// Tokens of the document beyond those listed.
  public let omittedTokens: Int
  /// The share of the caption's words that are among all tokens of the document, 0...1; stop words and words that the vocabulary
  /// lacks are left out. Nil without a caption, or without such a word in it.
  public let captionShare: Double?
  /// Words of the caption, as tokens, that the vocabulary has and the document lacks, in the order of the caption; stop words are
  /// left out.
  public let missingWords: [String]
  /// Words of the caption that the vocabulary does not have, each once; no head can give them to a document.
  public let unknownWords: [String]
}

/// One token of a document.
public struct ActivatedToken: Sendable, Codable {
  public let token: String
  /// 1 for the heaviest of the document.
  public let rank: Int
  public let weight: Double
  /// 8-bit impact, 1...255.
  public let impact: UInt8
  /// In how many documents of the index the token occurs.
  public let documentFrequency: Int
  /// Whether the document's caption has it; nil without a caption.
  public let inCaption: Bool?
}

/// Why a document has the score it has for a query.
public struct Explanation: Sendable, Codable {
  public let query: String
  public let key: String
  /// The sum of all amounts.
  public let score: Double
  public let integerScore: Int
  /// Whether a search for the query under the conditions would return the document at all.
  public let isHit: Bool
  /// Whether the document meets the conditions; nil without conditions.
  public let isAccepted: Bool?
  /// Required tokens the document lacks.
  public let missingRequired: [String]
  /// Every token of the query, those that give nothing included; the largest amount first.
  public let contributions: [TokenContribution]
  /// Words of the query that the vocabulary does not have.
  public let unknownWords: [String]
  /// Stop words, punctuation and words that cancel each other out, left out on purpose.
  public let ignoredWords: [String]
  /// Words of the query that were read as others, because the vocabulary has those.
  public let substitutedWords: [SubstitutedWord]
  /// For unknown words what may have been meant; those with nothing near are left out.
  public let suggestions: [WordSuggestion]
  /// The tokens that the words of the query brought along, the heaviest first.
  public let expandedTokens: [ExpandedToken]
  /// With a re-ranking the rank of the document among the hits, its new score and the parts of that; nil when it is not among
  /// those that are re-ranked.
  public internal(set) var rank: Int?
  public internal(set) var rerankedScore: Double?
  public internal(set) var reranked: RerankedScore?
  /// What a second opinion did; nil unless one was asked for.
  public internal(set) var reranking: RerankReport?
}

/// What the index knows of one word.
public struct TokenReport: Sendable, Codable {
  public let token: String
  public let documentFrequency: Int
  public let documentCount: Int
  /// The weight a query gives the token.
  public let queryWeight: Double
  /// The documents that have most of it.
  public let strongest: [SearchHit]
}

/// Sizes and settings of an index.
public struct IndexStatistics: Sendable, Codable {
  public let path: String
  public let generation: UInt64
  public let documentCount: Int
  public let postingCount: Int
  public let meanTokensPerDocument: Double
  public let vocabularyCount: Int
  /// Tokens with at least one posting.
  public let usedTokens: Int
  /// The most frequent tokens and their document frequencies.
  public let mostFrequentTokens: [TokenCount]
  public let segments: [SegmentStatistics]
  public let ceiling: Double
  public let head: String?
  public let tokenizer: String
  public let denseDimension: Int?
  /// How the numbers of dense rows and coordinates are stored, `float16` or `int8`; nil in an index with neither.
  public let denseType: String?
  /// How the alignment was fitted; nil for an index without.
  public let alignment: String?
  /// How many coordinates the alignment gives each document; nil for an index without.
  public let coordinateCount: Int?
  /// Bytes of the float weights, part of the forward files; nil in an index without.
  public let floatWeightBytes: Int?
  /// Bytes in the postings files by which impacts become weights of 12 bits; nil for an index without.
  public let fineWeightBytes: Int?
  /// The share of each document's weight in head lists; nil in an index without.
  public let headMass: Double?
  /// Most documents in the head list of a token; nil for all.
  public let headCap: Int?
  /// Bytes of the head lists, part of the forward files; nil in an index without.
  public let headListBytes: Int?
  /// Bytes per kind of file: `postings`, `forward`, `documents`, `vectors`, `coordinates`, `alignment`, `head`, `vocabulary`,
  /// `catalog`.
  public let bytesByKind: [String: Int]
  /// Their sum.
  public let byteCount: Int
  /// The metadata fields of the documents, by name.
  public let filterFields: [FilterField]

  /// A metadata field that conditions can name.
  public struct FilterField: Sendable, Codable {
    public let name: String
    /// Different values; nil for a field that the index cannot filter by, because they are too many and were not asked for.
    public let valueCount: Int?
  }

  public struct TokenCount: Sendable, Codable {
    public let token: String
    public let documentFrequency: Int
  }

  public struct SegmentStatistics: Sendable, Codable {
    public let name: String
    public let documentCount: Int
    public let postingCount: Int
    /// How documents are ordered inside the postings: `none`, `bp` or `bp-full`.
    public let order: String
  }
}

/// The outcome of a verification.
public struct VerificationReport: Sendable, Codable {
  public let path: String
  public let level: String
  public let filesChecked: Int
  public let bytesChecked: Int
  /// One sentence per problem; empty when the index is sound.
  public let problems: [String]
  /// One sentence for everything that is worth knowing and not wrong.
  public let notes: [String]

  public var isSound: Bool { problems.isEmpty }
}
