import LinearAlgebra

/// Maps of both sides into a space where their covariance is diagonal: canonical correlation and its kin.
struct CorrelationMap {
  /// `[rank × image dimension]`.
  let images: DoubleMatrix
  /// `[rank × text dimension]`.
  let texts: DoubleMatrix
  /// The canonical correlations kept, in descending order; regularisation makes them smaller than the true ones.
  let correlations: [Double]

  /// The whitened cross-covariance `K = Cxx^-½ Cxt Ctt^-½ = U S Vᵀ` and what is needed around it.
  private struct Whitened {
    let images: SymmetricPower
    let texts: SymmetricPower
    let imageRoot: DoubleMatrix
    let textRoot: DoubleMatrix
    let parts: SingularDecomposition

    init(_ pairs: PreparedPairs, regularisation: Double) throws(AlignmentError) {
      guard regularisation.isFinite, regularisation >= 0 else {
        throw .badOption(name: "regularisation", value: "\(regularisation)", range: "a number of 0 or more")
      }
      images = try SymmetricPower(Self.covariance(pairs.imageGram, pairs.count, regularisation))
      texts = try SymmetricPower(Self.covariance(pairs.textGram, pairs.count, regularisation))
      for (side, gram, whole) in [
        (AlignedSide.images, pairs.imageGram, images), (.texts, pairs.textGram, texts),
      ]
      where regularisation == 0 && pairs.count < gram.rows && whole.rank() < gram.rows {
        throw .tooFewPairs(
          method: "correlation without regularisation (\(side))", found: pairs.count, needed: gram.rows)
      }
      imageRoot = try images.raised(to: -0.5)
      textRoot = try texts.raised(to: -0.5)
      var cross = pairs.cross
      let share = 1 / Double(pairs.count)
      for place in cross.values.indices { cross.values[place] *= share }
      let k = try product(try product(imageRoot, cross, transposeB: true), textRoot)
      parts = try computing { () throws(LinearAlgebraError) in try LAPACK.singularDecomposition(k) }
      guard let largest = parts.values.first, largest > 0 else { throw .unrelated }
    }

    /// `XᵀX / n + r · trace / d · I`.
    private static func covariance(_ gram: DoubleMatrix, _ count: Int, _ r: Double) -> DoubleMatrix {
      var covariance = gram
      for place in covariance.values.indices { covariance.values[place] /= Double(count) }
      var trace = 0.0
      for i in 0..<gram.rows { trace += covariance[i, i] }
      for i in 0..<gram.rows { covariance[i, i] += r * trace / Double(gram.rows) }
      return covariance
    }

    /// How many directions are kept of those that mean anything.
    func rank(_ wanted: Int?) throws(AlignmentError) -> Int {
      guard wanted ?? 1 >= 1 else {
        throw .badOption(name: "rank", value: String(wanted ?? 0), range: "1 or more")
      }
      let largest = parts.values.first ?? 0
      let meaningful = parts.values.count { $0 > ProcrustesMap.cut * largest }
      return min(wanted ?? meaningful, meaningful)
    }
  }

  /// Regularised canonical correlation analysis whose directions are weighted by their correlations.
  ///
  /// - Parameters:
  ///   - regularisation: what is added to the diagonals of both covariances, as a share of their mean variance.
  ///   - rank: how many directions are kept, or nil for all; fewer when there are fewer.
  ///   - weightPower: the power of its correlation by which a direction is multiplied.
  /// - Source: Hotelling, "Relations between two sets of variates" (Biometrika 1936); Vinod, "Canonical ridge and econometrics
  ///   of joint production" (1976).
  static func canonical(
    _ pairs: PreparedPairs, regularisation: Double, rank: Int?, weightPower: Double
  ) throws(AlignmentError) -> CorrelationMap {
    try check(weightPower)
    let whitened = try Whitened(pairs, regularisation: regularisation)
    let count = try whitened.rank(rank)
    let factors = whitened.parts.values[..<count].map { power($0, weightPower) }
    var left = firstRows(try transposed(whitened.parts.left), count)
    var right = firstRows(whitened.parts.rightTransposed, count)
    try computing { () throws(LinearAlgebraError) in
      try BLAS.scaleRows(&left, by: factors)
      try BLAS.scaleRows(&right, by: factors)
    }
    return CorrelationMap(
      images: try product(left, whitened.imageRoot), texts: try product(right, whitened.textRoot),
      correlations: Array(whitened.parts.values[..<count]))
  }

  /// Whitening, rotation, weighting by the correlations, and the whitening undone again.
  ///
  /// - Source: Artetxe, Labaka and Agirre, "Generalizing and improving bilingual word embedding mappings with a multi-step
  ///   framework of linear transformations" (AAAI 2018).
  static func whitenedRotation(
    _ pairs: PreparedPairs, regularisation: Double, weightPower: Double
  ) throws(AlignmentError) -> CorrelationMap {
    try check(weightPower)
    let whitened = try Whitened(pairs, regularisation: regularisation)
    let count = try whitened.rank(nil)
    let factors = whitened.parts.values[..<count].map { power($0, weightPower) }
    let left = firstRows(try transposed(whitened.parts.left), count)
    let right = firstRows(whitened.parts.rightTransposed, count)
    func map(_ directions: DoubleMatrix, _ whole: SymmetricPower, _ root: DoubleMatrix) throws(AlignmentError)
      -> DoubleMatrix
    {
      // (W U Sᵖ)(Uᵀ W⁻¹ U), transposed, with W = C^-½.
      let unwhitened = try product(directions, try whole.raised(to: 0.5))
      let inner = try product(directions, unwhitened, transposeB: true)
      var weighted = directions
      try computing { () throws(LinearAlgebraError) in try BLAS.scaleRows(&weighted, by: factors) }
      return try product(inner, transposeA: true, try product(weighted, root))
    }
    return CorrelationMap(
      images: try map(left, whitened.images, whitened.imageRoot),
      texts: try map(right, whitened.texts, whitened.textRoot),
      correlations: Array(whitened.parts.values[..<count]))
  }

  private static func check(_ weightPower: Double) throws(AlignmentError) {
    guard weightPower.isFinite, weightPower >= 0 else {
      throw .badOption(name: "weight power", value: "\(weightPower)", range: "a number of 0 or more")
    }
  }
}
