/// From logits to weights of tokens, and from scores to losses.
public protocol RealScores: BinaryFloatingPoint, Sendable {
  /// `w = log1p(relu(x))`.
  ///
  /// - Parameters:
  ///   - columnSums: receives the sum of every column of `w`.
  ///   - rowSums: receives the sum of every row of `w`.
  /// - Returns: how many elements of `w` are not 0.
  static func tokenWeights(
    _ x: DenseMatrix<Self>, into w: inout DenseMatrix<Self>, columnSums: inout [Self], rowSums: inout [Self]
  ) -> Int

  /// The way back through ``tokenWeights(_:into:columnSums:rowSums:)`` with two penalties on the way:
  /// `gradient = (gradient + columnTerms + scale · w) · exp(-w)` where `w > 0`, and 0 elsewhere.
  ///
  /// - Parameter sums: receives the sum of every column of the new gradient.
  static func tokenWeightsBackward(
    _ w: DenseMatrix<Self>, columnTerms: [Self], scale: Self, gradient: inout DenseMatrix<Self>, sums: inout [Self])

  /// Writes the logarithm of the sum of exponentials of every row.
  static func rowLogSums(_ x: DenseMatrix<Self>, into logSums: inout [Self])

  /// Adds `scales · exp(x - logSums)`, row by row, to `gradient`, and the sums of what was added to `sums`.
  static func addSoftmax(
    _ x: DenseMatrix<Self>, logSums: [Self], scales: [Self], to gradient: inout DenseMatrix<Self>,
    sums: inout [Self])

  /// Replaces every row by its softmax; `logSums` receives the logarithms of the sums of exponentials.
  static func softmaxRows(_ x: inout DenseMatrix<Self>, logSums: inout [Self])

  /// The symmetric cross entropy of a square matrix of scores whose diagonal holds the pairs that belong together,
  /// `-½ · mean(log softmax of row i at i) - ½ · mean(log softmax of column i at i)`, and in place its gradient.
  ///
  /// Elements of -1e30 or less take no part.
  static func symmetricCrossEntropy(_ scores: inout DenseMatrix<Self>) -> Double
}
