/// A number type whose matrices can be trained: products through BLAS and one call per array for everything else.
///
/// Training runs in `Float`, on kernels that give the same result on every instruction set. `Double` has plain loops for
/// the same formulas: what is written once for both can be compared with finite differences.
///
/// Every function traps when its arrays do not fit together.
public protocol Real: BitwiseCopyable, RealActivations, RealRows, RealSparseRows, RealUpdates {
  /// `c = alpha · op(a) · op(b) + beta · c`, where `op` transposes on request.
  ///
  /// - Complexity: O(m·n·k), on all BLAS threads.
  static func multiply(
    _ a: DenseMatrix<Self>, transposeA: Bool, _ b: DenseMatrix<Self>, transposeB: Bool, alpha: Self, beta: Self,
    into c: inout DenseMatrix<Self>
  ) throws(LinearAlgebraError)
}

/// Functions of single numbers, applied to every element of an array.
public protocol RealActivations: BinaryFloatingPoint, Sendable {
  /// `y = x · Φ(x)`, with the distribution function Φ of the normal distribution (not its tanh approximation).
  ///
  /// - Source: Hendrycks and Gimpel, "Gaussian error linear units" (2016).
  static func gelu(_ x: [Self], into y: inout [Self])

  /// Multiplies `gradient` by the derivative of ``gelu(_:into:)`` at `x`.
  static func geluBackward(_ x: [Self], gradient: inout [Self])

  /// Replaces negative elements by 0.
  static func relu(_ x: inout [Self])

  /// Sets `gradient` to 0 where the result `y` of ``relu(_:)`` is 0.
  static func reluBackward(_ y: [Self], gradient: inout [Self])

  /// Replaces every element by its hyperbolic tangent.
  static func tanh(_ x: inout [Self])

  /// Multiplies `gradient` by the derivative `1 - y²` of ``tanh(_:)`` at the result `y`.
  static func tanhBackward(_ y: [Self], gradient: inout [Self])

  /// `y = log(1 + exp(x))`.
  static func softplus(_ x: [Self], into y: inout [Self])

  /// `y = 1 / (1 + exp(-x))`, which is also the derivative of ``softplus(_:into:)``.
  static func sigmoid(_ x: [Self], into y: inout [Self])
}

/// Functions of the rows or columns of a matrix.
public protocol RealRows: BinaryFloatingPoint, Sendable {
  /// Adds `row` to every row of `x`.
  static func addRow(_ row: [Self], to x: inout DenseMatrix<Self>)

  /// Writes the sum of every column to `sums`.
  static func columnSums(_ x: DenseMatrix<Self>, into sums: inout [Self])

  /// `x = (x - means) · scales`, column by column.
  static func standardise(_ x: inout DenseMatrix<Self>, means: [Self], scales: [Self])

  /// Shifts and scales every row to mean 0 and variance 1, as `(x - mean) / √(variance + 1e-5)`.
  ///
  /// - Parameter inverseDeviations: receives the factor of every row.
  /// - Source: Ba, Kiros and Hinton, "Layer normalization" (2016).
  static func normaliseRows(_ x: inout DenseMatrix<Self>, inverseDeviations: inout [Self])

  /// `y = x · gain + shift`, column by column.
  static func scaleAndShift(
    _ x: DenseMatrix<Self>, gain: [Self], shift: [Self], into y: inout DenseMatrix<Self>)

  /// The way back through ``normaliseRows(_:inverseDeviations:)`` and ``scaleAndShift(_:gain:shift:into:)``.
  ///
  /// - Parameters:
  ///   - normalised: the rows between the two.
  ///   - gradient: of the scaled rows; becomes that of the rows before they were normalised.
  static func normaliseRowsBackward(
    normalised: DenseMatrix<Self>, inverseDeviations: [Self], gain: [Self], gradient: inout DenseMatrix<Self>,
    gainGradient: inout [Self], shiftGradient: inout [Self])

  /// Divides every row by its length `√(Σx² + 1e-12)`; `lengths` receives these.
  static func unitRows(_ x: inout DenseMatrix<Self>, lengths: inout [Self])

  /// The way back through ``unitRows(_:lengths:)``, from its result.
  static func unitRowsBackward(_ unit: DenseMatrix<Self>, lengths: [Self], gradient: inout DenseMatrix<Self>)

  /// `w = log1p(relu(x))`.
  ///
  /// - Parameters:
  ///   - columnSums: receives the sum of every column of `w`.
  ///   - rowSums: receives the sum of every row of `w`.
  /// - Returns: how many elements of `w` are not 0.
  static func tokenWeights(
    _ x: DenseMatrix<Self>, into w: inout DenseMatrix<Self>, columnSums: inout [Self], rowSums: inout [Self]
  ) -> Int

  /// The way back through ``tokenWeights(_:into:columnSums:rowSums:)`` with two penalties on the way:
  /// `gradient = (gradient + columnTerms + scale · w) · exp(-w)` where `w > 0`, and 0 elsewhere.
  ///
  /// - Parameter sums: receives the sum of every column of the new gradient.
  static func tokenWeightsBackward(
    _ w: DenseMatrix<Self>, columnTerms: [Self], scale: Self, gradient: inout DenseMatrix<Self>, sums: inout [Self])

  /// Replaces every row by its softmax; `logSums` receives the logarithms of the sums of exponentials.
  static func softmaxRows(_ x: inout DenseMatrix<Self>, logSums: inout [Self])

  /// The symmetric cross entropy of a square matrix of scores whose diagonal holds the pairs that belong together,
  /// `-½ · mean(log softmax of row i at i) - ½ · mean(log softmax of column i at i)`, and in place its gradient.
  ///
  /// Elements of -1e30 or less take no part.
  static func symmetricCrossEntropy(_ scores: inout DenseMatrix<Self>) -> Double
}

