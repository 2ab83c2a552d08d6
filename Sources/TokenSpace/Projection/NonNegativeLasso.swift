import Learning
import LinearAlgebra

/// Writes vectors as sums of few words: `min ‖x − Cᵀw‖² + λ·Σw` over `w ≥ 0`, for the rows `c` of a dictionary, all of length 1.
///
/// Coordinate descent on the Gram matrix of the words in use, beginning with those most like the vector; then the slopes of
/// all words, by one matrix product for all vectors, show which words are missing, until none is. So the Gram matrix of the
/// whole dictionary is never made, and the answer is that of the whole problem: at the end every word that is used has the
/// slope `λ/2`, and no other has more.
///
/// - Source: the problem is that of SpLiCE (Bhalla et al. 2024); coordinate descent for it: Friedman, Hastie and Tibshirani
///   (2010), Journal of Statistical Software 33(1).
struct NonNegativeLasso {
  /// `[words × dimension]`, rows of length 1.
  let atoms: Matrix
  /// λ, above 0.
  let penalty: Float

  /// By how much a slope may exceed `λ/2`: what 32-bit sums leave uncertain.
  static let tolerance = 1e-5
  /// Words that join at a time.
  private static let batch = 16
  /// Rounds after which the answer is what it is. Every round takes in the worst words, so few are ever needed.
  private static let mostRounds = 200
  /// Sweeps over the words in use until none changes.
  private static let mostSweeps = 2000

  /// The weights of the words, `[n × words]`, 0 or more. A row of a vector that is not finite is NaN.
  ///
  /// - Parameter targets: `[n × dimension]`.
  /// - Returns: the weights, and the products of vectors and words, `[n × words]`.
  /// - Complexity: O(rounds · n · words · dimension) through BLAS; a few rounds.
  func solve(_ targets: Matrix) throws(TokenSpaceError) -> (weights: Matrix, products: Matrix) {
    let products = try Self.product(targets, atoms)
    var weights = Matrix(rows: targets.rows, columns: atoms.rows)
    var pending: [Row] = []
    for number in 0..<targets.rows {
      let slopes = products.row(number)
      if slopes.allSatisfy(\.isFinite) {
        var row = Row(number: number)
        if row.takeIn(slopes, above: Double(penalty) / 2, atMost: Self.batch) { pending.append(row) }
      } else {
        for word in 0..<atoms.rows { weights[number, word] = .nan }
      }
    }
    var round = 0
    while !pending.isEmpty {
      var values: [Float] = []
      values.reserveCapacity(pending.count * atoms.columns)
      for at in pending.indices {
        try solve(&pending[at], products: products.row(pending[at].number))
        values.append(contentsOf: residual(of: pending[at], target: targets.row(pending[at].number)))
      }
      let slopes = try Self.product(Matrix(rows: pending.count, columns: atoms.columns, values: values), atoms)
      round += 1
      var rest: [Row] = []
      for at in pending.indices {
        let limit = Double(penalty) / 2 + Self.tolerance
        if pending[at].takeIn(slopes.row(at), above: limit, atMost: Self.batch), round < Self.mostRounds {
          rest.append(pending[at])
        } else {
          for (word, weight) in zip(pending[at].words, pending[at].weights) {
            weights[pending[at].number, word] = Float(weight)
          }
        }
      }
      pending = rest
    }
    return (weights, products)
  }

  /// One vector on its way.
  private struct Row {
    let number: Int
    /// The words in use, some of which may weigh 0, and their weights.
    var words: [Int] = []
    var weights: [Double] = []

    init(number: Int) { self.number = number }

    /// Adds the words with the largest slopes above a limit that are not in use. Returns whether there are any.
    mutating func takeIn(_ slopes: ArraySlice<Float>, above limit: Double, atMost count: Int) -> Bool {
      var candidates: [(slope: Float, word: Int)] = []
      for (word, slope) in slopes.enumerated() where Double(slope) > limit { candidates.append((slope, word)) }
      if !words.isEmpty, !candidates.isEmpty {
        let used = Set(words)
        candidates.removeAll { used.contains($0.word) }
      }
      if candidates.isEmpty { return false }
      candidates.sort { ($1.slope, $0.word) < ($0.slope, $1.word) }
      words.append(contentsOf: candidates.prefix(count).map(\.word))
      weights.append(contentsOf: repeatElement(0, count: min(count, candidates.count)))
      return true
    }
  }

  /// Coordinate descent over the words in use, from the weights they have.
  private func solve(_ row: inout Row, products: ArraySlice<Float>) throws(TokenSpaceError) {
    let count = row.words.count
    var values: [Float] = []
    values.reserveCapacity(count * atoms.columns)
    for word in row.words { values.append(contentsOf: atoms.row(word)) }
    let used = Matrix(rows: count, columns: atoms.columns, values: values)
    let gram = try Self.product(used, used).values
    // Slopes of the squared error, halved and negated: products with what is not explained yet.
    var slopes = row.words.map { Double(products[products.startIndex + $0]) }
    func subtract(_ amount: Double, of word: Int) {
      for other in 0..<count { slopes[other] -= amount * Double(gram[word * count + other]) }
    }
    for word in 0..<count where row.weights[word] != 0 { subtract(row.weights[word], of: word) }
    let half = Double(penalty) / 2
    for _ in 0..<Self.mostSweeps {
      var largest = 0.0
      for word in 0..<count {
        let before = row.weights[word]
        let after = max(
          0, (slopes[word] + before * Double(gram[word * count + word]) - half) / Double(gram[word * count + word]))
        guard after != before else { continue }
        subtract(after - before, of: word)
        row.weights[word] = after
        largest = max(largest, abs(after - before))
      }
      if largest < 1e-7 { break }
    }
  }

  /// What the words leave of a vector.
  private func residual(of row: Row, target: ArraySlice<Float>) -> [Float] {
    var rest = Array(target)
    for (word, weight) in zip(row.words, row.weights) where weight != 0 {
      let start = word * atoms.columns
      for column in 0..<atoms.columns { rest[column] -= Float(weight) * atoms.values[start + column] }
    }
    return rest
  }

  private static func product(_ rows: Matrix, _ other: Matrix) throws(TokenSpaceError) -> Matrix {
    var result = Matrix(rows: rows.rows, columns: other.rows)
    do {
      try BLAS.sgemm(rows, other, transposeB: true, into: &result)
    } catch {
      throw .learning(.algebra(error))
    }
    return result
  }
}
