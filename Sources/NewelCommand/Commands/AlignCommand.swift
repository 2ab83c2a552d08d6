import ArgumentParser
import Newel

struct AlignCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "align",
    abstract: "Bring pictures, texts and words into one space, from pairs of them.",
    usage: """
      newel align --images PATH --texts PATH --output FILE [<options>]
      newel align --images PATH --metadata PATH --output FILE [<options>]
      """,
    discussion: """
      Reads rows of pictures, rows of texts that an encoder of its own made, and captions, and writes an alignment file: two \
      maps into one space where a picture and its text are near each other, and with captions a row for every word, so that \
      typed words need no encoder. Row i of the texts belongs to picture i; with several for each, they follow one another. Without \
      --texts pictures are aligned with the words of their captions alone.

      auto takes contrastive from 5,000 pictures on, and ridge-both below (ridge for captions alone). In closed form, in \
      seconds: least-squares, procrustes (a rotation), ridge, ridge-both, cca (regularised canonical correlation), whitened \
      (whitening and rotation), asif (cosines to the pairs themselves). Trained, some seconds to minutes: contrastive (linear adapters), gmlp (gated blocks behind them). From \
      the classes of --label-field: class-ridge, sm (semantic matching), scm (over canonical directions), and trained \
      drcl (a network for each side, from classes alone) and masln (encoders that tell classes and not sides).

      A tenth of the rows, at most 1,000, is held out and measured (--validate-where chooses others): R@k is the share of queries \
      whose own answer is among the first k, ties counted against it; with --label-field also mAP over classes, of whole rankings of \
      the held-out rows and of their first 50, AP divided by the relevant rows within the depth. The file records method, settings, seed, rows and \
      these numbers; the same input gives the same file. Ctrl-C leaves the old file. Training takes seconds to \
      minutes: a longer one writes --checkpoint after every epoch, and --resume goes on, to the same file as if nothing had stopped it.

      With --json: {"output", "method", "pairs", "pictures", "imageDimension", "textDimension", "coordinates", "words", \
      "seconds", "fittingSeconds", "fittingProcessorSeconds" (of all cores), "validation": {"pictures", "textToImage", "imageToText", "wordsToImage", "imageToWords"}}, \
      each direction {"queries", "gallery", "recallAt1", "recallAt5", "recallAt10", "medianRank", "meanReciprocalRank", \
      "classes": {"all", "atCutoff", "cutoff"}}. Names \
      without a value are left out.
      """)

  @Option(help: "How to fit; see above.")
  var method: AlignRequest.Method = .automatic

  @Option(help: "Rows of pictures: a .npy or .npz file, or a dump folder with img_emb/.", completion: .file())
  var images: String

  @Option(help: "Rows of texts: a .npy or .npz file, or a dump folder with text_emb/.", completion: .file())
  var texts: String?

  @Option(help: "Captions and classes: a .jsonl file, or a dump folder with metadata/.", completion: .file())
  var metadata: String?

  @Option(
    name: .customLong("where"),
    help: "Only rows with FIELD=VALUE (also !=, <, <=, >, >=); may be given several times.")
  var conditions: [String] = []

  @Option(
    name: .customLong("validate-where"),
    help: "Measure on rows with FIELD=VALUE, and do not fit them (default: a tenth of the rows, at most 1,000).")
  var validationConditions: [String] = []

  @Option(help: "The metadata field with the caption: a text or a list of texts.")
  var captionField = "caption"

  @Option(help: "The metadata field with the class of a picture.")
  var labelField: String?

  @Option(help: "A head whose tokens the words are to be: that of the index.", completion: .file())
  var head: String?

  @Option(help: "A vocabulary file instead, one word per line (a BERT vocab.txt is recognised).", completion: .file())
  var vocabulary: String?

  @Option(parsing: .unconditional, help: "Captions a word must be in, without --head and --vocabulary.")
  var minimumDocumentFrequency = 2

  @Flag(inversion: .prefixedNo, help: "Whether words are learned from captions.")
  var words = true

  @Option(name: .shortAndLong, help: "The alignment file to write.", completion: .file())
  var output: String

  @OptionGroup(title: "Options of the methods") var options: AlignOptionGroup
  @OptionGroup var json: JSONOption
  @OptionGroup var quiet: QuietOption

  func validate() throws {
    if let stranger = options.strangers(to: method).first {
      throw ValidationError("\(stranger) does not go with --method \(method.rawValue).")
    }
    if texts == nil, metadata == nil { throw ValidationError("Give --texts, --metadata with captions, or both.") }
    if head != nil, vocabulary != nil { throw ValidationError("Give either --head or --vocabulary.") }
    if !words, head != nil || vocabulary != nil {
      throw ValidationError("\(head == nil ? "--vocabulary" : "--head") does not go with --no-words.")
    }
    if metadata == nil {
      let others: [(String, Bool)] = [
        ("--where", !conditions.isEmpty), ("--validate-where", !validationConditions.isEmpty),
        ("--label-field", labelField != nil), ("--head", head != nil), ("--vocabulary", vocabulary != nil),
      ]
      if let given = others.first(where: { $0.1 }) {
        throw ValidationError("\(given.0) needs --metadata, a JSONL file or a dump folder.")
      }
    }
    if method.needsLabels, labelField == nil {
      throw ValidationError("--method \(method.rawValue) learns from classes: give --label-field, with --metadata.")
    }
  }

  func run() throws {
    var request = AlignRequest(method: method, images: images, texts: texts, metadata: metadata, output: output)
    request.conditions = conditions
    request.validationConditions = validationConditions
    request.captionField = captionField
    request.labelField = labelField
    request.head = head
    request.vocabulary = vocabulary
    request.minimumDocumentFrequency = minimumDocumentFrequency
    request.fitsWords = words
    request.settings = options.settings
    let final = request
    let checkpoint = options.checkpoint ?? options.resume
    let stopped =
      "The alignment was stopped; "
      + (checkpoint.map { "once an epoch was done, --resume \($0) goes on." } ?? "nothing was written.")
    Interruption.watch()
    let report = try ProgressReporter.standard(quiet: quiet.quiet).showing { show in
      try AlignmentModel.fit(final) { progress in
        if Interruption.isRequested { throw NewelError(.cancelled, stopped) }
        try show(progress)
      }
    }
    warn(report)
    if json.json { return try JSONOutput.print(report) }
    show(report)
  }

  /// What people should know before they use the alignment.
  private func warn(_ report: AlignReport) {
    let widest = max(report.imageDimension, report.textDimension ?? 0)
    if report.pictures < widest {
      Console.complain(
        "There are \(Console.count(report.pictures, "picture")) for rows of \(NumberText.grouped(widest)) numbers: the fit leans "
          + "on its penalty; compare penalties, or give more pairs.")
    }
    if report.validation == nil {
      Console.complain("There are too few rows to hold any out, so nothing was measured.")
    }
  }

  private func show(_ report: AlignReport) {
    let sides = [report.imageDimension, report.textDimension].compactMap { $0 }.map { NumberText.grouped($0) }
    let words = report.words.map { ", \(Console.count($0, "word"))" } ?? ""
    Console.print(
      "\(report.output): \(report.method) from \(Console.count(report.pairs, "pair")) of \(sides.joined(separator: " and ")) "
        + "dimensions to \(NumberText.grouped(report.coordinates))\(words), in \(NumberText.elapsed(report.seconds))")
    guard let validation = report.validation else { return }
    func line(_ direction: AlignReport.Direction) -> String {
      [direction.recallAt1, direction.recallAt5, direction.recallAt10]
        .map { NumberText.fixed(100 * $0, decimals: 1) }.joined(separator: "/")
    }
    var parts: [String] = []
    if let there = validation.textToImage, let back = validation.imageToText {
      parts.append("texts → pictures \(line(there)), pictures → texts \(line(back))")
    }
    if let there = validation.wordsToImage, let back = validation.imageToWords {
      parts.append("words → pictures \(line(there)), pictures → words \(line(back))")
    }
    Console.print(
      "  R@1/5/10 on \(Console.count(validation.pictures, "held-out picture")): " + parts.joined(separator: "; "))
    guard let there = validation.textToImage?.classes, let back = validation.imageToText?.classes else { return }
    func precision(_ classes: AlignReport.Classes) -> String {
      [classes.all, classes.atCutoff].map { NumberText.fixed($0, decimals: 3) }.joined(separator: "/")
    }
    Console.print(
      "  mAP@all/\(there.cutoff) over classes among them: texts → pictures \(precision(there)), pictures → texts "
        + precision(back))
  }
}
