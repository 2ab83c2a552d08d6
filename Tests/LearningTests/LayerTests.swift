import Learning
import LinearAlgebra
import Testing

/// Every layer between an input and the sum of its outputs times fixed numbers, against central differences.
@Suite struct LayerTests {
  private typealias Forward = (ParameterSet<Double>, DoubleMatrix) throws -> DoubleMatrix

  private func matrix(_ rows: Int, _ columns: Int, seed: UInt64) -> DoubleMatrix {
    var random = SplitMix64(seed: seed)
    return DoubleMatrix(rows: rows, columns: columns, values: (0..<rows * columns).map { _ in random.normal() })
  }

  private func weighted(_ y: DoubleMatrix, _ weights: DoubleMatrix) -> Double {
    zip(y.values, weights.values).reduce(0) { $0 + $1.0 * $1.1 }
  }

  /// The relative errors of the gradients of the input and of every parameter.
  private func errors(
    _ set: ParameterSet<Double>, _ x: DoubleMatrix, _ derived: (ParameterSet<Double>, DoubleMatrix?),
    weights: DoubleMatrix, forward: Forward
  ) throws -> [Double] {
    var found: [Double] = []
    if let gradient = derived.1 {
      found.append(
        try GradientCheck(gradient.values) { place, difference in
          var changed = x
          changed.values[place] += difference
          return weighted(try forward(set, changed), weights)
        }.relativeError)
    }
    for index in set.indices {
      found.append(
        try GradientCheck(derived.0[index].gradient.values) { place, difference in
          var changed = set
          changed[index].values.values[place] += difference
          return weighted(try forward(changed, x), weights)
        }.relativeError)
    }
    return found
  }

  @Test("a linear layer")
  func linear() throws {
    var (set, random) = (ParameterSet<Double>(), SplitMix64(seed: 1))
    let layer = Linear(
      "linear", group: "g", inputs: 4, outputs: 3, in: &set, random: &random)
    let (x, weights) = (matrix(5, 4, seed: 2), matrix(5, 3, seed: 3))
    var (derived, input) = (set, DoubleMatrix(rows: 0, columns: 0))
    try layer.backward(weights, input: x, &derived)
    try layer.inputGradient(weights, derived, into: &input)
    let found = try errors(set, x, (derived, input), weights: weights) { set, x in
      var y = DoubleMatrix(rows: 0, columns: 0)
      try layer.forward(x, set, into: &y)
      return y
    }
    #expect(found.count == 3 && found.allSatisfy { $0 < 1e-8 })
  }

  @Test("a bag of embeddings, with an empty bag")
  func bag() throws {
    var (set, random) = (ParameterSet<Double>(), SplitMix64(seed: 1))
    let layer = EmbeddingBag("bag", group: "g", tokens: 6, outputs: 3, in: &set, random: &random)
    var tokens = SparseTargets()
    for row: [UInt32] in [[0, 2], [], [2, 3, 5], [1]] { tokens.append(row) }
    let weights = matrix(4, 3, seed: 3)
    var derived = set
    layer.backward(weights, tokens: tokens, &derived)
    let found = try errors(set, weights, (derived, nil), weights: weights) { set, _ in
      var y = DoubleMatrix(rows: 0, columns: 0)
      layer.forward(tokens, set, into: &y)
      return y
    }
    #expect(found.count == 2 && found.allSatisfy { $0 < 1e-8 })
  }

  @Test("a layer norm")
  func layerNorm() throws {
    var set = ParameterSet<Double>()
    var layer = LayerNorm("norm", group: "g", width: 6, in: &set)
    set[layer.gain].values = matrix(1, 6, seed: 4)
    set[layer.shift].values = matrix(1, 6, seed: 5)
    let (x, weights) = (matrix(4, 6, seed: 2), matrix(4, 6, seed: 3))
    var (derived, gradient, copy, y) = (set, weights, x, DoubleMatrix(rows: 0, columns: 0))
    layer.forward(&copy, set, into: &y)
    layer.backward(&gradient, &derived)
    let found = try errors(set, x, (derived, gradient), weights: weights) { set, x in
      var (layer, copy, y) = (layer, x, DoubleMatrix(rows: 0, columns: 0))
      layer.forward(&copy, set, into: &y)
      return y
    }
    #expect(found.count == 3 && found.allSatisfy { $0 < 1e-7 })
  }

  @Test("functions of single numbers, unit rows and the softmax of pairs")
  func functions() throws {
    let (x, weights) = (matrix(4, 4, seed: 2), matrix(4, 4, seed: 3))
    let set = ParameterSet<Double>()
    typealias Pass = (String, (inout DoubleMatrix) -> Void, (DoubleMatrix, inout DoubleMatrix) -> Void)
    let passes: [Pass] = [
      (
        "gelu",
        {
          let x = $0.values; Double.gelu(x, into: &$0.values)
        },
        { Double.geluBackward($0.values, gradient: &$1.values) }
      ),
      (
        "relu", { Double.relu(&$0.values) },
        { x, gradient in
          var y = x; Double.relu(&y.values); Double.reluBackward(y.values, gradient: &gradient.values)
        }
      ),
      (
        "tanh", { Double.tanh(&$0.values) },
        { x, gradient in
          var y = x; Double.tanh(&y.values); Double.tanhBackward(y.values, gradient: &gradient.values)
        }
      ),
      (
        "unit rows",
        {
          var lengths = [Double](repeating: 0, count: 4); Double.unitRows(&$0, lengths: &lengths)
        },
        { x, gradient in
          var (y, lengths) = (x, [Double](repeating: 0, count: 4))
          Double.unitRows(&y, lengths: &lengths)
          Double.unitRowsBackward(y, lengths: lengths, gradient: &gradient)
        }
      ),
    ]
    for (name, forward, backward) in passes {
      var gradient = weights
      backward(x, &gradient)
      let found = try errors(set, x, (set, gradient), weights: weights) { _, x in
        var y = x
        forward(&y)
        return y
      }
      #expect(found[0] < 1e-7, "\(name)")
    }
    var gradient = x
    gradient[1, 2] = -1e30
    let masked = gradient
    _ = Double.symmetricCrossEntropy(&gradient)
    let check = GradientCheck(gradient.values) { place, difference in
      var changed = masked
      changed.values[place] += difference
      return Double.symmetricCrossEntropy(&changed)
    }
    #expect(check.relativeError < 1e-8)
    #expect(gradient[1, 2] == 0)
  }

  @Test("the same picture and the same words are false negatives, in both orders")
  func falseNegatives() {
    var captions = SparseTargets()
    for row: [UInt32] in [[1, 2], [3], [1, 2], [4], []] { captions.append(row) }
    let found = FalseNegatives(pictures: [0, 1, 2, 1, 4], captions: captions)
    #expect(found.places.map { [$0.row, $0.column] } == [[0, 2], [1, 3], [2, 0], [3, 1]])
    var scores = Matrix(rows: 5, columns: 5)
    found.mask(&scores)
    #expect(scores.values.count { $0 == -1e30 } == 4 && scores[3, 1] == -1e30)
  }
}
