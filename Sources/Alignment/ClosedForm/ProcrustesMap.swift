import LinearAlgebra

/// The rotation (or partial rotation, between different dimensions) that brings the two sides nearest to each other.
///
/// - Source: Schönemann, "A generalized solution of the orthogonal Procrustes problem" (Psychometrika 1966).
enum ProcrustesMap {
  /// Directions whose singular value is not above this share of the largest are left out: their rotation is arbitrary.
  static let cut = 1e-10

  /// `R = U Vᵀ` of the cross products `TᵀX = U S Vᵀ`, `[text dimension × image dimension]`: a text row `t` becomes `t R`, an
  /// image row `x` becomes `x Rᵀ`.
  ///
  /// - Throws: ``AlignmentError/unrelated`` when no direction is left.
  static func rotation(cross: DoubleMatrix) throws(AlignmentError) -> DoubleMatrix {
    let parts = try computing { () throws(LinearAlgebraError) in try LAPACK.singularDecomposition(cross) }
    guard let largest = parts.values.first, largest > 0 else { throw .unrelated }
    var left = parts.left
    try computing { () throws(LinearAlgebraError) in
      try BLAS.scaleColumns(&left, by: parts.values.map { $0 > cut * largest ? 1 : 0 })
    }
    return try product(left, parts.rightTransposed)
  }
}
