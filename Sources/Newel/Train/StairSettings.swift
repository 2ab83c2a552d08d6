/// How a STAIR head is trained; what is nil has a default that fits the number of rows.
public struct StairSettings: Sendable {
  /// What all random numbers are drawn from: the same seed gives the same head.
  public var seed: UInt64?
  /// Dense rows of the captions, row for row with the images: a `.npy` or `.npz` file, or a dump folder.
  public var texts: String?
  /// Which rows to validate on and never to train on; empty for a tenth of the rows, at most 1,000.
  public var validationConditions: [String] = []
  /// How many of the three stages run, from 1.
  public var stages: Int?
  /// How often the first stage sees each row.
  public var epochs: Int?
  /// How often the second stage sees each row.
  public var textEpochs: Int?
  /// How often the third stage sees each row.
  public var jointEpochs: Int?
  /// Rows per step.
  public var batch: Int?
  /// The width of the hidden layer; 0 for a linear head.
  public var hidden: Int?
  /// The highest learning rate.
  public var learningRate: Double?
  /// The deviation of the noise on standardised embeddings.
  public var noise: Double?
  /// The weight of the FLOPs regulariser: the larger, the fewer tokens a picture has.
  public var flops: Double?
  /// The weight of the listwise term, that a picture should say its caption's tokens before all others.
  public var say: Double?
  /// The weight of the caption-gated token loss.
  public var gate: Double?
  /// The weight of the penalty on tokens that the caption does not say.
  public var unsaid: Double?
  /// The weight of the term against empty vectors.
  public var antiZero: Double?
  /// Whether texts are masked to their own tokens less and less often in the second stage (D2S).
  public var controlsExpansion: Bool?
  /// How many related tokens the expansion table keeps for each token; 0 for no table.
  public var expansions: Int?
  /// After how many validations without a better one a stage ends; 0 for never.
  public var patience: Int?
  /// Where the state is written after every epoch; nil for only when the training is stopped, beside the output.
  public var checkpoint: String?
  /// A checkpoint to go on from.
  public var resume: String?
  /// The memory in bytes that training may take; nil for four fifths of the machine's.
  public var memoryLimit: Int?

  /// All defaults.
  public init() {}
}
