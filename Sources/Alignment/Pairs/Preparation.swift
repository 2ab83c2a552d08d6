public import LinearAlgebra

/// What is done to every row before a map, with statistics of the training rows only.
///
/// The steps, of which a recipe takes some: subtract the mean of every column and divide by its deviation; divide the row by
/// its length; subtract the mean of these unit rows; divide by the length again.
public struct Preparation: Sendable, Equatable {
  /// A choice of steps.
  public enum Recipe: String, Sendable, CaseIterable {
    /// The rows as they are.
    case none
    /// Divide by the length. For comparisons only: without centring, maps answer image queries with the same few texts.
    case unit
    /// Unit, subtract the mean, unit: what maps between encoders need.
    case unitCentred = "unit-centred"
    /// Mean 0 and deviation 1 for every column. A constant column becomes 0.
    case standardised
    /// Standardised, then unit, centre, unit.
    case standardisedUnitCentred = "standardised-unit-centred"

    var standardises: Bool { self == .standardised || self == .standardisedUnitCentred }
    var scalesToUnit: Bool { self != .none && self != .standardised }
    var centres: Bool { self == .unitCentred || self == .standardisedUnitCentred }
  }

  /// The steps.
  public let recipe: Recipe
  /// The length of a row.
  public let dimension: Int
  /// The mean of every column; empty unless the recipe standardises.
  public let means: [Float]
  /// The deviation of every column, above 0; empty unless the recipe standardises.
  public let deviations: [Float]
  /// The mean of the unit rows; empty unless the recipe centres.
  public let centre: [Float]

  /// Traps when a table has another length than its recipe calls for.
  init(recipe: Recipe, dimension: Int, means: [Float], deviations: [Float], centre: [Float]) {
    precondition(means.count == (recipe.standardises ? dimension : 0) && deviations.count == means.count)
    precondition(centre.count == (recipe.centres ? dimension : 0))
    self.recipe = recipe
    self.dimension = dimension
    self.means = means
    self.deviations = deviations
    self.centre = centre
  }

  /// Learns the means and deviations of training rows.
  ///
  /// - Parameters:
  ///   - rows: `[n × dimension]`.
  ///   - side: what errors name.
  /// - Throws: ``AlignmentError`` for no rows, rows of zeros or with NaN, and when all rows are equal.
  /// - Complexity: O(n · dimension), in batches: the rows are never copied as a whole.
  public static func fit(
    _ recipe: Recipe, rows: Matrix, side: AlignedSide
  ) throws(AlignmentError) -> Preparation {
    guard rows.rows >= 2 else { throw .tooFewPairs(method: "centring", found: rows.rows, needed: 2) }
    guard rows.columns >= 1 else { throw .badOption(name: "length of a row", value: "0", range: "1 or more") }
    let count = Double(rows.rows)
    // The first row is a fair offset: equal rows then have a variance of exactly 0.
    let offset = rows.row(0).map { Double($0) }
    var sums = [Double](repeating: 0, count: rows.columns)
    var squares = sums
    for range in batches(of: rows.rows) {
      var batch = try checked(slice(rows, range), side, firstRow: range.lowerBound)
      let (partSums, partSquares) = try computing { () throws(LinearAlgebraError) in
        try BLAS.addToRows(-1, offset, of: &batch)
        return (try BLAS.columnSums(batch), try BLAS.columnSquares(batch))
      }
      for column in offset.indices {
        sums[column] += partSums[column]
        squares[column] += partSquares[column]
      }
    }
    guard squares.contains(where: { $0 > 0 }) else { throw .constantRows(side: side, rows: rows.rows) }
    var means: [Float] = []
    var deviations: [Float] = []
    if recipe.standardises {
      means = zip(offset, sums).map { Float($0 + $1 / count) }
      deviations = zip(sums, squares).map { sum, square in
        let deviation = Float(max(0, square / count - (sum / count) * (sum / count)).squareRoot())
        return deviation > 0 ? deviation : 1
      }
    }
    guard recipe.centres else {
      return Preparation(
        recipe: recipe, dimension: rows.columns, means: means, deviations: deviations, centre: [])
    }
    let start = Preparation(
      recipe: recipe, dimension: rows.columns, means: means, deviations: deviations,
      centre: [Float](repeating: 0, count: rows.columns))
    var centre = [Double](repeating: 0, count: rows.columns)
    for range in batches(of: rows.rows) {
      var batch = try checked(slice(rows, range), side, firstRow: range.lowerBound)
      try start.toUnit(&batch, side, firstRow: range.lowerBound)
      let part = try computing { () throws(LinearAlgebraError) in try BLAS.columnSums(batch) }
      for column in part.indices { centre[column] += part[column] }
    }
    return Preparation(
      recipe: recipe, dimension: rows.columns, means: means, deviations: deviations,
      centre: centre.map { Float($0 / count) })
  }

