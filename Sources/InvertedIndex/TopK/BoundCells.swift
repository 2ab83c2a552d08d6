internal import CSparseKernels

/// Upper bounds under way: one 32-bit cell per block, the sum of `weight · maximum` over the query's terms.
///
/// Sums cannot overflow: the weights of a query times 255 stay below 2³¹ (``SparseQuery``).
///
/// - Invariant: `cells` points to `count` cells from `init` to `deinit`; every range is checked against it.
@safe struct BoundCells: ~Copyable {
  private let cells: UnsafeMutablePointer<UInt32>
  let count: Int

  init(count: Int) {
    self.count = count
    unsafe cells = .allocate(capacity: max(1, count))
    unsafe cells.initialize(repeating: 0, count: max(1, count))
  }

  deinit { unsafe cells.deallocate() }

  @inline(__always)
  subscript(cell: Int) -> UInt32 {
    get {
      precondition(cell >= 0 && cell < count, "the cell must exist")
      return unsafe cells[cell]
    }
    nonmutating set {
      precondition(cell >= 0 && cell < count, "the cell must exist")
      unsafe cells[cell] = newValue
    }
  }

  func clear(_ range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "the cells must exist")
    unsafe (cells + range.lowerBound).update(repeating: 0, count: range.count)
  }

  /// Adds `weight · maximum` for a row of maxima, to the cells from `first` on.
  ///
  /// - Parameter row: `length` bytes, which the caller's ``BoundRow`` has checked.
  @inline(__always)
  func add(_ row: UnsafeRawPointer, length: Int, weight: UInt32, at first: Int) {
    precondition(first >= 0 && length >= 0 && first + length <= count, "the cells must exist")
    unsafe newel_add_scaled_bytes(row.assumingMemoryBound(to: UInt8.self), weight, cells + first, length)
  }

  /// The largest of a range of cells.
  func maximum(_ range: Range<Int>) -> UInt32 {
    var largest: UInt32 = 0
    for cell in range { largest = max(largest, self[cell]) }
    return largest
  }
}
