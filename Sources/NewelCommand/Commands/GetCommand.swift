import ArgumentParser
import Newel

struct GetCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "get", abstract: "Print what the index keeps of documents.",
    usage: "newel get INDEX KEY… [--json]",
    discussion: """
      Without --json: the key and its metadata. Keys that no document has are named on standard error, and the exit status \
      is then 1.

      With --json, one object per line: {"key", "ordinal" (the insertion number, new when a document is replaced), \
      "metadata"}.
      """)

  @OptionGroup var index: IndexArgument

  @Argument(help: "The documents' keys.")
  var keys: [String]

  @OptionGroup var json: JSONOption

  func run() throws {
    let opened = try index.open()
    var unknown = 0
    for key in keys {
      guard let document = try opened.document(ofKey: key) else {
        unknown += 1
        Console.complain("No document of '\(index.index)' has the key '\(key)'.")
        continue
      }
      if json.json { try JSONOutput.printLine(document) } else { Console.print("\(key)  \(document.metadata)") }
    }
    if unknown > 0 { throw ExitCode(1) }
  }
}
