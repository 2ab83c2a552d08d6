import Foundation
import Glibc
import Newel

/// Text for people on standard output, and messages on standard error. Control characters are made harmless in both:
/// keys, captions and tokens are other people's.
enum Console {
  /// Text as it is. An answer that cannot be written is no answer, so the command then ends with status 1.
  static func write(_ text: String) {
    guard let problem = TerminalDevice.standardOutput.write(text) else { return }
    complain("The answer could not be written to standard output: \(problem).")
    exit(1)
  }

  /// One line.
  static func print(_ line: String) {
    write(DisplayWidth.printable(line) + "\n")
  }

  /// One line that a terminal need not show all of.
  static func printCut(_ line: String) {
    let clean = DisplayWidth.printable(line)
    let columns = TerminalDevice.standardOutput.columns ?? .max
    write(DisplayWidth.truncated(clean, to: columns, style: .current) + "\n")
  }

  /// A table, as wide as the window.
  static func print(_ table: TextTable) {
    let lines = table.lines(width: TerminalDevice.standardOutput.columns)
    write(lines.map { $0 + "\n" }.joined())
  }

  /// One sentence on standard error.
  static func complain(_ sentence: String) {
    TerminalDevice.standardError.write("newel: \(DisplayWidth.printable(sentence))\n")
  }

  /// Says which words of a query were read as others or left out.
  static func warnOfWords(
    unknown words: [String], suggestions: [WordSuggestion] = [], substituted: [SubstitutedWord] = []
  ) {
    func quoted(_ words: [String]) -> String { words.map { "'\($0)'" }.joined(separator: ", ") }
    if !substituted.isEmpty {
      let readings = substituted.map { "'\($0.word)' is read as \($0.tokens.map { "'\($0)'" }.joined(separator: " "))" }
      complain("Not in the vocabulary: \(readings.joined(separator: ", ")).")
    }
    guard !words.isEmpty else { return }
    let near = suggestions.map { " Near '\($0.word)': \(quoted($0.near))." }
    complain("Not in the vocabulary and left out: \(quoted(words)).\(near.joined())")
  }

  /// The caption in a document's metadata: a text, or the first of a list.
  static func caption(in metadata: String?, field: String) -> String? {
    guard let metadata,
      let object = try? JSONSerialization.jsonObject(with: Data(metadata.utf8)) as? [String: Any]
    else { return nil }
    let value = object[field] ?? object[field + "s"]
    return value as? String ?? (value as? [Any])?.first as? String
  }

  /// The stages of a job that took a while, on a line of their own.
  static func printStages(_ stages: [StageTime]) {
    let long = stages.filter { $0.seconds >= 0.1 }.map { "\($0.stage) \(NumberText.elapsed($0.seconds))" }
    if !long.isEmpty { print("  " + long.joined(separator: ", ")) }
  }

  /// "1 segment", "2 segments".
  ///
  /// - Parameter plural: what several are called; nil for the singular with an s.
  static func count(_ number: Int, _ singular: String, _ plural: String? = nil) -> String {
    "\(NumberText.grouped(number)) \(number == 1 ? singular : plural ?? singular + "s")"
  }
}
