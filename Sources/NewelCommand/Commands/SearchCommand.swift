import ArgumentParser
import Newel

struct SearchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "search",
    abstract: "Find documents by words.",
    usage: """
      newel search INDEX QUERY [-k COUNT] [--offset COUNT] [<options>]
      newel search INDEX QUERY --rerank COUNT [--query-vector FILE] [<options>]
      newel search INDEX --query-vector FILE [-k COUNT] [<options>]
      newel search INDEX --batch FILE [-k COUNT] [--run FILE] [<options>]
      """,
    discussion: """
      The query language: word (adds), -word (subtracts), word^2 (counts double), +word (must be there), and \
      "several words" in quotes take one sign together. Scores are exact: every algorithm gives the same answer.

      Words that the vocabulary does not have are read as their singular or plural (sneakers), or as two words (tshirt), \
      where it has those; others are reported, with words near them, and left out. --expand 5 lets each word bring the five \
      tokens most related to it; a hit then says which word brought what. Words with - bring none, and a word with + must \
      be there itself.

      --query-vector searches with an embedding of a text, made by the encoder that the head's text side was trained with: \
      a .npy file with one row, a file with a list of numbers, or the list itself in quotes.

      --where asks for metadata that hits must have: --where category=shoe --where 'price<20'. Text is compared exactly, \
      numbers by value; a list has what any of its elements is; a dot reaches into objects (exif.model). 'newel stats' \
      lists the fields. The answer is exact among the documents that meet all conditions.

      --rerank 200 takes the first 200 hits and orders them anew by a second opinion: the cosines of their dense rows with \
      the query. The query is compared as words, by an index with an alignment that knows words ('newel align', then 'newel build \
      --alignment' or 'newel realign'); or together with a vector given with --query-vector, through the alignment, both counting alike; or as the vector alone, as it \
      is where that knows no texts and pictures and texts were embedded by one model. --fusion weighted brings the cosines to the range of the scores and takes (1 - weight) of the \
      score and weight of the cosine, replace takes the cosine alone, rrf the reciprocal ranks of both. Each hit shows what words and cosine gave. Where the alignment has a sample of queries \
      (those of 'newel align' do), half of what a document has with everything is taken from its cosines first: its hubness, the \
      mean cosine with the ten nearest of the sample.

      With --json: {"hits": [{"rank", "key", "score", "integerScore", "contributions": [{"token", "role" (plain, required, \
      negative or expanded), "broughtBy" (the words, if expanded), "queryWeight", "documentWeight", "amount", "integerAmount"}], "reranked" (with --rerank): {"sparseScore", "sparseRank", "cosine", "hubness", "denseRank", "sparseAmount", "denseAmount"}, "metadata": {…}}], "unknownWords", \
      "ignoredWords", "substitutedWords": [{"word", "tokens", "kind" (inflection, split or joined)}], "suggestions": [{"word", \
      "near"}], "expandedTokens": [{"token", "weight", "broughtBy"}], "documentCount", "documentsAccepted" (with --where), "algorithm", "exact" ("integer", "fine", "float" or \
      false), "missedScoreBound", "postingsScored", "documentsScored", "blocksChecked", "reranking" (with --rerank): {"count", "fusion", "weight", "rows" (coordinates or vectors), \
      "query" (words or vector), "obstacle"}}. Hits come best first, then in the \
      order in which they were added.

      Approximate searches say what a document left out may score at most, if they know: --deadline and --max-blocks stop an \
      exact search early; --approximate heads reads the heaviest weights of the documents and scores the best in full.

      With --batch the queries are lines {"id", "text" or "query" or "vector" or "embedding"}: "text" is plain \
      words, "query" the query language, "vector" token weights, "embedding" numbers as for --query-vector; or rows of a .csr \
      or .npz file (token weights) or .npy file (embeddings). The answers come in the same order as lines 'id \
      rank key score', or with --json as one object per line: {"id", "hits": [{"rank", "key", "score", "integerScore"}], \
      "unknownWords", "ignoredWords", "substitutedWords", "exact", "error" (why there is no answer)}. A query that cannot be answered is told \
      of on standard error (the first 20 by name, then their number), and the others go on. Answers are the same for any number of threads.
      """)

  @OptionGroup var index: IndexArgument

  @Argument(help: "The query in quotes: 'red shoe -kids'. A single word that begins with - goes behind --.")
  var query: String?

  @Option(help: "Search with an embedding of a text instead of words.", completion: .file())
  var queryVector: String?

  @OptionGroup var expansion: ExpandOption

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
  @OptionGroup var reranking: RerankOptions

  @Option(
    help:
      "Which weights decide: 8 bits; fine: 12, of an index built with --fine-weights; float: 20, with --float-weights.")
  var exact: Exactness = .integer

  @Option(help: "heads: read head lists only, for an index built with --head-lists; the answer is not exact.")
  var approximate: ApproximateSearch?

  @Option(parsing: .unconditional, help: "With --approximate heads: documents scored in full (default: 200).")
  var candidates: Int?

  @Option(parsing: .unconditional, help: "With --approximate heads: tokens whose lists are read (default: all).")
  var cut: Int?

  @OptionGroup var json: JSONOption
  @OptionGroup var quiet: QuietOption

  func validate() throws {
    // A query of words may have a vector for its dense side.
    let isSecondOpinion = query != nil && queryVector != nil && reranking.rerank != nil
    guard [query, batch, isSecondOpinion ? nil : queryVector].count(where: { $0 != nil }) == 1 else {
      throw ValidationError(
        "Give either a query, or --query-vector FILE, or --batch FILE; with --rerank a query may have a vector, too.")
    }
    if query == nil, queryVector != nil, expansion.expand != 0 { throw ValidationError("--expand goes with words.") }
    if runFile != nil, batch == nil { throw ValidationError("--run goes with --batch.") }
    if approximate != .heads, candidates != nil || cut != nil {
      throw ValidationError("--candidates and --cut go with --approximate heads.")
    }
    if approximate == .superblock, deadline == nil, maxBlocks == nil {
      throw ValidationError("--approximate superblock needs --deadline or --max-blocks.")
    }
    if let threads, threads < 1 { throw ValidationError("--threads must be at least 1.") }
  }

  func run() throws {
    let opened = try index.open()
    let isLimited = deadline != nil || maxBlocks != nil
    let budget = isLimited ? SearchBudget(milliseconds: deadline, blocks: maxBlocks) : nil
    var request = SearchRequest(
      query ?? "", count: count, offset: offset, algorithm: algorithm, conditions: filter.conditions,
      budget: budget)
    request.rerank = try reranking.reranking()
    if let queryVector {
      let vector = try QueryVector.read(queryVector)
      if query == nil { request.query = .embedding(vector) } else { request.rerank?.vector = vector }
    }
    request.expand = expansion.expand
    request.exactness = exact
    if approximate == .heads { request.heads = HeadListSearch(candidates: candidates ?? 200, cut: cut) }
    if let batch {
      return try BatchSearch(
        path: batch, template: request, threads: threads, runFile: runFile, isJSON: json.json, isQuiet: quiet.quiet
      ).run(in: opened)
    }
    let response = try opened.search(request, threads: threads)
    if json.json { return try JSONOutput.print(response) }
    Console.warnOfWords(
      unknown: response.unknownWords, suggestions: response.suggestions, substituted: response.substitutedWords)
    if let bound = response.missedScoreBound {
      TerminalDevice.standardError.write(
        "newel: not exact: a document left out may score up to "
          + "\(NumberText.fixed(bound, decimals: 3))\n")
    }
    if response.hits.isEmpty {
      let isEmptyFilter = response.documentsAccepted == 0
      Console.print(isEmptyFilter ? "No document has \(filter.text)." : offset > 0 ? "No more hits." : "No hits.")
      return
    }
    HitTable(hits: response.hits, captionField: opened.captionField).show()
    if let reranking = response.reranking, !quiet.quiet { Console.complain(reranking.sentence) }
  }
}

/// Ways to search that may miss something.
enum ApproximateSearch: String, ExpressibleByArgument, CaseIterable {
  case heads
  case superblock
}
