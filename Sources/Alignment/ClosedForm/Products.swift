import Glibc
import LinearAlgebra

/// `base` to the power of `exponent`.
func power(_ base: Double, _ exponent: Double) -> Double { pow(base, exponent) }

/// `op(a) · op(b)`.
func product(
  _ a: DoubleMatrix, transposeA: Bool = false, _ b: DoubleMatrix, transposeB: Bool = false
) throws(AlignmentError) -> DoubleMatrix {
  var c = DoubleMatrix(
    rows: transposeA ? a.columns : a.rows, columns: transposeB ? b.rows : b.columns)
  try computing { () throws(LinearAlgebraError) in
    try BLAS.dgemm(a, transposeA: transposeA, b, transposeB: transposeB, into: &c)
  }
  return c
}

/// The transpose.
func transposed(_ a: DoubleMatrix) throws(AlignmentError) -> DoubleMatrix {
  var values: [Double] = []
  values.reserveCapacity(a.values.count)
  for column in 0..<a.columns {
    for row in 0..<a.rows { values.append(a.values[row * a.columns + column]) }
  }
  return DoubleMatrix(rows: a.columns, columns: a.rows, values: values)
}

/// The first `count` rows.
func firstRows(_ a: DoubleMatrix, _ count: Int) -> DoubleMatrix {
  DoubleMatrix(rows: count, columns: a.columns, values: Array(a.values[..<(count * a.columns)]))
}

/// A symmetric matrix with its eigenvalues raised to a power.
struct SymmetricPower {
  let spectrum: SymmetricSpectrum

  /// - Parameter a: symmetric and not negative.
  init(_ a: DoubleMatrix) throws(AlignmentError) {
    spectrum = try computing { () throws(LinearAlgebraError) in try LAPACK.symmetricSpectrum(a) }
  }

  /// `a^exponent` over the directions whose eigenvalue is above `cut` times the largest; 0 over the others.
  func raised(to exponent: Double, cut: Double = 1e-12) throws(AlignmentError) -> DoubleMatrix {
    let smallest = cut * (spectrum.values.last ?? 0)
    // Half of the power on each side of the product keeps it symmetric.
    var half = spectrum.vectors
    let factors = spectrum.values.map { $0 > smallest ? power($0, exponent / 2) : 0 }
    try computing { () throws(LinearAlgebraError) in try BLAS.scaleRows(&half, by: factors) }
    return try product(half, transposeA: true, half)
  }

  /// The number of directions whose eigenvalue is above `cut` times the largest.
  func rank(cut: Double = 1e-12) -> Int {
    let smallest = cut * (spectrum.values.last ?? 0)
    return spectrum.values.count { $0 > smallest }
  }
}
