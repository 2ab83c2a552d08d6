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

      With --rerank the document is looked for among the first hits; a second table then shows what its words and the cosine \
      of its dense row give to its new score, and the hubness, what the document has with every query, of which half is \
      taken from the cosine (see 'newel help search').

      With --json: {"query", "key", "score", "integerScore", "isHit", "isAccepted" (with --where), "missingRequired": \
      [token], "contributions": [{"token", "role" (plain, required, negative or expanded), "broughtBy" (the \
      words, if expanded), "queryWeight", "documentWeight", "amount", "integerAmount"}], "unknownWords", "ignoredWords", \
      "substitutedWords", "suggestions", "expandedTokens" (as in 'newel search --json'), and with --rerank \
      "reranking", and of a document among the first hits "rank", "rerankedScore" and "reranked"}; integerScore is the sum of all integerAmount.
      """)

  @OptionGroup var index: IndexArgument

  @Argument(help: "The query, in quotes.")
  var query: String

  @Argument(help: "The document's key.")
  var key: String

  @OptionGroup var filter: FilterOption
  @OptionGroup var expansion: ExpandOption
  @OptionGroup var reranking: RerankOptions

  @Option(help: "With --rerank: an embedding of the query's text.", completion: .file())
  var queryVector: String?

  @OptionGroup var json: JSONOption
  @OptionGroup var quiet: QuietOption

  func validate() throws {
    if queryVector != nil, reranking.rerank == nil { throw ValidationError("--query-vector goes with --rerank.") }
  }

  func run() throws {
    var rerank = try reranking.reranking()
    if let queryVector { rerank?.vector = try QueryVector.read(queryVector) }
    let explanation = try index.open().explain(
      query.trimmingPrefix(" ").description, key: key, conditions: filter.conditions, expand: expansion.expand,
      rerank: rerank)
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
    } else {
      show(explanation)
    }
  }

  /// The parts of the new score of a document among the first hits.
  private func show(_ explanation: Explanation) {
    guard let report = explanation.reranking else { return }
    guard let parts = explanation.reranked, let score = explanation.rerankedScore, let rank = explanation.rank else {
      return Console.print(report.obstacle ?? "Not re-ranked: it is not among the first \(report.count) hits.")
    }
    var table = TextTable([.init(""), .init("before", .right), .init("rank", .right), .init("amount", .right)])
    func number(_ value: Double) -> String { NumberText.fixed(value, decimals: report.fusion == .weighted ? 4 : 5) }
    table.append(["words", number(parts.sparseScore), "\(parts.sparseRank)", number(parts.sparseAmount)])
    table.append(["cosine", number(parts.cosine), "\(parts.denseRank)", number(parts.denseAmount)])
    if let hubness = parts.hubness { table.append(["- half of the hubness", number(hubness), "", ""]) }
    table.append(["new score", "", "\(rank)", number(score)])
    Console.print(table)
    Console.print(report.sentence)
  }
}
