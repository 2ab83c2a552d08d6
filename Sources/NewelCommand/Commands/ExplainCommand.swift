import ArgumentParser
import Newel

struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Show what each word of a query gives a document; the amounts add up to its score.",
    discussion: """
      An amount is the query's weight of a token times the document's. Both are kept as integers, in which the amounts add \
      up exactly and which decide the order of hits.

      With --json: {"query", "key", "score", "integerScore", "isHit", "isAccepted" (with --where), "missingRequired": [token], "contributions": \
      [{"token", "role" (plain, required or negative), "queryWeight", "documentWeight", "amount", "integerAmount"}], \
      "unknownWords", "ignoredWords"}; integerScore is the sum of all integerAmount.
      """)

  @OptionGroup var index: IndexArgument

  @Argument(help: "The query, in quotes.")
  var query: String

  @Argument(help: "The document's key.")
  var key: String

  @OptionGroup var filter: FilterOption
  @OptionGroup var json: JSONOption

  func run() throws {
    let explanation = try NewelIndex.open(index.index).explain(
      query.trimmingPrefix(" ").description, key: key, conditions: filter.conditions)
    if json.json { return try JSONOutput.print(explanation) }
    Console.warnOfWords(unknown: explanation.unknownWords)
    var table = TextTable([
      .init("token"), .init("query weight", .right), .init("", .left), .init("document weight", .right),
      .init("", .left), .init("amount", .right), .init("in integers", .right),
    ])
    for part in explanation.contributions {
      let sign =
        switch part.role {
        case .plain: ""
        case .required: "+"
        case .negative: "-"
        }
      table.append([
        sign + part.token, NumberText.fixed(part.queryWeight, decimals: 4), "×",
        NumberText.fixed(part.documentWeight, decimals: 4), "=", NumberText.fixed(part.amount, decimals: 4),
        NumberText.grouped(part.integerAmount),
      ])
    }
    table.append([
      "score", "", "", "", "", NumberText.fixed(explanation.score, decimals: 4),
      NumberText.grouped(explanation.integerScore),
    ])
    Console.print(table)
    if explanation.isAccepted == false {
      Console.print("No hit: it does not have \(filter.text).")
    } else if !explanation.missingRequired.isEmpty {
      Console.print("No hit: it lacks the required \(explanation.missingRequired.joined(separator: ", ")).")
    } else if !explanation.isHit {
      Console.print("No hit: the score is not positive.")
    }
  }
}