/// Products with rows that are nearly everywhere 0. Targets must be below the number of columns or rows they choose
/// from, and no row of targets may hold one twice.
public protocol RealSparseRows: BinaryFloatingPoint, Sendable {
  /// `scores[i, j] = Σ values · w[j, target]` over the targets of row `i`.
  static func sparseScores(
    _ targets: SparseTargets, _ values: [Self], _ w: DenseMatrix<Self>, into scores: inout DenseMatrix<Self>)

  /// `gradient[j, target] += Σ scores[i, j] · value` over all rows `i` with this target.
  static func sparseScoresBackward(
    _ targets: SparseTargets, _ values: [Self], scores: DenseMatrix<Self>, addingTo gradient: inout DenseMatrix<Self>)

  /// `gradient = Σ scores[i, j] · w[j, target]` over all `j`, for every target of every row `i`.
  static func sparseValueGradient(
    _ targets: SparseTargets, scores: DenseMatrix<Self>, _ w: DenseMatrix<Self>, into gradient: inout [Self])

  /// Reads the element of every target in its row of `x`.
  static func gather(_ x: DenseMatrix<Self>, _ targets: SparseTargets, into values: inout [Self])

  /// Adds the value of every target to its element in its row of `x`.
  static func scatter(_ values: [Self], _ targets: SparseTargets, addingTo x: inout DenseMatrix<Self>)

  /// Writes the value of every target to its element in its row of `x`.
  static func store(_ values: [Self], _ targets: SparseTargets, in x: inout DenseMatrix<Self>)

  /// Reads `vector[target]` for every target of every row.
  static func pick(_ vector: [Self], _ targets: SparseTargets, into values: inout [Self])

  /// `vector[target] += value` for every target of every row.
  static func collect(_ values: [Self], _ targets: SparseTargets, addingTo vector: inout [Self])

  /// `sums[i] = Σ table[target]` over the targets of row `i`.
  static func sumRows(
    _ table: DenseMatrix<Self>, _ targets: SparseTargets, into sums: inout DenseMatrix<Self>)

  /// `table[target] += rows[i]` for every target of every row `i`.
  static func addRows(
    _ rows: DenseMatrix<Self>, _ targets: SparseTargets, to table: inout DenseMatrix<Self>)

  /// `products = rows[i] · table[target]` for every target of every row `i`: the few wanted elements of a product of
  /// matrices.
  static func sampledProduct(
    _ rows: DenseMatrix<Self>, _ table: DenseMatrix<Self>, _ targets: SparseTargets, into products: inout [Self])

  /// The way back through ``sampledProduct(_:_:_:into:)``: writes the gradient of `rows`, adds to that of `table`.
  static func sampledProductBackward(
    _ gradient: [Self], _ rows: DenseMatrix<Self>, _ table: DenseMatrix<Self>, _ targets: SparseTargets,
    into rowsGradient: inout DenseMatrix<Self>, addingTo tableGradient: inout DenseMatrix<Self>)
}

/// What happens to the numbers of a model themselves.
public protocol RealUpdates: BinaryFloatingPoint, Sendable {
  /// Makes every element `value`.
  static func fill(_ x: inout [Self], with value: Self)

  /// `x = alpha · x`.
  static func scale(_ x: inout [Self], by alpha: Self)

  /// `y += alpha · x`.
  static func add(_ alpha: Self, _ x: [Self], to y: inout [Self])

  /// The sum of the squares, in 64-bit floats.
  static func sumOfSquares(_ x: [Self]) -> Double

  /// Whether no element is NaN or infinite.
  static func allFinite(_ x: [Self]) -> Bool

  /// Adds `deviation` times normally distributed numbers. They depend on the seed, the stream and the place only.
  static func addNoise(deviation: Self, seed: UInt64, stream: UInt64, to x: inout [Self])

  /// One step of AdamW.
  ///
  /// - Parameter average: the running mean of the values, or an empty array when none is kept.
  static func adamW(
    _ coefficients: AdamWCoefficients, gradient: [Self], values: inout [Self], first: inout [Self],
    second: inout [Self], average: inout [Self])
}

/// The numbers of one step of AdamW, with the corrections of the young moments worked out.
///
/// `first += (1 - beta1) · (g - first)`, `second += (1 - beta2) · (g² - second)` for the gradient `g` times
/// ``gradientScale``, then `value = value · shrink - rate · first / (√(second · secondScale) + epsilon)`, and
/// `average += (1 - averageDecay) · (value - average)`.
public struct AdamWCoefficients: Sendable, Equatable {
  /// What the gradient is multiplied by first.
  public var gradientScale: Double
  /// The decay of the first moment.
  public var beta1: Double
  /// The decay of the second moment.
  public var beta2: Double
  /// The learning rate, divided by the correction of the first moment.
  public var rate: Double
  /// One divided by the correction of the second moment.
  public var secondScale: Double
  /// What is added to the root of the second moment.
  public var epsilon: Double
  /// What the values are multiplied by: 1 minus learning rate times weight decay.
  public var shrink: Double
  /// The decay of the running mean of the values.
  public var averageDecay: Double

  /// The numbers of one step.
  public init(
    gradientScale: Double, beta1: Double, beta2: Double, rate: Double, secondScale: Double, epsilon: Double,
    shrink: Double, averageDecay: Double
  ) {
    self.gradientScale = gradientScale
    self.beta1 = beta1
    self.beta2 = beta2
    self.rate = rate
    self.secondScale = secondScale
    self.epsilon = epsilon
    self.shrink = shrink
    self.averageDecay = averageDecay
  }
}
