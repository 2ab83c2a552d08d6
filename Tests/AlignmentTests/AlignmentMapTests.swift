import ByteStorage
import Foundation
import LinearAlgebra
import Testing

@testable import Alignment
@testable import EmbeddingDumps

@Suite struct AlignmentMapTests {
  private func maps() throws -> [AlignmentMap] {
    var random = SplitMix64(seed: 31)
    let pairs = try PairedRows(images: noise(40, 6, &random), texts: noise(40, 4, &random))
    let labels = try ClassLabels((0..<40).map { $0 % 4 })
    let methods: [(AlignmentMethod, Preparation.Recipe)] = [
      (.ridgeBothWays(imagePenalty: 1, textPenalty: 2), .unitCentred),
      (.correlation(regularisation: 0.1), .standardised),
      (.semantic(strength: 1), .standardisedUnitCentred), (.anchors(keep: 5, power: 1.5), .unit),
      (.procrustes(from: .images), .none),
    ]
    return try methods.map { try AlignmentMap.fit($0, to: pairs, labels: labels, recipe: $1) }
  }

  @Test("A saved map is the map that was saved, numbers for people included")
  func roundTrip() throws {
    let folder = NSTemporaryDirectory() + "newel-alignment-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for var map in try maps() {
      map.provenance["images"] = "img_emb_0.npy"
      map.validation["t2i R@10"] = "66.0 of 1000 pairs"
      let path = folder + "/a.safetensors"
      try map.save(path, fileSystem: PosixFileSystem())
      #expect(try AlignmentMap.load(path, fileSystem: PosixFileSystem()) == map)
      #expect(AlignmentMap.isAlignment(path, fileSystem: PosixFileSystem()))
      #expect(try PosixFileSystem().list(folder) == ["a.safetensors"])
    }
    #expect(throws: AlignmentError.self) { try AlignmentMap.load(folder, fileSystem: PosixFileSystem()) }
    #expect(throws: AlignmentError.self) { try maps()[0].save(folder, fileSystem: PosixFileSystem()) }
    #expect(throws: AlignmentError.self) { try maps()[0].save(folder + "/no/a", fileSystem: PosixFileSystem()) }
  }

  @Test("Any changed byte and any cut is noticed")
  func damage() throws {
    let whole = try maps()[0].encoded()
    #expect(try AlignmentMap.decode(whole) == maps()[0])
    var random = SplitMix64(seed: 32)
    for _ in 0..<300 {
      var damaged = whole
      damaged[random.below(damaged.count)] ^= UInt8(1 + random.below(255))
      #expect(throws: AlignmentError.self) { try AlignmentMap.decode(damaged) }
      #expect(throws: AlignmentError.self) { try AlignmentMap.decode(Array(whole.prefix(random.below(whole.count)))) }
    }
    #expect(throws: AlignmentError.self) { try AlignmentMap.decode([]) }
  }

  @Test("A file with a right checksum and wrong contents is refused")
  func contradictions() throws {
    let good = try #require(try maps().last)
    #expect(try AlignmentMap.decode(reencoded(good) { _, _ in }) == good)
    let changes: [(inout [String: String], inout [(name: String, shape: [Int], values: Safetensors.Values)]) -> Void] =
      [
        { metadata, _ in metadata["format"] = "newel-head" }, { metadata, _ in metadata["version"] = "9" },
        { metadata, _ in metadata["method"] = nil }, { metadata, _ in metadata["stranger"] = "x" },
        { metadata, _ in metadata["image_dimension"] = "-1" }, { metadata, _ in metadata["image_dimension"] = "7" },
        { metadata, _ in metadata["text_preparation"] = "boiled" },
        { metadata, _ in metadata["text_preparation"] = "unit-centred" },
        { metadata, _ in metadata["image_activation_0"] = "dance" },
        { metadata, _ in metadata["text_activation_0"] = "posteriors" },
        { metadata, _ in metadata["image_activation_0"] = "strongest:0:1" },
        { metadata, _ in metadata["image_activation_0"] = nil }, { _, contents in contents.removeAll() },
        { _, contents in contents.removeFirst() }, { _, contents in contents.removeLast() },
        { _, contents in contents[0].values = .f32([0.5]) }, { _, contents in contents[0].values = .f32([.nan]) },
        { _, contents in contents[0] = ("part_weights", [2], .f32([0.5, 0.5])) },
        { _, contents in contents.append(("stranger", [1], .f32([1]))) },
        { _, contents in contents.append(("image_bias_0", [1], .f32([1]))) },
        { _, contents in contents[1].values = .f32([Float](repeating: .infinity, count: contents[1].values.count)) },
      ]
    for (number, change) in changes.enumerated() {
      #expect(throws: AlignmentError.self, "change \(number)") {
        try AlignmentMap.decode(try reencoded(good, change))
      }
    }
  }

  /// The file of a map after a change, with the checksum made anew.
  private func reencoded(
    _ map: AlignmentMap,
    _ change: (inout [String: String], inout [(name: String, shape: [Int], values: Safetensors.Values)]) -> Void
  ) throws -> [UInt8] {
    let file = try SafetensorsFile(MappedFile(copying: map.encoded(), path: "x"))
    var metadata = file.header.metadata
    let tensors = file.header.tensors.values.sorted { $0.range.lowerBound < $1.range.lowerBound }
    var contents: [(name: String, shape: [Int], values: Safetensors.Values)] = try tensors.map {
      ($0.name, $0.shape, .f32(try file.floats($0.name, dimensions: $0.shape.count).values))
    }
    change(&metadata, &contents)
    return Safetensors.encode(metadata: metadata, contents: contents)
  }

  @Test("A dot product is the mean of the cosines of the parts")
  func parts() throws {
    let map = try maps()[0]
    var random = SplitMix64(seed: 33)
    let images = noise(3, 6, &random)
    let texts = noise(2, 4, &random)
    let scores = try AlignmentMap.scores(
      queries: map.coordinates(texts, of: .texts), items: map.coordinates(images, of: .images))
    #expect(map.coordinateCount == 10 && map.partWeights == [0.5, 0.5])
    func cosine(_ a: [Float], _ b: [Float]) -> Float {
      func dot(_ a: [Float], _ b: [Float]) -> Float { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
      return dot(a, b) / (dot(a, a) * dot(b, b)).squareRoot()
    }
    let x = try LAPACK.narrowed(map.images.preparation.apply(images, side: .images))
    let t = try LAPACK.narrowed(#require(map.texts).preparation.apply(texts, side: .texts))
    let forth = try product(x, try #require(map.images.projections[0].weights))
    let back = try product(t, try #require(map.texts?.projections[1].weights))
    for query in 0..<2 {
      for item in 0..<3 {
        let expected =
          (cosine(Array(t.row(query)), Array(forth.row(item))) + cosine(Array(back.row(query)), Array(x.row(item)))) / 2
        #expect(abs(scores[query, item] - expected) < 1e-5)
      }
    }
  }

  @Test("Anchor vectors are the coordinates without their zeros")
  func anchors() throws {
    let map = try maps()[3]
    var random = SplitMix64(seed: 34)
    let texts = noise(10, 4, &random)
    let dense = try map.coordinates(texts, of: .texts)
    let sparse = try map.anchorVectors(texts, of: .texts)
    #expect(dense.columns == 40 && sparse.count == 10)
    for (row, vector) in sparse.enumerated() {
      #expect(vector.anchors.count == 5 && vector.anchors == vector.anchors.sorted())
      var again = [Float](repeating: 0, count: 40)
      for (anchor, weight) in zip(vector.anchors, vector.weights) { again[Int(anchor)] = weight }
      #expect(again == Array(dense.row(row)) && vector.weights.allSatisfy { $0 > 0 })
    }
  }

  @Test("Density is the mean cosine to the nearest, and scaling keeps the order of the full measure")
  func localScaling() throws {
    var random = SplitMix64(seed: 35)
    let map = try maps()[0]
    let pool = try map.coordinates(noise(30, 4, &random), of: .texts)
    let items = try map.coordinates(noise(12, 6, &random), of: .images)
    let densities = try LocalScaling.density(of: items, pool: pool, neighbours: 4)
    let cosines = try AlignmentMap.scores(queries: items, items: pool)
    for item in 0..<12 {
      let nearest = cosines.row(item).sorted(by: >).prefix(4).reduce(0, +) / 4
      #expect(abs(densities[item] - nearest) < 1e-6)
    }
    var scores = try AlignmentMap.scores(queries: pool, items: items)
    let before = scores[7, 3]
    LocalScaling.apply(densities, to: &scores)
    #expect(scores[7, 3] == 2 * before - densities[3])
    #expect(try LocalScaling.density(of: items, pool: pool, neighbours: 99)[0] <= densities[0])
    #expect(throws: AlignmentError.self) { try LocalScaling.density(of: items, pool: pool, neighbours: 0) }
    #expect(throws: AlignmentError.self) {
      try LocalScaling.density(of: items, pool: Matrix(rows: 0, columns: 10))
    }
  }

  @Test("Logistic regression ends where the gradient vanishes")
  func logisticRegression() throws {
    var random = SplitMix64(seed: 36)
    let labels = try ClassLabels((0..<90).map { $0 % 3 })
    var x = DoubleMatrix(rows: 90, columns: 4)
    for row in 0..<90 {
      for column in 0..<4 { x[row, column] = random.normal() + (column == row % 3 ? 1.5 : 0) }
    }
    let fit = try LogisticRegression(x, labels, strength: 0.8)
    // The gradient by hand: W + C Σ (p - y) xᵀ, and C Σ (p - y) for the intercepts.
    var gradient = fit.weights
    var intercepts = [0.0, 0, 0]
    var right = 0
    for row in 0..<90 {
      let scores = (0..<3).map { c in (0..<4).reduce(fit.bias[c]) { $0 + fit.weights[c, $1] * x[row, $1] } }
      let total = scores.reduce(0) { $0 + exp($1) }
      for c in 0..<3 {
        let difference = exp(scores[c]) / total - (c == row % 3 ? 1 : 0)
        intercepts[c] += 0.8 * difference
        for column in 0..<4 { gradient[c, column] += 0.8 * difference * x[row, column] }
      }
      if scores.firstIndex(of: scores.max() ?? 0) == row % 3 { right += 1 }
    }
    #expect((gradient.values + intercepts).allSatisfy { abs($0) < 1e-4 })
    #expect(right > 60)
  }
}
