/// Splits a text into plain words.
///
/// - A word is a run of letters, digits and marks; everything else separates. So a hyphen separates: `t-shirt` is `t`
///   and `shirt`, exactly as `t shirt` is, and `long-sleeve` finds `long sleeve`.
/// - An apostrophe inside a word vanishes, and a possessive `'s` with it: `women's` is `women`, `don't` is `dont`.
/// - Letters are lowercased one by one, Latin, Greek and Cyrillic accents are removed (`café` is `cafe`, composed or not),
///   full-width forms become ASCII, ligatures become letters, and a final `ς` is `σ`.
/// - Each Han ideograph is a word of its own, because Chinese text has no spaces.
enum WordTokenizer {
  /// The words of `text` in order, repeats included.
  ///
  /// - Complexity: O(length of the text).
  static func words(in text: String) -> [String] {
    var words: [String] = []
    var word: [Unicode.Scalar] = []
    // How many scalars the word had before its last apostrophe, when there is one.
    var beforeApostrophe: Int?
    var apostropheWaits = false

    func endWord() {
      if let count = beforeApostrophe, word.count == count + 1, word.last == "s" { word.removeLast() }
      if !word.isEmpty { words.append(String(String.UnicodeScalarView(word))) }
      word.removeAll(keepingCapacity: true)
      beforeApostrophe = nil
      apostropheWaits = false
    }

    for scalar in text.unicodeScalars {
      if !word.isEmpty, scalar == "'" || scalar == "\u{2019}" {
        if apostropheWaits { endWord() } else { apostropheWaits = true }
        continue
      }
      switch kind(of: scalar) {
      case .separator: endWord()
      case .ideograph:
        endWord()
        words.append(String(Character(scalar)))
      case .mark where word.isEmpty: continue
      case .letter, .mark:
        if apostropheWaits {
          beforeApostrophe = word.count
          apostropheWaits = false
        }
        append(scalar, to: &word)
      }
    }
    endWord()
    return words
  }

  private enum Kind { case letter, mark, ideograph, separator }

  private static func kind(of scalar: Unicode.Scalar) -> Kind {
    if scalar.isASCII {
      switch scalar {
      case "a"..."z", "A"..."Z", "0"..."9": return .letter
      default: return .separator
      }
    }
    if scalar.properties.isIdeographic, scalar.properties.generalCategory == .otherLetter { return .ideograph }
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
      .letterNumber:
      return .letter
    case .nonspacingMark, .spacingMark, .enclosingMark:
      return .mark
    default:
      // Joiners shape words of some scripts from within.
      return scalar == "\u{200C}" || scalar == "\u{200D}" ? .mark : .separator
    }
  }

  private static func append(_ scalar: Unicode.Scalar, to word: inout [Unicode.Scalar]) {
    if scalar.isASCII {
      word.append(("A"..."Z").contains(scalar) ? Unicode.Scalar(UInt8(scalar.value) | 0x20) : scalar)
      return
    }
    switch scalar.value {
    case 0x300...0x36F, 0x200C, 0x200D, 0xFE00...0xFE0F: return
    case 0xFF01...0xFF5E:
      if let narrow = Unicode.Scalar(scalar.value - 0xFEE0) { append(narrow, to: &word) }
      return
    default: break
    }
    if let letters = ligatures[scalar] { return word.append(contentsOf: letters.unicodeScalars) }
    if let parts = CanonicalDecomposition.decompose(scalar),
      parts.dropFirst().contains(where: { (0x300...0x36F).contains($0.value) })
    {
      for part in parts { append(part, to: &word) }
      return
    }
    for lower in scalar.properties.lowercaseMapping.unicodeScalars {
      word.append(lower == "ς" ? "σ" : lower)
    }
  }

  private static let ligatures: [Unicode.Scalar: String] = [
    "\u{FB00}": "ff", "\u{FB01}": "fi", "\u{FB02}": "fl", "\u{FB03}": "ffi", "\u{FB04}": "ffl", "\u{FB05}": "st",
    "\u{FB06}": "st",
  ]
}
