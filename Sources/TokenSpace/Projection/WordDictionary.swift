import Learning
public import LinearAlgebra

/// An encoder for spaces in which pictures and words lie together, such as those of CLIP: rows are compared with the
/// embeddings of the vocabulary's own words.
///
/// Pictures, texts and words each lie around a mean of their own, far from the others' (the modality gap). So a row is taken
/// as `x = n(n(row) − mean)`, a word as `n(n(embedding) − mean of the words)`, where `n` scales to length 1.
public struct WordDictionary: Sendable, Equatable {
  /// How the tokens of a row are found.
  public enum Rule: Sendable, Equatable {
    /// A token's score is its cosine with the row in deviations of that token from its mean, less the threshold; it weighs
    /// `log1p(score)`. Without the standardisation the same few words would be near every row.
    case projection(means: [Float], deviations: [Float], threshold: Float)
    /// The row is written as a sum of few words with positive weights, see ``NonNegativeLasso``; these are the weights.
    case decomposition(penalty: Float)
  }

  /// `[tokens × dimension]`, centred, each row of length 1.
  public let words: Matrix
  /// What is taken from every row after it has been scaled to length 1.
  public let mean: [Float]
  /// How tokens are found.
  public let rule: Rule

  /// The length of the rows it takes.
  public var dimension: Int { words.columns }

  /// How far the length of a word's row may be from 1.
  private static let lengthTolerance = 1e-3

  /// Scaled to length 1, centred, and scaled again; a row of zeros stays one.
  static func centred(_ row: ArraySlice<Float>, mean: [Float]) -> [Float] {
    let scaled = unit(row[...])
    if scaled.allSatisfy({ $0 == 0 }) { return scaled }
    return unit(zip(scaled, mean).map { $0 - $1 }[...])
  }

  /// The row scaled to length 1; a row of zeros stays one.
  static func unit(_ row: ArraySlice<Float>) -> [Float] {
    var squares = 0.0
    for value in row { squares += Double(value) * Double(value) }
    guard squares > 0 else { return Array(row) }
    let scale = 1 / squares.squareRoot()
    return row.map { Float(Double($0) * scale) }
  }

  /// The rows as they are compared with words.
  func directions(of rows: Matrix) -> Matrix {
    var values: [Float] = []
    values.reserveCapacity(rows.values.count)
    for row in 0..<rows.rows { values.append(contentsOf: Self.centred(rows.row(row), mean: mean)) }
    return Matrix(rows: rows.rows, columns: rows.columns, values: values)
  }

  /// One score per row and token: what is above 0 is a token of the row.
  func scores(of rows: Matrix) throws(TokenSpaceError) -> Matrix {
    let directions = directions(of: rows)
    switch rule {
    case .decomposition(let penalty):
      var (scores, products) = try NonNegativeLasso(atoms: words, penalty: penalty).solve(directions)
      for row in 0..<scores.rows where scores.row(row).allSatisfy({ $0 == 0 }) {
        // No word is worth its penalty; how near each came tells which is best.
        for token in 0..<scores.columns { scores[row, token] = min(0, products[row, token] - penalty / 2) }
      }
      return scores
    case .projection(let means, let deviations, let threshold):
      var scores = Matrix(rows: rows.rows, columns: words.rows)
      do {
        try BLAS.sgemm(directions, words, transposeB: true, into: &scores)
      } catch {
        throw .learning(.algebra(error))
      }
      let count = words.rows
      for row in 0..<scores.rows {
        for token in 0..<count {
          let at = row * count + token
          scores.values[at] = (scores.values[at] - means[token]) / deviations[token] - threshold
        }
      }
      return scores
    }
  }

  /// What makes this no encoder for a vocabulary: the tensor at fault and why; nil when all is well.
  func fault(vocabularyCount: Int) -> (section: String, reason: String)? {
    guard words.rows == vocabularyCount, words.columns > 0 else {
      return ("words", "its shape is \(words.rows) × \(words.columns) for \(vocabularyCount) tokens")
    }
    for token in 0..<words.rows {
      let squares = words.row(token).reduce(0.0) { $0 + Double($1) * Double($1) }
      guard abs(squares.squareRoot() - 1) <= Self.lengthTolerance else {
        return ("words", "row \(token) has the length \(squares.squareRoot()) and not 1")
      }
    }
    guard mean.count == words.columns, mean.allSatisfy(\.isFinite) else {
      return ("mean", "it does not have one finite value per column")
    }
    switch rule {
    case .decomposition(let penalty):
      guard penalty.isFinite, penalty > 0 else { return ("metadata", "the penalty \(penalty) is not above 0") }
    case .projection(let means, let deviations, let threshold):
      guard means.count == vocabularyCount, means.allSatisfy(\.isFinite) else {
        return ("token_means", "it does not have one finite value per token")
      }
      guard deviations.count == vocabularyCount, deviations.allSatisfy({ $0 > 0 && $0.isFinite }) else {
        return ("token_deviations", "it does not have one finite value above 0 per token")
      }
      guard threshold.isFinite else { return ("metadata", "the threshold \(threshold) is not finite") }
    }
    return nil
  }
}
