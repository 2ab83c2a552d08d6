import Glibc
import Learning
import LinearAlgebra

/// Adapters of images and perhaps of rows of texts, and a table of words, learned together: the coordinates of a picture
/// are to be nearer to those of its caption's words, and of its text, than to all others of a batch.
///
/// With unit rows `f = norm(x A + a)`, `g = norm(t B + b)` and `h = norm(Σ w(word) + c)`, the loss is the mean of the symmetric
/// cross entropies of `s · f gᵀ` and `r · f hᵀ`, whose diagonals hold the pairs.
struct WordContrastModel<Scalar: Real>: Sendable {
  /// The group of the adapters in the optimiser.
  static var adapters: String { "adapter" }
  /// The group of the table.
  static var table: String { "words" }

  var parameters = ParameterSet<Scalar>()
  let images: Linear<Scalar>
  /// nil for captions alone.
  let texts: Linear<Scalar>?
  let words: EmbeddingBag<Scalar>
  /// The places of the logarithms of the scales: of texts, if there are any, and of words.
  let scales: [Int]

  /// - Parameter temperature: one over the first scales.
  init(
    imageDimension: Int, textDimension: Int?, words count: Int, outputs: Int, temperature: Double,
    random: inout SplitMix64
  ) {
    images = Linear(
      "images", group: Self.adapters, inputs: imageDimension, outputs: outputs, bias: .zero, in: &parameters,
      random: &random)
    if let textDimension {
      texts = Linear(
        "texts", group: Self.adapters, inputs: textDimension, outputs: outputs, bias: .zero, in: &parameters,
        random: &random)
    } else {
      texts = nil
    }
    words = EmbeddingBag(
      "words", group: Self.table, tokens: count, outputs: outputs, in: &parameters, random: &random)
    let start = Scalar(-log(temperature))
    var scales: [Int] = []
    for name in texts == nil ? ["word-scale"] : ["text-scale", "word-scale"] {
      scales.append(
        parameters.add(
          name, group: Self.adapters, DenseMatrix(rows: 1, columns: 1, values: [start]), decays: false))
    }
    self.scales = scales
  }

  /// The loss of a batch, row for row; leaves the gradients in ``parameters``.
  ///
  /// - Parameters:
  ///   - texts: rows of texts; nil if and only if the model has none.
  ///   - masks: pairs that are no negatives, among texts and among words.
  mutating func backpropagate(
    images x: DenseMatrix<Scalar>, texts t: DenseMatrix<Scalar>?, words bags: SparseTargets,
    masks: (texts: FalseNegatives, words: FalseNegatives)
  ) throws(LearningError) -> Double {
    var lengths = [Scalar](repeating: 0, count: x.rows)
    var imageRows = DenseMatrix<Scalar>(rows: 0, columns: 0)
    try images.forward(x, parameters, into: &imageRows)
    Scalar.unitRows(&imageRows, lengths: &lengths)
    var imageGradient = DenseMatrix<Scalar>(rows: x.rows, columns: imageRows.columns)
    let share = Scalar(1 / Double(scales.count))
    var loss = 0.0

    if let texts, let t, let scale = scales.first {
      var rows = DenseMatrix<Scalar>(rows: 0, columns: 0)
      try texts.forward(t, parameters, into: &rows)
      loss += try contrast(imageRows, &rows, scale, masks.texts, share, addingTo: &imageGradient)
      try texts.backward(rows, input: t, &parameters)
    }
    var rows = DenseMatrix<Scalar>(rows: 0, columns: 0)
    words.forward(bags, parameters, into: &rows)
    loss += try contrast(imageRows, &rows, scales[scales.count - 1], masks.words, share, addingTo: &imageGradient)
    words.backward(rows, tokens: bags, &parameters)

    Scalar.unitRowsBackward(imageRows, lengths: lengths, gradient: &imageGradient)
    try images.backward(imageGradient, input: x, &parameters)
    return loss * Double(share)
  }

  /// The loss between unit rows of images and raw rows of the other side, which become their gradient.
  private mutating func contrast(
    _ imageRows: DenseMatrix<Scalar>, _ rows: inout DenseMatrix<Scalar>, _ scale: Int, _ mask: FalseNegatives,
    _ share: Scalar, addingTo imageGradient: inout DenseMatrix<Scalar>
  ) throws(LearningError) -> Double {
    var lengths = [Scalar](repeating: 0, count: rows.rows)
    Scalar.unitRows(&rows, lengths: &lengths)
    let factor = Scalar(exp(Double(parameters[scale].values.values[0])))
    var cosines = DenseMatrix<Scalar>(rows: rows.rows, columns: rows.rows)
    try multiply(imageRows, rows, transposeB: true, alpha: factor, into: &cosines)
    var scores = cosines
    mask.mask(&scores)
    let loss = Scalar.symmetricCrossEntropy(&scores)
    var slope = 0.0
    for place in scores.values.indices { slope += Double(scores.values[place]) * Double(cosines.values[place]) }
    parameters[scale].gradient.values[0] = Scalar(slope) * share
    try multiply(scores, rows, alpha: factor * share, beta: 1, into: &imageGradient)
    var gradient = DenseMatrix<Scalar>(rows: rows.rows, columns: rows.columns)
    try multiply(scores, transposeA: true, imageRows, alpha: factor * share, into: &gradient)
    Scalar.unitRowsBackward(rows, lengths: lengths, gradient: &gradient)
    rows = gradient
    return loss
  }

  /// Keeps the scales below their limit after a step.
  mutating func clampScales() {
    for scale in scales {
      parameters[scale].values.values[0] = min(
        parameters[scale].values.values[0], Scalar(log(ContrastiveModel<Scalar>.largestScale)))
    }
  }
}
