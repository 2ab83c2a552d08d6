import Learning
import LinearAlgebra
import Testing

/// Stacks of layers and the losses of labelled pairs, against central differences.
@Suite struct NetworkTests {
  private func matrix(_ rows: Int, _ columns: Int, seed: UInt64) -> DoubleMatrix {
    var random = SplitMix64(seed: seed)
    return DoubleMatrix(rows: rows, columns: columns, values: (0..<rows * columns).map { _ in random.normal() })
  }

  private func weighted(_ y: DoubleMatrix, _ weights: DoubleMatrix) -> Double {
    zip(y.values, weights.values).reduce(0) { $0 + $1.0 * $1.1 }
  }

  @Test(
    "The gradients of a stack agree with central differences, for its input and every parameter",
    arguments: [
      [LayerPlan.linear(outputs: 5, bias: .drawn), .relu, .linear(outputs: 4, bias: .none), .unit],
      [.linear(outputs: 6, bias: .zero), .tanh, .linear(outputs: 4, bias: .drawn), .gelu],
      [.linear(outputs: 6, bias: .zero), .gated(hidden: 8, chunks: 1), .gated(hidden: 4, chunks: 1), .unit],
      [.linear(outputs: 12, bias: .zero), .gated(hidden: 8, chunks: 3)],
    ])
  func stacks(layers: [LayerPlan]) throws {
    var (set, random) = (ParameterSet<Double>(), SplitMix64(seed: 1))
    let stack = LayerStack("net", group: "g", inputs: 4, layers: layers, in: &set, random: &random)
    // Away from the zeros and ones that some parameters start at.
    for index in set.indices {
      for place in set[index].values.values.indices { set[index].values.values[place] += 0.4 * random.normal() }
    }
    let (x, weights) = (matrix(5, 4, seed: 2), matrix(5, stack.outputs, seed: 3))
    func value(_ set: ParameterSet<Double>, _ x: DoubleMatrix) throws -> Double {
      var copy = stack
      return weighted(try copy.forward(x, set), weights)
    }
    var (derived, gradient, copy) = (set, weights, stack)
    _ = try copy.forward(x, derived)
    try copy.backward(&gradient, &derived, reachesInput: true)
    let input = try GradientCheck(gradient.values) { place, difference in
      var changed = x
      changed.values[place] += difference
      return try value(set, changed)
    }
    #expect(input.relativeError < 1e-7 && input.length > 1e-3, "input: \(input)")
    for index in set.indices {
      let check = try GradientCheck(derived[index].gradient.values) { place, difference in
        var changed = set
        changed[index].values.values[place] += difference
        return try value(changed, x)
      }
      #expect(check.relativeError < 1e-6 && check.length > 1e-6, "\(set[index].name): \(check)")
    }
  }

  @Test("A new gated block is the identity, whatever the chunks", arguments: [1, 2, 4])
  func identity(chunks: Int) throws {
    var (set, random) = (ParameterSet<Float>(), SplitMix64(seed: 1))
    var stack = LayerStack<Float>(
      "net", group: "g", inputs: 8, layers: [.gated(hidden: 12, chunks: chunks)], in: &set, random: &random)
    let x = Matrix(rows: 3, columns: 8, values: (0..<24).map { _ in Float(random.normal()) })
    #expect(try stack.forward(x, set) == x)
  }

  @Test("A stack gives the same in 32 and in 64 bits")
  func precisions() throws {
    let layers: [LayerPlan] = [.linear(outputs: 6, bias: .drawn), .gated(hidden: 8, chunks: 2), .tanh, .unit]
    func outputs<Scalar: Real>(_ type: Scalar.Type) throws -> [Double] {
      var (set, random) = (ParameterSet<Scalar>(), SplitMix64(seed: 1))
      var stack = LayerStack<Scalar>("net", group: "g", inputs: 4, layers: layers, in: &set, random: &random)
      for index in set.indices {
        for place in set[index].values.values.indices {
          set[index].values.values[place] += Scalar(0.4 * random.normal())
        }
      }
      let x = matrix(5, 4, seed: 2)
      let narrow = DenseMatrix(rows: 5, columns: 4, values: x.values.map { Scalar($0) })
      return try stack.forward(narrow, set).values.map { Double($0) }
    }
    let (wide, narrow) = (try outputs(Double.self), try outputs(Float.self))
    #expect(zip(wide, narrow).allSatisfy { abs($0 - $1) < 1e-5 })
  }

