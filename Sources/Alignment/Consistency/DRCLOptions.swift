/// How reversible consistency is learned.
public struct DRCLOptions: Sendable, Equatable {
  /// Which prior is taken of those that either side learned.
  public enum PriorChoice: String, Sendable, CaseIterable {
    /// That of the side whose own rows it classifies with the higher mean chance, as published. It rewards learning by heart.
    case training
    /// That of the side whose held-out rows it classifies with the higher mean chance.
    case validation
    /// None of them: directions at right angles, drawn at random. For comparisons.
    case orthogonal
  }

  /// The number of coordinates; at least the number of classes.
  public var dimension = 256
  /// The width of both hidden layers.
  public var hidden = 512
  /// Epochs of either stage.
  public var epochs = 200
  /// Rows in a step, about: an epoch is cut into equal batches, so that no rows are left over.
  public var batchSize = 1024
  /// The learning rate of the image network.
  public var imageRate = 1e-4
  /// The learning rate of the text network.
  public var textRate = 1e-3
  /// The learning rate of both networks while the prior is learned.
  public var priorRate = 5e-4
  /// Which prior is taken.
  public var priorChoice = PriorChoice.training
  /// How much a mixed row keeps of the first of its two rows, above 0 to 1; 1 mixes nothing.
  public var mixing = 0.9
  /// What the loss of relations counts.
  public var relationWeight = 0.1
  /// What the squared distance to the reconstruction counts.
  public var distanceWeight = 0.1
  /// The share of the rows that is held out to choose the epoch with the best precision; 0 takes the last epoch.
  public var heldOut = 0.1
  /// How rows are prepared.
  public var recipe = Preparation.Recipe.standardised
  /// What all random numbers depend on.
  public var seed: UInt64 = 1

  /// The settings for some thousand rows of some hundred numbers.
  public init() {}

  func check() throws(AlignmentError) {
    func refuse(_ name: String, _ value: Any, _ range: String) -> AlignmentError {
      .badOption(name: name, value: "\(value)", range: range)
    }
    guard (1...1 << 14).contains(dimension) else { throw refuse("dimension", dimension, "1 to \(1 << 14)") }
    guard (1...1 << 14).contains(hidden) else { throw refuse("hidden width", hidden, "1 to \(1 << 14)") }
    guard (1...1_000_000).contains(epochs) else { throw refuse("number of epochs", epochs, "1 to 1000000") }
    guard (2...1 << 16).contains(batchSize) else { throw refuse("batch size", batchSize, "2 to \(1 << 16)") }
    for (name, rate) in [("image rate", imageRate), ("text rate", textRate), ("prior rate", priorRate)] {
      guard rate > 0, rate.isFinite else { throw refuse(name, rate, "a number above 0") }
    }
    guard mixing > 0, mixing <= 1 else { throw refuse("mixing", mixing, "above 0 to 1") }
    for (name, weight) in [("relation weight", relationWeight), ("distance weight", distanceWeight)] {
      guard weight >= 0, weight.isFinite else { throw refuse(name, weight, "a number of 0 or more") }
    }
    guard heldOut >= 0, heldOut <= 0.5 else { throw refuse("held-out share", heldOut, "0 to 0.5") }
  }

  var settings: [String: String] {
    [
      "dimension": "\(dimension)", "hidden": "\(hidden)", "epochs": "\(epochs)", "batch-size": "\(batchSize)",
      "image-rate": "\(imageRate)", "text-rate": "\(textRate)", "prior-rate": "\(priorRate)",
      "prior-choice": priorChoice.rawValue, "mixing": "\(mixing)", "relation-weight": "\(relationWeight)",
      "distance-weight": "\(distanceWeight)", "held-out": "\(heldOut)", "seed": "\(seed)",
    ]
  }
}
