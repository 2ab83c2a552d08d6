import Learning
import LinearAlgebra

/// A network as it is saved: over raw rows, with a layer norm that has neither gain nor shift.
struct FoldedNetwork: Sendable, Equatable {
  /// `[hidden × dimension]` and one bias per row, or nil for a linear map.
  let hidden: HiddenWeights?
  /// `[tokens × (hidden or dimension)]`.
  let weights: Matrix
  /// One for every token.
  let bias: [Float]

  /// The first layer.
  struct HiddenWeights: Sendable, Equatable {
    let weights: Matrix
    let bias: [Float]
  }
}

extension StairNetwork {
  /// The network over raw rows: `(x - means) · scales` goes into the first layer, gain and shift of the norm into the
  /// last. Sums are made in 64-bit floats.
  ///
  /// - Returns: nil for the network over words.
  func folded(_ parameters: ParameterSet<Scalar>, means: [Float], scales: [Float]) -> FoldedNetwork? {
    let last = (weights: parameters[output.weights].values, bias: bias(output.bias, parameters))
    switch first {
    case .bag: return nil
    case .none:
      let (weights, bias) = fold(last.weights, last.bias, means: means.map { -$0 }, scales: scales, scaleFirst: true)
      return FoldedNetwork(hidden: nil, weights: weights, bias: bias)
    case .dense(let layer, let norm):
      let (hidden, hiddenBias) = fold(
        parameters[layer.weights].values, bias(layer.bias, parameters), means: means.map { -$0 }, scales: scales,
        scaleFirst: true)
      let gain = parameters[norm.gain].values.values.map { Float($0) }
      let shift = parameters[norm.shift].values.values.map { Float($0) }
      let (weights, bias) = fold(last.weights, last.bias, means: shift, scales: gain, scaleFirst: false)
      return FoldedNetwork(hidden: .init(weights: hidden, bias: hiddenBias), weights: weights, bias: bias)
    }
  }

  private func bias(_ place: Int?, _ parameters: ParameterSet<Scalar>) -> [Double] {
    place.map { parameters[$0].values.values.map { Double($0) } } ?? []
  }

  /// `W · diag(scales)` and `bias + W · offset`, where the offset is scaled too when it comes before the scale.
  private func fold(
    _ weights: DenseMatrix<Scalar>, _ bias: [Double], means: [Float], scales: [Float], scaleFirst: Bool
  ) -> (Matrix, [Float]) {
    precondition(means.count == weights.columns && scales.count == weights.columns, "one mean and scale per column")
    var folded = Matrix(rows: weights.rows, columns: weights.columns)
    var sums = bias
    for row in 0..<weights.rows {
      for column in 0..<weights.columns {
        let weight = Double(weights[row, column])
        let scaled = weight * Double(scales[column])
        folded[row, column] = Float(scaled)
        sums[row] += (scaleFirst ? scaled : weight) * Double(means[column])
      }
    }
    return (folded, sums.map { Float($0) })
  }
}
