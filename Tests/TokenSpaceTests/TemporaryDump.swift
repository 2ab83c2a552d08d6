import ByteStorage
import EmbeddingDumps
import Foundation
import LinearAlgebra

/// A dump in a temporary folder that goes away with the object.
final class TemporaryDump {
  let folder: String

  init() throws {
    folder = NSTemporaryDirectory() + "newel-dump-" + UUID().uuidString
    for part in ["img_emb", "metadata"] {
      try FileManager.default.createDirectory(atPath: folder + "/" + part, withIntermediateDirectories: true)
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  /// Writes one shard; `lines` are JSON objects.
  func write(shard: Int = 0, _ rows: Matrix, _ lines: [String]) throws {
    try Data(NpyWriter.encode(rows, as: .float32)).write(
      to: URL(fileURLWithPath: "\(folder)/img_emb/img_emb_\(shard).npy"))
    try Data(lines.map { $0 + "\n" }.joined().utf8).write(
      to: URL(fileURLWithPath: "\(folder)/metadata/metadata_\(shard).jsonl"))
  }

  func open() throws -> EmbeddingDump {
    try EmbeddingDump.open(images: folder, metadata: folder, fileSystem: PosixFileSystem())
  }
}

/// Pictures of colours and shapes: an embedding is the sum of the directions of its words, and noise.
struct ToyCollection {
  static let words = ["red", "green", "blue", "circle", "square", "star", "big", "small"]
  var rows: Matrix
  var captions: [String] = []

  init(count: Int, dimension: Int = 12, seed: UInt64 = 1, noise: Double = 0.3) {
    var random = SplitMix64(seed: seed)
    var fixed = SplitMix64(seed: 99)
    let directions = Self.words.map { _ in (0..<dimension).map { _ in fixed.normal() } }
    rows = Matrix(rows: count, columns: dimension)
    for row in 0..<count {
      let chosen = [random.below(3), 3 + random.below(3), 6 + random.below(2)]
      captions.append(
        "a photo of a " + [chosen[2], chosen[0], chosen[1]].map { Self.words[$0] }.joined(separator: " "))
      for column in 0..<dimension {
        rows[row, column] = Float(chosen.reduce(noise * random.normal()) { $0 + directions[$1][column] } + 3)
      }
    }
  }

  var lines: [String] {
    captions.enumerated().map { "{\"id\":\"\($0)\",\"caption\":\"\($1)\",\"part\":\($0 % 2)}" }
  }
}
