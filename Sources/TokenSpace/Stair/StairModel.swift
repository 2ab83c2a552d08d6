import Learning
import LinearAlgebra

/// The STAIR model while it learns: a picture network, the words' table and expansion network, and perhaps a network over
/// dense rows of texts.
///
/// - Memory: parameters with gradient, moments and running mean, and four matrices of batch × tokens.
/// - Source: Chen et al., "STAIR: learning sparse text and image representation in grounded tokens" (EMNLP 2023).
struct StairModel<Scalar: Real>: Sendable {
  /// The names of the groups of parameters, which learning rates are given for.
  enum Group {
    static var image: String { "image" }
    static var table: String { "table" }
    static var words: String { "words" }
    static var rows: String { "rows" }
  }

  let shape: StairShape
  var parameters = ParameterSet<Scalar>()
  var image: StairNetwork<Scalar>
  var words: StairNetwork<Scalar>
  var rows: StairNetwork<Scalar>?
  /// The place of the words' weights before softplus, `[1 × tokens]`.
  let table: Int

  /// What the current step works in.
  var step = StairStep<Scalar>()

  /// A model with random weights; the words' weights start at `softplus(0.5 + 0.1 · idf)`.
  ///
  /// - Parameter idf: one number for every token.
  /// - Throws: ``LearningError/shapeMismatch(what:expected:found:)`` when a size is not positive or `idf` does not fit.
  init(shape: StairShape, seed: UInt64, idf: [Float]) throws(LearningError) {
    guard shape.imageDimension > 0 else {
      throw .shapeMismatch(what: "columns of the pictures", expected: 1, found: shape.imageDimension)
    }
    guard shape.tokens > 0, idf.count == shape.tokens else {
      throw .shapeMismatch(what: "token frequencies", expected: max(1, shape.tokens), found: idf.count)
    }
    guard shape.hidden >= 0, shape.textHidden > 0, shape.textDimension.map({ $0 > 0 }) ?? true else {
      throw .shapeMismatch(what: "hidden units of the texts", expected: 1, found: shape.textHidden)
    }
    self.shape = shape
    var random = SplitMix64(seed: seed)
    image = StairNetwork(
      dense: Group.image, dimension: shape.imageDimension, hidden: shape.hidden, tokens: shape.tokens,
      in: &parameters, random: &random)
    let start = DenseMatrix(rows: 1, columns: shape.tokens, values: idf.map { Scalar(0.5 + 0.1 * $0) })
    table = parameters.add("table", group: Group.table, start, decays: false)
    words = StairNetwork(
      words: Group.words, hidden: shape.textHidden, tokens: shape.tokens, in: &parameters, random: &random)
    rows = shape.textDimension.map { dimension in
      StairNetwork(
        dense: Group.rows, dimension: dimension, hidden: shape.textHidden, tokens: shape.tokens, in: &parameters,
        random: &random)
    }
  }
}
