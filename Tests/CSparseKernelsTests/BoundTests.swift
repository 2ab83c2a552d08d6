import CSparseKernels
import Glibc
import Testing

/// The directory and the maxima of a few terms over the same windows, each row of maxima against a forbidden page with just the
/// padding that the header promises.
private final class SampleRows {
  private var entries: [[newel_strip]] = []
  private var maxima: [GuardedPages] = []
  private var cells: [GuardedPages] = []
  private(set) var rows: [newel_bound_row] = []
  /// Largest impact of every block and of every cell, 0 without the term, by row.
  private(set) var blockMaxima: [[UInt8]] = []
  private(set) var cellMaxima: [[UInt8]] = []
  let windowCount: Int
  private var entryCopies: [UnsafeMutablePointer<newel_strip>] = []

  init(_ samples: [SampleStrip], windowCount: Int, rowCount: Int, random: inout SeededRandom) {
    self.windowCount = windowCount
    for _ in 0..<rowCount {
      var (row, compact, blocks) = ([newel_strip](), [UInt8](), [UInt8](repeating: 0, count: 64 * windowCount))
      for window in 0..<windowCount {
        let sample = samples[Int(random.next() % UInt64(samples.count))]
        var entry = sample.entry
        entry.first_maximum = UInt16(compact.count)
        var next = 0
        for block in 0..<64 where entry.blocks >> UInt64(block) & 1 == 1 {
          blocks[64 * window + block] = sample.maxima[next]
          next += 1
        }
        compact += sample.maxima
        row.append(entry)
      }
      let cells = (0..<4 * windowCount).map { cell in blocks[16 * cell..<16 * cell + 16].max()! }
      let copy = UnsafeMutablePointer<newel_strip>.allocate(capacity: windowCount)
      copy.initialize(from: row, count: windowCount)
      entryCopies.append(copy)
      rows.append(
        newel_bound_row(
          entries: copy, maxima: Self.place(compact, in: &maxima), cell_maxima: Self.place(cells, in: &self.cells),
          weight: UInt32([1, 300, 65_535][Int(random.next() % 3)])))
      blockMaxima.append(blocks)
      cellMaxima.append(cells)
    }
  }

  deinit { for copy in entryCopies { copy.deallocate() } }

  private static func place(_ bytes: [UInt8], in pages: inout [GuardedPages]) -> UnsafePointer<UInt8> {
    let size = bytes.count + Int(NEWEL_STRIP_PADDING)
    let memory = GuardedPages(byteCount: (size + 4095) / 4096 * 4096)
    let start = (memory.base + memory.byteCount - size).assumingMemoryBound(to: UInt8.self)
    bytes.withUnsafeBytes { if !bytes.isEmpty { memcpy(start, $0.baseAddress!, bytes.count) } }
    pages.append(memory)
    return UnsafePointer(start)
  }

  /// What the rows add to a block or a cell at most.
  func sum(_ maxima: [[UInt8]], _ place: Int) -> UInt32 {
    zip(rows, maxima).reduce(0) { $0 + $1.0.weight * UInt32($1.1[place]) }
  }
}

/// Every variant of the kernels of bounds against the plain one, and the plain one against the meaning.
@Suite struct BoundTests {
  private static func samples(_ random: inout SeededRandom) -> [SampleStrip] {
    (0..<60).map { SampleStrip(shape: $0, random: &random) }
  }

