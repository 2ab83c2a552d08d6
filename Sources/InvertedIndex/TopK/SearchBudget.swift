/// How much work a search may do before it answers with what it has. Without a budget every search is exact.
///
/// Only the superblock search knows budgets: it visits windows in the order of their bounds, so that what it leaves out has
/// a certified bound.
public struct SearchBudget: Sendable, Equatable {
  /// 64-document blocks that may be scored, over all segments; at least 1.
  public var blocks: Int?
  /// Time from the start of the search, checked at every window; above 0.
  public var time: Duration?

  public init(blocks: Int? = nil, time: Duration? = nil) {
    self.blocks = blocks
    self.time = time
  }

  /// Whether the numbers make sense.
  var isValid: Bool { (blocks ?? 1) >= 1 && (time ?? .nanoseconds(1)) > .zero }
}

/// A budget being spent.
struct SpentBudget {
  private let blockLimit: Int
  private let deadline: ContinuousClock.Instant?

  /// No limit at all.
  static let unlimited = SpentBudget(nil)

  init(_ budget: SearchBudget?) {
    blockLimit = budget?.blocks ?? .max
    deadline = budget?.time.map { ContinuousClock.now + $0 }
  }

  /// Whether there is no limit at all.
  var isUnlimited: Bool { blockLimit == .max && deadline == nil }

  /// Whether the search must stop. The clock is only asked when there is a deadline.
  @inline(__always)
  func isSpent(_ counters: SearchCounters) -> Bool {
    if counters.blocksScored >= blockLimit { return true }
    guard let deadline else { return false }
    return ContinuousClock.now >= deadline
  }
}
