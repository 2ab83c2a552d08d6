import ArgumentParser
import Newel

struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Show what each word of a query gives a document; the amounts add up to its score.",
    usage: "newel explain INDEX QUERY KEY [--where CONDITION]… [<options>]",
    discussion: """
      An amount is the query's weight of a token times the document's. Both are kept as integers, in which the amounts add \
      up exactly and which decide the order of hits.

      With --json: {"query", "key", "score", "integerScore", "isHit", "isAccepted" (with --where), "missingRequired": \
      [token], "contributions": [{"token", "role" (plain, required, negative or expanded), "broughtBy" (the \
      words, if expanded), "queryWeight", "documentWeight", "amount", "integerAmount"}], "unknownWords", "ignoredWords", \
      "substitutedWords", "suggestions", "expandedTokens" (as in 'newel search --json')}; integerScore is the sum of all integerAmount.
      """)

  @OptionGroup var index: IndexArgument

  @Argument(help: "The query, in quotes.")
  var query: String

  @Argument(help: "The document's key.")
  var key: String

  @OptionGroup var filter: FilterOption
  @OptionGroup var expansion: ExpandOption
  @OptionGroup var json: JSONOption
  @OptionGroup var quiet: QuietOption

  func run() throws {
    let explanation = try NewelIndex.open(index.index).explain(
      query.trimmingPrefix(" ").description, key: key, conditions: filter.conditions, expand: expansion.expand)
    if json.json { return try JSONOutput.print(explanation) }
    Console.warnOfWords(
      unknown: explanation.unknownWords, suggestions: explanation.suggestions, substituted: explanation.substitutedWords
    )
    var table = TextTable([
      .init("token"), .init("query weight", .right), .init("", .left), .init("document weight", .right),
      .init("", .left), .init("amount", .right), .init("in integers", .right),
    ])
    for part in explanation.contributions {
      let sign =
        switch part.role {
        case .plain, .expanded: ""
        case .required: "+"
        case .negative: "-"
        }
      table.append([
        sign + part.token + (part.broughtBy.map { " (by \($0.joined(separator: ", ")))" } ?? ""),
        NumberText.fixed(part.queryWeight, decimals: 4), "×",
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
