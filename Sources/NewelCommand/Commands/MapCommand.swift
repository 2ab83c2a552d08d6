import ArgumentParser
import Newel

struct MapCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "map", abstract: "Write the coordinates of rows in the space of an alignment.",
    usage: """
      newel map ALIGNMENT --images PATH --output FILE [<options>]
      newel map ALIGNMENT --texts PATH --output FILE [<options>]
      """,
    discussion: """
      For other programs, FILE.npy: a row of length 1 for each row, 32-bit floats; the dot product of a picture and a text is \
      their cosine.

      For Newel, FILE.jsonl: of an alignment by 'align --method asif' each row is a bag of anchors, the training pairs that it \
      is most like, {"id", "vector": {"a17": weight}}. Pictures make an index and texts are queries of it, without a head and \
      without words:

        newel map asif --images dump --metadata dump --output pictures.jsonl
        newel build anchors.index --sparse pictures.jsonl
        newel map asif --texts dump --output queries.jsonl
        newel search anchors.index --batch queries.jsonl

      The id is the key in the metadata, or else the number of the row. An existing file is never replaced.

      With --json: {"output", "method", "side", "rows", "coordinates", "meanAnchors" (of vectors)}.
      """)

  @Argument(help: "The alignment file.", completion: .file())
  var alignment: String

  @Option(help: "Rows of pictures: a .npy or .npz file, or a dump folder with img_emb/.", completion: .file())
  var images: String?

  @Option(help: "Rows of texts: a .npy or .npz file, or a dump folder with text_emb/.", completion: .file())
  var texts: String?

  @Option(help: "The keys of the rows: a .jsonl file, or a dump folder with metadata/.", completion: .file())
  var metadata: String?

  @Option(help: "The metadata field that is the key (default: id, key or image_path).")
  var keyField: String?

  @Option(name: .shortAndLong, help: "The file to write, .npy or .jsonl.", completion: .file())
  var output: String

  @OptionGroup var json: JSONOption
  @OptionGroup var quiet: QuietOption

  func validate() throws {
    if (images == nil) == (texts == nil) { throw ValidationError("Give either --images or --texts.") }
    if keyField != nil, metadata == nil { throw ValidationError("--key-field needs --metadata.") }
  }

  func run() throws {
    guard let rows = images ?? texts else { return }
    let request = MapRequest(
      side: images == nil ? .texts : .images, rows: rows, metadata: metadata, keyField: keyField, output: output)
    let model = try AlignmentModel.load(alignment)
    Interruption.watch()
    let report = try ProgressReporter.standard(quiet: quiet.quiet).showing { show in
      try model.map(request) { progress in
        if Interruption.isRequested { throw NewelError(.cancelled, "The mapping was stopped; nothing was written.") }
        try show(progress)
      }
    }
    if json.json { return try JSONOutput.print(report) }
    let anchors = report.meanAnchors.map { ", \(NumberText.fixed($0, decimals: 0)) of them a row" } ?? ""
    Console.print(
      "\(report.output): \(Console.count(report.rows, "row")) of \(report.side) by \(report.method), "
        + "\(Console.count(report.coordinates, report.meanAnchors == nil ? "coordinate" : "anchor"))\(anchors)")
  }
}
