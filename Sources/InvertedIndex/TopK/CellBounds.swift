internal import CSparseKernels

/// Upper bounds of the scores in each cell of 1,024 documents: the sums of `weight · maximum` over the query's terms, which
/// say which windows are worth a closer look.
///
/// A byte per term and cell, one after the other: all cells of a million documents are bounded by reading a kilobyte per term.
///
/// Sums cannot overflow: the weights of a query times 255 stay below 2³¹ (``SparseQuery``).
///
/// - Invariant: `sums` points to ``size(_:)`` numbers, kept by whoever made the bounds.
@safe struct CellBounds {
  private let sums: UnsafeMutablePointer<UInt32>
  /// What the rare terms add at most, by cell; empty without any.
  private var rare: [UInt32] = []
  private let windowCount: Int

  /// The number of cells, rounded up to a multiple of 64.
  static func size(_ query: SegmentQuery) -> Int { (query.windowCount * SegmentLayout.cellsPerWindow + 63) & ~63 }

  /// - Parameters:
  ///   - rows: of the query's positive frequent terms.
  ///   - sums: room for ``size(_:)`` numbers.
  init(_ query: SegmentQuery, _ rows: [newel_bound_row], in sums: UnsafeMutablePointer<UInt32>) {
    unsafe self.sums = sums
    windowCount = query.windowCount
    let cellCount = windowCount * SegmentLayout.cellsPerWindow
    unsafe newel_sum_cells(rows, rows.count, cellCount, sums)
    if !query.positiveRare.isEmpty {
      rare = [UInt32](repeating: 0, count: cellCount)
      // The sum over the blocks of a cell instead of the largest: they are rarely two.
      for lane in query.positiveRare { lane.list.addMaxima(weight: UInt32(bitPattern: lane.weight), toCells: &rare) }
    }
  }

  /// What all frequent terms can add to a document of a cell at most.
  @inline(__always)
  func frequentBound(ofCell cell: Int) -> UInt32 { unsafe sums[cell] }

  /// The largest bound of each window, over the cells that have an accepted document.
  ///
  /// - Parameter accepted: the blocks of each window that have one, a bit each; nil when all have.
  func windowBounds(accepted: [UInt64]?) -> [UInt32] {
    unsafe [UInt32](unsafeUninitializedCapacity: windowCount) { bounds, count in
      for window in 0..<windowCount {
        var largest: UInt32 = 0
        for part in 0..<SegmentLayout.cellsPerWindow {
          if let accepted,
            accepted[window] >> UInt64(part * SegmentLayout.blocksPerCell) & SegmentLayout.blocksOfCell == 0
          {
            continue
          }
          let cell = window * SegmentLayout.cellsPerWindow + part
          largest = unsafe max(largest, sums[cell] &+ (rare.isEmpty ? 0 : rare[cell]))
        }
        unsafe bounds[window] = largest
      }
      count = windowCount
    }
  }
}

extension RareList {
  /// Adds `weight · largest impact` of each block to the cell it is in.
  func addMaxima(weight: UInt32, toCells cells: inout [UInt32]) {
    for number in 0..<count where isLargestOfBlock(number) {
      cells[Int(document(number)) >> SegmentLayout.cellShift] &+= weight &* impact(number)
    }
  }
}
