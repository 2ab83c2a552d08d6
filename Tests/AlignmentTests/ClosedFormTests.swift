import LinearAlgebra
import Testing

@testable import Alignment

@Suite struct ClosedFormTests {
  @Test(
    "A known rotation between spaces of different dimensions is found from both sides",
    arguments: [(5, 9), (9, 5), (6, 6)])
  func knownRotation(textDimension: Int, imageDimension: Int) throws {
    var random = SplitMix64(seed: 3)
    // The smaller space, embedded in the larger one.
    let (small, large) = (min(textDimension, imageDimension), max(textDimension, imageDimension))
    let turn = try LAPACK.narrowed(orthonormalRows(small, large, &random))
    let points = noise(200, small, &random)
    let lifted = try product(points, Matrix(rows: large, columns: small, values: transposedValues(turn)))
    let (texts, images) = textDimension <= imageDimension ? (points, lifted) : (lifted, points)
    let pairs = try PairedRows(images: images, texts: texts)
    for side in AlignedSide.allCases {
      let map = try AlignmentMap.fit(.procrustes(from: side), to: pairs, recipe: .none)
      let a = try map.coordinates(images, of: .images)
      let b = try map.coordinates(texts, of: .texts)
      for row in 0..<200 {
        let cosine = zip(a.row(row), b.row(row)).reduce(Float(0)) { $0 + $1.0 * $1.1 }
        #expect(abs(cosine - 1) < 1e-4)
      }
    }
    // The rotation itself, which a transposed matrix would not give.
    let cross = try PreparedPairs(pairs, .none).cross
    let rotation = try LAPACK.narrowed(ProcrustesMap.rotation(cross: cross))
    #expect(rotation.rows == textDimension && rotation.columns == imageDimension)
    let expected =
      textDimension <= imageDimension
      ? turn : Matrix(rows: large, columns: small, values: transposedValues(turn))
    #expect(distance(rotation, expected) < 1e-5)
  }

  private func transposedValues(_ a: Matrix) -> [Float] {
    (0..<a.columns).flatMap { column in (0..<a.rows).map { a[$0, column] } }
  }

  @Test("Directions without any shared variance are not rotated at random")
  func rankDeficientRotation() throws {
    var random = SplitMix64(seed: 4)
    let shared = noise(300, 3, &random)
    let images = try product(shared, noise(8, 3, &random))
    let texts = try product(shared, noise(7, 3, &random))
    let prepared = try PreparedPairs(PairedRows(images: images, texts: texts), .none)
    let rotation = try ProcrustesMap.rotation(cross: prepared.cross)
    // R Rᵀ projects onto three directions.
    let square = try product(rotation, rotation, transposeB: true)
    let trace = (0..<7).reduce(0.0) { $0 + square[$1, $1] }
    #expect(abs(trace - 3) < 1e-6)
    let again = try product(square, square)
    #expect(zip(again.values, square.values).allSatisfy { abs($0 - $1) < 1e-6 })
  }

  @Test("The primal and the dual way to ridge give one map", arguments: [(50, 8), (12, 30)])
  func primalIsDual(count: Int, dimension: Int) throws {
    var random = SplitMix64(seed: 5)
    let x = try LAPACK.widened(noise(count, dimension, &random))
    let y = try LAPACK.widened(noise(count, 6, &random))
    let gram = try product(x, transposeA: true, x)
    let cross = try product(y, transposeA: true, x)
    let primal = try RidgeMap.primal(gram: gram, cross: cross, crossIsTransposed: true, penalty: 0.7)
    let dual = try RidgeMap.dual(x, y, penalty: 0.7)
    #expect(zip(primal.values, dual.values).allSatisfy { abs($0 - $1) < 1e-10 })
    // The gradient of the objective vanishes: (XᵀX + λ) W = XᵀY.
    let left = try product(primal, gram)
    for place in left.values.indices {
      #expect(abs(left.values[place] + 0.7 * primal.values[place] - cross.values[place]) < 1e-9)
    }
  }

  @Test("Fewer pairs than dimensions take the dual way through the front door")
  func fewPairs() throws {
    var random = SplitMix64(seed: 6)
    let pairs = try PairedRows(images: noise(9, 40, &random), texts: noise(9, 5, &random))
    let prepared = try PreparedPairs(pairs, .unitCentred)
    let map = try AlignmentMap.fit(.ridge(from: .images, penalty: 2), to: pairs)
    let primal = try RidgeMap.primal(
      gram: prepared.imageGram, cross: prepared.cross, crossIsTransposed: true, penalty: 2)
    let weights = try #require(map.images.projections[0].weights)
    #expect(distance(weights, try LAPACK.narrowed(primal)) < 1e-6)
    // The other way round there are more pairs than dimensions.
    let back = try AlignmentMap.fit(.ridge(from: .texts, penalty: 2), to: pairs)
    #expect(back.texts?.projections[0].weights?.rows == 40 && back.images.projections[0].weights == nil)
  }

