import ArgumentParser
import Newel

struct UpdateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "update", abstract: "Change the metadata of documents, without new vectors.",
    usage: "newel update INDEX --metadata FILE [<options>]",
    discussion: """
      Each line of the file is {"key": "a", "patch": {…}}: a JSON merge patch (RFC 7396). Members that are given take the place \
      of those there, null removes one. All of it becomes visible at once; a line that cannot be used leaves the index as it \
      was. A document that is updated counts as inserted last.

      With --json: {"index", "generation", "replaced", "unknownKeys", "documents"}.
      """)

  @OptionGroup var index: IndexArgument

  @Option(help: "A file of JSON lines; - is standard input.", completion: .file())
  var metadata: String

  @OptionGroup var json: JSONOption

  func run() throws {
    let (report, commit) = try LineJob(index: index.index, path: metadata) { change in
      if case .patch = change { true } else { false }
    }.run(expected: "{\"key\": \"…\", \"patch\": {…}}")
    ChangeAnswer.warn(report)
    if json.json { return try JSONOutput.print(ChangeAnswer(index: index.index, report, commit)) }
    Console.print(
      "\(index.index): the metadata of \(Console.count(report.replaced, "document")) changed, "
        + "\(NumberText.grouped(commit.documentCount)) in all")
  }
}

struct AddCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "add", abstract: "Add documents to an index, or put them in the place of others.",
    usage: "newel add INDEX --documents FILE [--replace] [<options>]",
    discussion: """
      Each line of the file is {"key": "a", "embedding": [0.12, …], "metadata": {…}}, with "vector": {"red": 1.5} for an index \
      of sparse vectors. The embedding goes through the head that the index has kept. All of it becomes visible at once; a \
      line that cannot be used leaves the index as it was. Of several lines with one key the last stays, when --replace is \
      given.

      Whole dumps are added by 'newel build', a stream of changes by 'newel watch'.

      With --json: {"index", "generation", "added", "replaced", "weightsClipped", "documents"}.
      """)

  @OptionGroup var index: IndexArgument

  @Option(help: "A file of JSON lines; - is standard input.", completion: .file())
  var documents: String

  @Flag(help: "Documents whose key is in the index already take the place of those there.")
  var replace = false

  @OptionGroup var json: JSONOption

  func run() throws {
    let (report, commit) = try LineJob(index: index.index, path: documents, replacing: replace) { change in
      if case .put = change { true } else { false }
    }.run(expected: "{\"key\": \"…\", \"embedding\": […], \"metadata\": {…}}")
    if report.weightsClipped > 0 {
      Console.complain(
        "\(Console.count(report.weightsClipped, "weight")) above the ceiling of the index, which count only as much as it."
      )
    }
    if json.json { return try JSONOutput.print(ChangeAnswer(index: index.index, report, commit)) }
    Console.print(
      "\(index.index): \(Console.count(report.added, "document")) added, \(NumberText.grouped(report.replaced)) of them in the "
        + "place of others; \(NumberText.grouped(commit.documentCount)) in all")
  }
}

/// Changes of one kind from a file of lines, in one commit.
struct LineJob {
  let index: String
  let path: String
  var replacing = true
  let isWanted: (IndexChange) -> Bool

  /// - Parameter expected: what a line looks like.
  func run(expected: String) throws -> (ChangeReport, CommitSummary) {
    let session = try IndexSession.open(index)
    defer { session.close() }
    Interruption.watch()
    let input = try LineInput(path)
    let name = path == "-" ? "standard input" : "'\(path)'"
    var total = ChangeReport()
    var isDone = false
    while !isDone {
      if Interruption.isRequested {
        throw NewelError(.cancelled, "The command was stopped; '\(index)' is as it was before.")
      }
      switch input.next(within: 0.1) {
      case .nothing: continue
      case .end: isDone = true
      case .failed(let why): throw CommandFailure("\(name) could not be read: \(why).")
      case .tooLong(let number): throw CommandFailure("Line \(number) of \(name) is too long.")
      case .line(let number, let bytes):
        guard bytes.contains(where: { $0 > UInt8(ascii: " ") }) else { continue }
        do {
          let change = try IndexChange(line: bytes)
          guard isWanted(change) else { throw NewelError(.invalidInput, "this line is no \(expected).") }
          total.add(try session.apply(change, replacing: replacing))
        } catch let error as NewelError {
          throw error.code == .invalidInput
            ? NewelError(.invalidInput, "Line \(number) of \(name): \(error.message)") : error
        }
      }
    }
    return (total, try session.commit())
  }
}
