import ByteStorage
import EmbeddingDumps
import Learning
import LinearAlgebra
import Testing

@testable import Alignment

/// Contrastive adapters with gated blocks behind them.
@Suite struct GatedAdapterTests {
  private func pairs(_ count: Int, _ random: inout SplitMix64) throws -> PairedRows {
    try PairedRows(images: noise(count, 24, &random), texts: noise(count, 20, &random))
  }

  private func blocks(_ count: Int, chunks: Int = 1) -> GatedBlocks {
    var blocks = GatedBlocks()
    (blocks.count, blocks.chunks) = (count, chunks)
    return blocks
  }

  @Test("Every gradient of the whole model agrees with central differences", arguments: [1, 2])
  func gradients(chunks: Int) throws {
    var random = SplitMix64(seed: 51)
    func wide(_ rows: Int, _ columns: Int) -> DoubleMatrix {
      DoubleMatrix(rows: rows, columns: columns, values: (0..<rows * columns).map { _ in random.normal() })
    }
    let (x, t) = (wide(5, 4), wide(5, 3))
    var start = SplitMix64(seed: 52)
    var model = ContrastiveModel<Double>(
      imageDimension: 4, textDimension: 3, outputs: 8, temperature: 0.2, blocks: blocks(2, chunks: chunks),
      random: &start)
    for index in model.parameters.indices {
      for place in model.parameters[index].values.values.indices {
        model.parameters[index].values.values[place] += 0.3 * start.normal()
      }
    }
    var derived = model
    _ = try derived.backpropagate(images: x, texts: t)
    for index in model.parameters.indices {
      // A few numbers of the large tables are enough.
      let places = model.parameters[index].values.values.indices.filter { $0 % 7 == 0 }
      let gradient = derived.parameters[index].gradient.values
      let check = try GradientCheck(gradient, places: places) { place, difference in
        var varied = model
        varied.parameters[index].values.values[place] += difference
        return try varied.backpropagate(images: x, texts: t)
      }
      // All shifts of a softmax together have no slope: there the gradient is noise.
      #expect(check.relativeError < 1e-5 || check.length < 1e-9, "\(model.parameters[index].name): \(check)")
    }
  }

  @Test("Training learns 64 unrelated pairs by heart, starts where the affine maps do, and repeats itself")
  func overfits() throws {
    var random = SplitMix64(seed: 53)
    let some = try pairs(64, &random)
    var options = ContrastiveOptions()
    (options.dimension, options.epochs, options.batchSize, options.rate) = (16, 60, 64, 0.01)
    options.weightDecay = 0
    var losses: [Double] = []
    let map = try AlignmentMap.trainGMLP(some, options: options, blocks: blocks(1)) { losses.append($0.loss) }
    let scores = try AlignmentMap.scores(
      queries: map.coordinates(some.texts, of: .texts), items: map.coordinates(some.images, of: .images))
    let found = (0..<64).count { query in scores.row(query).allSatisfy { $0 <= scores[query, query] } }
    #expect(found == 64, "\(losses.last ?? 0)")

    options.epochs = 1
    var first: [Double] = []
    _ = try AlignmentMap.trainContrastive(some, options: options) { first.append($0.loss) }
    // The same loss before the first step, up to the order in which the random numbers were drawn.
    #expect(abs(losses[0] - first[0]) < 1e-4)
    options.epochs = 2
    let twice = try (0..<2).map { _ in
      try AlignmentMap.trainGMLP(some, options: options, blocks: blocks(2, chunks: 2)).encoded()
    }
    #expect(twice[0] == twice[1])
  }

  @Test("Blocks that join trained affine maps begin with their coordinates")
  func warmStart() throws {
    var random = SplitMix64(seed: 57)
    let some = try pairs(40, &random)
    var options = ContrastiveOptions()
    (options.dimension, options.epochs, options.batchSize) = (8, 3, 20)
    let affine = try AlignmentMap.trainContrastive(some, options: options)
    options.epochs = 1
    var blocks = blocks(2)
    (blocks.affineEpochs, blocks.rateFactor) = (3, 1e-9)
    var reports: [ContrastiveProgress] = []
    let gated = try AlignmentMap.trainGMLP(some, options: options, blocks: blocks) { reports.append($0) }
    #expect(reports.map(\.epoch) == [1, 2, 3, 4] && reports.allSatisfy { $0.epochs == 4 })
    for (rows, side) in [(some.images, AlignedSide.images), (some.texts, .texts)] {
      #expect(try distance(affine.coordinates(rows, of: side), gated.coordinates(rows, of: side)) < 1e-5)
    }
  }

