internal import CSparseKernels
internal import Synchronization

/// Partial scores of one chunk of 65,536 documents, by insertion number.
///
/// - Invariant: `cells` and `positions` point to 65,536 numbers each, so that every 16-bit document number has a cell;
///   ranges are checked.
@safe final class HeadCells: @unchecked Sendable {
  // Unchecked because of the pointers: one borrower at a time uses them.

  static let count = 1 << SegmentLayout.chunkShift
  private static let idleLimit = 16
  private static let idle = Mutex<[HeadCells]>([])

  private let cells: UnsafeMutablePointer<Int32>
  private let positions: UnsafeMutablePointer<UInt32>

  private init() {
    unsafe cells = .allocate(capacity: Self.count)
    unsafe cells.initialize(repeating: 0, count: Self.count)
    unsafe positions = .allocate(capacity: Self.count)
    unsafe positions.initialize(repeating: 0, count: Self.count)
  }

  deinit {
    unsafe cells.deallocate()
    unsafe positions.deallocate()
  }

  /// Lends cells for the time of `body`; clear before adding.
  static func borrow<Result>(_ body: (HeadCells) -> Result) -> Result {
    let cells = idle.withLock { $0.popLast() } ?? HeadCells()
    defer { idle.withLock { if $0.count < idleLimit { $0.append(cells) } } }
    return body(cells)
  }

  func clear() { unsafe cells.update(repeating: 0, count: Self.count) }

  /// Adds `weight · impact` of a chunk's run.
  ///
  /// - Returns: the number of postings.
  func add(_ list: HeadList, chunk: Int, weight: Int32) -> Int {
    let run = unsafe list.run(ofChunk: chunk)
    unsafe newel_add_run(run.start.assumingMemoryBound(to: UInt8.self), run.count, weight, cells)
    return unsafe run.count
  }

  /// Calls `body` with the position and sum of every one of the first `count` cells that is at least `threshold` (≥ 1).
  func forEach(_ count: Int, atLeast threshold: UInt32, _ body: (_ position: Int, _ sum: UInt32) -> Void) {
    precondition(count >= 0 && count <= Self.count, "the cells must exist")
    guard let threshold = Int32(exactly: threshold) else { return }
    for index in 0..<(unsafe newel_collect_at_least(cells, count, threshold, positions)) {
      let position = Int(unsafe positions[index])
      body(position, UInt32(bitPattern: unsafe cells[position]))
    }
  }
}
