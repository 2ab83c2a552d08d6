import CSparseKernels
import Glibc
import Testing

/// What the kernels compute, by every level, against Swift's own arithmetic and published numbers.
@Suite struct MeaningTests {
  @Test("the test vectors of RFC 3720, appendix B.4, come out", arguments: Level.all)
  func checksumVectors(level: Level) {
    let checksum = { (bytes: [UInt8]) in level.kernels.crc32c!(0, bytes, bytes.count) }
    #expect(checksum([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
    #expect(checksum([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
    #expect(checksum((0..<32).map { UInt8($0) }) == 0x46DD_794E)
    #expect(checksum((0..<32).reversed().map { UInt8($0) }) == 0x113F_DB5C)
    #expect(checksum(Array("123456789".utf8)) == 0xE306_9283)
    #expect(checksum([]) == 0)
  }

  @Test(
    "a checksum continued at any place is that of the whole, also where stretches are summed side by side",
    arguments: Level.all)
  func checksumContinued(level: Level) {
    let checksum = level.kernels.crc32c!
    let pool = RandomPool(seed: 61)
    for count in [300, 4079, 4080, 4081, 8160, 65_536] {
      let whole = checksum(0, pool.bytes, count)
      for cut in stride(from: 0, through: count, by: max(1, count / 61)) {
        #expect(checksum(checksum(0, pool.bytes, cut), pool.bytes + cut, count - cut) == whole)
      }
    }
  }

  @Test("all 65,536 halves are decoded like Swift does it", arguments: Level.all)
  func everyHalf(level: Level) {
    let halves = (0...UInt16.max).map { $0 }
    var floats = [Float](repeating: 0, count: halves.count)
    level.kernels.half_to_float!(halves, &floats, halves.count)
    var different: [UInt16] = []
    for (half, float) in zip(halves, floats) {
      let value = Float16(bitPattern: half)
      // Swift leaves open what becomes of a NaN: here its payload stays and it is made quiet.
      let quiet = UInt32(half & 0x8000) << 16 | 0x7FC0_0000 | UInt32(half & 0x03FF) << 13
      if float.bitPattern != (value.isNaN ? quiet : Float(value).bitPattern) { different.append(half) }
    }
    #expect(different.isEmpty)
  }

  @Test("a million floats are rounded to halves like Swift does it", arguments: Level.all)
  func manyFloats(level: Level) {
    var random = SeededRandom(state: 71)
    var floats = (0..<1_000_000).map { _ in SampleFloats.next(&random) }
    floats += [0, -0.0, .infinity, -.infinity, .nan, .signalingNaN, 65_504, 65_519.996, 65_520, 65_536, -65_520]
    floats += [0x1p-24, 0x1p-25, 0x1.000002p-25, 0x1.8p-25, 0x1p-14, 0x1.ffep-15, 0x1.fffp-15, 0x1.ffcp-15]
    floats += [.leastNonzeroMagnitude, .leastNormalMagnitude, .greatestFiniteMagnitude]
    var halves = [UInt16](repeating: 0, count: floats.count)
    level.kernels.float_to_half!(floats, &halves, floats.count)
    var different: [Float] = []
    for (float, half) in zip(floats, halves) {
      let bits = float.bitPattern
      let quiet = UInt16(truncatingIfNeeded: bits >> 16 & 0x8000 | 0x7E00 | bits >> 13 & 0x03FF)
      if half != (float.isNaN ? quiet : Float16(float).bitPattern) { different.append(float) }
    }
    #expect(different.isEmpty)
  }

  @Test("bounds at their limits are exact", arguments: Level.all)
  func addingAtTheLimits(level: Level) {
    let add = level.kernels.add_maxima!
    let row = [UInt8](repeating: 255, count: 64 + Int(NEWEL_STRIP_PADDING))
    var entry = newel_strip()
    entry.blocks = .max
    // The largest number of terms of the largest weight whose sum still fits a signed cell.
    let terms = Int(Int32.max) / (65_535 * 255)
    var bounds = [UInt32](repeating: 0, count: 64)
    for _ in 0..<terms { add(&entry, 1, row, 65_535, &bounds) }
    #expect(bounds.allSatisfy { $0 == UInt32(terms) * 65_535 * 255 })
    // Beyond 2^32 they wrap.
    bounds = [UInt32](repeating: .max, count: 64)
    add(&entry, 1, row, 65_535, &bounds)
    #expect(bounds.allSatisfy { $0 == 65_535 * 255 - 1 })
    // Unsigned: bounds above 2^31 are the largest.
    var largest: UInt32 = 0
    level.kernels.window_bounds!([UInt32](repeating: 1, count: 63) + [1 << 31], 1, &largest)
    #expect(largest == 1 << 31)
    #expect(level.kernels.blocks_at_least!([UInt32](repeating: 0x7FFF_FFFF, count: 63) + [.max], 1 << 31) == 1 << 63)
  }

  @Test("thresholds and cells at their limits are compared exactly", arguments: Level.all)
  func collectingAtTheLimits(level: Level) {
    let collect = level.kernels.collect_at_least!
    let values: [Int32] = [.min, .min + 1, -1, 0, 1, 2, .max - 1, .max]
    for count in 0...70 {
      for first in 0..<values.count {
        let cells = (0..<count).map { values[($0 &* 5 &+ first) % values.count] }
        for threshold in values {
          var positions = [UInt32](repeating: 0, count: count)
          let found = collect(cells, count, threshold, &positions)
          #expect(Array(positions.prefix(found)) == cells.indices.filter { cells[$0] >= threshold }.map { UInt32($0) })
        }
      }
    }
  }

  @Test("no pointer is needed for nothing", arguments: Level.all)
  func nothing(level: Level) {
    let kernels = level.kernels
    #expect(kernels.crc32c(0x1234_5678, nil, 0) == 0x1234_5678)
    kernels.half_to_float(nil, nil, 0)
    kernels.float_to_half(nil, nil, 0)
    kernels.add_maxima(nil, 0, nil, 3, nil)
    kernels.window_bounds(nil, 0, nil)
    #expect(kernels.collect_at_least(nil, 0, 1, nil) == 0)
    #expect(kernels.add_strips(nil, 0, nil, 3, nil) == 0)
  }
}
