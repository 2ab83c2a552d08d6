import ByteStorage
import Foundation
import LinearAlgebra
import Testing

@testable import Alignment

/// Trainings that are stopped and go on.
@Suite struct CheckpointTests {
  private struct Stop: Error {}

  private let folder: String
  private let checkpoint: AlignmentCheckpoint
  private let images: Matrix
  private let texts: Matrix

  init() throws {
    folder = NSTemporaryDirectory() + "newel-checkpoint-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    checkpoint = AlignmentCheckpoint(folder + "/state", fileSystem: PosixFileSystem())
    var random = SplitMix64(seed: 5)
    images = noise(60, 7, &random)
    texts = noise(60, 5, &random)
  }

  private var options: ContrastiveOptions {
    var options = ContrastiveOptions()
    (options.dimension, options.epochs, options.batchSize, options.noise) = (4, 4, 16, 0.1)
    return options
  }

  private typealias Training = (
    _ checkpoint: AlignmentCheckpoint?, _ resuming: AlignmentCheckpoint?, _ progress: (Int) throws -> Void
  ) throws -> AlignmentMap

  /// Stops after every epoch in turn, goes on, and compares with what was never stopped.
  private func expectSameEnd(_ epochs: Int, _ train: Training) throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let whole = try train(nil, nil) { _ in }
    for stop in 1..<epochs {
      #expect(throws: Stop.self) { try train(checkpoint, nil) { if $0 == stop { throw Stop() } } }
      #expect(AlignmentCheckpoint.isCheckpoint(checkpoint.path, fileSystem: PosixFileSystem()))
      var seen: [Int] = []
      let resumed = try train(checkpoint, checkpoint) { seen.append($0) }
      #expect(seen == Array(stop + 1...epochs))
      #expect(resumed == whole && resumed.encoded() == whole.encoded(), "after \(stop)")
    }
    // What is done is done: the last state gives the map at once.
    #expect(try train(nil, checkpoint) { _ in Issue.record("an epoch too many") } == whole)
  }

  @Test func linearAdaptersGoOnToTheSameMap() throws {
    let pairs = try PairedRows(images: images, texts: texts)
    try expectSameEnd(4) { checkpoint, resuming, progress in
      try AlignmentMap.trainContrastive(pairs, options: options, checkpoint: checkpoint, resuming: resuming) {
        try progress($0.epoch)
      }
    }
  }

  @Test func gatedBlocksGoOnInEitherPart() throws {
    let pairs = try PairedRows(images: images, texts: texts)
    var blocks = GatedBlocks()
    (blocks.affineEpochs, blocks.expansion) = (2, 2)
    try expectSameEnd(6) { checkpoint, resuming, progress in
      try AlignmentMap.trainGMLP(
        pairs, options: options, blocks: blocks, checkpoint: checkpoint, resuming: resuming
      ) { try progress($0.epoch) }
    }
  }

  @Test func wordsGoOnToTheSameMap() throws {
    var bags = SparseTargets()
    for row in 0..<60 { bags.append([UInt32(row % 3), UInt32(3 + row % 4)]) }
    let words = try WordBags(tokens: ["a", "b", "c", "d", "e", "f", "g"], tokenizer: "word", bags: bags)
    let data = try CaptionedPictures(images: images, texts: texts, words: words, pictures: Array(0..<60))
    var options = options
    options.wordDropout = 0.2
    try expectSameEnd(4) { checkpoint, resuming, progress in
      try AlignmentMap.trainContrastive(data, options: options, checkpoint: checkpoint, resuming: resuming) {
        try progress($0.epoch)
      }
    }
  }

  @Test func adversarialEncodersGoOnToTheSameMap() throws {
    let pairs = try PairedRows(images: images, texts: texts)
    let labels = try ClassLabels((0..<60).map { $0 % 3 })
    var options = MASLNOptions()
    (options.imageLayers, options.textLayers, options.dimension, options.epochs) = ([6], [6], 4, 4)
    try expectSameEnd(4) { checkpoint, resuming, progress in
      try AlignmentMap.trainMASLN(
        pairs, labels: labels, options: options, checkpoint: checkpoint, resuming: resuming
      ) { try progress($0.epoch) }
    }
  }

  @Test func anotherTrainingAndDamageAreRefused() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let pairs = try PairedRows(images: images, texts: texts)
    _ = try AlignmentMap.trainContrastive(pairs, options: options, checkpoint: checkpoint)
    func refused(_ what: String, _ body: () throws -> Void) {
      let error = #expect(throws: AlignmentError.self) { try body() }
      guard case .otherTraining(_, let found, _, _) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(found == what)
    }
    refused("seed") {
      var other = options
      other.seed = 2
      _ = try AlignmentMap.trainContrastive(pairs, options: other, resuming: checkpoint)
    }
    refused("images") {
      var other = images
      other[3, 3] += 1
      _ = try AlignmentMap.trainContrastive(
        PairedRows(images: other, texts: texts), options: options, resuming: checkpoint)
    }
    refused("affine epochs") { _ = try AlignmentMap.trainGMLP(pairs, options: options, resuming: checkpoint) }

    let bytes = try Data(contentsOf: URL(fileURLWithPath: checkpoint.path))
    for place in stride(from: 0, to: bytes.count, by: 97) {
      var damaged = bytes
      damaged[place] ^= 0x20
      try damaged.write(to: URL(fileURLWithPath: checkpoint.path))
      #expect(throws: AlignmentError.self, "byte \(place)") {
        try AlignmentMap.trainContrastive(pairs, options: options, resuming: checkpoint)
      }
    }
    for count in [0, 8, 100, bytes.count - 1] {
      try bytes.prefix(count).write(to: URL(fileURLWithPath: checkpoint.path))
      #expect(throws: AlignmentError.self, "\(count) bytes") {
        try AlignmentMap.trainContrastive(pairs, options: options, resuming: checkpoint)
      }
    }
  }
}
