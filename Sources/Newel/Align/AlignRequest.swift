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
    /// A network for each side, trained from classes alone, without pairs: reversible consistency; needs labels.
    case reversibleConsistency = "drcl"
    /// Encoders of labelled pairs whose coordinates tell the class and not the side; needs labels.
    case adversarial = "masln"

    /// Whether it is trained in steps.
    public var isTrained: Bool { [.contrastive, .gatedBlocks, .reversibleConsistency, .adversarial].contains(self) }
    /// Whether its training can be stopped and resumed.
    public var isResumable: Bool { [.automatic, .contrastive, .gatedBlocks, .adversarial].contains(self) }
    /// Whether it learns from classes.
    public var needsLabels: Bool {
      [.classRidge, .semantic, .semanticCorrelation, .reversibleConsistency, .adversarial].contains(self)
    }
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
  /// The field with the class of a picture, for methods that learn from classes and for precision over classes on the rows
  /// that are held out; nil without classes.
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
