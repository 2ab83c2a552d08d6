import LinearAlgebra
import Testing

/// The kernels for `Float` against the plain loops for `Double`, on sizes that are shared among threads and small ones.
@Suite struct RealTests {
  private func matrix(_ rows: Int, _ columns: Int, seed: UInt64, scale: Double = 2) -> (Matrix, DoubleMatrix) {
    var random = SplitMix64(seed: seed)
    let values = (0..<rows * columns).map { _ in Float(random.normal() * scale) }
    return (
      Matrix(rows: rows, columns: columns, values: values),
      DoubleMatrix(rows: rows, columns: columns, values: values.map { Double($0) })
    )
  }

  /// The largest difference, relative to numbers larger than 1.
  private func difference(_ a: [Float], _ b: [Double]) -> Double {
    guard a.count == b.count else { return .infinity }
    return zip(a, b).reduce(0) { max($0, abs(Double($1.0) - $1.1) / max(1, abs($1.1))) }
  }

  /// Over zero, small, ordinary and extreme numbers.
  private static let points: [Float] =
    (-1200...1200).map { Float($0) / 100 } + [0, -0.0, 1e-30, -1e-30, 1e-6, -1e-6, 40, -40, 88, -88, 500, -500]

  @Test("functions of single numbers are within a millionth of the exact ones")
  func activations() {
    let x = Self.points
    let wide = x.map { Double($0) }
    typealias Pair = ((inout [Float]) -> Void, (inout [Double]) -> Void)
    let functions: [(String, Pair)] = [
      ("gelu", ({ Float.gelu(x, into: &$0) }, { Double.gelu(wide, into: &$0) })),
      ("gelu'", ({ Float.geluBackward(x, gradient: &$0) }, { Double.geluBackward(wide, gradient: &$0) })),
      ("softplus", ({ Float.softplus(x, into: &$0) }, { Double.softplus(wide, into: &$0) })),
      ("sigmoid", ({ Float.sigmoid(x, into: &$0) }, { Double.sigmoid(wide, into: &$0) })),
      (
        "tanh",
        (
          {
            $0 = x; Float.tanh(&$0)
          },
          {
            $0 = wide; Double.tanh(&$0)
          }
        )
      ),
      ("tanh'", ({ Float.tanhBackward(x, gradient: &$0) }, { Double.tanhBackward(wide, gradient: &$0) })),
      (
        "relu",
        (
          {
            $0 = x; Float.relu(&$0)
          },
          {
            $0 = wide; Double.relu(&$0)
          }
        )
      ),
      ("relu'", ({ Float.reluBackward(x, gradient: &$0) }, { Double.reluBackward(wide, gradient: &$0) })),
    ]
    for (name, function) in functions {
      var y = [Float](repeating: 1, count: x.count)
      var expected = [Double](repeating: 1, count: x.count)
      function.0(&y)
      function.1(&expected)
      #expect(difference(y, expected) < 1e-6, "\(name)")
    }
  }

  @Test("functions of rows agree with the plain loops", arguments: [(3, 5), (7, 70), (300, 260)])
  func rows(rows: Int, columns: Int) {
    let (x, wide) = matrix(rows, columns, seed: 1)
    let (other, wideOther) = matrix(rows, columns, seed: 2)
    let (vector, wideVector) = matrix(1, columns, seed: 3)
    let (vector2, wideVector2) = matrix(1, columns, seed: 4)
    var (inverse, wideInverse) = ([Float](repeating: 0, count: rows), [Double](repeating: 0, count: rows))
    var (sums, wideSums) = ([Float](repeating: 0, count: columns), [Double](repeating: 0, count: columns))
    var (sums2, wideSums2) = (sums, wideSums)

    Float.columnSums(x, into: &sums)
    Double.columnSums(wide, into: &wideSums)
    #expect(difference(sums, wideSums) < 2e-5)
    var (y, wideY) = (x, wide)
    Float.addRow(vector.values, to: &y)
    Double.addRow(wideVector.values, to: &wideY)
    Float.standardise(&y, means: vector2.values, scales: vector.values)
    Double.standardise(&wideY, means: wideVector2.values, scales: wideVector.values)
    #expect(difference(y.values, wideY.values) < 1e-6)

    (y, wideY) = (x, wide)
    Float.normaliseRows(&y, inverseDeviations: &inverse)
    Double.normaliseRows(&wideY, inverseDeviations: &wideInverse)
    #expect(difference(y.values, wideY.values) < 1e-5)
    var (scaled, wideScaled) = (y, wideY)
    Float.scaleAndShift(y, gain: vector.values, shift: vector2.values, into: &scaled)
    Double.scaleAndShift(wideY, gain: wideVector.values, shift: wideVector2.values, into: &wideScaled)
    #expect(difference(scaled.values, wideScaled.values) < 1e-5)
    var (gradient, wideGradient) = (other, wideOther)
    Float.normaliseRowsBackward(
      normalised: y, inverseDeviations: inverse, gain: vector.values, gradient: &gradient, gainGradient: &sums,
      shiftGradient: &sums2)
    Double.normaliseRowsBackward(
      normalised: wideY, inverseDeviations: wideInverse, gain: wideVector.values, gradient: &wideGradient,
      gainGradient: &wideSums, shiftGradient: &wideSums2)
    #expect(difference(gradient.values, wideGradient.values) < 2e-5)
    #expect(difference(sums, wideSums) < 2e-5)
    #expect(difference(sums2, wideSums2) < 2e-5)

    (y, wideY) = (x, wide)
    Float.unitRows(&y, lengths: &inverse)
    Double.unitRows(&wideY, lengths: &wideInverse)
    #expect(difference(y.values, wideY.values) < 1e-6)
    (gradient, wideGradient) = (other, wideOther)
    Float.unitRowsBackward(y, lengths: inverse, gradient: &gradient)
    Double.unitRowsBackward(wideY, lengths: wideInverse, gradient: &wideGradient)
    #expect(difference(gradient.values, wideGradient.values) < 1e-5)
  }

