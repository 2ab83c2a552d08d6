public import LinearAlgebra

/// The sums that least squares needs, gathered batch by batch in 64-bit floats: `XᵀX`, `YᵀX`, and the sums of both.
///
/// Rows are shifted by the mean of the first batch before they are multiplied, so that a large common offset costs no
/// precision. Rows may carry weights ≥ 0; without them every row weighs 1.
///
/// - Complexity: O(rows · d²) for the products through `dsyrk`, O(d² + targets · d) memory.
public struct NormalEquations: Sendable {
  /// The number of columns of a row.
  public let dimension: Int
  /// The number of targets.
  public let targetCount: Int
  /// The number of rows added.
  public private(set) var rowCount = 0
  /// The sum of the row weights; equals ``rowCount`` without weights.
  public private(set) var weightSum = 0.0
  /// The weighted sum of every target.
  public private(set) var targetSums: [Double]

  /// What is subtracted from every row before it is summed.
  private(set) var shift: [Double]
  /// The weighted sums of the shifted columns.
  private(set) var columnSums: [Double]
  /// The upper triangle of the weighted gram matrix of the shifted rows.
  private(set) var gram: DoubleMatrix
  /// The weighted sum of the shifted rows of each target.
  private(set) var cross: DoubleMatrix

  /// Sums of no rows. Throws ``LearningError/tooLarge(dimension:targets:)`` when a table would need 16 GiB or more.
  public init(dimension: Int, targetCount: Int) throws(LearningError) {
    guard dimension > 0 else { throw .shapeMismatch(what: "columns", expected: 1, found: dimension) }
    guard targetCount > 0 else { throw .shapeMismatch(what: "targets", expected: 1, found: targetCount) }
    let (larger, overflow) = dimension.multipliedReportingOverflow(by: max(dimension, targetCount))
    guard !overflow, larger < 1 << 31 else { throw .tooLarge(dimension: dimension, targets: targetCount) }
    self.dimension = dimension
    self.targetCount = targetCount
    targetSums = [Double](repeating: 0, count: targetCount)
    shift = [Double](repeating: 0, count: dimension)
    columnSums = [Double](repeating: 0, count: dimension)
    gram = DoubleMatrix(rows: dimension, columns: dimension)
    cross = DoubleMatrix(rows: targetCount, columns: dimension)
  }

  /// Adds a batch with sparse 0/1 targets.
  ///
  /// - Parameters:
  ///   - rows: `[n × dimension]`, finite.
  ///   - targets: `n` rows of target indices.
  ///   - weights: `n` weights ≥ 0, or nil for 1.
  public mutating func add(
    _ rows: Matrix, targets: SparseTargets, weights: [Float]? = nil
  ) throws(LearningError) {
    try check(rows, targetRows: targets.rowCount, weights)
    if let bad = targets.indices.first(where: { $0 >= UInt32(clamping: targetCount) }) {
      throw .targetOutOfRange(target: Int(bad), count: targetCount)
    }
    let (shifted, roots) = try addRows(rows, weights)
    do {
      for row in 0..<rows.rows {
        let root = roots?[row] ?? 1
        for target in targets.row(row) {
          targetSums[Int(target)] += root * root
          // The shifted row already carries one root of its weight.
          try BLAS.daxpy(root, row: row, of: shifted, toRow: Int(target), of: &cross)
        }
      }
    } catch {
      throw .algebra(error)
    }
  }

  /// Adds a batch with dense targets, `[n × targetCount]`.
  public mutating func add(
    _ rows: Matrix, denseTargets: Matrix, weights: [Float]? = nil
  ) throws(LearningError) {
    try check(rows, targetRows: denseTargets.rows, weights)
    guard denseTargets.columns == targetCount else {
      throw .shapeMismatch(what: "targets", expected: targetCount, found: denseTargets.columns)
    }
    let (shifted, roots) = try addRows(rows, weights)
    var wide = DoubleMatrix(rows: denseTargets.rows, columns: targetCount)
    for row in 0..<rows.rows {
      let root = roots?[row] ?? 1
      for target in 0..<targetCount {
        let value = Double(denseTargets[row, target])
        targetSums[target] += root * root * value
        wide[row, target] = root * value
      }
    }
    do {
      try BLAS.dgemm(wide, transposeA: true, shifted, beta: 1, into: &cross)
    } catch {
      throw .algebra(error)
    }
  }

  /// The weighted mean of every column; zeros before the first row.
  public var means: [Double] {
    guard weightSum > 0 else { return shift }
    return zip(shift, columnSums).map { $0 + $1 / weightSum }
  }

  /// The weighted variance (divided by the weight sum) of every column, never negative.
  public var variances: [Double] {
    guard weightSum > 0 else { return [Double](repeating: 0, count: dimension) }
    return (0..<dimension).map { column in
      let mean = columnSums[column] / weightSum
      return max(0, gram[column, column] / weightSum - mean * mean)
    }
  }

  /// The weighted mean of every target; zeros before the first row.
  public var targetMeans: [Double] {
    weightSum > 0 ? targetSums.map { $0 / weightSum } : targetSums
  }

  private func check(_ rows: Matrix, targetRows: Int, _ weights: [Float]?) throws(LearningError) {
    guard rows.columns == dimension else {
      throw .shapeMismatch(what: "columns", expected: dimension, found: rows.columns)
    }
    guard targetRows == rows.rows else {
      throw .shapeMismatch(what: "target rows", expected: rows.rows, found: targetRows)
    }
    guard let weights else { return }
    guard weights.count == rows.rows else {
      throw .shapeMismatch(what: "row weights", expected: rows.rows, found: weights.count)
    }
    guard weights.allSatisfy({ $0 >= 0 && $0.isFinite }) else { throw .notFinite(what: "row weights") }
  }

  /// Adds the rows to the sums of `X` and returns them shifted and multiplied by the roots of their weights.
  private mutating func addRows(
    _ rows: Matrix, _ weights: [Float]?
  ) throws(LearningError) -> (shifted: DoubleMatrix, roots: [Double]?) {
    if rowCount == 0, rows.rows > 0 { shift = meanRow(of: rows) }
    let roots = weights.map { $0.map { Double($0).squareRoot() } }
    let source = rows.values
    let shift = shift
    var sums = columnSums
    var values = [Double](repeating: 0, count: source.count)
    var place = 0
    for row in 0..<rows.rows {
      let root = roots?[row] ?? 1
      for column in 0..<dimension {
        let value = (Double(source[place]) - shift[column]) * root
        values[place] = value
        sums[column] += root * value
        place &+= 1
      }
      weightSum += root * root
    }
    columnSums = sums
    let shifted = DoubleMatrix(rows: rows.rows, columns: dimension, values: values)
    do {
      try BLAS.dsyrk(shifted, beta: 1, intoUpper: &gram)
    } catch {
      throw .algebra(error)
    }
    rowCount += rows.rows
    return (shifted, roots)
  }

  private func meanRow(of rows: Matrix) -> [Double] {
    var sums = [Double](repeating: 0, count: dimension)
    var place = 0
    for _ in 0..<rows.rows {
      for column in 0..<dimension {
        sums[column] += Double(rows.values[place])
        place &+= 1
      }
    }
    return sums.map { $0 / Double(rows.rows) }
  }
}
