import Evaluation
import LinearAlgebra
import Testing

@testable import Alignment

/// The classical labelled pairs of Rasiwasia and others (2010), and numbers that reference programs give on them.
@Suite(.enabled(if: Surroundings.data != nil, "needs NEWEL_DATA")) struct WikipediaTests {
  private struct Collection {
    let train: PairedRows
    let labels: ClassLabels
    let testImages: Matrix
    let testTexts: Matrix
    let testClasses: [Int]

    init() throws {
      train = try PairedRows(
        images: Surroundings.rows("wikipedia/image_train.npy"), texts: Surroundings.rows("wikipedia/text_train.npy"))
      labels = try ClassLabels(Surroundings.labels("wikipedia/label_train.npy"))
      testImages = try Surroundings.rows("wikipedia/image_test.npy")
      testTexts = try Surroundings.rows("wikipedia/text_test.npy")
      testClasses = try Surroundings.labels("wikipedia/label_test.npy")
    }

    /// mAP@all of image queries and of text queries, over the 693 test items.
    func precision(
      _ method: AlignmentMethod, _ recipe: Preparation.Recipe, depth: Int? = nil
    ) throws -> (images: Double, texts: Double) {
      let map = try AlignmentMap.fit(method, to: train, labels: labels, recipe: recipe)
      let images = try map.coordinates(testImages, of: .images)
      let texts = try map.coordinates(testTexts, of: .texts)
      return try classPrecision(images, texts, testClasses, testClasses, depth: depth)
    }
  }

  private func expect(
    _ found: (images: Double, texts: Double), _ images: Double, _ texts: Double, within tolerance: Double = 0.001,
    _ name: String
  ) {
    #expect(abs(found.images - images) < tolerance && abs(found.texts - texts) < tolerance, "\(name): \(found)")
  }

  @Test("Features at random reach what chance gives")
  func chance() throws {
    let classes = try Surroundings.labels("wikipedia/label_test.npy")
    var random = SplitMix64(seed: 1)
    let (a, b) = (noise(693, 16, &random), noise(693, 16, &random))
    let found = try classPrecision(a, b, classes, classes)
    #expect(abs(found.images - 0.118) < 0.004 && abs(found.texts - 0.118) < 0.004)
  }

  @Test("Closed-form maps between the two spaces reach the reference values")
  func maps() throws {
    let data = try Collection()
    func canonical(_ r: Double, _ power: Double) -> AlignmentMethod {
      .correlation(regularisation: r, rank: 7, weightPower: power)
    }
    expect(try data.precision(canonical(0.01, 0), .standardised), 0.2471, 0.2015, "canonical correlation")
    expect(try data.precision(canonical(0.01, 0), .standardised, depth: 50), 0.2644, 0.3456, "the same at 50")
    expect(try data.precision(canonical(0.1, 0), .standardised), 0.2524, 0.2052, "canonical, more regularised")
    expect(try data.precision(canonical(0.01, 1), .standardised), 0.2584, 0.2124, "canonical, weighted")
    expect(
      try data.precision(.ridge(from: .images, penalty: 1000), .standardised), 0.2724, 0.2225, "ridge to texts")
    expect(try data.precision(.ridge(from: .texts, penalty: 10), .standardised), 0.2429, 0.1954, "ridge to images")
    expect(try data.precision(.leastSquares(from: .images), .unitCentred), 0.2698, 0.2178, "least squares")
    expect(
      try data.precision(.procrustes(from: .texts), .standardisedUnitCentred), 0.2420, 0.1925,
      "rotation of standardised rows")
    #expect(throws: AlignmentError.dependentColumns(side: .texts, rank: 9, dimension: 10)) {
      try data.precision(.leastSquares(from: .texts), .standardised)
    }
  }

  @Test("A rotation without centring is clearly worse for image queries")
  func centring() throws {
    let data = try Collection()
    let centred = try data.precision(.procrustes(from: .texts), .unitCentred)
    let uncentred = try data.precision(.procrustes(from: .texts), .unit)
    expect(centred, 0.2362, 0.1815, "centred")
    expect(uncentred, 0.2086, 0.1689, "uncentred")
    #expect(centred.images > uncentred.images + 0.02)
  }

  @Test("Maps that learn from classes reach the reference values")
  func classes() throws {
    let data = try Collection()
    expect(try data.precision(.semantic(strength: 0.1), .standardised), 0.2984, 0.2179, "semantic")
    let correlated = AlignmentMethod.semanticCorrelation(strength: 1, regularisation: 0.01, rank: 7)
    expect(try data.precision(correlated, .standardised), 0.3013, 0.2293, "semantic correlation")
    expect(try data.precision(.classRidge(penalty: 1000), .standardised), 0.2739, 0.2234, "ridge to classes")

    // Posteriors as they are, the older custom.
    let map = try AlignmentMap.fit(correlated, to: data.train, labels: data.labels, recipe: .standardised)
    func plain(_ rows: Matrix, _ side: AlignedSide) throws -> Matrix {
      let prepared = try LAPACK.narrowed((try #require(map[side])).preparation.apply(rows, side: side))
      var posteriors = try (try #require(map[side])).projections[0].apply(prepared)
      for place in posteriors.values.indices { posteriors.values[place] += 0.1 }
      return posteriors
    }
    let found = try classPrecision(
      plain(data.testImages, .images), plain(data.testTexts, .texts), data.testClasses, data.testClasses)
    expect(found, 0.2749, 0.2282, "plain posteriors")
  }

  @Test("Anchors over square roots reach the reference values, dense and sparse alike")
  func anchors() throws {
    let data = try Collection()
    func roots(_ a: Matrix) -> Matrix {
      Matrix(rows: a.rows, columns: a.columns, values: a.values.map { $0.squareRoot() })
    }
    let pairs = try PairedRows(images: roots(data.train.images), texts: roots(data.train.texts))
    let map = try AlignmentMap.fit(.anchors(keep: 200, power: 8), to: pairs, recipe: .unit)
    let images = try map.coordinates(roots(data.testImages), of: .images)
    let texts = try map.coordinates(roots(data.testTexts), of: .texts)
    expect(try classPrecision(images, texts, data.testClasses, data.testClasses), 0.2667, 0.2218, "anchors")
    let sparse = try map.anchorVectors(roots(rows(data.testTexts, [5])), of: .texts)[0]
    #expect(sparse.anchors.count == 200)
    let dot = zip(sparse.anchors, sparse.weights).reduce(Float(0)) { $0 + images[9, Int($1.0)] * $1.1 }
    let dense = zip(images.row(9), texts.row(5)).reduce(Float(0)) { $0 + $1.0 * $1.1 }
    #expect(abs(dot - dense) < 1e-5)
  }
}

/// Cosines of rows of any length.
func scoreTable(_ queries: Matrix, _ items: Matrix) throws -> ScoreTable {
  func unit(_ a: Matrix) throws -> Matrix {
    var wide = try LAPACK.widened(a)
    _ = try BLAS.unitRows(&wide)
    return try LAPACK.narrowed(wide)
  }
  let scores = try product(unit(queries), unit(items))
  return ScoreTable(queryCount: scores.rows, itemCount: scores.columns, values: scores.values)
}

/// mAP of image queries over texts and of text queries over images.
func classPrecision(
  _ images: Matrix, _ texts: Matrix, _ imageClasses: [Int], _ textClasses: [Int], depth: Int? = nil
) throws -> (images: Double, texts: Double) {
  let table = try scoreTable(images, texts)
  return (
    table.meanAveragePrecision(queryClasses: imageClasses, itemClasses: textClasses, depth: depth),
    table.transposed.meanAveragePrecision(queryClasses: textClasses, itemClasses: imageClasses, depth: depth)
  )
}

@Suite(.enabled(if: Surroundings.data != nil, "needs NEWEL_DATA")) struct MetricFixtureTests {
  @Test("Features of a published method get its published precision, over all items and at 50")
  func fixture() throws {
    let images = try Surroundings.rows("metric_fixture/image_feature.npy")
    let texts = try Surroundings.rows("metric_fixture/text_feature.npy")
    let classes = try Surroundings.labels("metric_fixture/label.npy")
    let all = try classPrecision(images, texts, classes, classes)
    #expect(abs(all.images - 0.56190) < 1e-4 && abs(all.texts - 0.53759) < 1e-4)
    let fifty = try classPrecision(images, texts, classes, classes, depth: 50)
    #expect(abs(fifty.images - 0.5599) < 3e-4 && abs(fifty.texts - 0.6848) < 3e-4)
  }
}
