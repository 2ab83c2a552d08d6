/// How an adversarial alignment of labelled pairs is learned.
public struct MASLNOptions: Sendable, Equatable {
  /// The widths of the hidden layers of the image encoder.
  public var imageLayers = [512, 100]
  /// The widths of the hidden layers of the text encoder.
  public var textLayers = [100]
  /// The number of coordinates.
  public var dimension = 40
  /// The width of the hidden layer of both decoders.
  public var decoderWidth = 100
  /// How often every pair is seen.
  public var epochs = 60
  /// Pairs in a step, about: an epoch is cut into equal batches.
  public var batchSize = 64
  /// The learning rate.
  public var rate = 1e-3
  /// The learning rate of the discriminator, as a multiple of that of all else.
  public var discriminatorRateFactor = 1.0
  /// What the cross entropy of the classes counts, of both sides together.
  public var classWeight = 1.0
  /// What the reconstruction of either side from the other counts.
  public var reconstructionWeight = 0.1
  /// What the distance between the sides of a pair counts.
  public var correlationWeight = 0.1
  /// What it counts that a discriminator tells images from texts; the encoders work against it.
  public var adversarialWeight = 0.1
  /// How rows are prepared.
  public var recipe = Preparation.Recipe.standardised
  /// What all random numbers depend on.
  public var seed: UInt64 = 1

  /// The settings for some thousand pairs.
  public init() {}

  func check() throws(AlignmentError) {
    func refuse(_ name: String, _ value: Any, _ range: String) -> AlignmentError {
      .badOption(name: name, value: "\(value)", range: range)
    }
    for width in imageLayers + textLayers + [decoderWidth] {
      guard (1...1 << 14).contains(width) else { throw refuse("width of a layer", width, "1 to \(1 << 14)") }
    }
    guard imageLayers.count <= 64, textLayers.count <= 64 else {
      throw refuse("number of layers", max(imageLayers.count, textLayers.count), "64 or less")
    }
    guard (4...1 << 14).contains(dimension) else { throw refuse("dimension", dimension, "4 to \(1 << 14)") }
    guard (1...1_000_000).contains(epochs) else { throw refuse("number of epochs", epochs, "1 to 1000000") }
    guard (2...1 << 16).contains(batchSize) else { throw refuse("batch size", batchSize, "2 to \(1 << 16)") }
    guard rate > 0, rate.isFinite else { throw refuse("rate", rate, "a number above 0") }
    guard discriminatorRateFactor > 0, discriminatorRateFactor.isFinite else {
      throw refuse("factor of the discriminator's rate", discriminatorRateFactor, "a number above 0")
    }
    for (name, weight) in [
      ("class weight", classWeight), ("reconstruction weight", reconstructionWeight),
      ("correlation weight", correlationWeight), ("adversarial weight", adversarialWeight),
    ] {
      guard weight >= 0, weight.isFinite else { throw refuse(name, weight, "a number of 0 or more") }
    }
  }

  var settings: [String: String] {
    [
      "image-layers": imageLayers.map { "\($0)" }.joined(separator: " "),
      "text-layers": textLayers.map { "\($0)" }.joined(separator: " "), "dimension": "\(dimension)",
      "decoder-width": "\(decoderWidth)", "epochs": "\(epochs)", "batch-size": "\(batchSize)", "rate": "\(rate)",
      "discriminator-rate": "\(discriminatorRateFactor)",
      "class-weight": "\(classWeight)", "reconstruction-weight": "\(reconstructionWeight)",
      "correlation-weight": "\(correlationWeight)", "adversarial-weight": "\(adversarialWeight)", "seed": "\(seed)",
    ]
  }
}
