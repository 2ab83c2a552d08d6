import ArgumentParser
import Newel

struct SearchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "search",
    abstract: "Find documents by words.",
    usage: """
      newel search INDEX QUERY [-k COUNT] [--offset COUNT] [<options>]
      newel search INDEX --batch FILE [-k COUNT] [--run FILE] [<options>]
      """,
    discussion: """
      The query language: word (adds), -word (subtracts), word^2 (counts double), +word (must be there), and \
      "several words" in quotes take one sign together. Scores are exact: every algorithm gives the same answer.

      Words that the vocabulary does not have are reported and left out.

      --where asks for metadata that hits must have: --where category=shoe --where 'price<20'. Text is compared exactly, \
      numbers by value; a list has what any of its elements is; a dot reaches into objects (exif.model). 'newel stats' \
      lists the fields. The answer is exact among the documents that meet all conditions.

      With --json: {"hits": [{"rank", "key", "score", "integerScore", "contributions": [{"token", "role" (plain, required \
      or negative), "queryWeight", "documentWeight", "amount", "integerAmount"}], "metadata": {…}}], "unknownWords", \
      "ignoredWords", "documentCount", "documentsAccepted" (with --where), "algorithm", "exact", "postingsScored", "documentsScored", "blocksChecked"}. Hits \
      come best first, then in the order in which they were added.

      With --batch the queries are lines {"id", "text" or "query" or "vector"}: "text" is plain words, "query" the query \
      language, "vector" token weights; or rows of a .csr or .npz file. The answers come in the same order as lines 'id \
      rank key score', or with --json as one object per line: {"id", "hits": [{"rank", "key", "score", "integerScore"}], \
      "unknownWords", "ignoredWords", "exact", "error" (why there is no answer)}. A query that cannot be answered is told \
      of on standard error, and the others go on. Answers are the same for any number of threads.
      """)

  @OptionGroup var index: IndexArgument

  @Argument(help: "The query in quotes: 'red shoe -kids'. A single word that begins with - goes behind --.")
  var query: String?

  @Option(help: "Answer all queries of a file.", completion: .file())
  var batch: String?

  @Option(name: .customLong("run"), help: "With --batch: write the rankings as a TREC run file.", completion: .file())
  var runFile: String?

  @Option(help: "How many threads search: queries of a batch, or segments for one query (default: one per core).")
  var threads: Int?

  @Option(name: [.customShort("k"), .customLong("count")], parsing: .unconditional, help: "How many hits.")
  var count = 10

  @Option(parsing: .unconditional, help: "How many of the best hits to leave out.")
  var offset = 0

  @Option(help: "How the best are found; the answer is the same.")
  var algorithm: TopKAlgorithm = .auto

  @Option(
    parsing: .unconditional, help: "Stop searching after so many milliseconds; the answer says whether it is exact.")
  var deadline: Double?

  @Option(parsing: .unconditional, help: "Score at most so many blocks of 64 documents; the answer says as above.")
  var maxBlocks: Int?

  @OptionGroup var filter: FilterOption
  @OptionGroup var json: JSONOption
  @OptionGroup var quiet: QuietOption

  func validate() throws {
    if (query == nil) == (batch == nil) { throw ValidationError("Give either a query or --batch FILE.") }
    if runFile != nil, batch == nil { throw ValidationError("--run goes with --batch.") }
    if let threads, threads < 1 { throw ValidationError("--threads must be at least 1.") }
  }

  func run() throws {
    let opened = try NewelIndex.open(index.index)
    let isLimited = deadline != nil || maxBlocks != nil
    let budget = isLimited ? SearchBudget(milliseconds: deadline, blocks: maxBlocks) : nil
    let request = SearchRequest(
      query ?? "", count: count, offset: offset, algorithm: algorithm, conditions: filter.conditions,
      budget: budget)
    if let batch {
      return try BatchSearch(
        path: batch, template: request, threads: threads, runFile: runFile, isJSON: json.json, isQuiet: quiet.quiet
      ).run(in: opened)
    }
    let response = try opened.search(request, threads: threads)
    if json.json { return try JSONOutput.print(response) }
    Console.warnOfWords(unknown: response.unknownWords)
    if let bound = response.missedScoreBound {
      TerminalDevice.standardError.write(
        "newel: not exact, the budget was spent: a document left out may score up to "
          + "\(NumberText.fixed(bound, decimals: 3))\n")
    }
    if response.hits.isEmpty {
      let isEmptyFilter = response.documentsAccepted == 0
      Console.print(isEmptyFilter ? "No document has \(filter.text)." : offset > 0 ? "No more hits." : "No hits.")
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
