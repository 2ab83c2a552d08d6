import Glibc
import LinearAlgebra

/// Multinomial logistic regression: `argmin ½ ‖W‖² + strength · Σ log loss`, the intercepts free of penalty.
///
/// Each step solves a ridge problem that bounds the loss from above, with the momentum of Nesterov as long as it leads downhill; there
/// is nothing to tune and nothing random.
/// - Source: Böhning, "Multinomial logistic regression algorithm" (Annals of the Institute of Statistical Mathematics 1992);
///   O'Donoghue and Candès, "Adaptive restart for accelerated gradient schemes" (2015).
struct LogisticRegression {
  /// `[classes × dimension]`.
  let weights: DoubleMatrix
  /// One for each class.
  let bias: [Double]

  static let maximumIterations = 5000

  /// - Parameters:
  ///   - rows: `[n × dimension]`.
  ///   - labels: n class numbers.
  ///   - strength: the weight of the losses against the penalty, above 0.
  /// - Complexity: O(n · dimension · classes) for each of some hundred steps, and O(dimension³) once.
  init(_ rows: DoubleMatrix, _ labels: ClassLabels, strength: Double) throws(AlignmentError) {
    guard labels.numbers.count == rows.rows else {
      throw .unpairedLabels(rows: rows.rows, labels: labels.numbers.count)
    }
    guard strength.isFinite, strength > 0 else {
      throw .badOption(name: "strength", value: "\(strength)", range: "a number above 0")
    }
    // A last column of ones carries the intercepts.
    let d = rows.columns
    var x = DoubleMatrix(rows: rows.rows, columns: d + 1)
    x.values.removeAll(keepingCapacity: true)
    for row in 0..<rows.rows {
      x.values += rows.values[row * d..<(row + 1) * d]
      x.values.append(1)
    }
    // The second derivative is at most ½ C XᵀX for every class, and the penalty.
    var bound = DoubleMatrix(rows: d + 1, columns: d + 1)
    try computing { () throws(LinearAlgebraError) in
      try BLAS.dsyrk(x, alpha: 0.5 * strength, intoUpper: &bound)
      for i in 0..<d { bound[i, i] += 1 }
      try LAPACK.choleskyFactor(&bound)
    }
    var current = DoubleMatrix(rows: labels.names.count, columns: d + 1)
    var ahead = current
    var momentum = 1.0
    for _ in 0..<Self.maximumIterations {
      var step = try Self.gradient(x, labels, ahead, strength)
      try computing { () throws(LinearAlgebraError) in
        try LAPACK.choleskySolve(factor: bound, rightSides: &step)
      }
      let next = Self.sum(ahead, step, -1)
      let way = Self.sum(next, current, -1)
      // Momentum that leads uphill is dropped.
      let uphill = zip(step.values, way.values).reduce(0) { $0 + $1.0 * $1.1 } > 0
      if uphill { momentum = 1 }
      let nextMomentum = (1 + (1 + 4 * momentum * momentum).squareRoot()) / 2
      ahead = Self.sum(next, way, (momentum - 1) / nextMomentum)
      let change = Self.largest(step)
      (current, momentum) = (next, nextMomentum)
      if change <= 1e-7 * max(1, Self.largest(current)) {
        var weights = DoubleMatrix(rows: current.rows, columns: d)
        for row in 0..<current.rows {
          for column in 0..<d { weights[row, column] = current[row, column] }
        }
        self.weights = weights
        bias = (0..<current.rows).map { current[$0, d] }
        return
      }
    }
    throw .notConverged(method: "logistic regression", iterations: Self.maximumIterations)
  }

  /// The gradient of the objective at `w`.
  private static func gradient(
    _ x: DoubleMatrix, _ labels: ClassLabels, _ w: DoubleMatrix, _ strength: Double
  ) throws(AlignmentError) -> DoubleMatrix {
    var p = try product(x, w, transposeB: true)
    let classes = w.rows
    var place = 0
    for label in labels.numbers {
      var largest = -Double.infinity
      for c in 0..<classes { largest = max(largest, p.values[place + c]) }
      var total = 0.0
      for c in 0..<classes {
        let value = exp(p.values[place + c] - largest)
        p.values[place + c] = value
        total += value
      }
      for c in 0..<classes { p.values[place + c] /= total }
      p.values[place + label] -= 1
      place += classes
    }
    var gradient = w
    for row in 0..<classes { gradient[row, w.columns - 1] = 0 }
    try computing { () throws(LinearAlgebraError) in
      try BLAS.dgemm(p, transposeA: true, x, alpha: strength, beta: 1, into: &gradient)
    }
    return gradient
  }

  private static func sum(_ a: DoubleMatrix, _ b: DoubleMatrix, _ factor: Double) -> DoubleMatrix {
    var c = a
    for place in c.values.indices { c.values[place] += factor * b.values[place] }
    return c
  }

  private static func largest(_ a: DoubleMatrix) -> Double { a.values.reduce(0) { max($0, abs($1)) } }
}
