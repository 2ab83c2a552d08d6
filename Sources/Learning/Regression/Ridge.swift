public import LinearAlgebra

/// A linear map with an intercept, `y = weights · x + bias`, in the space of the raw rows.
public struct RidgeSolution: Sendable, Equatable {
  /// `[targets × dimension]`; the standardisation of the columns is folded in.
  public let weights: Matrix
  /// One intercept per target; with it the mean prediction equals the mean target.
  public let bias: [Float]
  /// The mean of every target in training.
  public let targetMeans: [Float]
}

/// Ridge regression on standardised columns, in closed form, for all targets at once.
///
/// - Source: Hoerl and Kennard, "Ridge regression: biased estimation for nonorthogonal problems" (Technometrics 1970).
public enum Ridge {
  /// The share of the mean standard deviation that is added to each column's, so that a nearly constant column is not
  /// blown up.
  static let deviationFloor = 1e-3

  /// Minimises `Σ ω ‖y − W z − b‖² + λ ‖W‖²`, where `z` are the columns with mean 0 and deviation 1, then folds the
  /// standardisation into the weights and the bias. The intercept is not penalised.
  ///
  /// - Parameter lambda: the absolute λ > 0; multiply a relative one by ``NormalEquations/weightSum``.
  /// - Throws: ``LearningError`` when there are fewer than 2 rows, all rows are equal, or a sum is not finite.
  /// - Complexity: O(d³ / 3 + 2 · targets · d²) time, a copy of the sums in memory.
  public static func solve(_ equations: NormalEquations, lambda: Double) throws(LearningError) -> RidgeSolution {
    guard lambda.isFinite, lambda > 0 else { throw .badRegularisation(lambda) }
    guard equations.rowCount >= 2, equations.weightSum > 0 else {
      throw .tooFewRows(found: equations.rowCount, needed: 2)
    }
    let d = equations.dimension
    let sum = equations.weightSum
    let scales = try inverseDeviations(equations)
    // All below is relative to the shift; only the means that are folded into the bias are absolute.
    let offsets = equations.columnSums.map { $0 / sum }

    var factor = equations.gram
    for i in 0..<d {
      for j in i..<d {
        factor[i, j] = (factor[i, j] - sum * offsets[i] * offsets[j]) * scales[i] * scales[j]
      }
      factor[i, i] += lambda
    }
    var sides = equations.cross.values
    var place = 0
    for target in 0..<equations.targetCount {
      let targetSum = equations.targetSums[target]
      for j in 0..<d {
        sides[place] = (sides[place] - targetSum * offsets[j]) * scales[j]
        place &+= 1
      }
    }
    var solution = DoubleMatrix(rows: equations.targetCount, columns: d, values: sides)
    do {
      try LAPACK.choleskyFactor(&factor)
      try LAPACK.choleskySolve(factor: factor, rightSides: &solution)
    } catch .notFinite {
      throw .notFinite(what: "sums of the training rows")
    } catch {
      throw .algebra(error)
    }
    return try fold(solution, scales: scales, means: equations.means, targetMeans: equations.targetMeans)
  }

  private static func inverseDeviations(_ equations: NormalEquations) throws(LearningError) -> [Double] {
    let deviations = equations.variances.map { $0.squareRoot() }
    let mean = deviations.reduce(0, +) / Double(deviations.count)
    guard mean.isFinite else { throw .notFinite(what: "variances of the columns") }
    guard mean > 0 else { throw .constantInput(rows: equations.rowCount) }
    return deviations.map { 1 / ($0 + deviationFloor * mean) }
  }

  private static func fold(
    _ solution: DoubleMatrix, scales: [Double], means: [Double], targetMeans: [Double]
  ) throws(LearningError) -> RidgeSolution {
    var weights: [Float] = []
    weights.reserveCapacity(solution.values.count)
    var place = 0
    var bias = [Float](repeating: 0, count: solution.rows)
    for target in 0..<solution.rows {
      var intercept = targetMeans[target]
      for j in 0..<solution.columns {
        let weight = solution.values[place] * scales[j]
        weights.append(Float(weight))
        place &+= 1
        intercept -= weight * means[j]
      }
      guard intercept.isFinite else { throw .notFinite(what: "weights of the solution") }
      bias[target] = Float(intercept)
    }
    return RidgeSolution(
      weights: Matrix(rows: solution.rows, columns: solution.columns, values: weights), bias: bias,
      targetMeans: targetMeans.map { Float($0) })
  }
}
