public import EmbeddingDumps

/// How a STAIR head is trained. The defaults suit dumps from some hundred rows to millions.
public struct StairOptions: Sendable {
  // What is trained on.

  /// The field of the metadata with the caption: a string, or an array of strings of which one is drawn at every step.
  public var captionField = "caption"
  /// Which rows to use; nil for all.
  public var filter: MetadataFilter?
  /// What to say about the filter in the provenance.
  public var filterDescription = ""
  /// Which rows to validate on and never to train on; nil for a seeded share of the rows.
  public var validationFilter: MetadataFilter?
  /// What to say about that filter in the provenance.
  public var validationDescription = ""
  /// The share of the rows held out when there is no filter for them; 0 for none.
  public var validationShare = 0.1
  /// How many rows are validated on at most; what is held out beyond them is not used.
  public var maximumValidationRows = 1000
  /// Where the tokens come from.
  public var vocabulary = VocabularySource.captions
  /// In how many captions a token must stand; not applied to given words.
  public var minimumDocumentFrequency = 5
  /// How many tokens to keep at most, the most frequent; not applied to given words.
  public var maximumVocabulary = 30_000
  /// Words left out; not applied to given words.
  public var stopWords = StopWords.english

  // The networks.

  /// The width of the hidden layer over pictures; 0 for a linear head.
  public var hidden = 2048
  /// The width of the hidden layers over texts.
  public var textHidden = 256

  // The course of the training.

  /// What the initial weights, the order of the rows and the noise are drawn from.
  public var seed: UInt64 = 1
  /// How many of the three stages run: 1 grounds the tokens of pictures, 2 learns the expansion of texts with the picture's
  /// side frozen, 3 trains both.
  public var stages = 3
  /// How often the first stage sees each row; nil for as often as gives some hundred steps, at least 10 times for up to
  /// 100,000 rows and less often beyond.
  public var epochs: Int?
  /// How often the second stage sees each row; nil for a fifth of the first.
  public var textEpochs: Int?
  /// How often the third stage sees each row; nil for a fifth of the first.
  public var jointEpochs: Int?
  /// Rows per step; nil for 512, and fewer where an epoch would have less than eight steps.
  public var batchSize: Int?
  /// The highest learning rate of the networks, reached after a fifth of a stage.
  public var learningRate = 1e-3
  /// The highest learning rate of the query weights.
  public var tableLearningRate = 1e-2
  /// The highest learning rate of the third stage, as a share of the others.
  public var jointRateShare = 0.1
  /// The decoupled weight decay of AdamW.
  public var weightDecay = 0.01
  /// The largest decay of the moving average of the weights, which is what is validated and saved.
  public var averageDecay = 0.998
  /// The deviation of the noise added to standardised embeddings.
  public var noise = 0.9

  // The terms of the loss.

  /// The weight of the FLOPs regulariser over pictures.
  public var flops = 0.004
  /// The weight of the FLOPs regulariser over texts; nil for a tenth of ``flops``.
  public var textFlops: Double?
  /// The weight of the listwise term, that a picture should say its caption's tokens before all others; 0 for none.
  public var say = 0.4
  /// The weight of the caption-gated token loss; 0 for none.
  public var gate = 0.0
  /// The weight of the penalty on tokens that a picture's caption does not say; 0 for none.
  public var unsaid = 0.0
  /// The weight of the term against empty vectors; 0 for none.
  public var antiZero = 0.0
  /// Whether the second stage masks texts to their own tokens with a probability that falls from 1 to 0 (D2S); else never.
  public var controlsExpansion = true

  // When it ends and what is kept.

  /// After how many validations in a row without a better one a stage ends; 0 for never, nil for a third of its epochs, and
  /// at least 4: the end of a cycle, when rates are low, is when most is gained.
  public var patience: Int?
  /// How many tokens a document keeps by default; also the number validated with.
  public var top = 64
  /// How many related tokens the expansion table keeps for each token; 0 for no table.
  public var expansions = 16
  /// Which share of the training weights lies at or below the quantiser's ceiling.
  public var ceilingQuantile = 0.999
  /// The memory in bytes that training may take; nil for no limit.
  public var memoryLimit: Int?
  /// How many rows are read at once outside of training steps.
  public var readingBatch = 1024

  /// The defaults.
  public init() {}
}
