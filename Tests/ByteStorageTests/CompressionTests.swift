import ByteStorage
import Testing

@Suite struct CompressionTests {
  @Test("zstd frames come back, with and without a dictionary")
  func zstdRoundTrip() throws {
    var random = SeededRandom(state: 5)
    let samples = (0..<2000).map { i in
      Array(
        "{\"id\":\(i),\"title\":\"red shoe number \(UInt8.random(in: 0...255, using: &random))\",\"price\":\(i % 97)}"
          .utf8)
    }
    let trained = try #require(Zstd.train(samples: samples, capacity: 4096))
    let dictionary = try #require(ZstdDictionary(trained))
    for sample in samples[..<50] + [[]] {
      let plain = Zstd.compress(sample)
      let small = Zstd.compress(sample, dictionary: dictionary)
      #expect(try Zstd.decompress(plain, limit: sample.count) == sample)
      #expect(try Zstd.decompress(small, limit: sample.count, dictionary: dictionary) == sample)
      if !sample.isEmpty {
        #expect(small.count < plain.count)
        #expect(throws: StorageError.self) { try Zstd.decompress(small, limit: 1000) }
        #expect(throws: StorageError.self) { try Zstd.decompress(plain, limit: sample.count - 1) }
      }
      #expect(throws: StorageError.self) { try Zstd.decompress(plain + [0], limit: 1000) }
      #expect(throws: StorageError.self) { try Zstd.decompress(Array(plain.dropLast()), limit: 1000) }
    }
    #expect(ZstdDictionary([1, 2, 3]) == nil)
    #expect(Zstd.train(samples: [[1], [2]], capacity: 4096) == nil)
  }

  /// A frame that does not tell its content's length: `blocks` times 128 KiB of one byte, 4 bytes each.
  static func bomb(_ blocks: Int) -> [UInt8] {
    var bytes: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58]
    for i in 0..<blocks {
      let header: UInt32 = (i == blocks - 1 ? 1 : 0) | 1 << 1 | 131_072 << 3
      bytes += [UInt8(header & 255), UInt8(header >> 8 & 255), UInt8(header >> 16 & 255), 65]
    }
    return bytes
  }

  @Test("a zstd bomb stops at the limit, whether it tells its length or not")
  func zstdBomb() throws {
    let told = Zstd.compress([UInt8](repeating: 0, count: 30_000_000))
    #expect(told.count < 10_000)
    #expect(
      throws: StorageError.limit(
        path: "b", what: "the decompressed length of the zstd frame at byte 9", limit: 1_048_576)
    ) {
      try Zstd.decompress(told, limit: 1_048_576, path: "b", offset: 9)
    }
    #expect(try Zstd.decompress(Self.bomb(2), limit: 262_144).count == 262_144)
    #expect(throws: StorageError.self) { try Zstd.decompress(Self.bomb(2), limit: 262_143) }
    // Ten gigabytes in 320 kB.
    #expect(throws: StorageError.self) { try Zstd.decompress(Self.bomb(80_000), limit: 1_048_576) }
  }

  @Test("damaged zstd frames are errors or other bytes within the limit, never traps")
  func zstdDamage() {
    var random = SeededRandom(state: 6)
    let frame = Zstd.compress(Array("the quick brown fox jumps over the lazy dog, again and again and again".utf8))
    for _ in 0..<3000 {
      var damaged = frame
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        damaged[Int.random(in: 0..<damaged.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      if let content = try? Zstd.decompress(damaged, limit: 5000) { #expect(content.count <= 5000) }
    }
    for length in 0..<frame.count {
      #expect(throws: StorageError.self) { try Zstd.decompress(Array(frame[..<length]), limit: 5000) }
    }
  }

  /// Deflate data with the fixed code: one zero byte, then `repeats` times 258 more.
  static func deflatedZeros(_ repeats: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    var current: UInt8 = 0
    var used: UInt8 = 0
    func bit(_ value: Int) {
      current |= UInt8(value) << used
      used += 1
      if used == 8 {
        bytes.append(current)
        current = 0
        used = 0
      }
    }
    func code(_ value: Int, _ length: Int) { for i in (0..<length).reversed() { bit(value >> i & 1) } }
    bit(1)
    bit(1)
    bit(0)
    code(0b0011_0000, 8)
    for _ in 0..<repeats {
      code(0b1100_0101, 8)
      code(0, 5)
    }
    code(0, 7)
    while used != 0 { bit(0) }
    return bytes
  }

  @Test("raw deflate data come back in pieces, and a bomb stops at the limit")
  func rawDeflate() throws {
    let file = MappedFile(copying: [9, 9] + Self.deflatedZeros(100) + [7], path: "z")
    let reader = try InflateReader(file, 2..<file.byteCount, format: .raw, limit: 25_801)
    var content: [UInt8] = []
    while let piece = try reader.next(1000) {
      #expect(piece.count <= 1000)
      content += piece
    }
    #expect(content == [UInt8](repeating: 0, count: 25_801))
    #expect(reader.consumedByteCount == file.byteCount - 3)
    #expect(throws: StorageError.limit(path: "z", what: "the decompressed length in bytes", limit: 25_800)) {
      try InflateReader.all(file, 2..<file.byteCount, format: .raw, limit: 25_800)
    }
    let bomb = MappedFile(copying: Self.deflatedZeros(400_000), path: "bomb")
    #expect(throws: StorageError.self) { try InflateReader.all(bomb, format: .raw, limit: 1 << 20) }
    let cut = MappedFile(copying: Self.deflatedZeros(100).dropLast(9), path: "cut")
    #expect(throws: StorageError.self) { try InflateReader.all(cut, format: .raw, limit: 1 << 20) }
    #expect(throws: StorageError.self) { try InflateReader(cut, 0..<9999, format: .raw, limit: 1) }
  }

  @Test("gzip files of several members come back, damaged ones are errors")
  func gzip() throws {
    // `printf hello | gzip -n`
    let member: [UInt8] = [
      0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0, 0x86, 0xa6, 0x10, 0x36, 5, 0, 0, 0,
    ]
    let twice = MappedFile(copying: member + member, path: "g")
    #expect(try InflateReader.all(twice, format: .gzip, limit: 100) == Array("hellohello".utf8))
    for length in 0..<member.count {
      let cut = MappedFile(copying: Array(member[..<length]), path: "g")
      #expect(throws: StorageError.self) { try InflateReader.all(cut, format: .gzip, limit: 100) }
    }
    var damaged = member
    damaged[18] ^= 1
    let file = MappedFile(copying: damaged, path: "g")
    #expect(throws: StorageError.self) { try InflateReader.all(file, format: .gzip, limit: 100) }
  }
}
