internal import Synchronization

/// A score that k documents are known to reach, shared by the collectors of one search on several threads.
///
/// Only a collector that really holds k documents may raise it: never one that was merely told a lower bound, whose
/// k documents may not exist. Whoever reads it keeps what satisfies `bound >= value`, since a tie can still win by its
/// place in the order; then the answer does not depend on who published what, and when.
final class SharedThreshold: Sendable {
  // Relaxed throughout: the number alone counts, and an old one only prunes less.
  private let score = Atomic<UInt32>(0)

  var value: UInt32 { score.load(ordering: .relaxed) }

  /// Publishes the k-th best score of k documents.
  ///
  /// - Returns: the highest published so far, this one included.
  func raise(to reached: UInt32) -> UInt32 {
    reached <= value ? value : score.max(reached, ordering: .relaxed).newValue
  }
}
