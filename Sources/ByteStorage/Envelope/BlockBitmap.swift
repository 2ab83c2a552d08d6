import Synchronization

/// One bit per block of a file: set once the block's checksum was found right. Bits are only ever set, by any thread.
final class BlockBitmap: Sendable {
  /// 64 bits; a class because an atomic cannot stand in an array itself.
  private final class Word: Sendable {
    let bits = Atomic<UInt64>(0)
  }

  private let words: [Word]
  private let missing: Atomic<Int>

  init(count: Int) {
    words = (0..<(count + 63) / 64).map { _ in Word() }
    missing = Atomic(count)
  }

  /// Whether every bit is set: then nothing else need be asked.
  var isComplete: Bool { missing.load(ordering: .acquiring) == 0 }

  func contains(_ block: Int) -> Bool {
    words[block / 64].bits.load(ordering: .acquiring) & (1 << UInt64(block % 64)) != 0
  }

  func insert(_ block: Int) {
    let bit: UInt64 = 1 << UInt64(block % 64)
    let before = words[block / 64].bits.bitwiseOr(bit, ordering: .acquiringAndReleasing).oldValue
    if before & bit == 0 { missing.subtract(1, ordering: .acquiringAndReleasing) }
  }
}
