import LinearAlgebra

/// What a batch's pictures give the tokens of their own captions: one element for each of these.
struct OwnTokens<Scalar: Real>: Sendable {
  private var captions = SparseTargets()
  /// The weights of the pictures.
  private(set) var weights: [Scalar] = []
  /// The logits of the pictures.
  private var logits: [Scalar] = []
  /// The target distribution of the caption-gated token loss: sums to 1 over a caption.
  private var gate: [Scalar] = []

  /// Reads the elements of the captions' tokens.
  mutating func read(
    _ captions: SparseTargets, logits all: DenseMatrix<Scalar>, weights allWeights: DenseMatrix<Scalar>
  ) {
    self.captions = captions
    if weights.count != captions.indices.count {
      weights = [Scalar](repeating: 0, count: captions.indices.count)
      logits = weights
    }
    gate = [Scalar](repeating: 0, count: weights.count)
    Scalar.gather(all, captions, into: &logits)
    Scalar.gather(allWeights, captions, into: &weights)
  }

  /// Makes the targets of the gated loss: in proportion to `(weight + mean weight of the picture) · weight of the text`.
  ///
  /// - Source: the caption-gated token loss of V-SPLADE (2026).
  mutating func setGate(texts: [Scalar], rowSums: [Scalar], tokens: Int) {
    for row in 0..<captions.rowCount {
      let mean = rowSums[row] / Scalar(tokens)
      var sum: Scalar = 0
      for place in captions.range(row) {
        gate[place] = (weights[place] + mean) * texts[place]
        sum += gate[place]
      }
      let scale = 1 / max(sum, 1e-6)
      for place in captions.range(row) { gate[place] *= scale }
    }
  }

  /// The sum over captions with tokens of the log sum of the picture's exponentials minus the mean logit of the caption's
  /// tokens: the cross entropy with an even distribution over these.
  func saidLoss(logSums: [Scalar]) -> Double {
    var loss = 0.0
    for row in 0..<captions.rowCount {
      let range = captions.range(row)
      guard !range.isEmpty else { continue }
      loss += Double(logSums[row]) - range.reduce(0.0) { $0 + Double(logits[$1]) } / Double(range.count)
    }
    return loss
  }

  /// The part of the gradient of ``saidLoss(logSums:)`` times `weight` that captions' tokens have alone, and what every
  /// row's softmax is multiplied by for the other part.
  func saidGradient(_ weight: Scalar) -> (own: [Scalar], rows: [Scalar]) {
    var own = logits
    var rows = [Scalar](repeating: 0, count: captions.rowCount)
    for row in 0..<captions.rowCount {
      let range = captions.range(row)
      if !range.isEmpty { rows[row] = weight }
      for place in range { own[place] = -weight / Scalar(range.count) }
    }
    return (own, rows)
  }

  /// `-Σ target · log sigmoid(logit)`.
  func gateLoss() -> Double {
    var (negative, losses) = (logits, logits)
    Scalar.scale(&negative, by: -1)
    Scalar.softplus(negative, into: &losses)
    return zip(gate, losses).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
  }

  /// The gradient of ``gateLoss()`` times `weight` by the logits; the targets are constants.
  func gateGradient(_ weight: Scalar) -> [Scalar] {
    var (negative, gradient) = (logits, logits)
    Scalar.scale(&negative, by: -1)
    Scalar.sigmoid(negative, into: &gradient)
    for place in gradient.indices { gradient[place] *= -weight * gate[place] }
    return gradient
  }
}
