/// Texts of other people inside HTML: nothing in them is markup, and nothing in them is invisible.
enum HTMLText {
  /// A text as it may stand between tags and in quoted attributes.
  ///
  /// Characters that HTML gives a meaning become references; control characters, and those that turn the direction of
  /// writing round, become a visible replacement.
  static func escaped(_ text: String) -> String {
    var result = ""
    result.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      case "\n", "\t": result.unicodeScalars.append(" ")
      default:
        let isInvisible =
          scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value) || (0x202A...0x202E).contains(scalar.value)
          || (0x2066...0x2069).contains(scalar.value) || scalar.value == 0xFEFF
        result.unicodeScalars.append(isInvisible ? "\u{FFFD}" : scalar)
      }
    }
    return result
  }
}
