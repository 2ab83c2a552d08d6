import LinearAlgebra
import Testing

/// A matrix of seeded normal numbers.
func randomMatrix(rows: Int, columns: Int, using random: inout SplitMix64) -> Matrix {
  Matrix(rows: rows, columns: columns, values: (0..<rows * columns).map { _ in Float(random.normal()) })
}

@Suite struct DenseTests {
  @Test(
    "A general product equals the three nested loops, for every pair of transposes", arguments: 0..<20 as Range<UInt64>)
  func generalProduct(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let (m, n, k) = (1 + random.below(7), 1 + random.below(7), 1 + random.below(7))
    for (ta, tb) in [(false, false), (false, true), (true, false), (true, true)] {
      let a = randomMatrix(rows: ta ? k : m, columns: ta ? m : k, using: &random)
      let b = randomMatrix(rows: tb ? n : k, columns: tb ? k : n, using: &random)
      let before = randomMatrix(rows: m, columns: n, using: &random)
      var c = before
      try BLAS.sgemm(a, transposeA: ta, b, transposeB: tb, alpha: 2, beta: 0.5, into: &c)
      for row in 0..<m {
        for column in 0..<n {
          var sum: Float = 0
          for i in 0..<k { sum += (ta ? a[i, row] : a[row, i]) * (tb ? b[column, i] : b[i, column]) }
          #expect(abs(c[row, column] - (2 * sum + 0.5 * before[row, column])) < 1e-4, "seed \(seed)")
        }
      }
    }
  }

  @Test("A gram product fills the upper triangle only")
  func gram() throws {
    var random = SplitMix64(seed: 5)
    let a = randomMatrix(rows: 9, columns: 4, using: &random)
    var c = Matrix(rows: 4, columns: 4)
    try BLAS.ssyrk(a, intoUpper: &c)
    let wide = DoubleMatrix(rows: 9, columns: 4, values: a.values.map(Double.init))
    var d = DoubleMatrix(rows: 4, columns: 4)
    try BLAS.dsyrk(wide, intoUpper: &d)
    for i in 0..<4 {
      for j in 0..<4 {
        let expected = i <= j ? (0..<9).reduce(0.0) { $0 + wide[$1, i] * wide[$1, j] } : 0
        #expect(abs(d[i, j] - expected) < 1e-12)
        #expect(abs(Double(c[i, j]) - expected) < 1e-4)
      }
    }
  }

  @Test("A Cholesky solution satisfies the system, one right side per row")
  func cholesky() throws {
    var random = SplitMix64(seed: 7)
    let n = 12
    let rows = DoubleMatrix(rows: 40, columns: n, values: (0..<40 * n).map { _ in random.normal() })
    var gram = DoubleMatrix(rows: n, columns: n)
    try BLAS.dsyrk(rows, intoUpper: &gram)
    let sides = DoubleMatrix(rows: 3, columns: n, values: (0..<3 * n).map { _ in random.normal() })
    var factor = gram
    try LAPACK.choleskyFactor(&factor)
    var solution = sides
    try LAPACK.choleskySolve(factor: factor, rightSides: &solution)
    for side in 0..<3 {
      for i in 0..<n {
        let left = (0..<n).reduce(0.0) { $0 + (i <= $1 ? gram[i, $1] : gram[$1, i]) * solution[side, $1] }
        #expect(abs(left - sides[side, i]) < 1e-9)
      }
    }
  }

  @Test("A matrix that is not positive definite is named by its leading minor")
  func notPositiveDefinite() {
    var a = DoubleMatrix(rows: 2, columns: 2, values: [1, 2, 0, 1])
    #expect(throws: LinearAlgebraError.notPositiveDefinite(order: 2)) {
      try LAPACK.choleskyFactor(&a)
    }
    var b = DoubleMatrix(rows: 1, columns: 1, values: [.nan])
    #expect(throws: LinearAlgebraError.self) { try LAPACK.choleskyFactor(&b) }
  }

  @Test("Dimensions beyond 32 bits are an error, not a trap")
  func hugeDimension() {
    let huge = Int(Int32.max) + 1
    let a = Matrix(rows: huge, columns: 0)
    var c = Matrix(rows: 0, columns: 0)
    #expect(throws: LinearAlgebraError.dimensionTooLarge(name: "rows", value: huge)) {
      try BLAS.ssyrk(a, intoUpper: &c)
    }
  }

  @Test("Empty products leave the result alone")
  func emptyProduct() throws {
    var c = Matrix(rows: 0, columns: 3)
    try BLAS.sgemm(Matrix(rows: 0, columns: 2), Matrix(rows: 2, columns: 3), into: &c)
    var one = Matrix(rows: 1, columns: 1, values: [4])
    try BLAS.sgemm(Matrix(rows: 1, columns: 0), Matrix(rows: 0, columns: 1), beta: 1, into: &one)
    #expect(one.values == [4])
    #expect(BLAS.threadCount >= 1)
  }
}
