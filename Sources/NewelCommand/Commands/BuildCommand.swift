import ArgumentParser
import Newel

struct BuildCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "build",
    abstract: "Build an index from embeddings or from sparse vectors, or append to one.",
    usage: """
      newel build INDEX --images PATH --metadata PATH [--head FILE] [<options>]
      newel build INDEX --sparse PATH [--metadata PATH] [<options>]
      """,
    discussion: """
      Building into a folder that is an index appends a segment to it. Everything becomes visible at once when the build \
      has succeeded; a build that fails, is stopped or is killed leaves the index as it was.

      When eight segments of about the same size have come together at the end of an index, they are merged into one after \
      the build; see 'newel help merge'.

      With --alignment, a file of 'newel align', every document gets coordinates beside its embedding, to be compared with texts \
      of another model or with typed words (search --rerank). --dense-type int8 stores both in 1 byte per number instead of 2.

      To append rows, leave --head and --alignment out: the index has kept its own. It has kept --top, --key-field and --filter-field, which \
      may be others for the new rows, and --caption-field, --dense-rows, --dense-type, --fine-weights, --float-weights and --head-lists, which may not.

      Searches can filter by every metadata field. Those of few values (categories, years, truth values), as 'newel stats' \
      lists them, are answered at once; of very many, such as addresses, unless named by --filter-field, documents are read.

      Weights above the ceiling, which an index gets at its first build, count as much as the ceiling; the answer says how \
      many there are.

      With --json: {"index", "generation", "documentsAdded", "documentsInAll", "documentsReplaced", "postingsAdded", "rowsSkipped", "ceiling", \
      "weightsClipped", "largestClippedWeight", "segmentsMerged", "mergeProblem" (if any), "keysAreRowNumbers", "seconds", \
      "stages": [{"stage", "seconds"}]}.
      """)

  @OptionGroup var index: IndexArgument

  @Option(help: "Embeddings: a .npy or .npz file, or a dump folder with img_emb/.", completion: .file())
  var images: String?

  @Option(help: "Metadata: a .jsonl file, or a dump folder with metadata/.", completion: .file())
  var metadata: String?

  @Option(help: "The head that turns embeddings into tokens; the index keeps a copy.", completion: .file())
  var head: String?

  @Option(
    help: "Sparse vectors made elsewhere: .jsonl, .jsonl.gz ({\"id\",\"vector\":{token:weight}}), .csr or .npz.",
    completion: .file())
  var sparse: String?

  @Option(help: "Names of the columns of a .csr or .npz, one token per line.", completion: .file())
  var vocabulary: String?

  @Option(
    name: .customLong("where"),
    help: "Only rows with FIELD=VALUE (also !=, <, <=, >, >=); may be given several times.")
  var conditions: [String] = []

  @Option(
    parsing: .unconditional,
    help: "Most tokens a document keeps (default: what the head was trained for; all of --sparse vectors).")
  var top: Int?

  @Option(help: "The metadata field that is the key (default: id, key or image_path; row numbers when no row has any).")
  var keyField: String?

  @Option(help: "The metadata field with the caption, for 'inspect' (default: caption).")
  var captionField: String?

  @Option(
    help: "A metadata field whose values are kept for filters, however many they are; may be given several times.")
  var filterField: [String] = []

  @Flag(
    inversion: .prefixedNo,
    help: "Keep the embeddings in the index, for re-ranking (2 bytes per dimension; default: yes).")
  var denseRows: Bool?

  @Option(help: "How the numbers of embeddings and coordinates are stored (default: float16).")
  var denseType: BuildRequest.DenseType?

  @Option(
    help: "The alignment by which pictures are compared with texts when re-ranking; the index keeps a copy.",
    completion: .file())
  var alignment: String?

  @Flag(
    inversion: .prefixedNo,
    help: "Keep weights to 12 bits, for search --exact fine (half a byte more per token of a document; default: no).")
  var fineWeights: Bool?

  @Flag(
    inversion: .prefixedNo,
    help: "Keep weights to 20 bits, for search --exact float (2 bytes more per token of a document; default: no).")
  var floatWeights: Bool?

  @Option(
    help: "Also make head lists with this share of each document's weight (0.5 or so), for search --approximate heads.")
  var headLists: Double?

  @Option(parsing: .unconditional, help: "With --head-lists: most documents in the list of a token.")
  var headCap: Int?

  @Flag(help: "Documents whose key is in the index already take the place of those there, in the same commit.")
  var replace = false

  @OptionGroup var order: OrderOption

  @Flag(inversion: .prefixedNo, help: "Merge segments afterwards, when there are eight of a size.")
  var merge = true

  @OptionGroup var json: JSONOption
  @OptionGroup var quiet: QuietOption

  func validate() throws {
    if (images == nil) == (sparse == nil) {
      throw ValidationError("Give either --images (with --metadata and --head) or --sparse.")
    }
    if images != nil, metadata == nil { throw ValidationError("--images needs --metadata, for keys and captions.") }
    if images != nil, vocabulary != nil {
      throw ValidationError("--vocabulary goes with --sparse; a head has its own.")
    }
    if sparse != nil, denseRows == true {
      throw ValidationError("--sparse vectors have no dense rows; leave --dense-rows out.")
    }
    if sparse != nil, denseType != nil || alignment != nil {
      throw ValidationError("--sparse vectors have no dense rows; leave --dense-type and --alignment out.")
    }
    if headCap != nil, headLists == nil { throw ValidationError("--head-cap goes with --head-lists.") }
    if sparse != nil, head != nil { throw ValidationError("--sparse vectors are tokens already; leave --head out.") }
  }

  func run() throws {
    let source: BuildRequest.Source
    if let images {
      source = .dense(images: images, metadata: metadata ?? images, head: head)
    } else {
      source = .sparse(vectors: sparse ?? "", metadata: metadata, vocabulary: vocabulary)
    }
    var request = BuildRequest(
      index: index.index, source: source, conditions: conditions, top: top, keyField: keyField,
      captionField: captionField, keepsDenseRows: denseRows, filterFields: filterField, order: order.order,
      mergesSegments: merge)
    request.replacesDocuments = replace
    request.keepsFineWeights = fineWeights
    request.keepsFloatWeights = floatWeights
    request.denseType = denseType
    request.alignment = alignment
    request.headMass = headLists
    request.headCap = headCap
    let final = request
    Interruption.watch()
    let report = try ProgressReporter.standard(quiet: quiet.quiet).showing { show in
      try NewelIndex.build(final) { progress in
        if Interruption.isRequested {
          throw NewelError(.cancelled, "The build was stopped; '\(final.index)' is as it was before.")
        }
        try show(progress)
      }
    }
    if let problem = report.mergeProblem {
      Console.complain("The documents are in the index, but its segments were not merged: \(problem)")
    }
    let clipping = clipping(in: report)
    if let warning = clipping.warning { Console.complain(warning) }
    if json.json { return try JSONOutput.print(report) }
    var line =
      "\(report.index): \(Console.count(report.documentsAdded, "document")) with "
      + "\(Console.count(report.postingsAdded, "posting")) added in \(NumberText.elapsed(report.seconds))"
    if report.documentsInAll != report.documentsAdded {
      line += ", \(NumberText.grouped(report.documentsInAll)) in all"
    }
    if report.documentsReplaced > 0 {
      line += "; \(NumberText.grouped(report.documentsReplaced)) took the place of others"
    }
    if report.rowsSkipped > 0 { line += "; \(Console.count(report.rowsSkipped, "row")) left out by --where" }
    if report.segmentsMerged > 0 { line += "; \(Console.count(report.segmentsMerged, "segment")) merged" }
    if report.keysAreRowNumbers { line += "; keys are row numbers, because no row has an id, key or image_path" }
    Console.print(line + clipping.remark)
    Console.printStages(report.stages)
  }

  /// What to say about weights above the ceiling: a warning when they take something from the answers.
  ///
  /// A head's ceiling is chosen so that one weight in a thousand is above it, which is only remarked.
  private func clipping(in report: BuildReport) -> (warning: String?, remark: String) {
    guard let largest = report.largestClippedWeight else { return (nil, "") }
    let ceiling = NumberText.fixed(report.ceiling, decimals: 3)
    let clipped = Console.count(report.weightsClipped, "weight")
    guard sparse != nil || report.weightsClipped > report.postingsAdded / 100 else {
      return (
        nil, "; \(clipped) above the ceiling of \(ceiling), the largest \(NumberText.fixed(largest, decimals: 3))"
      )
    }
    let remedy =
      sparse != nil ? "build a new index from all vectors" : "train a head on rows like these and build a new index"
    return (
      "\(clipped) of \(NumberText.grouped(report.postingsAdded)) \(report.weightsClipped == 1 ? "is" : "are") above the "
        + "ceiling of \(ceiling) that the index got at its first build (the largest is "
        + "\(NumberText.fixed(largest, decimals: 3))) and \(report.weightsClipped == 1 ? "counts" : "count") only as much as "
        + "the ceiling; to tell such weights apart, \(remedy).", ""
    )
  }
}
