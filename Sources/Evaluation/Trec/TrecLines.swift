/// The lines of a TREC file with their numbers: fields separated by spaces or tabs, blank lines left out.
///
/// Works on UTF-8 bytes, so that "\r\n" is no surprise and a name may hold any other character.
struct TrecLines {
  /// Calls `body` for every line that is not blank, with its number (from 1) and its fields.
  static func forEach(
    in text: String,
    _ body: (_ line: Int, _ fields: [Substring]) throws(TrecError) -> Void
  ) throws(TrecError) {
    var number = 0
    let bytes = text.utf8
    var start = bytes.startIndex
    // A byte order mark in front of the first name would make it a different name.
    if text.unicodeScalars.first == "\u{FEFF}" { start = text.unicodeScalars.index(after: text.startIndex) }
    while start < bytes.endIndex {
      number += 1
      let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.endIndex
      let fields = bytes[start..<end].split { Self.separates($0) }.map { Substring($0) }
      if !fields.isEmpty { try body(number, fields) }
      start = end < bytes.endIndex ? bytes.index(after: end) : end
    }
  }

  /// Refuses a name that would not come back as it was written.
  static func checkWritable(_ name: String) throws(TrecError) {
    guard !name.isEmpty, name.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else { throw .unwritableName(name) }
  }

  private static func separates(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
  }
}
