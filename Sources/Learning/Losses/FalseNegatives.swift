public import LinearAlgebra

/// The pairs of a batch that do belong together although they stand in different rows, so that a contrastive loss must
/// not push them apart.
public struct FalseNegatives: Sendable, Equatable {
  /// Row and column of the scores, row by row, both orders of every pair; never on the diagonal.
  public private(set) var places: [Place] = []

  /// An element of the matrix of scores.
  public struct Place: Sendable, Hashable, Comparable {
    /// The row, from 0.
    public let row: Int
    /// The column, from 0.
    public let column: Int

    /// Row by row.
    public static func < (a: Place, b: Place) -> Bool { (a.row, a.column) < (b.row, b.column) }
  }

  /// No such pair.
  public init() {}

  /// Rows of the same picture, and rows with the same set of tokens.
  ///
  /// - Parameters:
  ///   - pictures: a number for every row, the same for rows of one picture; empty when all are different.
  ///   - captions: the tokens of every row, each ascending.
  public init(pictures: [Int] = [], captions: SparseTargets) {
    var found: Set<Place> = []
    func insert(_ groups: some Collection<[Int]>) {
      for rows in groups where rows.count > 1 {
        for row in rows {
          for column in rows where column != row { found.insert(Place(row: row, column: column)) }
        }
      }
    }
    insert(Dictionary(grouping: pictures.indices) { pictures[$0] }.values)
    insert(Dictionary(grouping: 0..<captions.rowCount) { Array(captions.row($0)) }.values)
    places = found.sorted()
  }

  /// Takes these elements out of a softmax: sets them to -1e30.
  public func mask<Scalar: Real>(_ scores: inout DenseMatrix<Scalar>) {
    for place in places { scores[place.row, place.column] = -1e30 }
  }
}
