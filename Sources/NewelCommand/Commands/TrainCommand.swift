import ArgumentParser
import Newel

struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train a head that turns embeddings into weighted words.",
    usage: "newel train --images PATH --metadata PATH --output FILE [<options>]",
    discussion: """
      Reads pairs of embedding rows and captions, and writes a head file. The ridge method is closed-form and takes \
      seconds: least squares from the embeddings to the words of the captions. The same input gives the same file.

      With --json: {"output", "method", "rows", "dimension", "vocabularyCount", "ceiling", "seconds"}.
      """)

  @Option(help: "How to train.")
  var method: TrainRequest.Method = .ridge

  @Option(help: "Embeddings: a .npy or .npz file, or a dump folder with img_emb/.", completion: .file())
  var images: String

  @Option(help: "Metadata: a .jsonl file, or a dump folder with metadata/.", completion: .file())
  var metadata: String

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

  @OptionGroup var json: JSONOption
  @OptionGroup var quiet: QuietOption

  func run() throws {
    let request = TrainRequest(
      method: method, images: images, metadata: metadata, output: output, conditions: conditions,
      captionField: captionField, vocabulary: vocabulary, minimumDocumentFrequency: minimumDocumentFrequency, top: top,
      penalty: penalty)
    let report = try ProgressReporter.standard(quiet: quiet.quiet).showing {
      try EncoderModel.train(request, progress: $0)
    }
    if json.json { return try JSONOutput.print(report) }
    Console.print(
      "\(report.output): a \(report.method) head from \(NumberText.grouped(report.rows)) rows of "
        + "\(report.dimension) dimensions to \(NumberText.grouped(report.vocabularyCount)) tokens, in "
        + NumberText.elapsed(report.seconds))
  }
}
