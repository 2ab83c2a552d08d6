/// How many columns of a terminal a text takes, and how to cut it to fewer.
enum DisplayWidth {
  /// The columns that `text` takes: 2 for East Asian wide characters and emoji, 0 for what only modifies another.
  static func columns(of text: String) -> Int {
    text.reduce(0) { $0 + columns(of: $1) }
  }

  /// The columns of one character as it is seen, however many scalars it is made of.
  static func columns(of character: Character) -> Int {
    let scalars = character.unicodeScalars
    guard let first = scalars.first else { return 0 }
    if first.value < 0x300 { return first.value < 0x20 || (0x7F..<0xA0).contains(first.value) ? 0 : 1 }
    switch first.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format, .control: return 0
    default: break
    }
    // U+FE0F asks for the picture of a character that also has a text form.
    if first.properties.isEmojiPresentation || scalars.contains("\u{FE0F}") { return 2 }
    return wide.contains { $0.contains(first.value) } ? 2 : 1
  }

  /// The text on one line without anything that could move the cursor: control characters become spaces, so that
  /// metadata cannot play with the terminal of who reads it.
  static func printable(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: { isControl($0) }) else { return text }
    var clean = String.UnicodeScalarView()
    var previousWasReturn = false
    for scalar in text.unicodeScalars {
      defer { previousWasReturn = scalar == "\r" }
      if scalar == "\n", previousWasReturn { continue }
      clean.append(isControl(scalar) ? " " : scalar)
    }
    return String(clean)
  }

  /// The longest beginning of `text` that fits into `limit` columns, ended by an ellipsis when something was cut off.
  static func truncated(_ text: String, to limit: Int, style: TerminalStyle) -> String {
    guard columns(of: text) > limit else { return text }
    let ellipsis = style == .unicode ? "…" : "..."
    let room = limit - ellipsis.count
    guard room >= 0 else { return String(repeating: ".", count: max(0, limit)) }
    var used = 0
    var kept = ""
    for character in text {
      used += columns(of: character)
      if used > room { break }
      kept.append(character)
    }
    return kept + ellipsis
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    // C0, DEL and C1, the line and paragraph separators, and the marks that turn the direction of writing.
    case 0..<0x20, 0x7F..<0xA0, 0x2028...0x2029, 0x202A...0x202E, 0x2066...0x2069: true
    default: false
    }
  }

  /// The main blocks of East Asian wide and full-width characters (Unicode Standard Annex 11).
  private static let wide: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
    0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6,
    0x17000...0x18CFF, 0x1B000...0x1B2FF, 0x1F200...0x1F2FF, 0x20000...0x3FFFD,
  ]
}
