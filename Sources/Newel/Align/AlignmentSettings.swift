/// What the methods of an alignment can be told; what is nil has a default that fits the number of pairs.
public struct AlignmentSettings: Sendable {
  public enum Side: String, Sendable, CaseIterable {
    case images
    case texts
  }

  /// The side that is mapped onto the other, for methods that map one.
  public var from: Side?
  /// How rows are prepared: `none`, `unit`, `unit-centred`, `standardised` or `standardised-unit-centred`.
  public var preparation: String?
  /// The penalty of ridge regression.
  public var penalty: Double?
  /// The penalty of the way from texts to images, where there are two.
  public var textPenalty: Double?
  /// What is added to covariances, as a share of their mean variance.
  public var regularisation: Double?
  /// How many directions are kept.
  public var rank: Int?
  /// The power of its correlation by which a direction is multiplied.
  public var weightPower: Double?
  /// How many anchors are kept.
  public var keep: Int?
  /// The power that cosines to anchors are raised to.
  public var power: Double?
  /// One over the penalty of logistic regression.
  public var strength: Double?
  /// Coordinates of trained adapters.
  public var dimension: Int?
  /// Gated blocks behind each adapter.
  public var blocks: Int?
  /// How often training sees each picture.
  public var epochs: Int?
  /// Pairs in a step.
  public var batch: Int?
  /// The width of hidden layers.
  public var hidden: Int?
  /// The highest learning rate of the images' network, where the sides learn apart.
  public var imageRate: Double?
  /// The highest learning rate of the texts' network, where the sides learn apart.
  public var textRate: Double?
  /// What the classes count.
  public var classWeight: Double?
  /// What the reconstruction of either side from the other counts.
  public var reconstructionWeight: Double?
  /// What the distance between the sides of a pair counts.
  public var correlationWeight: Double?
  /// What it counts that a discriminator can tell the sides apart, which the encoders work against.
  public var adversarialWeight: Double?
  /// Which prior is taken: `training`, `validation` or `orthogonal`.
  public var prior: String?
  /// The highest learning rate.
  public var learningRate: Double?
  /// The share of the weights that a step takes away, times the rate.
  public var weightDecay: Double?
  /// The length of the noise on rows of length 1.
  public var noise: Double?
  /// The penalty of words.
  public var wordPenalty: Double?
  /// The share of a caption's words that a step of training leaves out.
  public var wordDropout: Double?
  /// The learning rate of words in training, as a multiple of that of the adapters.
  public var wordRate: Double?
  /// Where the state of a training is written after every epoch; nil for nowhere.
  public var checkpoint: String?
  /// The checkpoint of the same training to go on from; nil to begin.
  public var resume: String?
  /// What all random numbers are drawn from: the same seed gives the same alignment.
  public var seed: UInt64 = 1

  /// All defaults.
  public init() {}
}
