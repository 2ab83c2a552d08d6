import CSparseKernels
import Glibc
import Testing

/// A strip with random content: as an index writes it, and as a list of what it means.
struct SampleStrip {
  var entry = newel_strip()
  var bytes: [UInt8] = []
  /// The entry and the one behind it, which tells where the strip ends.
  var entries: [newel_strip] {
    [entry, newel_strip(blocks: 0, start: UInt32(bytes.count), dense_count: 0, sparse_count: 0, first_maximum: 0)]
  }
  /// Largest impact of each block, in the order of the blocks.
  var maxima: [UInt8] = []
  var postings: [(cell: Int, impact: UInt8)] = []

  /// - Parameter shape: how full blocks are; every value gives another mixture of dense, sparse, empty and full ones.
  init(shape: Int, random: inout SeededRandom) {
    var bitmaps: [UInt64] = []
    var denseBlocks: [UInt8] = []
    var (places, impacts, denseImpacts) = ([UInt8](), [UInt8](), [UInt8]())
    for block in 0..<64 {
      let word = random.next()
      var documents: UInt64
      switch shape % 6 {
      case 0: documents = word & random.next() & random.next() & random.next()
      case 1: documents = word % 3 == 0 ? word : 0
      case 2: documents = word % 17 == 0 ? .max : (word % 2) << (word >> 58)
      case 3: documents = 1 << (word >> 58)
      case 4: documents = 0
      default: documents = word | random.next()
      }
      if documents == 0 { continue }
      entry.blocks |= 1 << UInt64(block)
      let isDense = documents.nonzeroBitCount >= (shape % 12 < 6 ? 12 : 1)
      if isDense {
        bitmaps.append(documents)
        denseBlocks.append(UInt8(block))
      }
      var (isFirst, most) = (true, UInt8(0))
      while documents != 0 {
        let place = UInt8(documents.trailingZeroBitCount)
        documents &= documents - 1
        let impact = UInt8(truncatingIfNeeded: random.next() % 4 == 0 ? 255 : 1 + random.next() % 255)
        most = max(most, impact)
        postings.append((64 * block + Int(place), impact))
        if isDense {
          denseImpacts.append(impact)
        } else {
          places.append(place | (isFirst ? 128 : 0))
          impacts.append(impact)
        }
        isFirst = false
      }
      maxima.append(most)
    }
    entry.sparse_count = UInt16(places.count)
    entry.dense_count = UInt32(denseBlocks.count)
    bytes = bitmaps.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(8 * $0)) } }
    bytes += denseBlocks + places + impacts + denseImpacts
  }
}

/// Every variant of the strip kernels against the plain one, and the plain one against the meaning: random strips of every
/// mixture, against a forbidden page with just the padding that the header promises.
@Suite struct StripTests {
  private static let strips = 300
  private static let rounds = (1_000_000 / strips + Level.variants.count - 1) / max(1, Level.variants.count)

  private static func samples(seed: UInt64) -> [SampleStrip] {
    var random = SeededRandom(state: seed)
    return (0..<strips).map { SampleStrip(shape: $0, random: &random) }
  }

