import ArgumentParser
import Newel

struct SimilarCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "similar",
    abstract: "Find documents like one of the index, by its words, by its dense row, or by both.",
    usage: "newel similar INDEX KEY [--by sparse|dense|both] [-k COUNT] [<options>]",
    discussion: """
      --by sparse takes the document's own words as a query; --by dense compares its dense row with those of all documents; \
      --by both lets the words find --rerank documents and orders them by words and rows together. Each hit shows the \
      words that it shares with the document.

      With --json: {"key", "basis", "hits": [as in 'newel search --json'], "documentCount", "documentsAccepted" (with \
      --where), "reranking" (with --by both)}. The score of a hit by dense rows is the cosine; its contributions are the \
      shared words.
      """)

  @OptionGroup var index: IndexArgument

  @Argument(help: "The document's key.")
  var key: String

  @Option(help: "What documents are compared by.")
  var by: SimilarRequest.Basis = .sparse

  @Option(name: [.customShort("k"), .customLong("count")], parsing: .unconditional, help: "How many hits.")
  var count = 10

  @Option(parsing: .unconditional, help: "How many of the best hits to leave out.")
  var offset = 0

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("With --by both: how many documents the words find (default: 200).", valueName: "count"))
  var rerank: Int?

  @OptionGroup var fusion: FusionOptions
  @OptionGroup var filter: FilterOption
  @OptionGroup var json: JSONOption
  @OptionGroup var quiet: QuietOption

  func validate() throws {
    if by != .both, rerank != nil || fusion.fusion != nil || fusion.weight != nil {
      throw ValidationError("--rerank, --fusion and --weight go with --by both.")
    }
    _ = try reranking()
  }

  private func reranking() throws -> Reranking? { try fusion.reranking(pool: by == .both ? rerank ?? 200 : nil) }

  func run() throws {
    let opened = try index.open()
    let response = try opened.similar(
      SimilarRequest(
        key, basis: by, count: count, offset: offset, conditions: filter.conditions,
        rerank: try reranking() ?? Reranking()))
    if json.json { return try JSONOutput.print(response) }
    if response.hits.isEmpty {
      Console.print(
        response.documentsAccepted == 0
          ? "No document has \(filter.text)." : offset > 0 ? "No more hits." : "No document is like it.")
      return
    }
    HitTable(hits: response.hits, captionField: opened.captionField, scoresAreCosines: by == .dense, tokenLimit: 6)
      .show()
    if let reranking = response.reranking, !quiet.quiet { Console.complain(reranking.sentence) }
  }
}
