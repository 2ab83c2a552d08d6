import ByteStorage
import EmbeddingDumps
import Evaluation
import LinearAlgebra
import Testing

@testable import Alignment

/// Two encoders trained apart: catalogue pictures and the embeddings of their titles. Only in release builds, because 39,072
/// pairs take minutes otherwise.
@Suite struct FashionTests {
  private static let isFast: Bool = {
    #if DEBUG
      false
    #else
      true
    #endif
  }()

  private struct Collection {
    var train = (images: [Float](), texts: [Float]())
    var test = (images: [Float](), texts: [Float]())

    init() throws {
      let folder = try #require(Surroundings.data) + "/fashion44k"
      let system = PosixFileSystem()
      let images = try EmbeddingDump.open(images: folder, metadata: folder, fileSystem: system)
      let texts = try EmbeddingDump.open(images: folder + "/text_emb", metadata: folder, fileSystem: system)
      for part in ["train", "val"] {
        let filter = try MetadataFilter(parsing: ["split=\(part)"])
        var rows = (images: [Float](), texts: [Float]())
        try images.forEachBatch(size: 4096, where: filter) { rows.images += $0.rows.values }
        try texts.forEachBatch(size: 4096, where: filter) { rows.texts += $0.rows.values }
        if part == "train" { train = rows } else { test = rows }
      }
    }

    func pairs(_ rows: (images: [Float], texts: [Float])) throws -> PairedRows {
      try PairedRows(
        images: Matrix(rows: rows.images.count / 1024, columns: 1024, values: rows.images),
        texts: Matrix(rows: rows.texts.count / 384, columns: 384, values: rows.texts))
    }
  }

  /// R@1, R@5, R@10 in percent of titles over pictures, then of pictures over titles; a tie counts against the right one.
  private func recall(_ map: AlignmentMap, _ test: PairedRows) throws -> [Double] {
    let scores = try AlignmentMap.scores(
      queries: map.coordinates(test.texts, of: .texts), items: map.coordinates(test.images, of: .images))
    let table = ScoreTable(queryCount: scores.rows, itemCount: scores.columns, values: scores.values)
    return recalls(table.ranks { [$0] }) + recalls(table.transposed.ranks { [$0] })
  }

  @Test(
    "Maps between a picture encoder and a text encoder that never met find titles and pictures",
    .enabled(if: Surroundings.data != nil, "needs NEWEL_DATA"), .enabled(if: isFast, "needs a release build"))
  func twoEncoders() throws {
    let data = try Collection()
    let (train, test) = (try data.pairs(data.train), try data.pairs(data.test))
    try #require(train.count == 39_072 && test.count == 1000)
    let clock = ContinuousClock()
    func measure(_ name: String, _ fit: () throws -> AlignmentMap) throws -> [Double] {
      var map: AlignmentMap?
      let time = try clock.measure { map = try fit() }
      let found = try recall(try #require(map), test)
      let text = found.map { "\(($0 * 10).rounded() / 10)" }.joined(separator: " ")
      print("fashion44k t2i and i2t R@1 5 10: \(name): \(text), fitted in \(time)")
      return found
    }
    func expect(_ found: [Double], _ least: [Double]) {
      // Tenths of a percent are one title; other ties and other rounding may cost one or two.
      #expect(zip(found, least).allSatisfy { $0 >= $1 - 0.25 }, "\(found)")
    }
    for recipe in [Preparation.Recipe.unitCentred, .standardisedUnitCentred] {
      let name = recipe.rawValue
      func fit(_ method: AlignmentMethod) throws -> [Double] {
        try measure("\(method) \(name)") { try AlignmentMap.fit(method, to: train, recipe: recipe) }
      }
      expect(try fit(.procrustes(from: .texts)), [20.5, 47.7, 62, 15.8, 42.9, 57.8])
      expect(try fit(.ridge(from: .images, penalty: 1)), [26.8, 59.3, 72.2, 18.9, 47.4, 63.5])
      expect(try fit(.ridgeBothWays(imagePenalty: 1, textPenalty: 1)), [26, 56.9, 70, 21.5, 54.3, 69.3])
      expect(try fit(.correlation(regularisation: 0.01, rank: 200)), [31.9, 67.6, 80.5, 29.5, 64.4, 77.7])
      expect(
        try fit(.correlation(regularisation: 0.01, weightPower: 0.5)), [34.2, 67.8, 81, 32.4, 64.1, 77.5])
      _ = try fit(.whitenedRotation(regularisation: 0.01))
    }
    let adapters = try measure("contrastive") { try AlignmentMap.trainContrastive(train) }
    expect(adapters, [41, 77, 88, 41, 77, 88])
    let gated = try measure("gmlp") { try AlignmentMap.trainGMLP(train) }
    expect(gated, [46, 81, 90, 46, 81, 90])
    #expect(gated.reduce(0, +) > adapters.reduce(0, +) + 15)
  }
}