  @Test("the plain kernels add what a strip means")
  func meaning() {
    let kernels = Level.all[0].kernels
    for (number, sample) in Self.samples(seed: 91).enumerated() {
      let bytes = sample.bytes + [UInt8](repeating: 170, count: Int(NEWEL_STRIP_PADDING))
      var entry = sample.entries
      var cells = [Int32](repeating: 5, count: 4096)
      #expect(kernels.add_strip!(&entry, bytes, .max, -3, &cells) == sample.postings.count)
      var expected = [Int32](repeating: 5, count: 4096)
      for posting in sample.postings { expected[posting.cell] -= 3 * Int32(posting.impact) }
      #expect(cells == expected, "strip \(number)")

      // Wanted blocks are complete; nothing else is promised.
      let wanted: UInt64 = 0x0F0F_1234_8000_0001
      cells = [Int32](repeating: 0, count: 4096)
      expected = cells
      _ = kernels.add_strip!(&entry, bytes, wanted, 2, &cells)
      for posting in sample.postings { expected[posting.cell] += 2 * Int32(posting.impact) }
      for block in 0..<64 where wanted >> UInt64(block) & 1 == 1 {
        #expect(cells[64 * block..<64 * block + 64] == expected[64 * block..<64 * block + 64], "strip \(number)")
      }

      let maxima = sample.maxima + [UInt8](repeating: 170, count: Int(NEWEL_STRIP_PADDING))
      var bounds = [UInt32](repeating: 7, count: 64)
      kernels.add_maxima!(&entry, 1, maxima, 11, &bounds)
      var next = 0
      for block in 0..<64 {
        let isSet = sample.entry.blocks >> UInt64(block) & 1 == 1
        #expect(bounds[block] == 7 + (isSet ? 11 * UInt32(sample.maxima[next]) : 0))
        if isSet { next += 1 }
      }
      var largest: UInt32 = 0
      kernels.window_bounds!(bounds, 1, &largest)
      #expect(largest == bounds.max())
      let threshold = bounds[number % 64]
      #expect(
        kernels.blocks_at_least!(bounds, threshold)
          == (0..<64).reduce(UInt64(0)) { $0 | (bounds[$1] >= threshold ? 1 << UInt64($1) : 0) })
    }
  }

  @Test("strips are added like by the plain kernel", arguments: Level.variants)
  func adding(level: Level) {
    let (plain, variant) = (Level.all[0].kernels, level.kernels)
    let memory = GuardedPages(byteCount: 16384)
    let expected = GuardedPages(byteCount: 4 * 4096)
    let found = GuardedPages(byteCount: 4 * 4096)
    let cells = (expected.base.assumingMemoryBound(to: Int32.self), found.base.assumingMemoryBound(to: Int32.self))
    memset(cells.0, 0, 4 * 4096)
    memset(cells.1, 0, 4 * 4096)
    var random = SeededRandom(state: 93)
    for (number, sample) in Self.samples(seed: 92).enumerated() {
      let size = sample.bytes.count + Int(NEWEL_STRIP_PADDING)
      let strip = (memory.base + memory.byteCount - size).assumingMemoryBound(to: UInt8.self)
      sample.bytes.withUnsafeBytes { bytes in if !bytes.isEmpty { memcpy(strip, bytes.baseAddress!, bytes.count) } }
      var entry = sample.entries
      for round in 0..<Self.rounds {
        let choice = random.next()
        let wanted: UInt64 =
          switch round % 4 {
          case 0: .max
          case 1: 1 << (choice >> 58)
          case 2: choice
          default: 0
          }
        let weight = ([1, -1, 7, -300, 65_535, -65_535] as [Int32])[Int(choice % 6)]
        let counts =
          (round % 5 == 4
            ? (
              plain.add_strips!(&entry, 1, strip, weight, cells.0),
              variant.add_strips!(&entry, 1, strip, weight, cells.1)
            )
            : (
              plain.add_strip!(&entry, strip, wanted, weight, cells.0),
              variant.add_strip!(&entry, strip, wanted, weight, cells.1)
            ))
        guard counts.0 == counts.1, round % 16 != 15 || memcmp(cells.0, cells.1, 4 * 4096) == 0 else {
          Issue.record("strip \(number), round \(round), wanted \(wanted), weight \(weight)")
          return
        }
      }
      guard memcmp(cells.0, cells.1, 4 * 4096) == 0 else {
        Issue.record("strip \(number)")
        return
      }
    }
  }

  @Test("bounds are added and read like by the plain kernel", arguments: Level.variants)
  func bounding(level: Level) {
    let (plain, variant) = (Level.all[0].kernels, level.kernels)
    let samples = Self.samples(seed: 94)
    let memory = GuardedPages(byteCount: 64 * 64 + 64)
    let bounds = (GuardedPages(byteCount: 16384), GuardedPages(byteCount: 16384))
    var random = SeededRandom(state: 95)
    // Windows in a row, the maxima of the last against the forbidden page, up to its padding; bounds at the end as well.
    for round in 0..<1_000_000 / 32 / max(1, Level.variants.count) {
      let choice = random.next()
      let count = 1 + Int(choice % 64)
      let chosen = (0..<count).map { samples[Int((choice >> 8) &+ UInt64($0 * 7)) % samples.count] }
      let entries = chosen.map(\.entry)
      let maxima = chosen.flatMap(\.maxima)
      let row = (memory.base + memory.byteCount - Int(NEWEL_STRIP_PADDING) - maxima.count)
        .assumingMemoryBound(to: UInt8.self)
      maxima.withUnsafeBytes { bytes in if !bytes.isEmpty { memcpy(row, bytes.baseAddress!, bytes.count) } }
      let offset = 16384 - 256 * count
      let cells = (
        (bounds.0.base + offset).assumingMemoryBound(to: UInt32.self),
        (bounds.1.base + offset).assumingMemoryBound(to: UInt32.self)
      )
      for cell in 0..<64 * count { cells.0[cell] = UInt32(truncatingIfNeeded: choice) &* UInt32(cell) >> 2 }
      memcpy(cells.1, cells.0, 256 * count)
      let weight = UInt32([1, 300, 65_535][round % 3])
      plain.add_maxima!(entries, count, row, weight, cells.0)
      variant.add_maxima!(entries, count, row, weight, cells.1)
      var largest = ([UInt32](repeating: 0, count: count), [UInt32](repeating: 1, count: count))
      plain.window_bounds!(cells.0, count, &largest.0)
      variant.window_bounds!(cells.1, count, &largest.1)
      let threshold = round % 7 == 0 ? .max : cells.0[Int(choice >> 16) % (64 * count)]
      guard memcmp(cells.0, cells.1, 256 * count) == 0, largest.0 == largest.1,
        plain.blocks_at_least!(cells.0, threshold) == variant.blocks_at_least!(cells.1, threshold)
      else {
        Issue.record("round \(round): \(count) windows")
        return
      }
    }
  }
}
