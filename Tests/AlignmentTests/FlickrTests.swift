import Evaluation
import LinearAlgebra
import Testing

@testable import Alignment

/// A thousand photos with five captions each: 800 to fit, 200 to find, over five splits.
@Suite(.enabled(if: Surroundings.data != nil, "needs NEWEL_DATA")) struct FlickrTests {
  private struct Split {
    let train: PairedRows
    let testImages: Matrix
    let testTexts: Matrix

    init(_ images: Matrix, _ texts: Matrix, seed: UInt64) throws {
      var random = SplitMix64(seed: seed)
      let order = (0..<1000).shuffled(using: &random)
      func captions(_ photos: ArraySlice<Int>) -> Matrix {
        rows(texts, photos.flatMap { photo in (0..<5).map { 5 * photo + $0 } })
      }
      train = try PairedRows(
        images: rows(images, Array(order[..<800])), texts: captions(order[..<800]), textsPerImage: 5)
      testImages = rows(images, Array(order[800...]))
      testTexts = captions(order[800...])
    }

    /// R@1, R@5, R@10 in percent of the 200 photos as queries over 1,000 captions, and of the captions over the photos.
    ///
    /// - Parameter scales: whether items are scaled by their density among the queries of the test itself, as the reference
    ///   does: this is too good for real use, where a pool of earlier queries takes its place.
    func recall(
      _ method: AlignmentMethod, _ recipe: Preparation.Recipe = .unitCentred, scales: Bool = false
    ) throws -> [Double] {
      try recall(AlignmentMap.fit(method, to: train, recipe: recipe), scales: scales)
    }

    func recall(_ map: AlignmentMap, scales: Bool = false) throws -> [Double] {
      let photos = try map.coordinates(testImages, of: .images)
      let captions = try map.coordinates(testTexts, of: .texts)
      var photoQueries = try AlignmentMap.scores(queries: photos, items: captions)
      var captionQueries = try AlignmentMap.scores(queries: captions, items: photos)
      if scales {
        try LocalScaling.apply(LocalScaling.density(of: captions, pool: photos), to: &photoQueries)
        try LocalScaling.apply(LocalScaling.density(of: photos, pool: captions), to: &captionQueries)
      }
      let forth = ScoreTable(queryCount: 200, itemCount: 1000, values: photoQueries.values)
      let back = ScoreTable(queryCount: 1000, itemCount: 200, values: captionQueries.values)
      return recalls(forth.ranks { photo in (0..<5).map { 5 * photo + $0 } }) + recalls(back.ranks { [$0 / 5] })
    }
  }

  private func splits() throws -> [Split] {
    let images = try Surroundings.member("I", of: "flickr8k_mini/f8k_mini.npz")
    let texts = try Surroundings.member("T", of: "flickr8k_mini/f8k_mini.npz")
    try #require(images.rows == 1000 && texts.rows == 5000)
    return try (1...5).map { try Split(images, texts, seed: $0) }
  }

  private func mean(_ all: [[Double]]) -> [Double] {
    (0..<6).map { place in all.reduce(0) { $0 + $1[place] } / Double(all.count) }
  }

  @Test("Photos and captions are found as often as the reference finds them")
  func reference() throws {
    let splits = try splits()
    let canonical = mean(try splits.map { try $0.recall(.correlation(regularisation: 1, rank: 200)) })
    print("flickr8k_mini, 5 splits, i2t and t2i R@1 5 10: correlation \(canonical)")
    #expect(abs(canonical[5] - 66) < 3 && abs(canonical[2] - 65.1) < 5)

    let both = AlignmentMethod.ridgeBothWays(imagePenalty: 10, textPenalty: 3)
    let scaled = mean(try splits.map { try $0.recall(both, scales: true) })
    print("ridge both ways, scaled \(scaled)")
    #expect(abs(scaled[5] - 67.9) < 3 && abs(scaled[2] - 69.2) < 5)
  }

  @Test("A rotation needs centring, which only photo queries show; ridge and rotation reach the reference")
  func oneSplit() throws {
    let split = try splits()[0]
    let centred = try split.recall(.procrustes(from: .texts))
    let uncentred = try split.recall(.procrustes(from: .texts), .unit)
    #expect(abs(centred[2] - 60) < 9 && abs(centred[5] - 60.4) < 6)
    #expect(uncentred[2] < 20 && uncentred[5] > 50)
    let ridge = try split.recall(.ridge(from: .images, penalty: 10))
    #expect(abs(ridge[2] - 58.5) < 9 && abs(ridge[5] - 64.5) < 6)
  }

  @Test("Contrastive adapters find about as much as correlation does, trained on 800 photos")
  func contrastive() throws {
    let split = try splits()[0]
    let canonical = try split.recall(.correlation(regularisation: 1, rank: 200))
    let adapters = try split.recall(AlignmentMap.trainContrastive(split.train, options: .fewPairs))
    print("contrastive \(adapters) beside correlation \(canonical)")
    #expect(adapters[2] + adapters[5] >= canonical[2] + canonical[5] - 6)
  }

  @Test(
    "Over five splits adapters find as much as correlation does, with gated blocks and without",
    .enabled(if: Surroundings.isRelease, "needs a release build"))
  func trained() throws {
    let splits = try splits()
    func depthTen(_ name: String, _ fit: (PairedRows) throws -> AlignmentMap) throws -> Double {
      let found = mean(try splits.map { try $0.recall(fit($0.train)) })
      print("flickr8k_mini, 5 splits, i2t and t2i R@1 5 10: \(name) \(found)")
      return (found[2] + found[5]) / 2
    }
    let canonical = try depthTen("correlation") {
      try AlignmentMap.fit(.correlation(regularisation: 1, rank: 200), to: $0)
    }
    let affine = try depthTen("contrastive") { try AlignmentMap.trainContrastive($0, options: .fewPairs) }
    let gated = try depthTen("gmlp") { try AlignmentMap.trainGMLP($0, options: .fewPairsWithBlocks) }
    let joined = try depthTen("gmlp behind trained adapters") {
      var (options, blocks) = (ContrastiveOptions.fewPairs, GatedBlocks())
      (options.epochs, blocks.affineEpochs, blocks.rateFactor) = (20, options.epochs, 0.1)
      return try AlignmentMap.trainGMLP($0, options: options, blocks: blocks)
    }
    // A point is ten captions of 1,000, or two photos of 200.
    #expect(affine >= canonical - 1.5 && gated >= affine - 1.5 && joined >= affine - 1)
  }
}
