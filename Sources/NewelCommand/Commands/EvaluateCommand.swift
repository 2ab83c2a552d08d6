import ArgumentParser
import Evaluation
import Newel

struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Measure how well texts find pictures and pictures find texts, and what the words are worth.",
    usage: """
      newel evaluate INDEX (--queries FILE | --captions) [<options>]
      newel evaluate --answers FILE --qrels FILE [--compare FILE] [<options>]
      newel evaluate --alignment FILE --images PATH [--texts PATH]
                     [--metadata PATH] [<options>]
      """,
    discussion: """
      Queries are lines {"id", "text" or "query" or "vector" or "embedding", "relevant": [keys]}: "text" is plain words, "query" the \
      query language, "vector" token weights, "embedding" a text's embedding for the head's text side. With --captions every document's caption is a query for that document, with \
      the key as its id (KEY#0, KEY#1 and so on where there are several). With --qrels the grades of a TREC file 'query 0 \
      document grade' stand for "relevant". Words that the vocabulary does not have are counted and left out.

      text → picture: each query searches the gallery, the documents that meet --where. picture → text: each document that \
      a query is about searches the queries, by its sparse vector against their words; its rank is that of the best of its \
      own texts. R@k is the share with a relevant answer among the first k, MRR the mean of 1/rank, rsum the sum of R@1, \
      R@5 and R@10 both ways in percent. Ranks are pessimistic: whatever scores as much as the relevant answer is taken to \
      be ahead of it; an answer that shares no token is a miss, with the last rank and 0 in all measures.

      With --qrels also nDCG@k (linear gains), mAP over whole rankings (as deep as --depth) and at k, divided by all relevant \
      documents as trec_eval does, or 'of found' by those among the first k, and recall@k; k is --cutoff.

      The words of the pictures: tokens per picture and per query, tokens shared by a pair (FLOPs), and the shares of the \
      pictures that tokens are in. With --captions, how many of the strongest 1, 5 and 10 tokens the captions hold, beside \
      captions of other pictures as a control; words held out from training when --where says so (--where split=val). \
      --class-field counts pictures whose class is named by their strongest tokens, singular or plural.

      --texts gives embeddings of the texts, one row for each query in order or one for each document. Those of the space of \
      the index's dense rows: cosine (dense) and two fusions are measured on the same queries and pictures; 0.6/0.4 adds the \
      scores scaled to 0...1 per query, RRF adds 1/(60 + rank). Those that the head's text side reads: its tokens are the \
      queries (text side). --compare holds another system's run file against this one, query by query. In a run file that \
      Newel wrote, ties are already broken by rank.

      --rerank 200 measures a second opinion on the first 200 hits beside the dense side alone, text to picture: the words of \
      the queries through the alignment of the index, and with --texts also the embeddings of the texts, through the \
      alignment, alone and together with the words, or as they are (see 'newel help search').

      --alignment measures an alignment without an index: rows of texts (--texts), and captions as words (--metadata), find the \
      pictures of --images that meet --where, and pictures find them. With --label-field also mAP over classes, of whole rankings and \
      at --cutoff (50), AP divided by the relevant items within the depth; and names of classes as queries. With \
      --gallery-where the rows of --where ask and these others are searched. With \
      --pool-where also with local scaling (CSLS), which holds back what is near to everything: the pool are the rows with \
      FIELD=VALUE, such as those that were fitted (split=train), and never the queries that are asked.

      With --json: {"queries", "documents", "recallAt1", "recallAt5", "recallAt10", "meanReciprocalRank", "medianRank", \
      "meanRank", "misses", "unanswered" (misses without a word that the vocabulary knows), "leftOut" (queries without a \
      relevant document in the gallery), "judgementsOutside", "unknownTokens", "millisecondsPerQuery" (from words to \
      positions, on one thread), "imageToText": {…}, "recallSum", "graded": {…}, "gradedImageToText": {…}, "words": {…, \
      "captions": {…}, "classes": {…}}, "systems": [{"system", "textToImage", "imageToText", …}], "denseObstacle", \
      "reranking": {"pool", "fusion", "weight", "lines": [{"system", "textToImage", "millisecondsPerQuery", "queriesReranked"}]}, \
      "comparison": {"lines": [{"measure", "first", "second", "difference", "low", "high", "tTestPValue", \
      "randomisationPValue", "better", "worse"}]}}; for an alignment {"method", "pictures", "conditions", "galleryConditions", "classes", "pool", "systems": [{"queries", "localScaling", "toImage": \
      {"queries", "gallery", "direction": {…}, "classes": {"cutoff", "all", "atCutoff"}}, "fromImage": {…}}], "classNames": {"asked", "precision"}, \
      "unknownCaptions", "wordObstacle"}. Names without a value are left out.
      """)

  @Argument(help: "The index folder.", completion: .directory)
  var index: String?

  @Option(help: "Queries with known answers, one JSON object per line.", completion: .file())
  var queries: String?

  @Flag(help: "Take the captions of the index's own documents as queries.")
  var captions = false

  @Option(help: "Judgements with grades, a TREC file.", completion: .file())
  var qrels: String?

  @OptionGroup var filter: FilterOption

  @Option(name: .customLong("class-field"), help: "The metadata field with the class of a picture.")
  var classField: String?

  @Option(help: "Embeddings of the texts: .npy, .npz, or a dump folder with text_emb/.", completion: .file())
  var texts: String?

  @Option(help: "Compare with another system's answers, a TREC run file.", completion: .file())
  var compare: String?

  @Option(help: "Instead of an index: answers to measure, a TREC run file; with --qrels.", completion: .file())
  var answers: String?

  @Option(help: "Instead of an index: an alignment to measure; with --images.", completion: .file())
  var alignment: String?

  @Option(help: "With --alignment: rows of pictures, .npy, .npz, or a dump folder.", completion: .file())
  var images: String?

  @Option(help: "With --alignment: captions and classes, .jsonl or a dump folder.", completion: .file())
  var metadata: String?

  @Option(help: "With --alignment: the metadata field with the caption (default: caption).")
  var captionField: String?

  @Option(help: "With --alignment: the metadata field with the class of a picture.")
  var labelField: String?

  @Option(
    name: .customLong("gallery-where"),
    help: "With --alignment, for classes: search these rows, not those that ask; may be given several times.")
  var galleryConditions: [String] = []

  @Option(
    name: .customLong("pool-where"),
    help: "With --alignment: also measure local scaling by these rows; may be given several times.")
  var poolConditions: [String] = []

  @Option(name: .customLong("run"), help: "Write the rankings as a TREC run file.", completion: .file())
  var runFile: String?

  @Option(parsing: .unconditional, help: "k of nDCG@k, mAP@k and recall@k (default: 10; of an alignment: 50).")
  var cutoff: Int?

  @Option(parsing: .unconditional, help: "How deep each ranking of mAP and of the run file is.")
  var depth = 1000

  @Option(help: "How the best are found; the answer is the same.")
  var algorithm: TopKAlgorithm = .auto

  @Option(help: "Of the order in which pictures get captions of others as a control.")
  var seed: UInt64 = 1

  @OptionGroup var reranking: RerankOptions
  @OptionGroup var expansion: ExpandOption
  @OptionGroup var json: JSONOption
  @OptionGroup var quiet: QuietOption

  func validate() throws {
    if alignment != nil { return try validateAlignment() }
    let own: [(String, Bool)] = [
      ("--images", images != nil), ("--metadata", metadata != nil), ("--caption-field", captionField != nil),
      ("--label-field", labelField != nil), ("--gallery-where", !galleryConditions.isEmpty),
      ("--pool-where", !poolConditions.isEmpty),
    ]
    if let given = own.first(where: { $0.1 }) { throw ValidationError("\(given.0) goes with --alignment.") }
    if answers != nil {
      let others: [(String, Bool)] = [
        ("INDEX", index != nil), ("--queries", queries != nil), ("--captions", captions),
        ("--where", !filter.conditions.isEmpty), ("--class-field", classField != nil), ("--texts", texts != nil),
        ("--run", runFile != nil), ("--expand", expansion.expand != 0), ("--rerank", reranking.rerank != nil),
      ]
      if let given = others.first(where: { $0.1 }) {
        throw ValidationError("--answers measures a run file without an index: \(given.0) does not go with it.")
      }
      if qrels == nil { throw ValidationError("--answers needs --qrels FILE, which says what is relevant.") }
      return
    }
    if index == nil { throw ValidationError("Give an INDEX, or --answers FILE with --qrels FILE.") }
    if (queries == nil) != captions { throw ValidationError("Give either --queries FILE or --captions.") }
  }

  private func validateAlignment() throws {
    let others: [(String, Bool)] = [
      ("INDEX", index != nil), ("--queries", queries != nil), ("--captions", captions), ("--qrels", qrels != nil),
      ("--class-field", classField != nil), ("--compare", compare != nil), ("--answers", answers != nil),
      ("--run", runFile != nil), ("--expand", expansion.expand != 0), ("--rerank", reranking.rerank != nil),
    ]
    if let given = others.first(where: { $0.1 }) {
      throw ValidationError("--alignment measures an alignment without an index: \(given.0) does not go with it.")
    }
    if images == nil { throw ValidationError("--alignment needs --images, the rows of pictures.") }
    if texts == nil, metadata == nil { throw ValidationError("Give --texts, --metadata with captions, or both.") }
    let described: [(String, Bool)] = [
      ("--where", !filter.conditions.isEmpty), ("--label-field", labelField != nil),
      ("--pool-where", !poolConditions.isEmpty),
    ]
    if metadata == nil, let given = described.first(where: { $0.1 }) {
      throw ValidationError("\(given.0) needs --metadata.")
    }
    guard !galleryConditions.isEmpty else { return }
    if labelField == nil {
      throw ValidationError("--gallery-where needs --label-field: what is searched holds no query's own answer.")
    }
    if !poolConditions.isEmpty { throw ValidationError("Give either --gallery-where or --pool-where.") }
  }

  func run() throws {
    if let alignment, let images { return try measureAlignment(alignment, images) }
    let cutoff = cutoff ?? 10
    guard depth >= 10 else { throw CommandFailure("The depth is \(depth), but it must be at least 10.") }
    guard cutoff >= 1, cutoff <= depth else {
      throw CommandFailure("The cutoff is \(cutoff), but it must be at least 1 and at most the depth, \(depth).")
    }
    if let answers, let qrels { return try measure(answers, qrels, cutoff) }
    guard let index else { return }
    let job = EvaluationJob(
      queries: queries, qrels: qrels, conditions: filter.conditions, cutoff: cutoff, depth: depth,
      algorithm: algorithm, expand: expansion.expand, runFile: runFile, classField: classField, texts: texts,
      compare: compare, seed: seed, rerank: try reranking.reranking())
    let report = try job.report(
      on: try NewelIndex.open(index), reporter: ProgressReporter.standard(quiet: quiet.quiet))
    if json.json { try JSONOutput.print(report) } else { report.show() }
  }

  private func measureAlignment(_ path: String, _ images: String) throws {
    let cutoff = cutoff ?? 50
    guard cutoff >= 1 else { throw CommandFailure("The cutoff is \(cutoff), but it must be at least 1.") }
    let model = try AlignmentModel.load(path)
    func request(_ conditions: [String]) -> AlignmentGalleryRequest {
      var request = AlignmentGalleryRequest(
        images: images, texts: texts, metadata: metadata, conditions: conditions,
        captionField: captionField ?? "caption", labelField: labelField)
      request.poolConditions = poolConditions
      return request
    }
    Interruption.watch()
    let report = try ProgressReporter.standard(quiet: quiet.quiet).showing { show in
      func gallery(_ conditions: [String]) throws -> AlignmentGallery {
        try model.gallery(request(conditions)) { progress in
          try Evaluator.checkInterruption()
          try show(progress)
        }
      }
      return try AlignmentEvaluator(
        asking: gallery(filter.conditions), other: galleryConditions.isEmpty ? nil : gallery(galleryConditions),
        cutoff: cutoff
      )
      .report(model, conditions: filter.conditions, galleryConditions: galleryConditions, progress: show)
    }
    if json.json { try JSONOutput.print(report) } else { report.show() }
  }

  /// Measures a run file without an index.
  private func measure(_ answers: String, _ qrelsPath: String, _ cutoff: Int) throws {
    let qrels = try RunComparison.qrels(qrelsPath)
    func judged(_ path: String) throws -> RunJudgement {
      let judged = RunJudgement(try RunComparison.run(path), qrels: qrels, cutoff: cutoff)
      guard judged.unansweredCount < judged.summary.queryCount else {
        throw CommandFailure(
          "'\(path)' answers none of the queries that '\(qrelsPath)' judges, such as '\(judged.queries[0])'; give "
            + "answers and judgements of the same queries.")
      }
      return judged
    }
    let first = try judged(answers)
    let comparison = try compare.map { path in
      ComparisonReport(
        other: path, queries: first.summary.queryCount,
        lines: RunComparison.lines(first.summary, try judged(path).summary))
    }
    let report = RunReport(first, comparison: comparison)
    if json.json { try JSONOutput.print(report) } else { report.show() }
  }
}