  @Test("A map with layers is a file that gives the same map and the same coordinates")
  func file() throws {
    var random = SplitMix64(seed: 54)
    let some = try pairs(30, &random)
    var options = ContrastiveOptions()
    (options.dimension, options.epochs) = (8, 1)
    let map = try AlignmentMap.trainGMLP(some, options: options, blocks: blocks(2, chunks: 2))
    let bytes = map.encoded()
    let read = try AlignmentMap.decode(bytes)
    #expect(read == map && read.method == "gmlp" && read.encoded() == bytes && read.coordinateCount == 8)
    #expect(read.images.network?.layers.count == 3 && read.provenance["blocks"] == "2")
    #expect(try read.coordinates(some.images, of: .images) == map.coordinates(some.images, of: .images))
    // One row alone gets what it gets among others.
    let alone = try read.coordinates(rows(some.texts, [7]), of: .texts)
    let among = try read.coordinates(some.texts, of: .texts)
    #expect(zip(alone.values, among.row(7)).allSatisfy { abs($0 - $1) < 1e-5 })
  }

  @Test("A damaged file with layers is an error that names what is wrong, never a trap")
  func damage() throws {
    var random = SplitMix64(seed: 55)
    var options = ContrastiveOptions()
    (options.dimension, options.epochs) = (8, 1)
    let map = try AlignmentMap.trainGMLP(pairs(30, &random), options: options, blocks: blocks(1, chunks: 2))
    let file = try SafetensorsFile(MappedFile(copying: map.encoded(), path: "test"))
    var whole: [(name: String, shape: [Int], values: Safetensors.Values)] = []
    for name in file.header.tensors.keys.sorted() {
      let shape = try #require(file.header.tensors[name]).shape
      whole.append((name, shape, .f32(try file.floats(name, dimensions: shape.count).values)))
    }
    var metadata = file.header.metadata
    metadata["checksum"] = nil
    #expect(try AlignmentMap.decode(Safetensors.encode(metadata: metadata, contents: whole)) == map)

    for layers in [
      "linear gated:3", "linear gated:0", "linear gated:x", "linear gated:16", "gated:2 linear", "linear linear",
      "linear relu", "linear gated:2 gated:2", "linear gated:2 unit relu ", "", "dance",
    ] {
      var changed = metadata
      changed["image_layers"] = layers
      #expect(throws: AlignmentError.self, "\(layers)") {
        try AlignmentMap.decode(Safetensors.encode(metadata: changed, contents: whole))
      }
    }
    var without = metadata
    without["text_layers"] = nil
    #expect(throws: AlignmentError.self) {
      try AlignmentMap.decode(Safetensors.encode(metadata: without, contents: whole))
    }
    for place in whole.indices where whole[place].name.contains("_layer_") {
      var (missing, extra, narrow, infinite) = (whole, whole, whole, whole)
      missing.remove(at: place)
      extra.append((whole[place].name + "_", [1], .f32([1])))
      guard case .f32(var values) = whole[place].values else { continue }
      narrow[place] = (
        whole[place].name, [1] + whole[place].shape.dropFirst(),
        .f32(
          Array(
            values.prefix(
              whole[place].shape.dropFirst().reduce(1, *))))
      )
      values[0] = .infinity
      infinite[place].values = .f32(values)
      // A table without its bias is a table that never had one.
      for contents in [missing, extra, narrow, infinite] {
        let isNoBias = contents.count < whole.count && whole[place].name.hasSuffix("0_bias")
        if isNoBias { continue }
        #expect(throws: AlignmentError.self, "\(whole[place].name)") {
          try AlignmentMap.decode(Safetensors.encode(metadata: metadata, contents: contents))
        }
      }
    }
  }

  @Test("Blocks that no row can be cut for are refused")
  func options() throws {
    var random = SplitMix64(seed: 56)
    let some = try pairs(20, &random)
    var options = ContrastiveOptions()
    (options.dimension, options.epochs) = (9, 1)
    for blocks in [blocks(0), blocks(65), blocks(1, chunks: 0), blocks(1, chunks: 2)] {
      #expect(throws: AlignmentError.self) { try AlignmentMap.trainGMLP(some, options: options, blocks: blocks) }
    }
    for change in [{ $0.affineEpochs = -1 }, { $0.rateFactor = 0 }] as [(inout GatedBlocks) -> Void] {
      var bad = blocks(1)
      change(&bad)
      #expect(throws: AlignmentError.self) { try AlignmentMap.trainGMLP(some, options: options, blocks: bad) }
    }
    var odd = blocks(1)
    odd.expansion = 3
    #expect(throws: AlignmentError.self) { try AlignmentMap.trainGMLP(some, options: options, blocks: odd) }
    struct Enough: Error {}
    #expect(throws: Enough.self) { try AlignmentMap.trainGMLP(some, options: options) { _ in throw Enough() } }
  }
}
