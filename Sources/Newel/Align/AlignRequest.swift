/// How to fit an alignment: what brings pictures, texts and words into one space.
public struct AlignRequest: Sendable {
  public enum Method: String, Sendable, CaseIterable {
    /// ``contrastive`` with 5,000 pairs or more, else ``ridgeBoth``, or ``ridge`` where there are captions only.
    case automatic = "auto"
    /// Least squares without a penalty.
    case leastSquares = "least-squares"
    /// A rotation from one space into the other.
    case procrustes
    /// Least squares with a penalty.
    case ridge
    /// Ridge regression both ways; the cosines count one half each.
    case ridgeBoth = "ridge-both"
    /// Regularised canonical correlation analysis, directions weighted by their correlations.
    case correlation = "cca"
    /// Whitening, rotation, and the whitening undone.
    case whitened
    /// Cosines to the training pairs, of which the strongest are kept.
    case anchors = "asif"
    /// Linear adapters trained so that pairs are nearer than all others of a batch.
    case contrastive
    /// The same adapters with gated blocks behind them; needs rows of texts.
    case gatedBlocks = "gmlp"
    /// Ridge regression onto classes; needs labels.
    case classRidge = "class-ridge"
    /// Semantic matching: logistic regression onto classes; needs labels.
    case semantic = "sm"
    /// Semantic matching over canonical directions; needs labels.
    case semanticCorrelation = "scm"

    /// Whether it is trained in steps.
    public var isTrained: Bool { [.contrastive, .gatedBlocks].contains(self) }
    /// Whether it learns from classes.
    public var needsLabels: Bool { [.classRidge, .semantic, .semanticCorrelation].contains(self) }
    /// Whether it can do with captions in place of rows of texts.
    public var worksOnCaptions: Bool { [.automatic, .ridge, .contrastive].contains(self) }
  }

  public var method: Method
  /// Rows of pictures: a `.npy` or `.npz` file, or a dump folder.
  public var images: String
  /// Rows of texts: one for each picture, as many for each, or one for each caption; nil for captions alone.
  public var texts: String?
  /// A JSONL file or a dump folder, with captions, labels and what conditions are about; nil for rows alone.
  public var metadata: String?
  /// Where the alignment is written; an existing one is replaced when all went well.
  public var output: String
  /// Which rows are used.
  public var conditions: [String] = []
  /// Which rows are validated on and never fitted; empty for a tenth of the rows, at most 1,000.
  public var validationConditions: [String] = []
  public var captionField = "caption"
  /// The field with the class of a picture; nil without classes.
  public var labelField: String?
  /// A head whose tokens the words are, so that queries of an index built with it are understood.
  public var head: String?
  /// A vocabulary file in place of a head; nil, and no head, takes the words of the captions.
  public var vocabulary: String?
  /// Captions a word must be in, where the captions give the words.
  public var minimumDocumentFrequency = 2
  /// Whether words are fitted when there are captions.
  public var fitsWords = true
  public var settings = AlignmentSettings()

  public init(method: Method = .automatic, images: String, texts: String?, metadata: String?, output: String) {
    self.method = method
    self.images = images
    self.texts = texts
    self.metadata = metadata
    self.output = output
  }
}

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
  /// What all random numbers are drawn from: the same seed gives the same alignment.
  public var seed: UInt64 = 1

  /// All defaults.
  public init() {}
}
