public import LinearAlgebra

/// All that a model learns, in a fixed order.
///
/// What the optimiser remembers takes memory only for parameters that were ever stepped, so a model whose parts learn
/// one after the other grows with them.
public struct ParameterSet<Scalar: Real>: Sendable {
  private var parameters: [Parameter<Scalar>] = []

  /// A set of nothing.
  public init() {}

  /// The number of parameters.
  public var count: Int { parameters.count }

  /// The places of the parameters, for the subscript.
  public var indices: Range<Int> { parameters.indices }

  /// The number of single numbers that are learned.
  public var scalarCount: Int { parameters.reduce(0) { $0 + $1.values.values.count } }

  /// Adds a parameter and returns its place. Traps when the name is taken.
  @discardableResult
  public mutating func add(
    _ name: String, group: String, _ values: DenseMatrix<Scalar>, decays: Bool = true
  ) -> Int {
    precondition(index(of: name) == nil, "two parameters have the name \(name)")
    parameters.append(Parameter(name: name, group: group, values: values, decays: decays))
    return parameters.count - 1
  }

  /// The place of the parameter with this name.
  public func index(of name: String) -> Int? { parameters.firstIndex { $0.name == name } }

  /// The parameter at a place.
  public subscript(index: Int) -> Parameter<Scalar> {
    get { parameters[index] }
    _modify { yield &parameters[index] }
  }

  /// The length of the gradient of these groups together.
  public func gradientLength(of groups: some Collection<String>) -> Double {
    parameters.lazy.filter { groups.contains($0.group) }
      .reduce(0) { $0 + Scalar.sumOfSquares($1.gradient.values) }.squareRoot()
  }

  /// Makes the running means of a group its values, and starts the means again from them: what comes next builds on what
  /// will be saved.
  public mutating func adoptAverages(of group: String) {
    for index in parameters.indices where parameters[index].group == group && !parameters[index].average.isEmpty {
      parameters[index].values.values = parameters[index].average
    }
  }

  /// Forgets what the optimiser remembers of a group, and gives the memory back; values and running means stay.
  public mutating func forgetMoments(of group: String) {
    for index in parameters.indices where parameters[index].group == group {
      parameters[index].first = []
      parameters[index].second = []
      parameters[index].stepCount = 0
    }
  }

  /// Runs `body` with the running means in the place of the values, for validation and saving.
  public mutating func exchangeAverages() {
    for index in parameters.indices where !parameters[index].average.isEmpty {
      parameters[index].exchangeAverage()
    }
  }
}
