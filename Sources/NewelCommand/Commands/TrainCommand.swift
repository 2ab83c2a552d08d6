import ArgumentParser
import Newel

struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train a head that turns embeddings into weighted words.",
    usage: """
      newel train --images PATH --metadata PATH --output FILE [<options>]
      newel train --method projection --images PATH --vocabulary FILE
                  --words FILE --output FILE [<options>]
      """,
    discussion: """
      Reads pairs of embedding rows and captions, and writes a head file. The same input gives the same file.

      ridge: closed form, in seconds: least squares from the embeddings to the words of the captions.

      stair: a network trained so that pictures and captions find each other by few shared words, with query weights and \
      related words learned beside it. It finds better and says truer words, and takes a minute or two for 40,000 rows. It \
      validates on rows held out, and keeps the best state. Ctrl-C saves; --resume goes on, to the same head as if nothing \
      had happened.

      projection and splice learn nothing and need no captions, but embeddings of the vocabulary's words in the same space \
      as the pictures, as CLIP makes them: projection compares a picture with every word, splice writes it as a sum of few \
      words. --texts gives rows of typical texts, for searches by --query-vector.

      With --json: {"output", "method", "rows", "dimension", "vocabularyCount", "ceiling", "seconds"}, and for stair \
      "validationRows", "validation", "deadTokens", "crowdedToken" (if any), "checkpoint" (if any), "course" with "losses", \
      "validations" and "stageEnds".
      """)

  @Option(help: "How to train.")
  var method: TrainRequest.Method = .ridge

  @Option(help: "Embeddings: a .npy or .npz file, or a dump folder with img_emb/.", completion: .file())
  var images: String

  @Option(help: "Metadata: a .jsonl file, or a dump folder with metadata/.", completion: .file())
  var metadata: String?

  @Option(
    name: .customLong("where"),
    help: "Only rows with FIELD=VALUE (also !=, <, <=, >, >=); may be given several times.")
  var conditions: [String] = []

  @Option(help: "The metadata field with the caption: a text or a list of texts.")
  var captionField = "caption"

  @Option(
    help: "A vocabulary file, one token per line (a BERT vocab.txt is recognised); default: the captions' words.",
    completion: .file())
  var vocabulary: String?

  @Option(parsing: .unconditional, help: "Captions a word must be in to enter the vocabulary.")
  var minimumDocumentFrequency = 5

  @Option(parsing: .unconditional, help: "Most tokens a picture keeps.")
  var top = 64

  @Option(parsing: .unconditional, help: "With ridge: the penalty as a share of the number of rows.")
  var penalty: Double?

  @Option(name: .shortAndLong, help: "The head file to write.", completion: .file())
  var output: String

  @OptionGroup(title: "Options of --method stair") var stair: StairOptionGroup

  @Option(
    help: "Rows of texts: for stair of the captions, row for row, else in the pictures' space.", completion: .file())
  var texts: String?

  @OptionGroup(title: "Options of --method projection and splice") var projection: ProjectionOptionGroup
  @OptionGroup var json: JSONOption
  @OptionGroup var quiet: QuietOption

  func validate() throws {
    if let problem = projection.problem(with: method) { throw ValidationError(problem) }
    if method != .stair, let first = stair.given.first { throw ValidationError("\(first) goes with --method stair.") }
    if method == .ridge, texts != nil { throw ValidationError("--texts goes with the other methods.") }
    if method == .ridge || method == .stair, metadata == nil {
      throw ValidationError("Give --metadata, with the captions.")
    }
    if method != .ridge, penalty != nil { throw ValidationError("--penalty goes with --method ridge.") }
  }

  func run() throws {
    var request = TrainRequest(
      method: method, images: images, metadata: metadata, output: output, conditions: conditions,
      captionField: captionField, vocabulary: vocabulary, minimumDocumentFrequency: minimumDocumentFrequency, top: top,
      penalty: penalty)
    request.stair = stair.settings
    request.stair.texts = texts
    request.projection = projection.settings
    request.projection.texts = texts
    let final = request
    let drawing = try stair.curve.map {
      try OutputFile($0, kind: .picture, inputs: [images, metadata, output].compactMap { $0 })
    }
    if method == .stair { Interruption.watch() }
    let report = try ProgressReporter.standard(quiet: quiet.quiet).showing { show in
      try EncoderModel.train(final) { progress in
        if Interruption.isRequested { throw NewelError(.cancelled, "The training was stopped.") }
        try show(progress)
      }
    }
    if let drawing, let course = report.course {
      try drawing.append(TrainingDrawing(course).svg)
      try drawing.finish()
    }
    warn(report)
    if json.json { return try JSONOutput.print(report) }
    Console.print(
      "\(report.output): a \(report.method) head from \(Console.count(report.rows, "row")) of "
        + "\(Console.count(report.dimension, "dimension")) to \(Console.count(report.vocabularyCount, "token")), in "
        + NumberText.elapsed(report.seconds))
    if let validation = report.validation { Console.print(Self.line(validation)) }
  }

  /// What people should know before they use the head.
  private func warn(_ report: TrainReport) {
    if let token = report.crowdedToken {
      Console.complain(
        "More than 30 % of the pictures have the token '\(token)', which makes searches for it slow and tells little; raise "
          + "--flops, or leave the word out of the vocabulary.")
    }
    if let dead = report.deadTokens, dead * 2 > report.vocabularyCount {
      Console.complain(
        "No picture has \(NumberText.grouped(dead)) of \(Console.count(report.vocabularyCount, "token")); raise "
          + "--minimum-document-frequency, or train longer.")
    }
  }

  /// "  on 1,000 held-out rows: caption → picture R@1/5/10 51.0/84.2/92.1, …".
  private static func line(_ validation: TrainingCourse.Validation) -> String {
    func text(_ recall: TrainingCourse.Recall) -> String {
      [recall.at1, recall.at5, recall.at10].map { NumberText.fixed(100 * $0, decimals: 1) }.joined(separator: "/")
    }
    var line =
      "  on \(Console.count(validation.pictures, "held-out row")): R@1/5/10 from captions \(text(validation.textToImage)), from "
      + "pictures \(text(validation.imageToText))"
    if let expanded = validation.expandedTextToImage { line += ", from expanded captions \(text(expanded))" }
    return line + "; of 5 tokens \(NumberText.fixed(5 * validation.tokenPrecision, decimals: 1)) are said; "
      + "\(NumberText.fixed(validation.meanTokens, decimals: 0)) tokens a picture, the most frequent in "
      + "\(NumberText.fixed(100 * validation.largestFrequency, decimals: 0)) %"
  }
}
