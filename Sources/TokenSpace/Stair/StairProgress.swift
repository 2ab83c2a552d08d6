/// The steps of a STAIR training.
public enum StairStage: Int, Sendable, CaseIterable {
  /// Reading the captions: for the vocabulary, then for the token sets.
  case reading
  /// Finding the mean and the deviation of the embeddings.
  case scaling
  /// Stage 1: the tokens of pictures, from texts masked to their own tokens.
  case grounding
  /// Stage 2: the expansion of texts, with the picture's side frozen.
  case expanding
  /// Stage 3: both sides.
  case joining
  /// Finding the ceiling of the quantiser.
  case calibrating

  /// The stages that train, in their order.
  static let training: [StairStage] = [.grounding, .expanding, .joining]

  /// What people call it.
  public var name: String {
    switch self {
    case .reading: "reading captions"
    case .scaling: "reading embeddings"
    case .grounding: "grounding"
    case .expanding: "expanding"
    case .joining: "joining"
    case .calibrating: "calibrating"
    }
  }
}

/// How far a STAIR training has come.
public struct StairProgress: Sendable {
  public let stage: StairStage
  /// Rows done of this stage, over all its epochs.
  public let done: Int
  /// Rows of this stage.
  public let total: Int
  /// The mean loss of the last steps; nil while nothing is trained.
  public var loss: Double?
  /// The last validation; nil before the first.
  public var quality: ServingQuality?
}

/// What happened in a training, over its steps.
public struct StairHistory: Sendable, Equatable {
  /// The mean of some steps.
  public struct Losses: Sendable, Equatable {
    /// Steps done, counted over all stages.
    public var step: Int
    /// All terms together.
    public var total: Double
    /// The contrastive term alone.
    public var contrastive: Double
  }

  /// One validation.
  public struct Validation: Sendable, Equatable {
    /// Steps done, counted over all stages.
    public var step: Int
    public var quality: ServingQuality
  }

  public internal(set) var losses: [Losses] = []
  public internal(set) var validations: [Validation] = []
  /// The step with which each stage that came to an end ended.
  public internal(set) var stageEnds: [Int] = []

  /// Nothing happened.
  public init() {}
}

/// What a STAIR training found.
public struct StairReport: Sendable {
  /// The rows trained on.
  public var rows = 0
  /// The rows validated on.
  public var validationRows = 0
  /// The rows that passed the filter and have no caption.
  public var rowsWithoutCaption = 0
  /// The rows left out because no caption has a token of the vocabulary.
  public var rowsWithoutToken = 0
  /// The number of tokens of the head.
  public var vocabularyCount = 0
  /// The tokens that no sampled training picture has.
  public var deadTokens = 0
  /// How often the bias of a dead token was raised.
  public var revivals = 0
  /// The most frequent token, when more than 30 % of the sampled pictures have it.
  public var crowdedToken: String?
  /// The weight at impact 255.
  public var ceiling: Float = 0
  /// The quality of the head on the validation rows; nil without any.
  public var quality: ServingQuality?
  /// The curve of the training.
  public var history = StairHistory()

  /// A report of nothing.
  public init() {}
}
