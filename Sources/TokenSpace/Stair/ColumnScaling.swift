import EmbeddingDumps
import Learning
import LinearAlgebra

/// The mean and the deviation of every column of the training rows, and what subtracts and divides by them.
struct ColumnScaling: Sendable, Equatable {
  /// The share of the mean deviation that is added to each, so that a nearly constant column is not blown up.
  private static let deviationFloor = 0.01

  /// The mean of every column.
  let means: [Float]
  /// 1 by the deviation of every column.
  let factors: [Float]

  init(means: [Float], factors: [Float]) {
    self.means = means
    self.factors = factors
  }

  /// Reads the given rows of `dump` once, in batches.
  ///
  /// - Throws: ``TokenSpaceError/dump(_:)`` naming the file and the row with a number that is not finite,
  ///   ``LearningError/constantInput(rows:)`` when all rows are equal.
  /// - Complexity: O(rows · dimension) time, one batch of memory.
  init(
    of dump: EmbeddingDump, rows: [Int], batch: Int,
    progress: (_ done: Int, _ total: Int) throws(TokenSpaceError) -> Void
  ) throws(TokenSpaceError) {
    let dimension = dump.dimension
    var shift: [Double]?
    var sums = [Double](repeating: 0, count: dimension)
    var squares = sums
    var done = 0
    try progress(0, rows.count)
    while done < rows.count {
      let part = Array(rows[done..<min(rows.count, done + batch)])
      let values = try Self.read(dump, part).values
      // Shifted by the first row, so that a large common offset costs no precision.
      let offsets = shift ?? values.prefix(dimension).map { Double($0) }
      shift = offsets
      for row in 0..<part.count {
        for column in 0..<dimension {
          let value = Double(values[row * dimension + column]) - offsets[column]
          sums[column] += value
          squares[column] += value * value
        }
      }
      done += part.count
      try progress(done, rows.count)
    }
    let count = Double(max(1, rows.count))
    let deviations = zip(sums, squares).map { max(0, $1 / count - ($0 / count) * ($0 / count)).squareRoot() }
    let mean = deviations.reduce(0, +) / Double(max(1, dimension))
    guard mean > 0 else { throw .learning(.constantInput(rows: rows.count)) }
    means = zip(shift ?? sums, sums).map { Float($0 + $1 / count) }
    factors = deviations.map { Float(1 / ($0 + Self.deviationFloor * mean)) }
    guard (means + factors).allSatisfy({ $0.isFinite && $0.magnitude < 1e30 }) else {
      throw .extremeEmbeddings(detail: "their means or deviations are infinite")
    }
  }

  /// 16 hexadecimal digits that change when any mean or deviation does.
  var fingerprint: String {
    let hash = (means + factors).reduce(0xCBF2_9CE4_8422_2325 as UInt64) { hash, value in
      let mixed = (hash ^ UInt64(value.bitPattern)) &* 0x9E37_79B9_7F4A_7C15
      return mixed ^ mixed >> 29
    }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  /// Rows by number, as an error of this layer.
  static func read(_ dump: EmbeddingDump, _ numbers: [Int]) throws(TokenSpaceError) -> Matrix {
    do {
      return try dump.rows(numbered: numbers)
    } catch {
      throw .dump(error)
    }
  }

  /// `(row - mean) / deviation` for every row.
  func apply(_ rows: inout Matrix) {
    Float.standardise(&rows, means: means, scales: factors)
  }
}