  @Test("Least squares finds a linear map exactly and says when it is not unique")
  func leastSquares() throws {
    var random = SplitMix64(seed: 7)
    let texts = noise(60, 4, &random)
    let weights = noise(6, 4, &random)
    let images = try product(texts, weights)
    let exact = try AlignmentMap.fit(
      .leastSquares(from: .texts), to: PairedRows(images: images, texts: texts), recipe: .none)
    #expect(distance(try #require(exact.texts?.projections[0].weights), weights) < 1e-4)

    #expect(throws: AlignmentError.tooFewPairs(method: "least-squares", found: 3, needed: 4)) {
      try AlignmentMap.fit(
        .leastSquares(from: .texts), to: PairedRows(images: rows(images, [0, 1, 2]), texts: rows(texts, [0, 1, 2])),
        recipe: .none)
    }
    // Images span four of their six dimensions.
    #expect(throws: AlignmentError.dependentColumns(side: .images, rank: 4, dimension: 6)) {
      try AlignmentMap.fit(
        .leastSquares(from: .images), to: PairedRows(images: images, texts: texts), recipe: .none)
    }
    var constant = texts
    for row in 0..<constant.rows { constant[row, 2] = 7 }
    #expect(throws: AlignmentError.constantColumn(side: .texts, column: 2)) {
      try AlignmentMap.fit(
        .leastSquares(from: .texts), to: PairedRows(images: images, texts: constant), recipe: .standardised)
    }
    // A penalty makes all of these harmless.
    _ = try AlignmentMap.fit(
      .ridge(from: .texts, penalty: 1), to: PairedRows(images: images, texts: constant), recipe: .standardised)
  }

  @Test("Canonical correlations are those of the generalised eigenproblem")
  func canonicalCorrelation() throws {
    var random = SplitMix64(seed: 8)
    let shared = noise(400, 3, &random)
    var images = try product(shared, noise(6, 3, &random))
    var texts = try product(shared, noise(5, 3, &random))
    for place in images.values.indices { images.values[place] += Float(0.5 * random.normal()) }
    for place in texts.values.indices { texts.values[place] += Float(0.8 * random.normal()) }
    let prepared = try PreparedPairs(PairedRows(images: images, texts: texts), .standardised)
    let map = try CorrelationMap.canonical(prepared, regularisation: 0.05, rank: nil, weightPower: 0)
    #expect(map.correlations.count == 5)

    // Brute force: Cxy Cyy⁻¹ Cyx a = ρ² Cxx a, whose solutions power iteration with deflation finds without any of the
    // decompositions above.
    func covariance(_ gram: DoubleMatrix) -> DoubleMatrix {
      var c = gram
      var trace = 0.0
      for i in 0..<c.rows { trace += gram[i, i] / 400 }
      for place in c.values.indices { c.values[place] /= 400 }
      for i in 0..<c.rows { c[i, i] += 0.05 * trace / Double(c.rows) }
      return c
    }
    let cxx = covariance(prepared.imageGram)
    let cyy = covariance(prepared.textGram)
    var cyx = prepared.cross
    for place in cyx.values.indices { cyx.values[place] /= 400 }
    let inner = try product(cyx, transposeA: true, solve(cyy, cyx))
    var found: [[Double]] = []
    for direction in 0..<5 {
      var a = (0..<6).map { _ in random.normal() }
      for _ in 0..<2000 {
        let column = DoubleMatrix(rows: 6, columns: 1, values: a)
        a = try solve(cxx, try product(inner, column)).values
        for old in found {
          let overlap = try form(old, cxx, a)
          for i in 0..<6 { a[i] -= overlap * old[i] }
        }
        let length = try form(a, cxx, a).squareRoot()
        for i in 0..<6 { a[i] /= length }
      }
      let squared = try form(a, inner, a)
      #expect(abs(squared.squareRoot() - map.correlations[direction]) < 1e-6)
      let ours = (0..<6).map { map.images[direction, $0] }
      #expect(abs(abs(try form(ours, cxx, a)) - 1) < 1e-4)
      found.append(a)
    }
  }

  private func solve(_ a: DoubleMatrix, _ b: DoubleMatrix) throws -> DoubleMatrix {
    var factor = a
    var sides = try transposed(b)
    try LAPACK.choleskyFactor(&factor)
    try LAPACK.choleskySolve(factor: factor, rightSides: &sides)
    return try transposed(sides)
  }

  private func form(_ a: [Double], _ m: DoubleMatrix, _ b: [Double]) throws -> Double {
    let left = DoubleMatrix(rows: 1, columns: a.count, values: a)
    let right = DoubleMatrix(rows: b.count, columns: 1, values: b)
    return try product(try product(left, m), right).values[0]
  }

  @Test("Without weights, undoing the whitening gives the rotation between the spaces")
  func whitenedRotation() throws {
    var random = SplitMix64(seed: 9)
    let texts = noise(300, 6, &random)
    let turn = try LAPACK.narrowed(orthonormalRows(6, 6, &random))
    let images = try product(texts, turn)
    let pairs = try PairedRows(images: images, texts: texts)
    let map = try AlignmentMap.fit(
      .whitenedRotation(regularisation: 0, weightPower: 0), to: pairs, recipe: .none)
    let scores = try AlignmentMap.scores(
      queries: map.coordinates(texts, of: .texts), items: map.coordinates(images, of: .images))
    for row in 0..<300 {
      let others = (0..<300).filter { $0 != row }.map { scores[row, $0] }
      #expect(abs(scores[row, row] - 1) < 1e-4 && scores[row, row] > (others.max() ?? 1))
    }
  }

  @Test("Rank-deficient sides leave only the directions that exist")
  func rankDeficientCorrelation() throws {
    var random = SplitMix64(seed: 10)
    let shared = noise(100, 2, &random)
    let images = try product(shared, noise(5, 2, &random))
    let texts = try product(shared, noise(4, 2, &random))
    let pairs = try PairedRows(images: images, texts: texts)
    let map = try AlignmentMap.fit(.correlation(regularisation: 0), to: pairs, recipe: .standardised)
    #expect(map.coordinateCount == 2)
    let a = try map.coordinates(images, of: .images)
    let b = try map.coordinates(texts, of: .texts)
    #expect(distance(a, b) < 1e-3)
    #expect(throws: AlignmentError.self) {
      try AlignmentMap.fit(.correlation(regularisation: 0.1, rank: 0), to: pairs)
    }
  }

  @Test("The same pairs give the same bytes")
  func deterministic() throws {
    var random = SplitMix64(seed: 11)
    let pairs = try PairedRows(images: noise(80, 12, &random), texts: noise(80, 7, &random))
    let labels = try ClassLabels((0..<80).map { $0 % 3 })
    for method: AlignmentMethod in [
      .ridgeBothWays(imagePenalty: 1, textPenalty: 2), .correlation(regularisation: 0.1), .procrustes(from: .texts),
      .whitenedRotation(regularisation: 0.1), .semantic(strength: 1), .anchors(keep: 5, power: 2),
    ] {
      let once = try AlignmentMap.fit(method, to: pairs, labels: labels).encoded()
      #expect(try AlignmentMap.fit(method, to: pairs, labels: labels).encoded() == once)
    }
  }

  @Test("Batches add up: many rows give the map of all of them at once")
  func batches() throws {
    var random = SplitMix64(seed: 12)
    let images = noise(batchRowCount + 30, 5, &random)
    let texts = noise(batchRowCount + 30, 4, &random)
    let prepared = try PreparedPairs(PairedRows(images: images, texts: texts), .unitCentred)
    let x = try prepared.rows(.images)
    let t = try prepared.rows(.texts)
    let cross = try product(t, transposeA: true, x)
    let gram = try product(x, transposeA: true, x)
    #expect(zip(cross.values, prepared.cross.values).allSatisfy { abs($0 - $1) < 1e-9 })
    #expect(zip(gram.values, prepared.imageGram.values).allSatisfy { abs($0 - $1) < 1e-9 })
    let map = try AlignmentMap.fit(.procrustes(from: .texts), to: PairedRows(images: images, texts: texts))
    let all = try map.coordinates(texts, of: .texts)
    let last = try map.coordinates(rows(texts, [batchRowCount + 29]), of: .texts)
    #expect(zip(all.row(batchRowCount + 29), last.row(0)).allSatisfy { abs($0 - $1) < 1e-6 })
  }
}
