public import Learning
import LinearAlgebra

/// Layers between the prepared rows of a side and its projections.
public struct SideNetwork: Sendable, Equatable {
  /// The layers in their order.
  public let layers: [LayerPlan]
  /// The length of the rows that go in.
  public let inputs: Int
  /// The length of the rows that come out.
  public var outputs: Int { stack.outputs }

  /// The values, in the order of the layers; a parameter has the name of its place and role, as `layer.0.weights`.
  let parameters: ParameterSet<Float>
  private let stack: LayerStack<Float>

  /// Layers with given values.
  ///
  /// - Parameter values: the value of a parameter by its name.
  /// - Throws: ``AlignmentError/damagedAlignment(source:section:reason:)`` for values of another shape or that are not finite.
  init(
    inputs: Int, layers: [LayerPlan], source: String, values: (String) throws(AlignmentError) -> Matrix
  ) throws(AlignmentError) {
    // How a bias started is of no account once there is one.
    let layers = layers.map { layer in
      if case .linear(let outputs, .drawn) = layer { LayerPlan.linear(outputs: outputs, bias: .zero) } else { layer }
    }
    var (set, random) = (ParameterSet<Float>(), SplitMix64(seed: 0))
    stack = LayerStack(Self.name, group: Self.name, inputs: inputs, layers: layers, in: &set, random: &random)
    for index in set.indices {
      let found = try values(set[index].name)
      func refuse(_ reason: String) -> AlignmentError {
        .damagedAlignment(source: source, section: set[index].name, reason: reason)
      }
      let expected = set[index].values
      guard found.rows == expected.rows, found.columns == expected.columns else {
        throw refuse("it is \(found.rows) × \(found.columns) instead of \(expected.rows) × \(expected.columns)")
      }
      guard Float.allFinite(found.values) else { throw refuse("it holds a number that is not finite") }
      set[index].values = found
    }
    (self.layers, self.inputs, parameters) = (layers, inputs, set)
  }

  /// The layers of a stack called `name` as `trained` holds them.
  init(
    inputs: Int, layers: [LayerPlan], from trained: ParameterSet<Float>, name: String, source: String
  ) throws(AlignmentError) {
    try self.init(inputs: inputs, layers: layers, source: source) { (own) throws(AlignmentError) in
      guard let place = trained.index(of: name + own.dropFirst(Self.name.count)) else {
        throw .damagedAlignment(source: source, section: own, reason: "it is missing")
      }
      return trained[place].values
    }
  }

  /// How names of parameters begin.
  static let name = "layer"

  /// The rows behind all layers.
  ///
  /// - Complexity: O(rows · parameters).
  func apply(_ rows: Matrix) throws(AlignmentError) -> Matrix {
    var stack = stack
    do {
      return try stack.forward(rows, parameters)
    } catch {
      throw .learning(error)
    }
  }

  public static func == (a: SideNetwork, b: SideNetwork) -> Bool {
    a.layers == b.layers && a.inputs == b.inputs
      && a.parameters.indices.allSatisfy { a.parameters[$0].values == b.parameters[$0].values }
  }
}
