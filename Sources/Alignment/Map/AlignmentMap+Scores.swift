public import LinearAlgebra

extension AlignmentMap {
  /// The coordinates of a row that are not 0, for an index of anchors.
  public struct AnchorVector: Sendable, Equatable {
    /// The numbers of the anchors, ascending.
    public let anchors: [UInt32]
    /// One weight above 0 for each; together of length 1.
    public let weights: [Float]
  }

  /// Every query against every item: `[queries × items]` cosines, from the coordinates of both.
  ///
  /// - Complexity: O(queries · items · coordinates).
  public static func scores(queries: Matrix, items: Matrix) throws(AlignmentError) -> Matrix {
    precondition(queries.columns == items.columns, "coordinates of two different alignments")
    var scores = Matrix(rows: queries.rows, columns: items.rows)
    try computing { () throws(LinearAlgebraError) in
      try BLAS.sgemm(queries, items, transposeB: true, into: &scores)
    }
    return scores
  }

  /// The same coordinates as ``coordinates(_:of:)``, without their zeros: bags of anchors that an inverted index can hold.
  ///
  /// - Throws: ``AlignmentError/noAnchors(method:)`` when the map does not keep only the strongest coordinates.
  public func anchorVectors(_ rows: Matrix, of side: AlignedSide) throws(AlignmentError) -> [AnchorVector] {
    guard let maps = self[side] else { throw .noTexts(method: method) }
    guard maps.projections.allSatisfy({ if case .strongest = $0.activation { true } else { false } }) else {
      throw .noAnchors(method: method)
    }
    var vectors: [AnchorVector] = []
    for range in batches(of: rows.rows) {
      let dense = try coordinates(slice(rows, range), of: side)
      for row in 0..<dense.rows {
        let values = dense.row(row)
        let places = values.indices.filter { values[$0] > 0 }
        vectors.append(
          AnchorVector(
            anchors: places.map { UInt32($0 - values.startIndex) }, weights: places.map { values[$0] }))
      }
    }
    return vectors
  }
}
