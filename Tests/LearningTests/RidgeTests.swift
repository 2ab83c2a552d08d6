import Learning
import LinearAlgebra
import Testing

/// Ridge on standardised columns solved by plain Gauss elimination, as an oracle.
private func oracle(_ x: Matrix, _ y: Matrix, weights: [Float], lambda: Double) -> (w: [[Double]], b: [Double]) {
  let (n, d) = (x.rows, x.columns)
  let total = weights.reduce(0.0) { $0 + Double($1) }
  let mean = (0..<d).map { j in (0..<n).reduce(0.0) { $0 + Double(weights[$1]) * Double(x[$1, j]) } / total }
  let deviation = (0..<d).map { j in
    ((0..<n).reduce(0.0) { $0 + Double(weights[$1]) * (Double(x[$1, j]) - mean[j]) * (Double(x[$1, j]) - mean[j]) }
      / total).squareRoot()
  }
  let floor = deviation.reduce(0, +) / Double(d) * 1e-3
  let z = (0..<n).map { i in (0..<d).map { (Double(x[i, $0]) - mean[$0]) / (deviation[$0] + floor) } }
  var w: [[Double]] = []
  var b: [Double] = []
  for t in 0..<y.columns {
    let yMean = (0..<n).reduce(0.0) { $0 + Double(weights[$1]) * Double(y[$1, t]) } / total
    var a = (0..<d).map { i in
      (0..<d).map { j in
        (0..<n).reduce(i == j ? lambda : 0) { $0 + Double(weights[$1]) * z[$1][i] * z[$1][j] }
      } + [(0..<n).reduce(0.0) { $0 + Double(weights[$1]) * z[$1][i] * (Double(y[$1, t]) - yMean) }]
    }
    for i in 0..<d {
      let pivot = (i..<d).max { abs(a[$0][i]) < abs(a[$1][i]) }!
      a.swapAt(i, pivot)
      for r in 0..<d where r != i {
        let factor = a[r][i] / a[i][i]
        for c in i...d { a[r][c] -= factor * a[i][c] }
      }
    }
    let folded = (0..<d).map { a[$0][d] / a[$0][$0] / (deviation[$0] + floor) }
    w.append(folded)
    b.append(yMean - (0..<d).reduce(0.0) { $0 + folded[$1] * mean[$1] })
  }
  return (w, b)
}

@Suite struct RidgeTests {
  @Test("The streamed closed form equals a dense solution", arguments: 0..<12 as Range<UInt64>)
  func equalsDenseSolution(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let (n, d, targets) = (5 + random.below(30), 1 + random.below(6), 1 + random.below(5))
    let offset = seed % 3 == 0 ? 1000.0 : 0
    let x = Matrix(rows: n, columns: d, values: (0..<n * d).map { _ in Float(random.normal() + offset) })
    var y = Matrix(rows: n, columns: targets)
    for i in 0..<y.values.count where random.uniform() < 0.4 { y.values[i] = 1 }
    let weights = (0..<n).map { _ in seed % 2 == 0 ? 1 : Float(random.uniform() + 0.1) }

    var sparse = try NormalEquations(dimension: d, targetCount: targets)
    var dense = try NormalEquations(dimension: d, targetCount: targets)
    var row = 0
    while row < n {
      let size = min(1 + random.below(7), n - row)
      let batch = Matrix(rows: size, columns: d, values: Array(x.values[row * d..<(row + size) * d]))
      var lists = SparseTargets()
      for r in row..<row + size { lists.append((0..<targets).filter { y[r, $0] == 1 }.map { UInt32($0) }) }
      let share = Array(weights[row..<row + size])
      try sparse.add(batch, targets: lists, weights: seed % 2 == 0 ? nil : share)
      let labels = Matrix(rows: size, columns: targets, values: Array(y.values[row * targets..<(row + size) * targets]))
      try dense.add(batch, denseTargets: labels, weights: share)
      row += size
    }
    let expected = oracle(x, y, weights: weights, lambda: 0.7)
    for solution in [try Ridge.solve(sparse, lambda: 0.7), try Ridge.solve(dense, lambda: 0.7)] {
      for t in 0..<targets {
        #expect(abs(Double(solution.bias[t]) - expected.b[t]) < 1e-3 * max(1, abs(expected.b[t])), "seed \(seed)")
        for j in 0..<d { #expect(abs(Double(solution.weights[t, j]) - expected.w[t][j]) < 1e-4, "seed \(seed)") }
      }
    }
  }

  @Test("Means and variances do not depend on the batches")
  func moments() throws {
    let x = Matrix(rows: 4, columns: 2, values: [1, 10, 2, 10, 3, 10, 6, 10])
    var sums = try NormalEquations(dimension: 2, targetCount: 1)
    for row in 0..<4 {
      var targets = SparseTargets()
      targets.append(row == 2 ? [0] : [])
      try sums.add(Matrix(rows: 1, columns: 2, values: Array(x.row(row))), targets: targets)
    }
    #expect(sums.means == [3, 10])
    #expect(sums.variances == [3.5, 0])
    #expect(sums.targetMeans == [0.25])
    #expect(sums.rowCount == 4)
  }

  @Test("A constant column gets no weight")
  func constantColumn() throws {
    var sums = try NormalEquations(dimension: 2, targetCount: 1)
    var targets = SparseTargets()
    for row in 0..<6 { targets.append(row < 3 ? [0] : []) }
    try sums.add(Matrix(rows: 6, columns: 2, values: [1, 7, 1, 7, 1, 7, -1, 7, -1, 7, -1, 7]), targets: targets)
    let solution = try Ridge.solve(sums, lambda: 1)
    #expect(solution.weights[0, 1] == 0)
    #expect(solution.weights[0, 0] > 0.3)
  }

  @Test("Data that cannot be solved is a typed error")
  func errors() throws {
    var sums = try NormalEquations(dimension: 2, targetCount: 1)
    var one = SparseTargets()
    one.append([0])
    #expect(throws: LearningError.shapeMismatch(what: "columns", expected: 2, found: 3)) {
      try sums.add(Matrix(rows: 1, columns: 3), targets: one)
    }
    #expect(throws: LearningError.shapeMismatch(what: "target rows", expected: 2, found: 1)) {
      try sums.add(Matrix(rows: 2, columns: 2), targets: one)
    }
    var wrong = SparseTargets()
    wrong.append([5])
    #expect(throws: LearningError.targetOutOfRange(target: 5, count: 1)) {
      try sums.add(Matrix(rows: 1, columns: 2), targets: wrong)
    }
    try sums.add(Matrix(rows: 1, columns: 2, values: [1, 2]), targets: one)
    #expect(throws: LearningError.tooFewRows(found: 1, needed: 2)) { try Ridge.solve(sums, lambda: 1) }
    try sums.add(Matrix(rows: 1, columns: 2, values: [1, 2]), targets: one)
    #expect(throws: LearningError.constantInput(rows: 2)) { try Ridge.solve(sums, lambda: 1) }
    #expect(throws: LearningError.badRegularisation(0)) { try Ridge.solve(sums, lambda: 0) }
    try sums.add(Matrix(rows: 1, columns: 2, values: [.nan, 2]), targets: one)
    #expect(throws: LearningError.self) { try Ridge.solve(sums, lambda: 1) }
    #expect(throws: LearningError.self) { try NormalEquations(dimension: 1 << 31, targetCount: 1 << 31) }
  }
}
