/// How to train a head that turns dense rows into tokens.
public struct TrainRequest: Sendable {
  public enum Method: String, Sendable, CaseIterable {
    /// Closed-form least squares from embeddings to caption tokens.
    case ridge
    /// A network trained by contrast, so that pictures and captions find each other by few shared tokens.
    case stair
    /// No training: comparison with the embeddings of the words themselves, in spaces that pictures and texts share.
    case projection
    /// No training: pictures as sums of few words' embeddings, in spaces that pictures and texts share.
    case splice
  }

  public var method: Method
  /// A `.npy` or `.npz` file, or a dump folder.
  public var images: String
  /// A JSONL file, or a dump folder. Methods that read no captions need it for conditions only.
  public var metadata: String?
  /// Where the head is written; an existing file is replaced when all went well.
  public var output: String
  public var conditions: [String]
  public var captionField: String
  /// A vocabulary file, one token per line; nil takes the words of the captions.
  public var vocabulary: String?
  /// Captions a word must be in to enter the vocabulary.
  public var minimumDocumentFrequency: Int
  /// Tokens a picture keeps.
  public var top: Int
  /// Ridge penalty as a share of the number of rows; nil for the default.
  public var penalty: Double?
  /// What only the method ``Method/stair`` reads.
  public var stair = StairSettings()
  /// What only the methods ``Method/projection`` and ``Method/splice`` read.
  public var projection = ProjectionSettings()

  public init(
    method: Method = .ridge, images: String, metadata: String?, output: String, conditions: [String] = [],
    captionField: String = "caption", vocabulary: String? = nil, minimumDocumentFrequency: Int = 5, top: Int = 64,
    penalty: Double? = nil
  ) {
    self.method = method
    self.images = images
    self.metadata = metadata
    self.output = output
    self.conditions = conditions
    self.captionField = captionField
    self.vocabulary = vocabulary
    self.minimumDocumentFrequency = minimumDocumentFrequency
    self.top = top
    self.penalty = penalty
  }
}

/// What training did.
public struct TrainReport: Sendable, Codable {
  public let output: String
  public let method: String
  /// The rows trained on.
  public let rows: Int
  public let dimension: Int
  public let vocabularyCount: Int
  public let ceiling: Double
  public internal(set) var seconds: Double
  /// The rows held out for validation; nil for methods without.
  public internal(set) var validationRows: Int?
  /// What the head reached on them.
  public internal(set) var validation: TrainingCourse.Validation?
  /// Tokens that no sampled training row has.
  public internal(set) var deadTokens: Int?
  /// The most frequent token when more than 30 % of the rows have it.
  public internal(set) var crowdedToken: String?
  /// Where a training stands that can be gone on from.
  public internal(set) var checkpoint: String?
  /// How the training went; nil for methods that solve in one step.
  public internal(set) var course: TrainingCourse?
}