  @Test("token weights and losses agree with the plain loops", arguments: [(3, 5), (7, 70), (300, 260)])
  func scores(rows: Int, columns: Int) {
    let (x, wide) = matrix(rows, columns, seed: 11)
    var (w, wideW) = (x, wide)
    var (rowSums, wideRowSums) = ([Float](repeating: 9, count: rows), [Double](repeating: 9, count: rows))
    var (sums, wideSums) = ([Float](repeating: 9, count: columns), [Double](repeating: 9, count: columns))
    let found = Float.tokenWeights(x, into: &w, columnSums: &sums, rowSums: &rowSums)
    let expected = Double.tokenWeights(wide, into: &wideW, columnSums: &wideSums, rowSums: &wideRowSums)
    #expect(found == expected)
    #expect(difference(w.values, wideW.values) < 1e-6)
    #expect(difference(sums, wideSums) < 2e-5)
    #expect(difference(rowSums, wideRowSums) < 2e-5)

    var (gradient, wideGradient) = matrix(rows, columns, seed: 12)
    let (terms, wideTerms) = matrix(1, columns, seed: 13)
    Float.tokenWeightsBackward(w, columnTerms: terms.values, scale: 0.3, gradient: &gradient, sums: &sums)
    Double.tokenWeightsBackward(
      wideW, columnTerms: wideTerms.values, scale: Double(Float(0.3)), gradient: &wideGradient, sums: &wideSums)
    #expect(difference(gradient.values, wideGradient.values) < 1e-5)
    #expect(difference(sums, wideSums) < 5e-5)

    Float.rowLogSums(x, into: &rowSums)
    Double.rowLogSums(wide, into: &wideRowSums)
    #expect(difference(rowSums, wideRowSums) < 1e-6)
    Float.addSoftmax(x, logSums: rowSums, scales: rowSums, to: &gradient, sums: &sums)
    Double.addSoftmax(wide, logSums: wideRowSums, scales: wideRowSums, to: &wideGradient, sums: &wideSums)
    #expect(difference(gradient.values, wideGradient.values) < 2e-5)
    #expect(difference(sums, wideSums) < 5e-5)

    (w, wideW) = (x, wide)
    Float.softmaxRows(&w, logSums: &rowSums)
    Double.softmaxRows(&wideW, logSums: &wideRowSums)
    #expect(difference(w.values, wideW.values) < 1e-6)

    var (square, wideSquare) = matrix(rows, rows, seed: 14, scale: 5)
    square[0, rows - 1] = -1e30
    wideSquare[0, rows - 1] = -1e30
    let loss = Float.symmetricCrossEntropy(&square)
    let wideLoss = Double.symmetricCrossEntropy(&wideSquare)
    #expect(abs(loss - wideLoss) < 1e-5 * wideLoss)
    #expect(difference(square.values, wideSquare.values) < 1e-6)
    #expect(square[0, rows - 1] == 0)
  }

