internal import Synchronization

/// The weights of a query's terms by token: 0 for every other token, so that a document's vector is scored by one look-up per
/// posting. Filling and clearing take time in proportion to the query, not to the vocabulary.
///
/// - Invariant: `entries` points to `capacity` numbers, at least 65,536, so that every 16-bit token has one; `positions` to
///   `positionLimit` numbers. All entries are 0 while nobody borrows the table.
@safe final class WeightTable: @unchecked Sendable {
  // Unchecked because of the pointers: one borrower at a time uses them.

  let entries: UnsafeMutablePointer<UInt32>
  let positions: UnsafeMutablePointer<UInt32>
  private let capacity: Int

  /// The longest vector whose matches have room in `positions`.
  static let positionLimit = 4096
  private static let smallest = 1 << 16
  private static let idleLimit = 16
  private static let idle = Mutex<[WeightTable]>([])

  private init(capacity: Int) {
    self.capacity = capacity
    unsafe entries = .allocate(capacity: capacity)
    unsafe entries.initialize(repeating: 0, count: capacity)
    unsafe positions = .allocate(capacity: Self.positionLimit)
    unsafe positions.initialize(repeating: 0, count: Self.positionLimit)
  }

  deinit {
    unsafe entries.deallocate()
    unsafe positions.deallocate()
  }

  /// Lends a table with the weights of a query for the time of `body`.
  ///
  /// - Parameters:
  ///   - terms: each token once and below `vocabularyCount`.
  static func borrow<Result, Failure: Error>(
    _ terms: [SparseQuery.Term], vocabularyCount: Int, _ body: (WeightTable) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let found = idle.withLock { idle -> WeightTable? in
      guard let place = idle.lastIndex(where: { $0.capacity >= vocabularyCount }) else { return nil }
      return idle.remove(at: place)
    }
    let table = found ?? WeightTable(capacity: max(smallest, vocabularyCount))
    for term in terms {
      table.set(term.token, term.role == .negative ? 0 &- term.weight : term.weight)
    }
    defer {
      for term in terms { table.set(term.token, 0) }
      idle.withLock { if $0.count < idleLimit { $0.append(table) } }
    }
    return try body(table)
  }

  private func set(_ token: UInt32, _ weight: UInt32) {
    precondition(Int(token) < capacity, "the table must have the token")
    unsafe entries[Int(token)] = weight
  }

  /// The weight of a token, negative ones modulo 2³²; 0 for tokens outside the table.
  @inline(__always)
  func weight(of token: UInt32) -> UInt32 {
    Int(token) < capacity ? unsafe entries[Int(token)] : 0
  }
}
