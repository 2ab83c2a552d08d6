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
      Reads pairs of embedding rows and captions, and writes a head file. The ridge method is closed-form and takes \
      seconds: least squares from the embeddings to the words of the captions. The same input gives the same file.

      projection and splice learn nothing and need no captions, but embeddings of the vocabulary's words in the same space \
      as the pictures, as CLIP makes them: projection compares a picture with every word, splice writes it as a sum of few \
      words. --texts gives rows of typical texts, for searches by --query-vector.

      With --json: {"output", "method", "rows", "dimension", "vocabularyCount", "ceiling", "seconds"}.
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

  @Option(parsing: .unconditional, help: "Ridge penalty as a share of the number of rows.")
  var penalty: Double?

  @Option(name: .shortAndLong, help: "The head file to write.", completion: .file())
  var output: String

  @Option(help: "Rows of texts in the pictures' space: a .npy or .npz file, or a folder.", completion: .file())
  var texts: String?

  @OptionGroup(title: "Options of --method projection and splice") var projection: ProjectionOptionGroup
  @OptionGroup var json: JSONOption
  @OptionGroup var quiet: QuietOption

  func validate() throws {
    if let problem = projection.problem(with: method) { throw ValidationError(problem) }
    if method == .ridge, texts != nil { throw ValidationError("--texts goes with --method projection and splice.") }
    if method == .ridge, metadata == nil { throw ValidationError("Give --metadata, with the captions.") }
    if method != .ridge, penalty != nil { throw ValidationError("--penalty goes with --method ridge.") }
  }

  func run() throws {
    var request = TrainRequest(
      method: method, images: images, metadata: metadata, output: output, conditions: conditions,
      captionField: captionField, vocabulary: vocabulary, minimumDocumentFrequency: minimumDocumentFrequency, top: top,
      penalty: penalty)
    request.projection = projection.settings
    request.projection.texts = texts
    let final = request
    let report = try ProgressReporter.standard(quiet: quiet.quiet).showing {
      try EncoderModel.train(final, progress: $0)
    }
    if json.json { return try JSONOutput.print(report) }
    Console.print(
      "\(report.output): a \(report.method) head from \(Console.count(report.rows, "row")) of "
        + "\(Console.count(report.dimension, "dimension")) to \(Console.count(report.vocabularyCount, "token")), in "
        + NumberText.elapsed(report.seconds))
  }
}
