import LinearAlgebra
import Testing

@testable import Alignment

/// Every kind of pairs that nothing can be learned from, and rows that do not fit a map.
@Suite struct AlignmentInputTests {
  private static let methods: [AlignmentMethod] = [
    .leastSquares(from: .texts), .ridge(from: .texts, penalty: 1), .ridge(from: .images, penalty: 1),
    .ridgeBothWays(imagePenalty: 1, textPenalty: 1), .procrustes(from: .texts), .correlation(regularisation: 0.1),
    .whitenedRotation(regularisation: 0.1), .anchors(keep: 3, power: 2), .classRidge(penalty: 1),
    .semantic(strength: 1), .semanticCorrelation(strength: 1, regularisation: 0.1, rank: nil),
  ]

  private func pair(_ count: Int = 30) throws -> (images: Matrix, texts: Matrix, labels: ClassLabels) {
    var random = SplitMix64(seed: 21)
    return (noise(count, 6, &random), noise(count, 4, &random), try ClassLabels((0..<count).map { "c\($0 % 3)" }))
  }

  @Test("Sides of different lengths are refused")
  func unpaired() throws {
    let (images, texts, labels) = try pair()
    #expect(throws: AlignmentError.unpairedRows(images: 30, texts: 2)) {
      try PairedRows(images: images, texts: rows(texts, [0, 1]))
    }
    #expect(throws: AlignmentError.unpairedRows(images: 30, texts: 30)) {
      try PairedRows(images: images, texts: texts, textsPerImage: 5)
    }
    #expect(throws: AlignmentError.self) { try PairedRows(images: images, texts: texts, textsPerImage: 0) }
    #expect(throws: AlignmentError.self) { try PairedRows(images: images, texts: texts, textsPerImage: .max) }
    let two = try PairedRows(images: rows(images, [0, 1]), texts: rows(texts, [0, 1]))
    #expect(throws: AlignmentError.unpairedLabels(rows: 2, labels: 30)) {
      try AlignmentMap.fit(.semantic(strength: 1), to: two, labels: labels)
    }
    let repeated = try PairedRows(images: rows(images, [4, 7]), texts: rows(texts, [0, 1, 2, 3]), textsPerImage: 2)
    #expect(repeated.images == rows(images, [4, 4, 7, 7]))
  }

  @Test("Rows of zeros, NaN, infinity, equal rows and no rows are named", arguments: methods)
  func badRows(method: AlignmentMethod) throws {
    let (images, texts, labels) = try pair()
    func fit(_ images: Matrix, _ texts: Matrix) throws {
      _ = try AlignmentMap.fit(method, to: PairedRows(images: images, texts: texts), labels: labels)
    }
    var bad = images
    for column in 0..<6 { bad[17, column] = 0 }
    #expect(throws: AlignmentError.zeroRow(side: .images, row: 17)) { try fit(bad, texts) }
    for value in [Float.nan, .infinity] {
      bad = texts
      bad[3, 2] = value
      #expect(throws: AlignmentError.notFinite(side: .texts, row: 3)) { try fit(images, bad) }
    }
    let equal = rows(images, [Int](repeating: 5, count: 30))
    #expect(throws: AlignmentError.constantRows(side: .images, rows: 30)) { try fit(equal, texts) }
    let one = try PairedRows(images: rows(images, [0]), texts: rows(texts, [0]))
    #expect(throws: AlignmentError.tooFewPairs(method: "centring", found: 1, needed: 2)) {
      try AlignmentMap.fit(method, to: one)
    }
    _ = try fit(images, texts)
  }

  @Test("A constant column harms no method with a penalty, standardised or not")
  func constantColumn() throws {
    var (images, texts, labels) = try pair()
    for row in 0..<30 {
      images[row, 2] = 4
      texts[row, 0] = 0
    }
    let pairs = try PairedRows(images: images, texts: texts)
    for recipe in [Preparation.Recipe.unitCentred, .standardised, .standardisedUnitCentred] {
      for method in Self.methods.dropFirst() {
        let map = try AlignmentMap.fit(method, to: pairs, labels: labels, recipe: recipe)
        let finite = try map.coordinates(texts, of: .texts).values.allSatisfy(\.isFinite)
        #expect(finite)
      }
    }
  }

  @Test("Settings out of range are refused")
  func badSettings() throws {
    let (images, texts, labels) = try pair()
    let pairs = try PairedRows(images: images, texts: texts)
    for method: AlignmentMethod in [
      .ridge(from: .texts, penalty: 0), .ridge(from: .texts, penalty: .nan), .ridge(from: .images, penalty: -1),
      .correlation(regularisation: -0.1), .correlation(regularisation: 0.1, rank: -3),
      .correlation(regularisation: 0.1, weightPower: .infinity), .whitenedRotation(regularisation: .nan),
      .anchors(keep: 0, power: 1), .anchors(keep: 3, power: 0), .classRidge(penalty: 0), .semantic(strength: 0),
    ] {
      #expect(throws: AlignmentError.self, "\(method)") { try AlignmentMap.fit(method, to: pairs, labels: labels) }
    }
    for method: AlignmentMethod in [
      .semantic(strength: 1), .classRidge(penalty: 1), .semanticCorrelation(strength: 1, regularisation: 1, rank: 2),
    ] {
      #expect(throws: AlignmentError.noLabels(method: method.name)) { try AlignmentMap.fit(method, to: pairs) }
    }
    #expect(throws: AlignmentError.tooFewClasses(found: 1)) { try ClassLabels([2, 2]) }
  }

  @Test("Sides that have nothing to do with each other are told apart from aligned ones")
  func unrelated() throws {
    var images = Matrix(rows: 4, columns: 2, values: [1, 0, -1, 0, 1, 0, -1, 0])
    let texts = Matrix(rows: 4, columns: 1, values: [1, 1, -1, -1])
    for method: AlignmentMethod in [.procrustes(from: .texts), .correlation(regularisation: 0.1)] {
      #expect(throws: AlignmentError.unrelated) {
        try AlignmentMap.fit(method, to: PairedRows(images: images, texts: texts), recipe: .none)
      }
    }
    images[0, 1] = 1
    _ = try AlignmentMap.fit(.procrustes(from: .texts), to: PairedRows(images: images, texts: texts), recipe: .none)
  }

  @Test("Rows that do not fit the map are refused when it is used")
  func badQueries() throws {
    let (images, texts, _) = try pair()
    let map = try AlignmentMap.fit(.ridge(from: .texts, penalty: 1), to: PairedRows(images: images, texts: texts))
    #expect(throws: AlignmentError.dimensionMismatch(side: .texts, expected: 4, found: 6)) {
      try map.coordinates(images, of: .texts)
    }
    #expect(throws: AlignmentError.zeroRow(side: .texts, row: 0)) {
      try map.coordinates(Matrix(rows: 1, columns: 4), of: .texts)
    }
    #expect(throws: AlignmentError.notFinite(side: .images, row: 1)) {
      try map.coordinates(Matrix(rows: 2, columns: 6, values: [1, 1, 1, 1, 1, 1, 1, .nan, 1, 1, 1, 1]), of: .images)
    }
    #expect(throws: AlignmentError.noAnchors(method: "ridge")) { try map.anchorVectors(texts, of: .texts) }
    #expect(try map.coordinates(Matrix(rows: 0, columns: 4), of: .texts).rows == 0)
    #expect(map.dimension(.images) == 6 && map.dimension(.texts) == 4 && map.coordinateCount == 6)
  }

  @Test("Every error says in one sentence what to do")
  func sentences() {
    let errors: [AlignmentError] = [
      .unpairedRows(images: 3, texts: 2), .zeroRow(side: .texts, row: 4), .constantColumn(side: .images, column: 1),
      .dimensionMismatch(side: .texts, expected: 384, found: 512), .tooFewPairs(method: "x", found: 1, needed: 2),
    ]
    for error in errors {
      #expect(error.description.hasSuffix(".") && error.description.contains(";") && error.description.count < 240)
    }
  }
}
