public import LinearAlgebra

/// A named matrix of a model that is learned, with its gradient and what the optimiser remembers of it.
public struct Parameter<Scalar: Real>: Sendable {
  /// What it is called in checkpoints, as `image.hidden`.
  public let name: String
  /// The part of the model it belongs to; learning rates are given by group, and a group without one is frozen.
  public let group: String
  /// Whether weight decay applies.
  public let decays: Bool
  /// What is learned; a vector is a matrix of one row.
  public var values: DenseMatrix<Scalar>
  /// The derivative of the loss with respect to ``values``, in the same shape.
  public var gradient: DenseMatrix<Scalar>
  /// How many steps the optimiser took on it.
  public internal(set) var stepCount = 0

  /// The running means of the gradient and of its square; empty before the first step.
  var first: [Scalar] = []
  var second: [Scalar] = []
  /// The running mean of the values; empty while none is kept.
  var average: [Scalar] = []

  init(name: String, group: String, values: DenseMatrix<Scalar>, decays: Bool) {
    self.name = name
    self.group = group
    self.decays = decays
    self.values = values
    gradient = DenseMatrix(rows: values.rows, columns: values.columns)
  }

  mutating func exchangeAverage() { swap(&values.values, &average) }

  /// The running mean of the values over the last steps, or the values themselves when none is kept.
  public var averagedValues: DenseMatrix<Scalar> {
    average.isEmpty ? values : DenseMatrix(rows: values.rows, columns: values.columns, values: average)
  }
}
