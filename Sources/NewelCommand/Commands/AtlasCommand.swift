import ArgumentParser
import Newel

struct AtlasCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "atlas",
    abstract: "Write a page of HTML with pictures and their words, to be looked at.",
    usage: "newel atlas INDEX --output page.html [--images FOLDER] [<options>]",
    discussion: """
      One file that needs nothing else: no network, no script, pictures inside it. It shows a sample of pictures with \
      captions and tokens, the tokens that the caption holds marked, and the words that it has and the picture lacks; above, \
      how the tokens are spread over all pictures. --query shows the best hits of a query instead of a random sample.

      Pictures come from --images, the folder that the paths in the metadata (--picture-field) start from; PNG, JPEG, GIF and \
      WebP files in it, none larger than --largest. Without --images the page has words only.

      With --json: {"output", "pictures", "embedded", "missing": {reason: count}, "unknownWords"}.
      """)

  @OptionGroup var index: IndexArgument

  @Option(name: .shortAndLong, help: "The page to write; an atlas that is there is replaced.", completion: .file())
  var output: String

  @Option(help: "The folder that the paths of pictures start from.", completion: .directory)
  var images: String?

  @Option(parsing: .unconditional, help: "How many pictures.")
  var sample = 48

  @Option(help: "Of the random choice; the same seed chooses the same pictures.")
  var seed: UInt64 = 1

  @OptionGroup var filter: FilterOption

  @Option(help: "Show the best hits of a query, in the query language.")
  var query: String?

  @Option(name: [.customShort("n"), .customLong("limit")], parsing: .unconditional, help: "Most tokens of a picture.")
  var limit = 32

  @Option(help: "The metadata field with the path of a picture.")
  var pictureField = "image_path"

  @Option(parsing: .unconditional, help: "Leave out pictures of more kilobytes.")
  var largest = 1000

  @OptionGroup var json: JSONOption
  @OptionGroup var quiet: QuietOption

  func run() throws {
    guard (1...10_000).contains(sample) else {
      throw CommandFailure("The sample is \(sample) pictures, but it must be from 1 to 10,000.")
    }
    guard (1...100_000).contains(largest) else {
      throw CommandFailure("The largest picture is \(largest) kB, but it must be from 1 to 100,000.")
    }
    let inputs = [index.index] + [images].compactMap(\.self)
    try OutputKind.page.checkOutput(output, inputs: inputs)
    let files = try images.map { PictureFiles(folder: try PictureFiles.checked($0), limit: 1000 * largest) }
    let opened = try index.open()
    let request = AtlasRequest(
      count: sample, seed: seed, conditions: filter.conditions, query: query, limit: limit, pictureField: pictureField)
    let atlas = try ProgressReporter.standard(quiet: quiet.quiet).showing { try opened.atlas(request, progress: $0) }
    Console.warnOfWords(unknown: atlas.unknownWords)
    let file = try OutputFile(output, kind: .page, inputs: inputs)
    var page = AtlasPage(atlas: atlas, conditions: filter.conditions, query: query, seed: seed, files: files)
    try page.write { try file.append($0) }
    try file.finish()
    let report = AtlasReport(
      output: output, pictures: atlas.pictures.count, embedded: page.embedded, missing: page.missing,
      unknownWords: atlas.unknownWords)
    if json.json { try JSONOutput.print(report) } else { report.show() }
  }
}

/// What became of an atlas.
struct AtlasReport: Encodable {
  let output: String
  /// Pictures shown with their words.
  let pictures: Int
  /// How many of them are in the page themselves.
  let embedded: Int
  /// The others that should be, by what kept them out.
  let missing: [String: Int]
  let unknownWords: [String]

  func show() {
    Console.print(
      "\(output): \(Console.count(pictures, "picture")) with their words, \(NumberText.grouped(embedded)) to be seen")
    for (reason, count) in missing.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
      Console.print("  \(NumberText.grouped(count)) not to be seen: \(reason)")
    }
  }
}
