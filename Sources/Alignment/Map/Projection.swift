import Glibc
public import LinearAlgebra

/// One step from prepared rows to coordinates: an affine map and what follows it.
public struct Projection: Sendable, Equatable {
  /// What is done to the coordinates of a row before they are brought to length 1.
  public enum Activation: Sendable, Equatable {
    /// Nothing.
    case none
    /// Softmax minus its mean: how likely each class is, compared with chance.
    case posteriors
    /// The `count` largest of those above 0, raised to `power`; all others 0.
    case strongest(count: Int, power: Float)
  }

  /// `[outputs × dimension]`; nil for the rows as they are.
  public let weights: Matrix?
  /// One number for each output, or none at all.
  public let bias: [Float]
  /// What follows.
  public let activation: Activation

  /// Traps when there are biases but not one for each output, or none to add them to.
  init(weights: Matrix?, bias: [Float] = [], activation: Activation = .none) {
    precondition(bias.isEmpty || bias.count == weights?.rows, "there is one bias for every output")
    self.weights = weights
    self.bias = bias
    self.activation = activation
  }

  /// A linear map from its transposed matrix in 64-bit floats.
  init(_ weights: DoubleMatrix, bias: [Double] = [], activation: Activation = .none) throws(AlignmentError) {
    let narrow = try computing { () throws(LinearAlgebraError) in try LAPACK.narrowed(weights) }
    self.init(weights: narrow, bias: bias.map { Float($0) }, activation: activation)
  }

  /// The number of coordinates from rows of `dimension` numbers.
  func outputCount(_ dimension: Int) -> Int { weights?.rows ?? dimension }

  /// The coordinates of prepared rows, before they are brought to length 1.
  ///
  /// - Complexity: O(rows · dimension · outputs).
  func apply(_ rows: Matrix) throws(AlignmentError) -> Matrix {
    guard let weights else { return rows }
    var result = Matrix(rows: rows.rows, columns: weights.rows)
    let addsBias = !bias.isEmpty
    if addsBias { result.values = (0..<rows.rows).flatMap { _ in bias } }
    try computing { () throws(LinearAlgebraError) in
      try BLAS.sgemm(rows, weights, transposeB: true, beta: addsBias ? 1 : 0, into: &result)
    }
    switch activation {
    case .none: break
    case .posteriors:
      for row in 0..<result.rows { Self.posteriors(&result.values, result.columns * row..<result.columns * (row + 1)) }
    case .strongest(let count, let power):
      for row in 0..<result.rows {
        let kept = Self.strongest(result.row(row), count: count)
        let start = row * result.columns
        for column in 0..<result.columns { result.values[start + column] = 0 }
        for entry in kept { result.values[start + entry.index] = pow(entry.value, power) }
      }
    }
    return result
  }

  private static func posteriors(_ values: inout [Float], _ range: Range<Int>) {
    let largest = values[range].max() ?? 0
    var sum: Float = 0
    for place in range {
      values[place] = exp(values[place] - largest)
      sum += values[place]
    }
    let chance = 1 / Float(range.count)
    for place in range { values[place] = values[place] / sum - chance }
  }

  /// The `count` largest numbers above 0 with their places, the largest first; of equal ones the first.
  static func strongest(_ values: ArraySlice<Float>, count: Int) -> [(index: Int, value: Float)] {
    var found: [(index: Int, value: Float)] = []
    for (index, value) in values.enumerated() where value > 0 { found.append((index, value)) }
    found.sort { ($1.value, $0.index) < ($0.value, $1.index) }
    return Array(found.prefix(count))
  }
}
