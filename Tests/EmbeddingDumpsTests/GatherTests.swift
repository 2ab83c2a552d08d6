import ByteStorage
import EmbeddingDumps
import Foundation
import LinearAlgebra
import Testing

@Suite struct GatherTests {
  @Test("Rows by number are the rows of the whole, over shards, types and in any order")
  func gathering() throws {
    let folder = NSTemporaryDirectory() + "newel-gather-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var random = SplitMix64(seed: 2)
    for (shard, count) in [5, 0, 7, 1].enumerated() {
      let values = (0..<count * 3).map { _ in Float(Float16(random.normal())) }
      let bytes = NpyWriter.encode(
        Matrix(rows: count, columns: 3, values: values), as: shard == 0 ? .float16 : .float32)
      try Data(bytes).write(to: URL(fileURLWithPath: "\(folder)/img_emb_\(shard).npy"))
    }
    let dump = try EmbeddingDump.open(images: folder, metadata: nil, fileSystem: PosixFileSystem())
    let all = try dump.rows(0..<13)
    for _ in 0..<50 {
      let numbers = (0..<random.below(20)).map { _ in random.below(13) }
      let found = try dump.rows(numbered: numbers)
      #expect(found.rows == numbers.count)
      for (place, number) in numbers.enumerated() {
        #expect(Array(found.row(place)) == Array(all[number * 3..<number * 3 + 3]))
      }
    }
    #expect(try dump.rows(numbered: Array(0..<13)).values == all)
  }
}
