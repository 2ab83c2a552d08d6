/// The hash by which keys are found in a documents file. FORMAT.md §7.3.4.
enum KeyHash {
  private static let basis: UInt64 = 0xcbf2_9ce4_8422_2325
  private static let prime: UInt64 = 0x0000_0100_0000_01b3

  /// The upper half of FNV-1a of 64 bits, mixed so that every byte of the key reaches every bit of it.
  ///
  /// - Complexity: O(length).
  static func of(_ key: Span<UInt8>) -> UInt32 {
    var hash = basis
    for place in key.indices { hash = (hash ^ UInt64(key[place])) &* prime }
    // The finaliser of MurmurHash3: FNV leaves the last bytes in the lower bits.
    hash = (hash ^ (hash >> 33)) &* 0xff51_afd7_ed55_8ccd
    hash = (hash ^ (hash >> 33)) &* 0xc4ce_b9fe_1a85_ec53
    return UInt32(truncatingIfNeeded: (hash ^ (hash >> 33)) >> 32)
  }
}

/// The index of the keys while a documents file is written.
///
/// Memory: 8 bytes a key, twice as much while it is sorted.
struct KeyIndexBuilder {
  /// The hash above, the number of the document below.
  private var entries: [UInt64] = []

  mutating func append(_ key: Span<UInt8>) {
    entries.append(UInt64(KeyHash.of(key)) << 32 | UInt64(UInt32(truncatingIfNeeded: entries.count)))
  }

  /// Hashes ascending, those that are equal by document; afterwards the builder is empty.
  ///
  /// - Complexity: O(keys).
  mutating func sorted() -> (hashes: [UInt32], documents: [UInt32]) {
    var entries = self.entries
    self.entries = []
    var others = [UInt64](repeating: 0, count: entries.count)
    // Documents ascend already, and each pass keeps the order of equals.
    for shift: UInt64 in [32, 43, 54] {
      var starts = [Int](repeating: 0, count: 2049)
      for entry in entries { starts[Int(entry >> shift & 2047) + 1] += 1 }
      for digit in 1...2048 { starts[digit] += starts[digit - 1] }
      for entry in entries {
        let digit = Int(entry >> shift & 2047)
        others[starts[digit]] = entry
        starts[digit] += 1
      }
      swap(&entries, &others)
    }
    others = []
    return (entries.map { UInt32($0 >> 32) }, entries.map { UInt32(truncatingIfNeeded: $0) })
  }
}
