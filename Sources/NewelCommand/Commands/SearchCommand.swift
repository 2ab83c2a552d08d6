import ArgumentParser
import Newel

struct SearchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "search", abstract: "Find documents by words.",
    discussion: """
      The query language: word (adds), -word (subtracts), word^2 (counts double), +word (must be there), and \
      "several words" in quotes take one sign together. Scores are exact: every algorithm gives the same answer.
      """)

  @OptionGroup var index: IndexArgument

  @Argument(help: "The query, in quotes: 'red shoe -kids'. One that begins with - or + goes behind --.")
  var query: String

  @Option(name: [.customShort("k"), .customLong("count")], help: "How many hits.")
  var count = 10

  @Option(help: "How many of the best hits to leave out.")
  var offset = 0

  @Option(help: "One of \(TopKAlgorithm.allCases.map(\.rawValue).joined(separator: ", ")).")
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
    var table = TextTable([
      .init("", .right), .init("score", .right), .init("key"), .init("why", isFlexible: true),
      .init("caption", isFlexible: true),
    ])
    for hit in response.hits {
      let why = hit.contributions.map { part in
        "\(part.token) \(NumberText.fixed(part.amount, decimals: 2))"
      }
      table.append([
        "\(hit.rank)", NumberText.fixed(hit.score, decimals: 3), hit.key,
        why.joined(separator: " + ")
          .replacing("+ -", with: "- "), Console.caption(in: hit.metadata, field: opened.captionField) ?? "",
      ])
    }
    Console.print(table)
  }
}
