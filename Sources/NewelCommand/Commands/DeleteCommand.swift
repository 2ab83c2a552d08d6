import ArgumentParser
import Newel

struct DeleteCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "delete", abstract: "Delete documents by their keys, or those that meet conditions.",
    usage: """
      newel delete INDEX KEY… [<options>]
      newel delete INDEX --where CONDITION [<options>]
      """,
    discussion: """
      All of it becomes visible at once. Keys that no document has are told and are no error. Searches no longer find what \
      was deleted; its bytes go with the next merge of its segment.

      With --json: {"index", "generation", "deleted", "unknownKeys", "documents" (those that are left)}.
      """)

  @OptionGroup var index: IndexArgument

  @Argument(help: "The documents' keys.")
  var keys: [String] = []

  @OptionGroup var filter: FilterOption

  @OptionGroup var json: JSONOption

  func validate() throws {
    if keys.isEmpty == filter.conditions.isEmpty {
      throw ValidationError("Give either KEYs or --where, which chooses documents by their metadata.")
    }
  }

  func run() throws {
    let session = try IndexSession.open(index.index)
    defer { session.close() }
    let report =
      keys.isEmpty ? try session.delete(where: filter.conditions) : try session.delete(keys: keys)
    let commit = try session.commit()
    let answer = ChangeAnswer(index: index.index, report, commit)
    ChangeAnswer.warn(report)
    if json.json { return try JSONOutput.print(answer) }
    Console.print(
      "\(index.index): \(Console.count(report.deleted, "document")) deleted, "
        + "\(NumberText.grouped(commit.documentCount)) left")
  }
}

/// What a command that changed documents says.
struct ChangeAnswer: Encodable {
  let index: String
  let generation: UInt64
  let added: Int
  let replaced: Int
  let deleted: Int
  let unknownKeys: [String]
  let weightsClipped: Int
  /// Documents of the index after the commit.
  let documents: Int

  init(index: String, _ report: ChangeReport, _ commit: CommitSummary) {
    self.index = index
    generation = commit.generation
    added = report.added
    replaced = report.replaced
    deleted = report.deleted
    unknownKeys = report.unknownKeys
    weightsClipped = report.weightsClipped
    documents = commit.documentCount
  }

  /// Says which keys no document has.
  static func warn(_ report: ChangeReport) {
    let unknown = report.unknownKeys
    guard !unknown.isEmpty else { return }
    let shown = unknown.prefix(5).map { "'\($0)'" }.joined(separator: ", ")
    let rest = unknown.count > 5 ? " and \(NumberText.grouped(unknown.count - 5)) more" : ""
    Console.complain("No document has the \(unknown.count == 1 ? "key" : "keys") \(shown)\(rest).")
  }
}
