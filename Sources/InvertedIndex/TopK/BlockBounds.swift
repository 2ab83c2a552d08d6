internal import CSparseKernels

/// Upper bounds under way: one cell per block of 64 documents, the sum of `weight · maximum` over the query's terms.
///
/// Sums cannot overflow: the weights of a query times 255 stay below 2³¹ (``SparseQuery``).
///
/// - Invariant: `cells` points to 64 cells for each of `windowCount` windows, kept by `owner`; windows are checked.
@safe struct BlockBounds {
  private let cells: UnsafeMutablePointer<UInt32>
  let windowCount: Int
  private let owner: Accumulator

  init(cells: UnsafeMutablePointer<UInt32>, windowCount: Int, owner: Accumulator) {
    unsafe self.cells = cells
    self.windowCount = windowCount
    self.owner = owner
  }

  /// Adds what a term can give the documents of each block at most.
  func add(_ row: StripRow, weight: UInt32) {
    precondition(row.windowCount == windowCount, "the bounds must be of the same segment")
    unsafe row.addMaxima(weight: weight, to: cells)
  }

  /// Adds what a rare term can give the documents of each block at most.
  func add(_ list: RareList, weight: UInt32) {
    for number in 0..<list.count where list.isLargestOfBlock(number) {
      let block = Int(list.document(number)) >> SegmentLayout.blockShift
      precondition(block < windowCount << 6, "the block must exist")
      unsafe cells[block] &+= weight &* list.impact(number)
    }
  }

  /// Sets the bounds of blocks that need not be scored to 0.
  ///
  /// - Parameter kept: the blocks of each window that keep theirs, a bit each.
  func clear(except kept: [UInt64]) {
    precondition(kept.count == windowCount, "the windows must be those of the same segment")
    for (window, blocks) in kept.enumerated() {
      var rest = ~blocks
      while rest != 0 {
        unsafe cells[window << 6 | rest.trailingZeroBitCount] = 0
        rest &= rest - 1
      }
    }
  }

  /// The largest bound of each window.
  func windowMaxima() -> [UInt32] {
    unsafe [UInt32](unsafeUninitializedCapacity: windowCount) { buffer, count in
      if let base = buffer.baseAddress { unsafe newel_window_bounds(cells, windowCount, base) }
      count = windowCount
    }
  }

  /// The blocks of a window whose bound is at least `threshold`, a bit each.
  @inline(__always)
  func blocks(ofWindow window: Int, atLeast threshold: UInt32) -> UInt64 {
    precondition(window >= 0 && window < windowCount, "the window must exist")
    return unsafe newel_blocks_at_least(cells + window << 6, threshold)
  }
}
