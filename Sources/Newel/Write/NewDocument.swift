/// A document on its way into an index that exists.
public struct NewDocument: Sendable {
  /// What its words are made of.
  public enum Content: Sendable {
    /// An embedding, by the encoder whose embeddings the index's head was trained on.
    case embedding([Float])
    /// Weights for tokens, for an index of sparse vectors made elsewhere; weights are finite and not negative.
    case tokens([(token: String, weight: Float)])
  }

  /// The name its owner calls it by; unique in the index, 1 to 4,096 bytes.
  public var key: String
  public var content: Content
  /// One JSON object; shown with hits, and what conditions ask.
  public var metadata: String

  public init(key: String, content: Content, metadata: String = "{}") {
    self.key = key
    self.content = content
    self.metadata = metadata
  }
}

/// What changes of a session did; nothing of it is visible before the commit.
public struct ChangeReport: Sendable, Codable, Equatable {
  /// Documents that were added, those that took another's place included.
  public var added = 0
  /// Documents whose key was there already and that were replaced, metadata updates included.
  public var replaced = 0
  /// Documents that were deleted without another one in their place.
  public var deleted = 0
  /// Keys that no document has, in the order in which they were asked for.
  public var unknownKeys: [String] = []
  /// Weights above the scales of the index, which count only as much as those.
  public var weightsClipped = 0

  public init() {}

  public mutating func add(_ other: ChangeReport) {
    added += other.added
    replaced += other.replaced
    deleted += other.deleted
    unknownKeys += other.unknownKeys
    weightsClipped += other.weightsClipped
  }
}

/// What a commit of a session did.
public struct CommitSummary: Sendable, Codable, Equatable {
  /// The number of the commit; that of the one before when there was nothing to commit.
  public let generation: UInt64
  /// Documents that the commit added, and deleted; a replaced one counts in both.
  public let documentsAdded: Int
  public let documentsDeleted: Int
  /// Documents of the index after it.
  public let documentCount: Int
  public let bytesAdded: Int
}
