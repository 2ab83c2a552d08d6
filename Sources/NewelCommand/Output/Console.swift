import Foundation
import Newel

/// Text for people on standard output, and warnings on standard error.
enum Console {
  static func print(_ text: String) {
    TerminalDevice.standardOutput.write(text + "\n")
  }

  /// A table, as wide as the window.
  static func print(_ table: TextTable) {
    let lines = table.lines(width: TerminalDevice.standardOutput.columns)
    TerminalDevice.standardOutput.write(lines.map { $0 + "\n" }.joined())
  }

  static func warnOfWords(unknown words: [String]) {
    guard !words.isEmpty else { return }
    let names = words.map { "'\(DisplayWidth.printable($0))'" }.joined(separator: ", ")
    TerminalDevice.standardError.write("newel: not in the vocabulary, left out: \(names)\n")
  }

  /// The caption in a document's metadata: a text, or the first of a list.
  static func caption(in metadata: String?, field: String) -> String? {
    guard let metadata,
      let object = try? JSONSerialization.jsonObject(with: Data(metadata.utf8)) as? [String: Any]
    else { return nil }
    let value = object[field] ?? object[field + "s"]
    return value as? String ?? (value as? [Any])?.first as? String
  }
}