  @Test("The reversal of the gradient is the derivative of what lies behind it, times minus its strength")
  func reversal() {
    let x = matrix(3, 4, seed: 5)
    var gradient = DoubleMatrix(rows: 3, columns: 4, values: x.values.map { 3 * $0 * $0 })
    GradientReversal<Double>(strength: 0.7).backward(&gradient)
    let check = GradientCheck(gradient.values) { place, difference in
      let moved = x.values[place] + difference
      return -0.7 * moved * moved * moved
    }
    #expect(check.relativeError < 1e-8)
    typealias Reversal = GradientReversal<Double>
    #expect(Reversal.strength(after: 0) == 0 && abs(Reversal.strength(after: 1) - 0.99990920426) < 1e-10)
    #expect(Reversal.strength(after: 0.1) > 0.4 && Reversal.strength(after: 0.1) < Reversal.strength(after: 0.2))
  }

  @Test(
    "The generalised cross entropy has its gradient for sharp and mixed targets, and is the cross entropy at 0",
    arguments: [0, 0.3, 0.7, 1])
  func generalised(exponent: Double) {
    let logits = matrix(5, 4, seed: 6)
    var targets = DoubleMatrix(rows: 5, columns: 4)
    for row in 0..<5 {
      targets[row, row % 4] += 0.9
      targets[row, (row * row) % 4] += 0.1
    }
    var gradient = logits
    let loss = generalisedCrossEntropy(&gradient, targets: targets, exponent: exponent)
    let check = GradientCheck(gradient.values) { place, difference in
      var changed = logits
      changed.values[place] += difference
      return generalisedCrossEntropy(&changed, targets: targets, exponent: exponent)
    }
    #expect(check.relativeError < 1e-7 && loss > 0)
    var plain = logits
    let entropy = crossEntropy(&plain, targets: targets)
    #expect((entropy == loss) == (exponent == 0))
  }

  @Test("Chances of 0 and logits beyond all measure give a finite loss and gradient", arguments: [0, 0.5, 1])
  func hopeless(exponent: Double) {
    var logits = Matrix(rows: 1, columns: 2, values: [-1000, 1000])
    let targets = Matrix(rows: 1, columns: 2, values: [1, 0])
    let loss = generalisedCrossEntropy(&logits, targets: targets, exponent: exponent)
    #expect(loss.isFinite && loss > 0 && logits.values.allSatisfy { $0.isFinite })
  }

  @Test("The relations of rows have the loss of their definition, and its gradient")
  func relations() throws {
    let (rows, reference) = (matrix(5, 3, seed: 7), matrix(5, 3, seed: 8))
    func cosine(_ a: DoubleMatrix, _ i: Int, _ b: DoubleMatrix, _ j: Int) -> Double {
      let dot = zip(a.row(i), b.row(j)).reduce(0) { $0 + $1.0 * $1.1 }
      func length(_ x: ArraySlice<Double>) -> Double { x.reduce(0) { $0 + $1 * $1 }.squareRoot() }
      return 2 * dot / (length(a.row(i)) * length(b.row(j)))
    }
    var expected = 0.0
    for i in 0..<5 {
      for j in 0..<5 {
        let within = cosine(reference, i, reference, j) - cosine(rows, i, rows, j)
        let across = cosine(reference, i, rows, j) - cosine(rows, i, reference, j)
        expected += (within * within + across * across) / 25
      }
    }
    var loss = RelationLoss<Double>()
    var gradient = DoubleMatrix(rows: 0, columns: 0)
    let found = try loss.backpropagate(rows, reference: reference, into: &gradient)
    #expect(abs(found - expected) < 1e-10)
    let check = try GradientCheck(gradient.values) { place, difference in
      var (changed, ignored) = (rows, gradient)
      changed.values[place] += difference
      return try loss.backpropagate(changed, reference: reference, into: &ignored)
    }
    #expect(check.relativeError < 1e-6 && check.length > 1e-2, "\(check)")
    #expect(try loss.backpropagate(rows, reference: rows, into: &gradient) < 1e-20)
  }
}
