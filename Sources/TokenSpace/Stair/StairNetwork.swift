import Learning
import LinearAlgebra

/// One of the three networks while it learns: a first layer, GELU, layer norm, and a linear map to tokens; or that linear
/// map alone. It keeps the activations that the way back needs, in buffers that are used again.
struct StairNetwork<Scalar: Real>: Sendable {
  /// What comes first: dense rows, bags of tokens, or nothing.
  enum First: Sendable {
    case dense(Linear<Scalar>, LayerNorm<Scalar>)
    case bag(EmbeddingBag<Scalar>, LayerNorm<Scalar>)
    case none
  }

  private(set) var first: First
  let output: Linear<Scalar>

  /// Before GELU.
  private var before = DenseMatrix<Scalar>(rows: 0, columns: 0)
  private var after = DenseMatrix<Scalar>(rows: 0, columns: 0)
  /// What goes into the linear map.
  private(set) var features = DenseMatrix<Scalar>(rows: 0, columns: 0)
  private var featuresGradient = DenseMatrix<Scalar>(rows: 0, columns: 0)

  /// A network over dense rows.
  init(
    dense name: String, dimension: Int, hidden: Int, tokens: Int, in parameters: inout ParameterSet<Scalar>,
    random: inout SplitMix64
  ) {
    if hidden == 0 {
      first = .none
    } else {
      first = .dense(
        Linear(
          name + ".hidden", group: name, inputs: dimension, outputs: hidden, in: &parameters, random: &random),
        LayerNorm(name + ".norm", group: name, width: hidden, in: &parameters))
    }
    output = Linear(
      name + ".output", group: name, inputs: hidden == 0 ? dimension : hidden, outputs: tokens, bias: .zero,
      in: &parameters, random: &random)
  }

  /// A network over bags of tokens.
  init(
    words name: String, hidden: Int, tokens: Int, in parameters: inout ParameterSet<Scalar>,
    random: inout SplitMix64
  ) {
    first = .bag(
      EmbeddingBag(name + ".hidden", group: name, tokens: tokens, outputs: hidden, in: &parameters, random: &random),
      LayerNorm(name + ".norm", group: name, width: hidden, in: &parameters))
    output = Linear(
      name + ".output", group: name, inputs: hidden, outputs: tokens, bias: .zero, in: &parameters, random: &random)
  }

  /// What a network is given: dense rows, or bags of tokens.
  enum Input: Sendable {
    case rows(DenseMatrix<Scalar>)
    case bags(SparseTargets)
  }

  /// Works out the features of the input. Traps when the network takes the other kind.
  mutating func forward(_ input: Input, _ parameters: ParameterSet<Scalar>) throws(LearningError) {
    switch (first, input) {
    case (.none, .rows(let rows)): features = rows
    case (.dense(let layer, var norm), .rows(let rows)):
      try layer.forward(rows, parameters, into: &before)
      activate(&norm, parameters)
      first = .dense(layer, norm)
    case (.bag(let layer, var norm), .bags(let bags)):
      layer.forward(bags, parameters, into: &before)
      activate(&norm, parameters)
      first = .bag(layer, norm)
    default: preconditionFailure("the network takes another kind of input")
    }
  }

  private mutating func activate(_ norm: inout LayerNorm<Scalar>, _ parameters: ParameterSet<Scalar>) {
    // The norm keeps its rows in its own buffer and would be copied with it.
    first = .none
    after.setShape(rows: before.rows, columns: before.columns)
    Scalar.gelu(before.values, into: &after.values)
    norm.forward(&after, parameters, into: &features)
  }

  /// The logits of all tokens, from the features.
  func logits(_ parameters: ParameterSet<Scalar>, into logits: inout DenseMatrix<Scalar>) throws(LearningError) {
    try output.forward(features, parameters, into: &logits)
  }

  /// The logits of the wanted tokens only, from the features.
  func logits(of tokens: SparseTargets, _ parameters: ParameterSet<Scalar>, into logits: inout [Scalar]) {
    Scalar.sampledProduct(features, parameters[output.weights].values, tokens, into: &logits)
    guard let bias = output.bias else { return }
    var offsets = [Scalar](repeating: 0, count: logits.count)
    Scalar.pick(parameters[bias].values.values, tokens, into: &offsets)
    Scalar.add(1, offsets, to: &logits)
  }

  /// The way back from the gradient of all logits; `sums` are its column sums.
  mutating func backward(
    _ gradient: DenseMatrix<Scalar>, sums: [Scalar], _ input: Input, _ parameters: inout ParameterSet<Scalar>
  ) throws(LearningError) {
    try multiply(gradient, transposeA: true, features, into: &parameters[output.weights].gradient)
    if let bias = output.bias { parameters[bias].gradient.values = sums }
    if case .none = first { return }
    try output.inputGradient(gradient, parameters, into: &featuresGradient)
    try firstBackward(input, &parameters)
  }

  /// The way back from the gradient of the wanted logits.
  mutating func backward(
    _ gradient: [Scalar], of tokens: SparseTargets, _ input: Input, _ parameters: inout ParameterSet<Scalar>
  ) throws(LearningError) {
    Scalar.fill(&parameters[output.weights].gradient.values, with: 0)
    featuresGradient.setShape(rows: features.rows, columns: features.columns)
    Scalar.sampledProductBackward(
      gradient, features, parameters[output.weights].values, tokens, into: &featuresGradient,
      addingTo: &parameters[output.weights].gradient)
    if let bias = output.bias {
      Scalar.fill(&parameters[bias].gradient.values, with: 0)
      Scalar.collect(gradient, tokens, addingTo: &parameters[bias].gradient.values)
    }
    try firstBackward(input, &parameters)
  }

  private mutating func firstBackward(
    _ input: Input, _ parameters: inout ParameterSet<Scalar>
  ) throws(LearningError) {
    switch (first, input) {
    case (.dense(let layer, let norm), .rows(let rows)):
      norm.backward(&featuresGradient, &parameters)
      Scalar.geluBackward(before.values, gradient: &featuresGradient.values)
      try layer.backward(featuresGradient, input: rows, &parameters)
    case (.bag(let layer, let norm), .bags(let bags)):
      norm.backward(&featuresGradient, &parameters)
      Scalar.geluBackward(before.values, gradient: &featuresGradient.values)
      layer.backward(featuresGradient, tokens: bags, &parameters)
    default: return
    }
  }
}
