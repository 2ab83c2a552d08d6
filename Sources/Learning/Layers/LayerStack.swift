public import LinearAlgebra

/// One layer of a ``LayerStack``.
public enum LayerPlan: Sendable, Equatable {
  /// An affine map.
  case linear(outputs: Int, bias: InitialBias)
  /// The positive part.
  case relu
  /// The hyperbolic tangent.
  case tanh
  /// `x · Φ(x)`.
  case gelu
  /// A ``GatedBlock``: `hidden` numbers for each of the chunks.
  case gated(hidden: Int, chunks: Int)
  /// Division by the length of the row, `√(Σx² + 1e-12)`.
  case unit
}

/// Layers one after the other, with the way back through all of them.
///
/// Parameters are named after the stack, the place of the layer from 0 and their role, as `images.2.weights`.
public struct LayerStack<Scalar: Real>: Sendable {
  private enum Stage {
    case linear(Linear<Scalar>)
    case relu, tanh, gelu
    // The places among `blocks` and `lengths`.
    case gated(Int)
    case unit(Int)
  }

  /// The length of the rows that come out.
  public let outputs: Int
  private var stages: [Stage] = []
  private var blocks: [GatedBlock<Scalar>] = []
  private var lengths: [[Scalar]] = []
  /// The input of every layer, and the output of the last.
  private var rows: [DenseMatrix<Scalar>]

  /// Adds the parameters of all layers.
  ///
  /// - Parameter inputs: the length of the rows that go in.
  public init(
    _ name: String, group: String, inputs: Int, layers: [LayerPlan], in parameters: inout ParameterSet<Scalar>,
    random: inout SplitMix64
  ) {
    var width = inputs
    for (place, layer) in layers.enumerated() {
      switch layer {
      case .linear(let outputs, let bias):
        stages.append(
          .linear(
            Linear(
              "\(name).\(place)", group: group, inputs: width, outputs: outputs, bias: bias, in: &parameters,
              random: &random)))
        width = outputs
      case .relu: stages.append(.relu)
      case .tanh: stages.append(.tanh)
      case .gelu: stages.append(.gelu)
      case .gated(let hidden, let chunks):
        stages.append(.gated(blocks.count))
        blocks.append(
          GatedBlock(
            "\(name).\(place)", group: group, width: width, hidden: hidden, chunks: chunks, in: &parameters,
            random: &random))
      case .unit:
        stages.append(.unit(lengths.count))
        lengths.append([])
      }
    }
    outputs = width
    rows = [DenseMatrix](repeating: DenseMatrix(rows: 0, columns: 0), count: stages.count + 1)
  }

  /// The outputs of the rows of `x`; what the way back needs is remembered.
  public mutating func forward(
    _ x: DenseMatrix<Scalar>, _ parameters: ParameterSet<Scalar>
  ) throws(LearningError) -> DenseMatrix<Scalar> {
    rows[0] = x
    for (place, stage) in stages.enumerated() {
      switch stage {
      case .linear(let layer):
        try layer.forward(rows[place], parameters, into: &rows[place + 1])
        continue
      case .gelu:
        let input = rows[place]
        rows[place + 1].setShape(rows: input.rows, columns: input.columns)
        Scalar.gelu(input.values, into: &rows[place + 1].values)
        continue
      case .gated(let block):
        try blocks[block].forward(rows[place], parameters, into: &rows[place + 1])
        continue
      case .relu, .tanh, .unit: rows[place + 1] = rows[place]
      }
      switch stage {
      case .relu: Scalar.relu(&rows[place + 1].values)
      case .tanh: Scalar.tanh(&rows[place + 1].values)
      case .unit(let number):
        lengths[number] = [Scalar](repeating: 0, count: x.rows)
        Scalar.unitRows(&rows[place + 1], lengths: &lengths[number])
      case .linear, .gelu, .gated: break
      }
    }
    return rows[stages.count]
  }

  /// Writes the gradients of all parameters from that of the outputs of the last ``forward(_:_:)``.
  ///
  /// - Parameters:
  ///   - gradient: of the outputs; becomes that of the inputs.
  ///   - reachesInput: whether it does; if not, its content is undefined afterwards and a product is saved.
  public mutating func backward(
    _ gradient: inout DenseMatrix<Scalar>, _ parameters: inout ParameterSet<Scalar>, reachesInput: Bool = false
  ) throws(LearningError) {
    for (place, stage) in stages.enumerated().reversed() {
      switch stage {
      case .linear(let layer):
        try layer.backward(gradient, input: rows[place], &parameters)
        guard place > 0 || reachesInput else { return }
        var inner = DenseMatrix<Scalar>(rows: 0, columns: 0)
        try layer.inputGradient(gradient, parameters, into: &inner)
        gradient = inner
      case .relu: Scalar.reluBackward(rows[place + 1].values, gradient: &gradient.values)
      case .tanh: Scalar.tanhBackward(rows[place + 1].values, gradient: &gradient.values)
      case .gelu: Scalar.geluBackward(rows[place].values, gradient: &gradient.values)
      case .gated(let block): try blocks[block].backward(&gradient, &parameters)
      case .unit(let number):
        Scalar.unitRowsBackward(rows[place + 1], lengths: lengths[number], gradient: &gradient)
      }
    }
  }
}
