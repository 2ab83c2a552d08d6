/// The targets of a batch of rows when most are 0: for each row the indices of those that are 1 (compressed rows).
public struct SparseTargets: Sendable, Equatable {
  /// `offsets[r]..<offsets[r + 1]` is the range of row `r` in ``indices``; one element more than there are rows.
  public private(set) var offsets: [Int] = [0]
  /// The target indices of all rows, one after the other.
  public private(set) var indices: [UInt32] = []

  /// Targets of no row.
  public init() {}

  /// The number of rows appended.
  public var rowCount: Int { offsets.count - 1 }

  /// Appends a row whose targets at `indices` are 1 and all others 0; an index given twice counts twice.
  public mutating func append(_ indices: some Sequence<UInt32>) {
    self.indices.append(contentsOf: indices)
    offsets.append(self.indices.count)
  }

  /// The target indices of row `row`, from 0.
  public func row(_ row: Int) -> ArraySlice<UInt32> { indices[offsets[row]..<offsets[row + 1]] }

  /// The places of row `row` in ``indices``.
  public func range(_ row: Int) -> Range<Int> { offsets[row]..<offsets[row + 1] }

  /// Whether there are that many rows, all indices are below `count`, and there is one of `values` for each of them.
  ///
  /// - Complexity: O(indices).
  public func fit(rows: Int, below count: Int, values: Int? = nil) -> Bool {
    rowCount == rows && (values ?? indices.count) == indices.count
      && indices.allSatisfy { $0 < UInt32(clamping: count) }
  }

  /// Forgets all rows and keeps the memory.
  public mutating func removeAll() {
    offsets.removeAll(keepingCapacity: true)
    offsets.append(0)
    indices.removeAll(keepingCapacity: true)
  }
}
