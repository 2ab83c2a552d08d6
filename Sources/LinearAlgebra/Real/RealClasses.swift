/// From chances of classes to a loss.
public protocol RealClasses: BinaryFloatingPoint, Sendable {
  /// The mean over the rows of `(1 - sᵠ) / q` with `s = Σ targets · chances`, or of `-log s` when `exponent` q is 0; and in the
  /// place of the chances its gradient with respect to the logits they are the softmax of:
  /// `-(1/rows) · s^(q-1) · chance · (target - s)`.
  ///
  /// - Parameters:
  ///   - chances: rows of positive numbers with the sum 1.
  ///   - targets: rows of the same length, 0 or more, usually with the sum 1. `s` counts as 10⁻⁷ where it is less.
  ///   - exponent: from 0 to 1.
  /// - Source: Zhang and Sabuncu, "Generalized cross entropy loss for training deep neural networks with noisy labels"
  ///   (NeurIPS 2018).
  static func generalisedCrossEntropy(
    _ chances: inout DenseMatrix<Self>, targets: DenseMatrix<Self>, exponent: Double
  ) -> Double
}