  @Test("cells and blocks are bounded by the sums of their maxima", arguments: Level.all)
  func meaning(level: Level) {
    let kernels = level.kernels
    var random = SeededRandom(state: 96)
    let samples = Self.samples(&random)
    for round in 0..<400 {
      let windowCount = 1 + Int(random.next() % 40)
      let rows = SampleRows(samples, windowCount: windowCount, rowCount: round % 7, random: &random)
      let cellCount = 4 * windowCount
      let room = (cellCount + 63) & ~63
      // The sums against a forbidden page.
      let memory = GuardedPages(byteCount: (4 * room + 4095) / 4096 * 4096)
      let sums = (memory.base + memory.byteCount - 4 * room).assumingMemoryBound(to: UInt32.self)
      kernels.sum_cells!(rows.rows, rows.rows.count, cellCount, sums)
      #expect((0..<cellCount).allSatisfy { sums[$0] == rows.sum(rows.cellMaxima, $0) }, "round \(round)")

      // Some of the windows, their slots in another order, and some slots that are not looked at.
      let windows = (0..<UInt32(windowCount)).filter { _ in random.next() % 3 != 0 }
      let asked = (0..<UInt32(windows.count)).filter { _ in random.next() % 4 != 0 }.reversed()
      var bounds = windows.flatMap { window in (0..<64).map { sums[4 * Int(window) + $0 / 16] } }
      let others = rows.sum(rows.cellMaxima, 0) / 2
      bounds = bounds.map { $0 + others }
      var slots = Array(asked)
      let expected = slots.map { slot in
        (0..<64).map { others + rows.sum(rows.blockMaxima, 64 * Int(windows[Int(slot)]) + $0) }
      }
      let threshold = expected.isEmpty ? 1 : expected[Int(random.next() % UInt64(expected.count))].max()!
      let kept = kernels.refine_bounds!(
        rows.rows, rows.rows.count, threshold, windows, &slots, slots.count, &bounds)
      let survivors = zip(asked, expected).filter { $0.1.max()! >= threshold }
      #expect(Array(slots.prefix(kept)) == survivors.map(\.0), "round \(round)")
      for (slot, numbers) in survivors {
        let range = 64 * Int(slot)..<64 * Int(slot) + 64
        #expect(Array(bounds[range]) == numbers)
      }
    }
  }

  @Test("bounds are computed like by the plain kernels", arguments: Level.variants)
  func variants(level: Level) {
    let (plain, variant) = (Level.all[0].kernels, level.kernels)
    var random = SeededRandom(state: 97)
    let samples = Self.samples(&random)
    // Each refined window is one comparison of 64 bounds.
    for round in 0..<400 {
      let rows = SampleRows(samples, windowCount: 40, rowCount: 1 + round % 6, random: &random)
      let windows = (0..<40).map { UInt32($0) }
      for _ in 0..<40 {
        let start = (0..<64 * 40).map { block -> UInt32 in
          UInt32(random.next() >> 50) + rows.sum(rows.cellMaxima, block / 16)
        }
        let threshold = UInt32(truncatingIfNeeded: random.next()) % (1 + start.max()!)
        var slots = (windows, windows)
        var bounds = (start, start)
        let kept = (
          plain.refine_bounds!(rows.rows, rows.rows.count, threshold, windows, &slots.0, 40, &bounds.0),
          variant.refine_bounds!(rows.rows, rows.rows.count, threshold, windows, &slots.1, 40, &bounds.1)
        )
        guard kept.0 == kept.1, slots.0.prefix(kept.0) == slots.1.prefix(kept.1) else {
          Issue.record("round \(round)")
          return
        }
        for slot in slots.0.prefix(kept.0) {
          let range = 64 * Int(slot)..<64 * Int(slot) + 64
          guard bounds.0[range] == bounds.1[range] else {
            Issue.record("round \(round), slot \(slot)")
            return
          }
        }
        if random.next() % 8 != 0 { break }
      }
    }
  }

  @Test("blocks are dropped just when they cannot reach the threshold", arguments: Level.all)
  func reaching(level: Level) {
    let scores = GuardedPages(byteCount: 4 * 4096)
    let cells = scores.base.assumingMemoryBound(to: Int32.self)
    var random = SeededRandom(state: 98)
    for round in 0..<2000 {
      for cell in 0..<4096 where round % 16 == 0 || cell % 16 == round % 16 { cells[cell] = Int32(random.next() >> 36) }
      let rest = (0..<64).map { _ in UInt32(random.next() >> 36) }
      let still = (0..<64).map { block -> UInt32 in
        let most = (0..<64).map { cells[64 * block + $0] }.max()!
        return UInt32(most) + rest[block]
      }
      // Met just so, now and then; and a threshold that what is to come reaches alone.
      let threshold = round % 5 == 0 ? 1 : still[round % 64] + UInt32(round % 2)
      let wanted = round % 7 == 0 ? UInt64.max : random.next()
      let found = level.kernels.blocks_reaching!(cells, wanted, rest, threshold)
      var expected: UInt64 = 0
      for block in 0..<64 where still[block] >= threshold { expected |= wanted & 1 << UInt64(block) }
      #expect(found == expected, "round \(round)")
    }
  }
}
