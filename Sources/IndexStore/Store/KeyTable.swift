/// Where the keys of a segment that is being filled are, so that a document finds the one it replaces. The newest of equal keys
/// counts.
///
/// Memory: about 24 bytes per key; the keys themselves are the caller's.
struct KeyTable {
  private var newest: [UInt64: UInt32] = [:]
  /// Keys whose hashes are those of other keys, by their bytes.
  private var collisions: [[UInt8]: UInt32] = [:]

  /// The number under which the key was put last.
  ///
  /// - Parameter key: the key of a number, for comparison.
  func number(of key: String, key stored: (UInt32) -> String) -> UInt32? {
    if !collisions.isEmpty, let number = collisions[Array(key.utf8)] { return number }
    guard let number = newest[Self.hash(key)], stored(number).utf8.elementsEqual(key.utf8) else { return nil }
    return number
  }

  /// Remembers that a key has this number now.
  mutating func put(_ key: String, _ number: UInt32, key stored: (UInt32) -> String) {
    let hash = Self.hash(key)
    if let other = newest[hash], !stored(other).utf8.elementsEqual(key.utf8) {
      collisions[Array(key.utf8)] = number
    } else {
      newest[hash] = number
    }
  }

  private static func hash(_ key: String) -> UInt64 {
    var hasher = Hasher()
    // The bytes, not the text: keys are compared byte by byte.
    for byte in key.utf8 { hasher.combine(byte) }
    return UInt64(bitPattern: Int64(hasher.finalize()))
  }
}
