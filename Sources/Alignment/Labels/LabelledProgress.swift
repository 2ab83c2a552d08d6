/// Where a training on classes is, once per epoch.
public struct LabelledProgress: Sendable, Equatable {
  /// What is being learned, as `prior of the images`.
  public let stage: String
  /// Epochs that are done, over all stages.
  public let epoch: Int
  /// All epochs of all stages.
  public let epochs: Int
  /// The mean loss of the steps of the last epoch. Losses of different stages, and of different epochs while the loss itself changes, cannot be compared.
  public let loss: Double
  /// The mean average precision on held-out rows, of both directions together; nil where none are held out.
  public let precision: Double?
}
