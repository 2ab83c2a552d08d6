import ArgumentParser
import Newel

struct ExportSegmentCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export-segment", abstract: "Write a segment of an index into one file.",
    usage: "newel export-segment INDEX --output FILE [--segment NUMBER] [--json]",
    discussion: """
      'newel attach' takes the file into another index that was built with the same head, vocabulary and settings, so that parts \
      can be built apart. Merge first when documents were deleted.

      With --json: {"file", "documents", "bytes"}.
      """)

  @OptionGroup var index: IndexArgument

  @Option(name: .shortAndLong, help: "The file to write; it must not exist.", completion: .file())
  var output: String

  @Option(help: "The segment's number, as 'newel stats --json' names it (default: the only one).")
  var segment: String?

  @OptionGroup var json: JSONOption

  func run() throws {
    let report = try index.open().exportSegment(segment, to: output)
    if json.json { return try JSONOutput.print(report) }
    Console.print(
      "\(report.file): \(Console.count(report.documents, "document")) in \(NumberText.bytes(report.bytes))")
  }
}

struct AttachCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "attach", abstract: "Take segments that were built elsewhere into an index, in one commit.",
    usage: "newel attach INDEX SEGMENT… [--replace] [--json]",
    discussion: """
      The files are those of 'newel export-segment'. Every byte is proved first; a segment that was made with another head, \
      vocabulary, ceiling or dense rows is refused, and the index stays as it is.

      With --json: {"index", "generation", "added", "replaced", "documents"}.
      """)

  @OptionGroup var index: IndexArgument

  @Argument(help: "Files of 'newel export-segment'.", completion: .file())
  var segments: [String]

  @Flag(help: "Documents whose key is in the index already take the place of those there.")
  var replace = false

  @OptionGroup var json: JSONOption

  func run() throws {
    let session = try IndexSession.open(index.index)
    defer { session.close() }
    let report = try session.attach(segments, replacing: replace)
    let commit = try session.commit()
    if json.json { return try JSONOutput.print(ChangeAnswer(index: index.index, report, commit)) }
    Console.print(
      "\(index.index): \(Console.count(report.added, "document")) attached, \(NumberText.grouped(commit.documentCount)) in all"
    )
  }
}