  @Test("products with sparse rows agree with the plain loops", arguments: [(4, 6, 5), (70, 90, 40), (300, 500, 60)])
  func sparse(texts: Int, tokens: Int, pictures: Int) {
    var random = SplitMix64(seed: 21)
    var targets = SparseTargets()
    for row in 0..<texts {
      targets.append(Set((0..<row % 6).map { _ in UInt32(random.below(tokens)) }).sorted())
    }
    let count = targets.indices.count
    let (values, wideValues) = matrix(1, count, seed: 22)
    let (w, wideW) = matrix(pictures, tokens, seed: 23)
    var (scores, wideScores) = (Matrix(rows: pictures, columns: texts), DoubleMatrix(rows: pictures, columns: texts))
    Float.sparseScores(targets, values.values, w, into: &scores)
    Double.sparseScores(targets, wideValues.values, wideW, into: &wideScores)
    #expect(difference(scores.values, wideScores.values) < 1e-5)
    var (gradient, wideGradient) = (w, wideW)
    Float.sparseScoresBackward(targets, values.values, scores: scores, addingTo: &gradient)
    Double.sparseScoresBackward(targets, wideValues.values, scores: wideScores, addingTo: &wideGradient)
    #expect(difference(gradient.values, wideGradient.values) < 1e-5)
    var (v, wideV) = (values.values, wideValues.values)
    Float.sparseValueGradient(targets, scores: scores, w, into: &v)
    Double.sparseValueGradient(targets, scores: wideScores, wideW, into: &wideV)
    #expect(difference(v, wideV) < 1e-4)

    let (rows, wideRows) = matrix(texts, 33, seed: 24)
    let (table, wideTable) = matrix(tokens, 33, seed: 25)
    var (sums, wideSums) = (rows, wideRows)
    Float.sumRows(table, targets, into: &sums)
    Double.sumRows(wideTable, targets, into: &wideSums)
    #expect(difference(sums.values, wideSums.values) < 1e-5)
    var (changed, wideChanged) = (table, wideTable)
    Float.addRows(rows, targets, to: &changed)
    Double.addRows(wideRows, targets, to: &wideChanged)
    #expect(difference(changed.values, wideChanged.values) < 1e-5)
    Float.sampledProduct(rows, table, targets, into: &v)
    Double.sampledProduct(wideRows, wideTable, targets, into: &wideV)
    #expect(difference(v, wideV) < 1e-5)
    Float.sampledProductBackward(values.values, rows, table, targets, into: &sums, addingTo: &changed)
    Double.sampledProductBackward(
      wideValues.values, wideRows, wideTable, targets, into: &wideSums, addingTo: &wideChanged)
    #expect(difference(sums.values, wideSums.values) < 1e-5)
    #expect(difference(changed.values, wideChanged.values) < 1e-5)
  }

  @Test("noise has the moments of the normal distribution, and its numbers are those of their places")
  func noise() {
    var noise = [Float](repeating: 0, count: 100_001)
    Float.addNoise(deviation: 1, seed: 5, stream: 1, to: &noise)
    let n = Double(noise.count)
    func moment(_ power: Int) -> Double {
      noise.reduce(0.0) { sum, value in sum + (0..<power).reduce(1.0) { product, _ in product * Double(value) } } / n
    }
    #expect(abs(moment(1)) < 0.015)
    #expect(abs(moment(2) - 1) < 0.02)
    #expect(abs(moment(3)) < 0.05)
    #expect(abs(moment(4) - 3) < 0.1)
    var start = [Float](repeating: 0, count: 77)
    Float.addNoise(deviation: 1, seed: 5, stream: 1, to: &start)
    #expect(start[...] == noise[..<77])
    var otherStream = [Float](repeating: 0, count: 77)
    Float.addNoise(deviation: 1, seed: 5, stream: 2, to: &otherStream)
    var otherSeed = [Float](repeating: 0, count: 77)
    Float.addNoise(deviation: 1, seed: 6, stream: 1, to: &otherSeed)
    #expect(start != otherStream && start != otherSeed && otherStream != otherSeed)
  }

  @Test("NaN goes through every function between logits and loss")
  func notANumber() {
    var x = Matrix(rows: 2, columns: 20)
    x[1, 18] = .nan
    #expect(!Float.allFinite(x.values))
    var w = x
    var (sums, rows) = ([Float](repeating: 0, count: 20), [Float](repeating: 0, count: 2))
    _ = Float.tokenWeights(x, into: &w, columnSums: &sums, rowSums: &rows)
    #expect(w[1, 18].isNaN && rows[1].isNaN && sums[18].isNaN && rows[0] == 0)
    var y = [Float](repeating: 0, count: 40)
    Float.gelu(x.values, into: &y)
    #expect(y[38].isNaN && y[0] == 0)
    var scores = Matrix(rows: 2, columns: 2, values: [1, 2, .nan, 3])
    #expect(!Float.symmetricCrossEntropy(&scores).isFinite)
  }
}
