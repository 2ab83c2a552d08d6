internal import CSparseKernels
internal import Synchronization

/// Scores or bounds under way: 32-bit cells, one per document of a window or a chunk, or one per block.
///
/// Fresh memory for every query would cost more than a short query itself, so accumulators are used again:
/// ``borrow(_:_:)`` lends one out. What its cells hold is left over from the last user; clear before adding.
///
/// - Invariant: `cells` points to `capacity` cells from `init` to `deinit`, `positions` to as many; every range of cells is
///   checked before a pointer into it is made. Strips address only the 4,096 cells they are given (``StripCheck``).
@safe final class Accumulator: @unchecked Sendable {
  // Unchecked because of the pointers: one borrower at a time uses them.

  private let cells: UnsafeMutablePointer<Int32>
  private let positions: UnsafeMutablePointer<UInt32>
  let capacity: Int

  private init(capacity: Int) {
    self.capacity = capacity
    // On cache lines: a wide register stored across two of them costs twice as much.
    unsafe cells = UnsafeMutableRawPointer.allocate(byteCount: capacity * MemoryLayout<Int32>.stride, alignment: 64)
      .bindMemory(to: Int32.self, capacity: capacity)
    unsafe positions = .allocate(capacity: capacity)
    unsafe cells.initialize(repeating: 0, count: capacity)
  }

  deinit {
    unsafe UnsafeMutableRawPointer(cells).deallocate()
    unsafe positions.deallocate()
  }

  /// Accumulators that nobody uses, a few at most.
  private static let idle = Mutex<[Accumulator]>([])
  private static let idleLimit = 16

  /// Lends an accumulator of at least `count` cells for the time of `body`.
  static func borrow<Result>(_ count: Int, _ body: (Accumulator) -> Result) -> Result {
    let capacity = max(SegmentLayout.windowSize, count)
    let found = idle.withLock { idle -> Accumulator? in
      guard let place = idle.lastIndex(where: { $0.capacity >= capacity && $0.capacity / 4 <= capacity }) else {
        return nil
      }
      return idle.remove(at: place)
    }
    let accumulator = found ?? Accumulator(capacity: capacity)
    let result = body(accumulator)
    idle.withLock { if $0.count < idleLimit { $0.append(accumulator) } }
    return result
  }

  /// Sets a range of cells to 0.
  @inline(__always)
  func clear(_ range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= capacity, "the cells must exist")
    unsafe (cells + range.lowerBound).update(repeating: 0, count: range.count)
  }

  /// Adds `weight · impact` of a window's postings to the cells from 0 on.
  ///
  /// - Parameter wanted: blocks whose scores must be complete.
  /// - Returns: the number of postings added.
  @inline(__always)
  func add(_ row: StripRow, window: Int, wanted: UInt64, weight: Int32) -> Int {
    precondition(
      capacity >= SegmentLayout.windowSize && window >= 0 && window < row.windowCount, "the cells must exist")
    return unsafe row.add(window: window, wanted: wanted, weight: weight, to: cells)
  }

  /// Adds `weight · impact` of the postings of some windows to the cells from 0 on.
  ///
  /// - Returns: the number of postings added.
  func add(_ row: StripRow, windows: Range<Int>, weight: Int32) -> Int {
    precondition(windows.count << SegmentLayout.windowShift <= capacity, "the cells must exist")
    precondition(windows.lowerBound >= 0 && windows.upperBound <= row.windowCount, "the windows must exist")
    return unsafe row.add(windows: windows, weight: weight, to: cells)
  }

  /// Adds `weight · impact` of some postings of a rare term; cell 0 is the document `base`.
  func add(_ list: RareList, _ range: Range<Int>, base: UInt32, weight: Int32) {
    for number in range {
      let cell = Int(list.document(number) &- base)
      precondition(cell < capacity, "the cells must exist")
      unsafe cells[cell] &+= weight &* Int32(bitPattern: list.impact(number))
    }
  }

  /// What a cell holds.
  @inline(__always)
  func score(at position: Int) -> Int32 {
    precondition(position >= 0 && position < capacity, "the cell must exist")
    return unsafe cells[position]
  }

  /// Calls `body` with the position and score of every cell of `range` that is at least `threshold` (≥ 1).
  @inline(__always)
  func forEach(in range: Range<Int>, atLeast threshold: UInt32, _ body: (_ position: Int, _ score: UInt32) -> Void) {
    precondition(range.lowerBound >= 0 && range.upperBound <= capacity, "the cells must exist")
    guard let threshold = Int32(exactly: threshold) else { return }
    let found = unsafe newel_collect_at_least(cells + range.lowerBound, range.count, threshold, positions)
    for index in 0..<found {
      let position = range.lowerBound + Int(unsafe positions[index])
      body(position, UInt32(bitPattern: unsafe cells[position]))
    }
  }

  /// Which of the `wanted` blocks of a window, whose scores are in the cells from 0 on, can still reach `threshold`.
  ///
  /// - Parameter stage: the last stage of the query's terms that was added.
  @inline(__always)
  func blocks(_ wanted: UInt64, reaching threshold: UInt32, after stage: Int, _ bounds: BlockBounds) -> UInt64 {
    precondition(capacity >= SegmentLayout.windowSize, "the cells must exist")
    return unsafe bounds.blocks(wanted, reaching: threshold, after: stage, scores: cells)
  }

  /// Room for the bounds of a query, lent for the time of `body`.
  static func borrowBounds<Result>(
    _ query: SegmentQuery, _ plan: BlockBounds.Plan, _ body: (inout BlockBounds) -> Result
  ) -> Result {
    borrow(BlockBounds.size(query)) { owner in
      var bounds = unsafe BlockBounds(
        query, plan, in: UnsafeMutableRawPointer(owner.cells).assumingMemoryBound(to: UInt32.self), owner: owner)
      return body(&bounds)
    }
  }
}