  /// The rows, prepared.
  ///
  /// - Throws: ``AlignmentError`` for rows of another length, rows of zeros where the recipe divides by the length, NaN and
  ///   infinity. A row that is exactly the centre stays zero.
  /// - Complexity: O(rows · dimension).
  public func apply(_ rows: Matrix, side: AlignedSide, firstRow: Int = 0) throws(AlignmentError) -> DoubleMatrix {
    guard rows.columns == dimension else {
      throw .dimensionMismatch(side: side, expected: dimension, found: rows.columns)
    }
    var result = try checked(rows, side, firstRow: firstRow)
    try toUnit(&result, side, firstRow: firstRow)
    guard recipe.centres else { return result }
    try computing { () throws(LinearAlgebraError) in
      try BLAS.addToRows(-1, centre.map { Double($0) }, of: &result)
      _ = try BLAS.unitRows(&result)
    }
    return result
  }

  /// All steps up to the first unit length.
  private func toUnit(_ rows: inout DoubleMatrix, _ side: AlignedSide, firstRow: Int) throws(AlignmentError) {
    var lengths: [Double] = []
    try computing { () throws(LinearAlgebraError) in
      if recipe.standardises {
        try BLAS.addToRows(-1, means.map { Double($0) }, of: &rows)
        try BLAS.scaleColumns(&rows, by: deviations.map { 1 / Double($0) })
      }
      if recipe.scalesToUnit { lengths = try BLAS.unitRows(&rows) }
    }
    // After standardisation a row of zeros is merely an average one.
    if !recipe.standardises, let zero = lengths.firstIndex(of: 0) {
      throw .zeroRow(side: side, row: firstRow + zero)
    }
  }
}

/// How many rows are widened to 64 bits at a time.
let batchRowCount = 2048

/// Rows in 64-bit floats, all finite.
func checked(_ rows: Matrix, _ side: AlignedSide, firstRow: Int) throws(AlignmentError) -> DoubleMatrix {
  if let wide = try? LAPACK.widened(rows), let sum = try? BLAS.absoluteSum(wide), sum.isFinite { return wide }
  for row in 0..<rows.rows where !rows.row(row).allSatisfy(\.isFinite) {
    throw .notFinite(side: side, row: firstRow + row)
  }
  return try computing { () throws(LinearAlgebraError) in try LAPACK.widened(rows) }
}

/// The rows `range` as a matrix of their own.
func slice(_ rows: Matrix, _ range: Range<Int>) -> Matrix {
  Matrix(
    rows: range.count, columns: rows.columns,
    values: Array(rows.values[range.lowerBound * rows.columns..<range.upperBound * rows.columns]))
}

/// The first row and the end of every batch of `count` rows.
func batches(of count: Int) -> [Range<Int>] {
  stride(from: 0, to: count, by: batchRowCount).map { $0..<min(count, $0 + batchRowCount) }
}
