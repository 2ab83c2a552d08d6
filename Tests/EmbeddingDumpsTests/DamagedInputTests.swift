import ByteStorage
import LinearAlgebra
import Testing

@testable import EmbeddingDumps

/// Every parser gets thousands of damaged files: it must answer with a typed error or a valid result, and never trap.
@Suite struct DamagedInputTests {
  /// Damages a file as disks, networks and liars do.
  private func damaged(_ bytes: [UInt8], using random: inout SplitMix64) -> [UInt8] {
    var bytes = bytes
    for _ in 0...Int.random(in: 0...2, using: &random) {
      guard !bytes.isEmpty else { return bytes }
      // Half of the damage goes to the first 160 or the last 160 bytes, where lengths and directories are.
      let zone =
        [0..<bytes.count, 0..<min(160, bytes.count), max(0, bytes.count - 160)..<bytes.count].randomElement(
          using: &random)
        ?? 0..<1
      let at = Int.random(in: zone, using: &random)
      switch Int.random(in: 0..<7, using: &random) {
      case 0: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      case 1: bytes[at] = UInt8.random(in: 0...255, using: &random)
      case 2: bytes.removeSubrange(at...)
      case 3:
        let end = min(bytes.count, at + Int.random(in: 1...20, using: &random))
        bytes.insert(contentsOf: Array(bytes[at..<end]), at: Int.random(in: 0...bytes.count, using: &random))
      case 4: bytes.remove(at: at)
      case 5:
        // A number that lies: too large, negative, just off.
        let lies: [UInt64] = [.max, 1 << 63, 1 << 62, 1 << 40, 1 << 31, 0xFFFF_FFFF, 0xFFFF, 0, 1]
        let lie = lies.randomElement(using: &random) ?? 0
        let width = [2, 4, 8].randomElement(using: &random) ?? 8
        for (place, byte) in littleEndian(lie, width).enumerated() where at + place < bytes.count {
          bytes[at + place] = byte
        }
      default:
        bytes.append(
          contentsOf: (0..<Int.random(in: 1...9, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
        )
      }
    }
    return bytes
  }

  /// Runs `read` on `count` damaged versions of the files and says how many were still read.
  private func attack(
    _ files: [[UInt8]], count: Int = 5000, _ read: ([UInt8]) throws -> Void
  ) -> Int {
    var survivors = 0
    for seed in 0..<UInt64(count) {
      var random = SplitMix64(seed: seed)
      let bytes = damaged(files[Int(seed) % files.count], using: &random)
      do {
        try read(bytes)
        survivors += 1
      } catch let error as DumpError {
        #expect(!error.description.isEmpty && error.description.utf8.count < 100_000, "seed \(seed)")
      } catch let error as JSONError {
        #expect(error.offset >= 0 && error.offset <= bytes.count, "seed \(seed)")
      } catch {
        Issue.record("seed \(seed): \(error) is of no known type")
      }
    }
    return survivors
  }

  @Test func damagedJSON() {
    let files = (0..<40 as Range<UInt64>).map { seed -> [UInt8] in
      var random = SplitMix64(seed: seed)
      return JSONValue.array([
        RandomJSON.value(depth: 0, using: &random), .object(JSONObject([("é\n", .number(-1.5e-7))])),
      ])
      .serialized()
    }
    let survivors = attack(files, count: 20_000) { bytes in
      let value = try JSONValue.parse(bytes)
      #expect(try JSONValue.parse(value.serialized()) == value)
    }
    #expect(survivors > 0)
  }

  @Test func damagedNpy() {
    let files = ["<f2", ">f2", "<f4", ">f4", "<f8", ">f8"].enumerated().map { at, descr in
      NpyFixture(
        descr: descr, isFortran: at % 2 == 1, shape: [5, 3], version: UInt8(at % 3 + 1),
        values: (0..<15).map(Double.init)
      ).bytes
    }
    let survivors = attack(files, count: 10_000) { bytes in
      let array = try npyArray(bytes)
      let values = try allRows(array)
      #expect(values.count == array.rows * array.columns && values.allSatisfy(\.isFinite))
    }
    #expect(survivors > 0)
  }

  @Test func damagedNpz() {
    let matrix = NpyFixture(shape: [5, 3], values: (0..<15).map(Double.init)).bytes
    let files = [(false, false), (true, false), (false, true), (true, true)].map { deflated, isZip64 in
      ZipFixture(
        members: [("a.npy", matrix, deflated), ("b.npy", Array(matrix.dropLast(8)), deflated)], isZip64: isZip64
      ).bytes
    }
    let survivors = attack(files, count: 10_000) { bytes in
      let archive = try NpzArchive(MappedFile(copying: bytes, path: "a.npz"))
      for name in archive.names {
        let member = try archive.member(name)
        _ = try allRows(try NpyArray(member.file, member.range, path: name))
      }
    }
    #expect(survivors > 0)
  }

  @Test func damagedLines() {
    let content = Array(
      (0..<6).map { "{\"id\":\($0),\"caption\":\"a é \\u00e9 \($0)\",\"tags\":[1,2.5,null]}\n" }.joined().utf8)
    let survivors = attack([content, ZipFixture.gzip(content)], count: 10_000) { bytes in
      let file = MappedFile(copying: bytes, path: "m.jsonl")
      var counter = try LineReader(file)
      let count = try counter.countRemaining()
      var reader = try LineReader(file)
      var read = 0
      while let line = try reader.next() {
        read += 1
        _ = try MetadataReader.parse(line, path: "m.jsonl", line: reader.line)
      }
      #expect(read == count)
    }
    #expect(survivors > 0)
  }

  @Test func damagedSparseLines() {
    let content = Array("{\"id\":\"a\",\"vector\":{\"red\":1.5,\"shoe\":20},\"contents\":\"x\"}".utf8)
    let survivors = attack([content], count: 10_000) { bytes in
      let record = try SparseRecord.read(try MetadataReader.parse(bytes, path: "v", line: 1), path: "v", line: 1)
      #expect(record.weights.allSatisfy { $0.weight > 0 && $0.weight.isFinite })
    }
    #expect(survivors > 0)
  }

  private func readAll(_ matrix: CSRMatrix) throws {
    var random = SplitMix64(seed: 0)
    // A matrix of empty rows may honestly be long: a sample is enough.
    for row in 0..<min(matrix.rows, 50) {
      let entries = try matrix.row(row)
      #expect(
        entries.allSatisfy { $0.weight > 0 && $0.weight.isFinite && $0.column >= 0 && $0.column < matrix.columns })
      #expect(zip(entries, entries.dropFirst()).allSatisfy { $0.column < $1.column })
    }
    if matrix.rows > 0 { _ = try matrix.row(Int.random(in: 0..<matrix.rows, using: &random)) }
  }

  @Test func damagedCSR() {
    let file = CSRWriter.encode(rows: [[(4, 0.5), (1, 2)], [], [(0, 1), (2, 3), (3, 1)]], columns: 5)
    let survivors = attack([file], count: 10_000) { bytes in
      try readAll(try CSRMatrix(MappedFile(copying: bytes, path: "m.csr")))
    }
    #expect(survivors > 0)
  }

  @Test func damagedScipyMatrices() {
    // Without checksums in the way: the members are damaged, then packed.
    let starts = [0, 2, 2, 5]
    let survivors = attack([Array(0..<250)], count: 5000) { bytes in
      var random = SplitMix64(seed: UInt64(ZipFixture.crc(bytes)))
      var zip = ZipFixture.scipy(
        rows: 3, columns: 5, starts: starts, indices: [4, 1, 0, 2, 3], weights: [1, 2, 3, 4, 5], deflated: false)
      let victim = Int.random(in: 0..<zip.members.count, using: &random)
      zip.members[victim].bytes = damaged(zip.members[victim].bytes, using: &random)
      try readAll(try CSRMatrix(archive: try NpzArchive(MappedFile(copying: zip.bytes, path: "m.npz"))))
    }
    #expect(survivors > 0)
  }

  @Test func filtersOfAnyText() {
    for seed in 0..<5000 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      let text =
        RandomJSON.text(using: &random) + ["=", "!=", ""].randomElement(using: &random)!
        + RandomJSON.text(using: &random)
      if let filter = try? MetadataFilter(parsing: [text]) {
        _ = filter.accepts(JSONObject([("a", .integer(1)), (String(text.prefix(3)), .array([.null]))]))
      }
    }
  }
}
