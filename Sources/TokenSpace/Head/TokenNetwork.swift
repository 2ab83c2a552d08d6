import Learning
public import LinearAlgebra

/// A map from dense rows to logits over a vocabulary: linear, or with one hidden layer.
///
/// `logits = W · h + b`, where `h` is the row itself, or with a hidden layer `LayerNorm(GELU(A · x + a))`. GELU is the exact
/// one, by the error function; the layer normalisation has no gain and no shift of its own (they are folded into `W` and
/// `b`), and adds 1e-5 to the variance. Whatever standardises rows is folded into `A` and `a`, or into `W` and `b`.
///
/// - Source: Hendrycks and Gimpel (2016) for GELU; Ba, Kiros and Hinton (2016) for layer normalisation.
public struct TokenNetwork: Sendable, Equatable {
  /// The layer between the rows and the logits.
  public struct HiddenLayer: Sendable, Equatable {
    /// `[hidden × dimension]`.
    public let weights: Matrix
    /// One per hidden unit.
    public let bias: [Float]

    /// A layer from its parts; shapes are checked when a head is made of it.
    public init(weights: Matrix, bias: [Float]) {
      self.weights = weights
      self.bias = bias
    }
  }

  /// Nil for a linear map.
  public let hidden: HiddenLayer?
  /// `[tokens × hidden]`, or `[tokens × dimension]` without a hidden layer.
  public let weights: Matrix
  /// One per token.
  public let bias: [Float]

  /// The length of the rows it takes.
  public var dimension: Int { hidden?.weights.columns ?? weights.columns }

  /// A network from its parts; shapes are checked when a head is made of it.
  public init(hidden: HiddenLayer? = nil, weights: Matrix, bias: [Float]) {
    self.hidden = hidden
    self.weights = weights
    self.bias = bias
  }

  /// The logits of rows, `[n × tokens]`.
  ///
  /// - Parameter rows: `[n × dimension]`; of another width they trap.
  /// - Complexity: O(n · (hidden · dimension + tokens · hidden)) through BLAS.
  func logits(of rows: Matrix) throws(TokenSpaceError) -> Matrix {
    guard let hidden else { return try Self.product(rows, weights, bias) }
    var units = try Self.product(rows, hidden.weights, hidden.bias)
    Self.activate(&units)
    return try Self.product(units, weights, bias)
  }

  /// What makes this no network for a vocabulary: the tensor at fault and why; nil when all is well.
  func fault(vocabularyCount: Int) -> (section: String, reason: String)? {
    var inputs = weights.columns
    if let hidden {
      inputs = hidden.weights.rows
      let shape = "\(hidden.weights.rows) × \(hidden.weights.columns)"
      guard hidden.weights.rows > 0, hidden.weights.columns > 0 else {
        return ("hidden_weight", "its shape is \(shape)")
      }
      guard hidden.bias.count == inputs else { return ("hidden_bias", "it does not have one value per hidden unit") }
      if let bad = hidden.weights.values.firstIndex(where: { !$0.isFinite }) {
        return ("hidden_weight", "value \(bad) is not finite")
      }
      if let bad = hidden.bias.firstIndex(where: { !$0.isFinite }) {
        return ("hidden_bias", "value \(bad) is not finite")
      }
    }
    guard weights.rows == vocabularyCount, weights.columns == inputs, inputs > 0 else {
      let units = hidden == nil ? "" : " and \(inputs) hidden units"
      return ("weight", "its shape is \(weights.rows) × \(weights.columns) for \(vocabularyCount) tokens\(units)")
    }
    guard bias.count == vocabularyCount else { return ("bias", "it does not have one value per token") }
    if let bad = weights.values.firstIndex(where: { !$0.isFinite }) { return ("weight", "value \(bad) is not finite") }
    if let bad = bias.firstIndex(where: { !$0.isFinite }) { return ("bias", "value \(bad) is not finite") }
    return nil
  }

  /// `rows · weightsᵀ + bias`.
  private static func product(_ rows: Matrix, _ weights: Matrix, _ bias: [Float]) throws(TokenSpaceError) -> Matrix {
    var values: [Float] = []
    values.reserveCapacity(rows.rows * bias.count)
    for _ in 0..<rows.rows { values.append(contentsOf: bias) }
    var result = Matrix(rows: rows.rows, columns: bias.count, values: values)
    do {
      try BLAS.sgemm(rows, weights, transposeB: true, beta: 1, into: &result)
    } catch {
      throw .learning(.algebra(error))
    }
    return result
  }

  /// GELU of every unit, then every row to mean 0 and variance 1.
  private static func activate(_ units: inout Matrix) {
    var activated = units.values
    Float.gelu(units.values, into: &activated)
    units.values = activated
    var inverseDeviations = [Float](repeating: 0, count: units.rows)
    Float.normaliseRows(&units, inverseDeviations: &inverseDeviations)
  }
}
