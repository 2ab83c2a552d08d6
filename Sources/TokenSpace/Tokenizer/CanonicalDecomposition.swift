/// Canonical decomposition (Unicode normalisation form D) of single scalars; the caller orders the marks.
enum CanonicalDecomposition {
  private static let table: [UInt32: [Unicode.Scalar]] = {
    var table: [UInt32: [Unicode.Scalar]] = [:]
    for entry in canonicalDecompositionTable.split(separator: " ") {
      let sides = entry.split(separator: "=")
      guard sides.count == 2, let code = UInt32(sides[0], radix: 16) else { continue }
      table[code] = sides[1].split(separator: "+").compactMap { UInt32($0, radix: 16).flatMap(Unicode.Scalar.init) }
    }
    return table
  }()

  /// The full decomposition of `scalar`, or nil when it is its own.
  ///
  /// Hangul syllables follow the arithmetic of the Unicode standard, section 3.12.
  static func decompose(_ scalar: Unicode.Scalar) -> [Unicode.Scalar]? {
    let code = scalar.value
    if code < 0xC0 { return nil }
    guard (0xAC00...0xD7A3).contains(code) else { return table[code] }
    let index = code - 0xAC00
    let parts = [0x1100 + index / 588, 0x1161 + index % 588 / 28] + (index % 28 == 0 ? [] : [0x11A7 + index % 28])
    return parts.compactMap(Unicode.Scalar.init)
  }
}
