import Learning
import LinearAlgebra

/// Finds for every word those whose embeddings are nearest.
struct RelatedWords {
  private let limit: Int
  private let smallestCosine: Float
  /// How many words go through one matrix product.
  private static let batch = 256

  init(_ options: ProjectionOptions) {
    limit = options.relatedTokens
    smallestCosine = options.relatedCosine
  }

  /// The table of related tokens.
  ///
  /// - Parameter words: `[tokens × dimension]`, centred, each of length 1.
  /// - Complexity: O(tokens² · dimension) through BLAS.
  func table(_ words: Matrix, queryWeights: [Float]) throws(TokenSpaceError) -> ExpansionTable {
    var lists: [[TokenWeight]] = []
    lists.reserveCapacity(words.rows)
    for first in stride(from: 0, to: words.rows, by: Self.batch) {
      let count = min(Self.batch, words.rows - first)
      let elements = first * words.columns..<(first + count) * words.columns
      let part = Matrix(rows: count, columns: words.columns, values: Array(words.values[elements]))
      var cosines = Matrix(rows: count, columns: words.rows)
      do {
        try BLAS.sgemm(part, words, transposeB: true, into: &cosines)
      } catch {
        throw .learning(.algebra(error))
      }
      for row in 0..<count {
        // The nearest words, not those with the largest weights: rare ones would always win.
        var near: [(cosine: Float, token: UInt32)] = []
        for (token, cosine) in cosines.row(row).enumerated() where cosine >= smallestCosine && token != first + row {
          near.append((cosine, UInt32(token)))
        }
        near.sort { ($1.cosine, $0.token) < ($0.cosine, $1.token) }
        lists.append(
          near.prefix(limit).map { TokenWeight(token: $0.token, weight: $0.cosine * queryWeights[Int($0.token)]) })
      }
    }
    return ExpansionTable(lists)
  }
}
