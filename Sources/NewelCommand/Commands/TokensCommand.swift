import ArgumentParser
import Newel

struct TokensCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tokens", abstract: "Show how many documents have a word, and which have most of it.",
    discussion: """
      A word that is several tokens of the vocabulary gets a report for each.

      With --json a list: [{"token", "documentFrequency", "documentCount", "queryWeight" (what a query counts it), \
      "strongest": [hits as in 'newel search --json']}].
      """)

  @OptionGroup var index: IndexArgument

  @Argument(help: "The word, or a token of the vocabulary.")
  var word: String

  @Option(name: [.customShort("n"), .customLong("limit")], parsing: .unconditional, help: "Most documents to list.")
  var limit = 10

  @OptionGroup var json: JSONOption
  @OptionGroup var quiet: QuietOption

  func run() throws {
    let opened = try index.open()
    let reports = try opened.tokens(word, limit: limit)
    Console.warnOfWords(unknown: opened.unknownParts(of: word))
    if json.json { return try JSONOutput.print(reports) }
    for report in reports {
      let share = report.documentCount == 0 ? 0 : Double(report.documentFrequency) / Double(report.documentCount) * 100
      Console.print(
        "\(report.token): in \(NumberText.grouped(report.documentFrequency)) of "
          + "\(Console.count(report.documentCount, "document")) (\(NumberText.fixed(share, decimals: 1)) %), query "
          + "weight \(NumberText.fixed(report.queryWeight, decimals: 3))")
      let chart = BarChart(maximum: report.strongest.first?.score ?? 0, width: 12)
      var table = TextTable([
        .init("", .right), .init("key"), .init("weight", .right), .init(""), .init("caption", isFlexible: true),
      ])
      for hit in report.strongest {
        table.append([
          "\(hit.rank)", hit.key, NumberText.fixed(hit.score, decimals: 3), chart.bar(for: hit.score),
          Console.caption(in: hit.metadata, field: opened.captionField) ?? "",
        ])
      }
      if !report.strongest.isEmpty { Console.print(table) }
    }
  }
}
