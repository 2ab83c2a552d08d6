internal import CSparseKernels
internal import Synchronization

/// Scores under way: one signed 32-bit cell per document of a window or a chunk.
///
/// Half a megabyte of fresh memory per query would cost more than a short query itself, so accumulators are used again:
/// ``borrow(shift:_:)`` lends one out. What its cells hold is left over from the last user; clear before adding.
///
/// - Invariant: `cells` points to `capacity` cells, a power of two, from `init` to `deinit`. Document numbers from postings
///   are masked to it, ranges are checked, so that even a damaged posting stays inside.
@safe final class Accumulator: @unchecked Sendable {
  // Unchecked because of the pointers: one borrower at a time uses them.

  private let cells: UnsafeMutablePointer<Int32>
  private let positions: UnsafeMutablePointer<UInt32>
  let capacity: Int
  private let mask: Int

  /// - Parameter shift: binary logarithm of the number of cells.
  private init(shift: Int) {
    capacity = 1 << shift
    mask = capacity - 1
    unsafe cells = .allocate(capacity: capacity)
    unsafe positions = .allocate(capacity: capacity)
    unsafe cells.initialize(repeating: 0, count: capacity)
  }

  deinit {
    unsafe cells.deallocate()
    unsafe positions.deallocate()
  }

  /// Accumulators that nobody uses, a few at most.
  private static let idle = Mutex<[Accumulator]>([])
  private static let idleLimit = 16

  /// Lends an accumulator of `1 << shift` cells for the time of `body`.
  static func borrow<Result>(shift: Int, _ body: (Accumulator) -> Result) -> Result {
    let found = idle.withLock { idle -> Accumulator? in
      guard let place = idle.lastIndex(where: { $0.capacity == 1 << shift }) else { return nil }
      return idle.remove(at: place)
    }
    let accumulator = found ?? Accumulator(shift: shift)
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

  /// Adds `weight · impact` of a range of postings to the cells of their documents.
  func add(_ list: PostingList, _ range: Range<Int>, weight: Int32) {
    precondition(range.lowerBound >= 0 && range.upperBound <= list.count, "the postings must exist")
    let (base, count) = unsafe (list.postings, list.count)
    let end = range.upperBound
    var number = range.lowerBound
    if range.count >= 64, capacity == 1 << SegmentLayout.chunkShift {
      // Many postings: what surrounds the full groups here, the full groups in a kernel.
      let first = (number + SegmentLayout.groupSize - 1) & ~(SegmentLayout.groupSize - 1)
      let groups = (end - first) / SegmentLayout.groupSize
      add(list, number..<first, weight: weight)
      unsafe newel_add_groups(
        base.assumingMemoryBound(to: UInt8.self) + first &* SegmentLayout.postingSize, groups, weight, cells)
      number = first + groups * SegmentLayout.groupSize
    }
    while number < end {
      let group = number & ~(SegmentLayout.groupSize - 1)
      let groupCount = min(SegmentLayout.groupSize, count &- group)
      let locals = unsafe base + group &* SegmentLayout.postingSize
      let impacts = unsafe locals + groupCount &* 2
      var lane = number &- group
      let stop = min(groupCount, end &- group)
      while lane < stop {
        let cell = Int(unsafe locals.loadUnaligned(fromByteOffset: 2 &* lane, as: UInt16.self)) & mask
        let impact = unsafe impacts.load(fromByteOffset: lane, as: UInt8.self)
        unsafe cells[cell] &+= weight &* Int32(impact)
        lane &+= 1
      }
      number = group &+ groupCount
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
}
