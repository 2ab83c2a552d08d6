import Glibc
import Learning
import LinearAlgebra

/// Two affine maps into one space, learned so that the rows of a pair are nearer to each other than to all others of a batch.
///
/// With unit rows `f = norm(x A + a)` and `g = norm(t B + b)`, the loss is the symmetric cross entropy of `s · f gᵀ`, whose
/// diagonal holds the pairs.
/// - Source: Radford and others, "Learning transferable visual models from natural language supervision" (ICML 2021).
struct ContrastiveModel<Scalar: Real>: Sendable {
  /// The group of all parameters in the optimiser.
  static var group: String { "adapter" }
  /// The largest scale of the cosines.
  static var largestScale: Double { 100 }

  var parameters = ParameterSet<Scalar>()
  let images: Linear<Scalar>
  let texts: Linear<Scalar>
  /// The place of the logarithm of the scale.
  let scale: Int

  private var imageRows = DenseMatrix<Scalar>(rows: 0, columns: 0)
  private var textRows = DenseMatrix<Scalar>(rows: 0, columns: 0)
  private var imageGradient = DenseMatrix<Scalar>(rows: 0, columns: 0)
  private var textGradient = DenseMatrix<Scalar>(rows: 0, columns: 0)
  private var cosines = DenseMatrix<Scalar>(rows: 0, columns: 0)

  /// - Parameter temperature: one over the first scale.
  init(imageDimension: Int, textDimension: Int, outputs: Int, temperature: Double, random: inout SplitMix64) {
    images = Linear(
      "images", group: Self.group, inputs: imageDimension, outputs: outputs, bias: .zero, in: &parameters,
      random: &random)
    texts = Linear(
      "texts", group: Self.group, inputs: textDimension, outputs: outputs, bias: .zero, in: &parameters,
      random: &random)
    scale = parameters.add(
      "scale", group: Self.group, DenseMatrix(rows: 1, columns: 1, values: [Scalar(-log(temperature))]), decays: false)
  }

  /// The loss of a batch of pairs, row for row; leaves the gradients in ``parameters``.
  mutating func backpropagate(
    images x: DenseMatrix<Scalar>, texts t: DenseMatrix<Scalar>, falseNegatives: FalseNegatives = FalseNegatives()
  ) throws(LearningError) -> Double {
    let count = x.rows
    var imageLengths = [Scalar](repeating: 0, count: count)
    var textLengths = imageLengths
    try images.forward(x, parameters, into: &imageRows)
    try texts.forward(t, parameters, into: &textRows)
    Scalar.unitRows(&imageRows, lengths: &imageLengths)
    Scalar.unitRows(&textRows, lengths: &textLengths)

    let factor = Scalar(exp(Double(parameters[scale].values.values[0])))
    cosines.setShape(rows: count, columns: count)
    try multiply(imageRows, textRows, transposeB: true, alpha: factor, into: &cosines)
    var scores = cosines
    falseNegatives.mask(&scores)
    let loss = Scalar.symmetricCrossEntropy(&scores)

    var scaleGradient = 0.0
    for place in scores.values.indices {
      scaleGradient += Double(scores.values[place]) * Double(cosines.values[place])
    }
    parameters[scale].gradient.values[0] = Scalar(scaleGradient)
    imageGradient.setShape(rows: count, columns: imageRows.columns)
    textGradient.setShape(rows: count, columns: textRows.columns)
    try multiply(scores, textRows, alpha: factor, into: &imageGradient)
    try multiply(scores, transposeA: true, imageRows, alpha: factor, into: &textGradient)
    Scalar.unitRowsBackward(imageRows, lengths: imageLengths, gradient: &imageGradient)
    Scalar.unitRowsBackward(textRows, lengths: textLengths, gradient: &textGradient)
    try images.backward(imageGradient, input: x, &parameters)
    try texts.backward(textGradient, input: t, &parameters)
    return loss
  }

  /// Keeps the scale below its limit after a step.
  mutating func clampScale() {
    parameters[scale].values.values[0] = min(parameters[scale].values.values[0], Scalar(log(Self.largestScale)))
  }
}
