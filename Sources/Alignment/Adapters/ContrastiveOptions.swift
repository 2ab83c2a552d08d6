/// How contrastive adapters are trained.
public struct ContrastiveOptions: Sendable, Equatable {
  /// The number of coordinates.
  public var dimension = 512
  /// How often every picture is seen, each time with one of its texts.
  public var epochs = 10
  /// Pairs in a step, each the others' negatives.
  public var batchSize = 512
  /// The learning rate at the start; it falls to 0 along half a cosine.
  public var rate = 1e-3
  /// The share of the weights that a step takes away, times the rate.
  public var weightDecay = 0.1
  /// The length of the noise added to the unit rows of every step; about 1 with fewer than a thousand pairs, 0 with many. With
  /// words, to those of pictures alone.
  public var noise = 0.0
  /// One over the first scale of the cosines; the scale is learned.
  public var temperature = 0.07
  /// Whether training starts from canonical correlation instead of from random weights.
  public var startsFromCorrelation = true
  /// The regularisation of that start; about 1 when there are no more pairs than dimensions.
  public var regularisation = 0.01
  /// With words: the share of a caption's words that a step leaves out.
  public var wordDropout = 0.0
  /// With words: the learning rate of their table, as a multiple of that of the adapters.
  public var wordRateFactor = 1.0
  /// What all random numbers depend on.
  public var seed: UInt64 = 1

  /// The settings for some ten thousand pairs.
  public init() {}

  /// The settings for some ten thousand pictures with captions: noise on pictures alone keeps their words from being learned
  /// by heart.
  public static var manyCaptions: ContrastiveOptions {
    var options = ContrastiveOptions()
    options.noise = 0.3
    return options
  }

  /// The settings for about a thousand pictures, where the danger is to learn them by heart.
  public static var fewPairs: ContrastiveOptions {
    var options = ContrastiveOptions()
    options.dimension = 256
    options.epochs = 60
    options.batchSize = 200
    options.weightDecay = 0.3
    options.noise = 1
    options.regularisation = 1
    return options
  }

  /// The settings for some ten thousand pairs with gated blocks, which learn them by heart without noise.
  public static var manyPairsWithBlocks: ContrastiveOptions {
    var options = ContrastiveOptions()
    options.epochs = 15
    options.noise = 0.4
    return options
  }

  /// The settings for about a thousand pictures with gated blocks.
  public static var fewPairsWithBlocks: ContrastiveOptions {
    var options = fewPairs
    options.noise = 1.5
    options.rate = 5e-4
    return options
  }

  func check() throws(AlignmentError) {
    func refuse(_ name: String, _ value: String, _ range: String) -> AlignmentError {
      .badOption(name: name, value: value, range: range)
    }
    guard (1...1 << 14).contains(dimension) else { throw refuse("dimension", "\(dimension)", "1 to \(1 << 14)") }
    guard (1...1_000_000).contains(epochs) else { throw refuse("number of epochs", "\(epochs)", "1 to 1000000") }
    guard (2...1 << 14).contains(batchSize) else { throw refuse("batch size", "\(batchSize)", "2 to \(1 << 14)") }
    guard rate > 0, rate.isFinite else { throw refuse("learning rate", "\(rate)", "a number above 0") }
    guard weightDecay >= 0, weightDecay * rate < 1 else { throw refuse("weight decay", "\(weightDecay)", "0 or more") }
    guard noise >= 0, noise.isFinite else { throw refuse("noise", "\(noise)", "a number of 0 or more") }
    guard (0..<1).contains(wordDropout) else { throw refuse("word dropout", "\(wordDropout)", "0 or more and below 1") }
    guard wordRateFactor > 0, wordRateFactor.isFinite else {
      throw refuse("factor of the words' rate", "\(wordRateFactor)", "a number above 0")
    }
    guard temperature >= 1 / ContrastiveModel<Float>.largestScale, temperature <= 10 else {
      throw refuse("temperature", "\(temperature)", "0.01 to 10")
    }
  }

  var settings: [String: String] {
    [
      "dimension": "\(dimension)", "epochs": "\(epochs)", "batch-size": "\(batchSize)", "rate": "\(rate)",
      "weight-decay": "\(weightDecay)", "noise": "\(noise)", "temperature": "\(temperature)",
      "start": startsFromCorrelation ? "correlation" : "random", "regularisation": "\(regularisation)",
      "word-dropout": "\(wordDropout)", "word-rate": "\(wordRateFactor)", "seed": "\(seed)",
    ]
  }
}
