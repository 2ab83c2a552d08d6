import LinearAlgebra
import Testing

@Suite struct SpectraTests {
  private func noise(_ rows: Int, _ columns: Int, _ random: inout SplitMix64) -> DoubleMatrix {
    DoubleMatrix(rows: rows, columns: columns, values: (0..<rows * columns).map { _ in random.normal() })
  }

  private func product(_ a: DoubleMatrix, _ b: DoubleMatrix) -> DoubleMatrix {
    var c = DoubleMatrix(rows: a.rows, columns: b.columns)
    for i in 0..<a.rows {
      for j in 0..<b.columns { c[i, j] = (0..<a.columns).reduce(0) { $0 + a[i, $1] * b[$1, j] } }
    }
    return c
  }

  private func transposed(_ a: DoubleMatrix) -> DoubleMatrix {
    var t = DoubleMatrix(rows: a.columns, columns: a.rows)
    for i in 0..<a.rows { for j in 0..<a.columns { t[j, i] = a[i, j] } }
    return t
  }

  private func isIdentity(_ a: DoubleMatrix) -> Bool {
    (0..<a.rows).allSatisfy { i in (0..<a.columns).allSatisfy { abs(a[i, $0] - (i == $0 ? 1 : 0)) < 1e-10 } }
  }

  @Test(
    "A singular value decomposition multiplies back, tall, wide and square",
    arguments: [(7, 3), (3, 7), (5, 5), (1, 4)])
  func singularValues(rows: Int, columns: Int) throws {
    var random = SplitMix64(seed: 1)
    let a = noise(rows, columns, &random)
    let parts = try LAPACK.singularDecomposition(a)
    let count = min(rows, columns)
    #expect(parts.values.count == count && parts.values == parts.values.sorted(by: >))
    #expect(isIdentity(product(transposed(parts.left), parts.left)))
    #expect(isIdentity(product(parts.rightTransposed, transposed(parts.rightTransposed))))
    var scaled = parts.left
    for i in 0..<rows { for j in 0..<count { scaled[i, j] *= parts.values[j] } }
    let again = product(scaled, parts.rightTransposed)
    #expect(zip(again.values, a.values).allSatisfy { abs($0 - $1) < 1e-10 })
  }

  @Test("Eigenvectors of a symmetric matrix stand in rows, by ascending value; only the upper triangle counts")
  func eigenvalues() throws {
    var random = SplitMix64(seed: 2)
    let a = noise(6, 6, &random)
    var symmetric = product(transposed(a), a)
    let whole = symmetric
    for i in 0..<6 { for j in 0..<i { symmetric[i, j] = 99 } }
    let spectrum = try LAPACK.symmetricSpectrum(symmetric)
    #expect(spectrum.values == spectrum.values.sorted())
    #expect(isIdentity(product(spectrum.vectors, transposed(spectrum.vectors))))
    let turned = product(product(spectrum.vectors, whole), transposed(spectrum.vectors))
    for i in 0..<6 { for j in 0..<6 { #expect(abs(turned[i, j] - (i == j ? spectrum.values[i] : 0)) < 1e-9) } }
  }

  @Test("Empty matrices and NaN")
  func edges() throws {
    #expect(try LAPACK.singularDecomposition(DoubleMatrix(rows: 0, columns: 3)).values.isEmpty)
    #expect(try LAPACK.symmetricSpectrum(DoubleMatrix(rows: 0, columns: 0)).values.isEmpty)
    let bad = DoubleMatrix(rows: 2, columns: 2, values: [1, .nan, .nan, 1])
    #expect(throws: LinearAlgebraError.self) { try LAPACK.singularDecomposition(bad) }
    #expect(throws: LinearAlgebraError.self) { try LAPACK.symmetricSpectrum(bad) }
  }

  @Test("Precision is widened exactly, and narrowed with a word about what does not fit")
  func precision() throws {
    let a = Matrix(rows: 2, columns: 3, values: [1, -0.1, 3e38, 0, 1e-30, -7])
    let wide = try LAPACK.widened(a)
    #expect(wide.values == a.values.map { Double($0) } && wide.rows == 2 && wide.columns == 3)
    #expect(try LAPACK.narrowed(wide) == a)
    #expect(try LAPACK.widened(Matrix(rows: 0, columns: 3)).columns == 3)
    #expect(throws: LinearAlgebraError.self) {
      try LAPACK.narrowed(DoubleMatrix(rows: 1, columns: 2, values: [1, 1e39]))
    }
    #expect(throws: LinearAlgebraError.self) { try LAPACK.widened(Matrix(rows: 1, columns: 1, values: [.nan])) }
  }

  @Test("Operations on rows and columns do what loops do")
  func rowsAndColumns() throws {
    var random = SplitMix64(seed: 3)
    let a = noise(5, 4, &random)
    var unit = a
    for column in 0..<4 { unit[2, column] = 0 }
    let lengths = try BLAS.unitRows(&unit)
    #expect(lengths[2] == 0 && (0..<4).allSatisfy { unit[2, $0] == 0 })
    for row in [0, 1, 3, 4] {
      let length = (0..<4).reduce(0) { $0 + a[row, $1] * a[row, $1] }.squareRoot()
      #expect(abs(length - lengths[row]) < 1e-12 && abs(unit[row, 1] - a[row, 1] / length) < 1e-12)
    }
    var b = a
    try BLAS.addToRows(-2, [1, 2, 3, 4], of: &b)
    #expect(abs(b[3, 2] - (a[3, 2] - 6)) < 1e-12)
    b = a
    try BLAS.scaleRows(&b, by: [1, 2, 3, 4, 5])
    #expect(b[3, 2] == 4 * a[3, 2])
    b = a
    try BLAS.scaleColumns(&b, by: [1, 2, 3, 4])
    #expect(b[3, 2] == 3 * a[3, 2])
    let (sums, squares) = (try BLAS.columnSums(a), try BLAS.columnSquares(a))
    #expect(abs(sums[1] - (0..<5).reduce(0) { $0 + a[$1, 1] }) < 1e-12)
    #expect(abs(squares[1] - (0..<5).reduce(0) { $0 + a[$1, 1] * a[$1, 1] }) < 1e-12)
    #expect(abs(try BLAS.absoluteSum(a) - a.values.reduce(0) { $0 + abs($1) }) < 1e-12)
    b[4, 3] = .infinity
    #expect(try !BLAS.absoluteSum(b).isFinite)
  }
}
