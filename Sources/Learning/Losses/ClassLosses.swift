public import LinearAlgebra

/// Generalised cross entropy of logits: between the cross entropy (`exponent` 0), which learns fast, and the mean absolute error
/// (1), which forgives wrong labels.
///
/// - Parameters:
///   - logits: `[rows × classes]`; becomes the gradient of the loss.
///   - targets: `[rows × classes]`, 0 or more, each row with the sum 1.
///   - exponent: from 0 to 1.
/// - Returns: the mean over the rows.
/// - Source: Zhang and Sabuncu, "Generalized cross entropy loss for training deep neural networks with noisy labels"
///   (NeurIPS 2018).
public func generalisedCrossEntropy<Scalar: Real>(
  _ logits: inout DenseMatrix<Scalar>, targets: DenseMatrix<Scalar>, exponent: Double
) -> Double {
  var logSums = [Scalar](repeating: 0, count: logits.rows)
  Scalar.softmaxRows(&logits, logSums: &logSums)
  return Scalar.generalisedCrossEntropy(&logits, targets: targets, exponent: exponent)
}

/// The cross entropy of logits, with the same arguments: `-mean log softmax` of the target.
public func crossEntropy<Scalar: Real>(_ logits: inout DenseMatrix<Scalar>, targets: DenseMatrix<Scalar>) -> Double {
  generalisedCrossEntropy(&logits, targets: targets, exponent: 0)
}
