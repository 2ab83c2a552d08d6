import Learning
import LinearAlgebra

/// The pairs of one training step.
struct StairBatch<Scalar: Real>: Sendable {
  /// The rows of the pictures, standardised, with noise when wanted.
  var images: DenseMatrix<Scalar>
  /// The rows of the texts, standardised, for shapes with a text dimension.
  var texts: DenseMatrix<Scalar>?
  /// The tokens of every caption, each ascending and below the number of tokens.
  var captions: SparseTargets
  /// The pairs that must not be pushed apart.
  var falseNegatives: FalseNegatives

  /// A batch; ``StairModel/backpropagate(_:_:)`` checks it.
  init(
    images: DenseMatrix<Scalar>, texts: DenseMatrix<Scalar>? = nil, captions: SparseTargets,
    falseNegatives: FalseNegatives
  ) {
    self.images = images
    self.texts = texts
    self.captions = captions
    self.falseNegatives = falseNegatives
  }
}
