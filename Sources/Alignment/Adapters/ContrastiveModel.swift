import Glibc
import Learning
import LinearAlgebra

/// Two maps into one space, learned so that the rows of a pair are nearer to each other than to all others of a batch.
///
/// With unit rows `f = norm(F(x))` and `g = norm(G(t))`, where F and G are an affine map each and perhaps gated blocks, the loss is the symmetric cross entropy of `s · f gᵀ`, whose
/// diagonal holds the pairs.
/// - Source: Radford and others, "Learning transferable visual models from natural language supervision" (ICML 2021).
struct ContrastiveModel<Scalar: Real>: Sendable {
  /// The group of all parameters in the optimiser.
  static var group: String { "adapter" }
  /// The largest scale of the cosines.
  static var largestScale: Double { 100 }

  var parameters = ParameterSet<Scalar>()
  /// The layers of either side.
  let layers: [LayerPlan]
  private var images: LayerStack<Scalar>
  private var texts: LayerStack<Scalar>
  /// The place of the logarithm of the scale.
  let scale: Int

  private var imageGradient = DenseMatrix<Scalar>(rows: 0, columns: 0)
  private var textGradient = DenseMatrix<Scalar>(rows: 0, columns: 0)
  private var cosines = DenseMatrix<Scalar>(rows: 0, columns: 0)

  /// - Parameters:
  ///   - temperature: one over the first scale.
  ///   - blocks: what stands behind the affine maps, or nil for nothing.
  init(
    imageDimension: Int, textDimension: Int, outputs: Int, temperature: Double, blocks: GatedBlocks? = nil,
    random: inout SplitMix64
  ) {
    layers = [.linear(outputs: outputs, bias: .zero)] + (blocks?.layers(dimension: outputs) ?? [])
    images = LayerStack(
      AlignedSide.images.rawValue, group: Self.group, inputs: imageDimension, layers: layers, in: &parameters,
      random: &random)
    texts = LayerStack(
      AlignedSide.texts.rawValue, group: Self.group, inputs: textDimension, layers: layers, in: &parameters,
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
    var imageRows = try images.forward(x, parameters)
    var textRows = try texts.forward(t, parameters)
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
    try images.backward(&imageGradient, &parameters)
    try texts.backward(&textGradient, &parameters)
    return loss
  }

  /// Keeps the scale below its limit after a step.
  mutating func clampScale() {
    parameters[scale].values.values[0] = min(parameters[scale].values.values[0], Scalar(log(Self.largestScale)))
  }
}
