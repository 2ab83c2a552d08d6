import ArgumentParser
import Newel

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Show the words a picture has in the index, the strongest first.")

  @OptionGroup var index: IndexArgument

  @Argument(help: "The document's key.")
  var key: String?

  @Flag(help: "Every document instead of one.")
  var all = false

  @Option(name: [.customShort("n"), .customLong("limit")], help: "Most tokens to list.")
  var limit = 20

  @OptionGroup var json: JSONOption

  func validate() throws {
    if (key == nil) != all { throw ValidationError("Give a KEY, or --all for every document.") }
    if limit < 1 { throw ValidationError("--limit must be at least 1.") }
  }

  func run() throws {
    let opened = try NewelIndex.open(index.index)
    guard let key else {
      try opened.inspectAll(limit: limit) { inspection in
        if json.json { try JSONOutput.printLine(inspection) } else { show(inspection, in: opened) }
      }
      return
    }
    let inspection = try opened.inspect(key, limit: limit)
    if json.json { try JSONOutput.print(inspection) } else { show(inspection, in: opened) }
  }

  private func show(_ inspection: Inspection, in index: NewelIndex) {
    Console.print(inspection.key)
    if let caption = inspection.caption { Console.print("  \(DisplayWidth.printable(caption))") }
    let chart = BarChart(maximum: inspection.tokens.first?.weight ?? 0, width: 30)
    var table = TextTable([
      .init("", .right), .init("token"), .init("weight", .right), .init(""), .init("documents", .right),
      .init(inspection.caption == nil ? "" : "in caption"),
    ])
    for (number, token) in inspection.tokens.enumerated() {
      table.append([
        "\(number + 1)", token.token, NumberText.fixed(token.weight, decimals: 3), chart.bar(for: token.weight),
        NumberText.grouped(token.documentFrequency), token.inCaption == true ? "yes" : "",
      ])
    }
    Console.print(table)
    if inspection.tokens.isEmpty { Console.print("  no tokens: no search can find this document") }
    if inspection.omittedTokens > 0 {
      Console.print("  and \(NumberText.grouped(inspection.omittedTokens)) weaker tokens (--limit shows more)")
    }
  }
}
