import ArgumentParser
import Newel

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Show the words a picture has in the index, the strongest first.",
    usage: """
      newel inspect INDEX KEY [--limit COUNT] [<options>]
      newel inspect INDEX --all [--where CONDITION] [--limit COUNT] [<options>]
      """,
    discussion: """
      For each token: its weight, in how many documents of the index it occurs, and whether the caption has it. Below, the \
      words of the caption that the picture lacks, and those that the vocabulary does not have; stop words are left out.

      With --json: {"key", "position" (0 for the document added first), "caption" (captions are joined by line breaks), \
      "tokens": [{"token", "rank", "weight", "impact" (1 to 255), "documentFrequency", "inCaption"}], "omittedTokens", \
      "captionShare" (of the caption's words that the vocabulary has, the share among the picture's tokens), "missingWords", \
      "unknownWords"}; with --all --json one such object per line. Names without a value are left out.
      """)

  @OptionGroup var index: IndexArgument

  @Argument(help: "The document's key.")
  var key: String?

  @Flag(help: "Every document instead of one.")
  var all = false

  @OptionGroup var filter: FilterOption

  @Option(name: [.customShort("n"), .customLong("limit")], parsing: .unconditional, help: "Most tokens to list.")
  var limit = 20

  @OptionGroup var json: JSONOption
  @OptionGroup var quiet: QuietOption

  func validate() throws {
    if (key == nil) != all { throw ValidationError("Give a KEY, or --all for every document.") }
    if !all, !filter.conditions.isEmpty { throw ValidationError("--where goes with --all.") }
  }

  func run() throws {
    let opened = try index.open()
    guard let key else {
      try opened.inspectAll(limit: limit, conditions: filter.conditions) { inspection in
        if json.json { try JSONOutput.printLine(inspection) } else { show(inspection, in: opened) }
      }
      return
    }
    let inspection = try opened.inspect(key, limit: limit)
    if json.json { try JSONOutput.print(inspection) } else { show(inspection, in: opened) }
  }

  private func show(_ inspection: Inspection, in index: NewelIndex) {
    Console.print(inspection.key)
    for caption in inspection.caption?.split(separator: "\n") ?? [] { Console.printCut("  \(caption)") }
    let chart = BarChart(maximum: inspection.tokens.first?.weight ?? 0, width: 30)
    var table = TextTable([
      .init("", .right), .init("token"), .init("weight", .right), .init(""), .init("documents", .right),
      .init(inspection.caption == nil ? "" : "in caption"),
    ])
    for token in inspection.tokens {
      table.append([
        "\(token.rank)", token.token, NumberText.fixed(token.weight, decimals: 3), chart.bar(for: token.weight),
        NumberText.grouped(token.documentFrequency), token.inCaption == true ? "yes" : "",
      ])
    }
    Console.print(table)
    if inspection.tokens.isEmpty { Console.print("  No tokens: no search can find this document.") }
    if inspection.omittedTokens > 0 {
      Console.print("  and \(Console.count(inspection.omittedTokens, "weaker token")) (--limit shows more)")
    }
    if let share = inspection.captionShare {
      let lacking =
        inspection.missingWords.isEmpty ? "" : "; it lacks \(inspection.missingWords.joined(separator: ", "))"
      Console.print("  \(NumberText.fixed(100 * share, decimals: 0)) % of the caption's words are its tokens\(lacking)")
    }
    if !inspection.unknownWords.isEmpty {
      Console.print("  not in the vocabulary: \(inspection.unknownWords.joined(separator: ", "))")
    }
  }
}
