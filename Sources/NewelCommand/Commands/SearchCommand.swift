import ArgumentParser
import Newel

struct SearchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "search",
    abstract: "Find documents by words.",
    usage: "newel search INDEX QUERY [-k COUNT] [--offset COUNT] [<options>]",
    discussion: """
      The query language: word (adds), -word (subtracts), word^2 (counts double), +word (must be there), and \
      "several words" in quotes take one sign together. Scores are exact: every algorithm gives the same answer.

      Words that the vocabulary does not have are reported and left out.

      With --json: {"hits": [{"rank", "key", "score", "integerScore", "contributions": [{"token", "role" (plain, required \
      or negative), "queryWeight", "documentWeight", "amount", "integerAmount"}], "metadata": {…}}], "unknownWords", \
      "ignoredWords", "documentCount", "algorithm", "exact", "postingsScored", "documentsScored", "blocksChecked"}. Hits \
      come best first, then in the order in which they were added.
      """)

  @OptionGroup var index: IndexArgument

  @Argument(help: "The query in quotes: 'red shoe -kids'. A single word that begins with - goes behind --.")
  var query: String

  @Option(name: [.customShort("k"), .customLong("count")], parsing: .unconditional, help: "How many hits.")
  var count = 10

  @Option(parsing: .unconditional, help: "How many of the best hits to leave out.")
  var offset = 0

  @Option(help: "How the best are found; the answer is the same.")
  var algorithm: TopKAlgorithm = .auto

  @OptionGroup var json: JSONOption

  func run() throws {
    let opened = try NewelIndex.open(index.index)
    let response = try opened.search(
      SearchRequest(query, count: count, offset: offset, algorithm: algorithm))
    if json.json { return try JSONOutput.print(response) }
    Console.warnOfWords(unknown: response.unknownWords)
    if response.hits.isEmpty {
      Console.print(offset > 0 ? "No more hits." : "No hits.")
      return
    }
    show(response.hits, in: opened)
  }

  /// Two lines for each hit: what gave the score, and the caption below.
  private func show(_ hits: [SearchHit], in index: NewelIndex) {
    var table = TextTable([
      .init("", .right), .init("score", .right), .init("key"), .init("why", isFlexible: true),
    ])
    for hit in hits {
      let why = hit.contributions.map { "\($0.token) \(NumberText.fixed($0.amount, decimals: 2))" }
      table.append([
        "\(hit.rank)", NumberText.fixed(hit.score, decimals: 3), hit.key,
        why.joined(separator: " + ").replacing("+ -", with: "- "),
      ])
    }
    let lines = table.lines(width: TerminalDevice.standardOutput.columns)
    Console.print(lines[0])
    let indent = String(repeating: " ", count: "\(hits[hits.count - 1].rank)".count + 2)
    for (hit, line) in zip(hits, lines.dropFirst()) {
      Console.print(line)
      if let caption = Console.caption(in: hit.metadata, field: index.captionField) {
        Console.printCut(indent + caption)
      }
    }
  }
}
