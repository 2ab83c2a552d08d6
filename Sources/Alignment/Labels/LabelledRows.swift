public import LinearAlgebra

/// Embeddings of one side with the class of each row.
public struct LabelledRows: Sendable {
  /// `[rows × dimension]`.
  public let rows: Matrix
  /// The name of the class of each row.
  public let labels: [String]

  /// Rows with their classes.
  ///
  /// - Throws: ``AlignmentError/unpairedLabels(rows:labels:)``. Values are looked at when a map is trained.
  public init(_ rows: Matrix, labels: [String]) throws(AlignmentError) {
    guard rows.rows == labels.count else { throw .unpairedLabels(rows: rows.rows, labels: labels.count) }
    self.rows = rows
    self.labels = labels
  }

  /// Rows with classes by number; any numbers.
  public init(_ rows: Matrix, labels: [Int]) throws(AlignmentError) {
    try self.init(rows, labels: labels.map { String($0) })
  }

  /// The rows with these numbers.
  func chosen(_ numbers: [Int]) -> LabelledRows {
    LabelledRows(unchecked: rows.gathered(numbers), numbers.map { labels[$0] })
  }

  private init(unchecked rows: Matrix, _ labels: [String]) {
    self.rows = rows
    self.labels = labels
  }
}

/// 1 in the column of the class of each row, 0 elsewhere.
func classTargets<Scalar>(_ numbers: [Int], classes: Int) -> DenseMatrix<Scalar> {
  var targets = DenseMatrix<Scalar>(rows: numbers.count, columns: classes)
  for (row, number) in numbers.enumerated() { targets[row, number] = 1 }
  return targets
}
