/// What to put into an index. Building into a folder that is an index appends a segment to it.
public struct BuildRequest: Sendable {
  public enum Source: Sendable {
    /// Dense rows with their metadata, turned into tokens by a head.
    ///
    /// - Parameters:
    ///   - images: a `.npy` or `.npz` file, or a dump folder.
    ///   - metadata: a JSONL file, or a dump folder.
    ///   - head: the head file; nil uses the one that the index was built with.
    case dense(images: String, metadata: String, head: String?)
    /// Sparse vectors made elsewhere: Anserini JSONL, big-ann CSR or scipy NPZ.
    case sparse(vectors: String, metadata: String?, vocabulary: String?)
  }

  /// The index folder, made when it does not exist.
  public var index: String
  public var source: Source
  /// Conditions like `split=train`, all of which a row must meet.
  public var conditions: [String]
  /// Most tokens a document keeps; nil means as many as when the index was built, and for a new index what the head was
  /// trained for, or all for sparse vectors.
  public var top: Int?
  /// The metadata field that is the key; nil takes the one that the index was built with, and for a new index the first of
  /// `id`, `key` and `image_path` that the first row has, and row numbers when no row has any. A row without the field that
  /// others are called by is an error.
  public var keyField: String?
  /// The metadata field with the caption, for `inspect`; nil means the index's own, `caption` for a new one. An index has
  /// one only: appending with another is refused.
  public var captionField: String?
  /// Whether dense rows are kept for re-ranking (2 bytes per dimension); nil means as the index does, yes for a new one.
  /// All documents of an index have one or none has: appending otherwise is refused.
  public var keepsDenseRows: Bool?
  /// How documents are ordered inside the postings.
  public var order: DocumentOrder
  /// Whether segments at the end of the index are merged afterwards when there are eight of a size.
  public var mergesSegments: Bool
  /// Whether documents whose key is in the index already take the place of those there, in the same commit; otherwise such a key
  /// is refused. Of several rows with one key the last counts then.
  public var replacesDocuments = false
  /// Metadata fields whose values are kept for filters however many they are; of others conditions read the documents then. Kept by the
  /// index for what is appended later.
  public var filterFields: [String]
  /// Whether documents keep what rounding to 8 bits took from their weights, for searches by real scores (2 bytes per token of
  /// a document); nil means as the index does, no for a new one. Appending otherwise is refused.
  public var keepsFloatWeights: Bool?
  /// Whether postings have weights of 12 bits, for searches by them (half a byte per token of a document, and 4 bytes per
  /// document); nil means as the index does, no for a new one. Appending otherwise is refused.
  public var keepsFineWeights: Bool?
  /// Head lists for approximate searches: the share of each document's weight that they hold, above 0 and at most 1; nil
  /// means as the index does, none for a new one. Appending otherwise is refused.
  public var headMass: Double?
  /// Most documents in the head list of a token, the heaviest ones; nil for all. Goes with ``headMass``.
  public var headCap: Int?

  /// How the numbers of dense rows and coordinates are stored; nil means as the index does, 16-bit floats for a new one.
  /// Appending otherwise is refused.
  public var denseType: DenseType?
  /// The alignment file by which documents get coordinates, to be re-ranked by texts of another encoder or by words; nil means
  /// as the index does, none for a new one. Appending with another one is refused.
  public var alignment: String?

  /// How the numbers of dense rows are stored.
  public enum DenseType: String, Sendable, CaseIterable, Codable {
    /// 2 bytes a number.
    case float16
    /// 1 byte a number, and 4 a row.
    case int8
  }

  public init(
    index: String, source: Source, conditions: [String] = [], top: Int? = nil, keyField: String? = nil,
    captionField: String? = nil, keepsDenseRows: Bool? = nil, filterFields: [String] = [],
    order: DocumentOrder = .automatic, mergesSegments: Bool = true
  ) {
    self.index = index
    self.source = source
    self.conditions = conditions
    self.top = top
    self.keyField = keyField
    self.captionField = captionField
    self.keepsDenseRows = keepsDenseRows
    self.order = order
    self.mergesSegments = mergesSegments
    self.filterFields = filterFields
  }
}

/// What a build did.
public struct BuildReport: Sendable, Codable {
  public let index: String
  public let generation: UInt64
  public let documentsAdded: Int
  public let documentsInAll: Int
  /// Documents that were there under the same keys and went.
  public let documentsReplaced: Int
  public let postingsAdded: Int
  /// Rows that did not meet the conditions.
  public let rowsSkipped: Int
  /// The largest weight that the index can tell from larger ones, fixed when it was first built.
  public let ceiling: Double
  /// Weights above the ceiling, which count as much as the ceiling itself.
  public let weightsClipped: Int
  /// The largest of them; nil without any.
  public let largestClippedWeight: Double?
  /// Segments that were put together afterwards, 0 when there were not enough of them.
  public let segmentsMerged: Int
  /// What kept segments from being put together: one sentence. The documents are in the index all the same.
  public let mergeProblem: String?
  /// Whether the documents are called by their row numbers, because none has a key of its own.
  public let keysAreRowNumbers: Bool
  public internal(set) var seconds: Double
  /// How long each stage took, in the order in which they began.
  public internal(set) var stages: [StageTime]
}
