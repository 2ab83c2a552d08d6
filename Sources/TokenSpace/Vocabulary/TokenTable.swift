/// A hash table from the exact UTF-8 bytes of tokens to their numbers.
///
/// Not a `Dictionary` over `String`: that one treats canonically equivalent strings as equal, and a vocabulary file may
/// hold both forms. It also finds a slice of a larger buffer without making a string of it.
struct TokenTable: Sendable {
  /// The hash of no bytes (FNV-1a, 64 bits).
  static let emptyHash: UInt64 = 0xCBF2_9CE4_8422_2325
  /// The length of the longest token in bytes.
  private(set) var longest = 0

  private var bytes: [UInt8] = []
  private var entries: [(start: Int, count: Int, id: UInt32)] = []
  private var slots: [Int32]
  private let mask: Int

  /// An empty table with room for `capacity` tokens.
  init(capacity: Int) {
    var size = 16
    while size < 2 * capacity { size *= 2 }
    slots = [Int32](repeating: -1, count: size)
    mask = size - 1
  }

  /// The hash of the bytes hashed to `hash` and then `byte`.
  @inline(__always)
  static func extend(_ hash: UInt64, _ byte: UInt8) -> UInt64 { (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }

  /// Adds a token; returns the number it already has when it is present, else nil.
  mutating func insert(_ token: some Collection<UInt8>, id: UInt32) -> UInt32? {
    let hash = token.reduce(Self.emptyHash) { Self.extend($0, $1) }
    var slot = Self.slot(hash) & mask
    while slots[slot] >= 0 {
      let entry = entries[Int(slots[slot])]
      if entry.count == token.count, bytes[entry.start..<entry.start + entry.count].elementsEqual(token) {
        return entry.id
      }
      slot = (slot + 1) & mask
    }
    slots[slot] = Int32(entries.count)
    entries.append((bytes.count, token.count, id))
    bytes.append(contentsOf: token)
    longest = max(longest, token.count)
    return nil
  }

  /// The number of the token `buffer[range]`, whose hash is `hash`.
  ///
  /// - Complexity: O(length) expected.
  func find(_ buffer: [UInt8], _ range: Range<Int>, hash: UInt64) -> UInt32? {
    var slot = Self.slot(hash) & mask
    while slots[slot] >= 0 {
      let entry = entries[Int(slots[slot])]
      if entry.count == range.count {
        var same = true
        for i in 0..<entry.count where bytes[entry.start + i] != buffer[range.lowerBound + i] {
          same = false
          break
        }
        if same { return entry.id }
      }
      slot = (slot + 1) & mask
    }
    return nil
  }

  /// The number of `token`, compared byte by byte.
  func find(_ token: String) -> UInt32? {
    let buffer = Array(token.utf8)
    return find(buffer, 0..<buffer.count, hash: buffer.reduce(Self.emptyHash) { Self.extend($0, $1) })
  }

  private static func slot(_ hash: UInt64) -> Int { Int(truncatingIfNeeded: (hash ^ (hash >> 32)) & 0x7FFF_FFFF) }
}
