internal import Synchronization

/// Which terms of a segment have had their ranges and checksums checked: one bit per slot, only ever set, by any thread.
final class CheckedTerms: Sendable {
  /// 64 slots; a class because an atomic cannot stand in an array itself.
  private final class Word: Sendable {
    let bits = Atomic<UInt64>(0)
  }

  private let words: [Word]

  init(count: Int) {
    words = (0..<(count + 63) / 64).map { _ in Word() }
  }

  @inline(__always)
  func contains(_ slot: Int) -> Bool {
    words[slot >> 6].bits.load(ordering: .acquiring) & (1 << UInt64(slot & 63)) != 0
  }

  func insert(_ slot: Int) {
    words[slot >> 6].bits.bitwiseOr(1 << UInt64(slot & 63), ordering: .releasing)
  }
}
