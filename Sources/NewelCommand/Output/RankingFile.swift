import Evaluation
import Newel

/// A TREC run file written query by query; it gets its name when it is complete.
final class RankingFile {
  private let file: OutputFile
  private let writer: TrecRunWriter

  /// - Parameter inputs: the files that the command reads, which are never replaced.
  init(_ path: String, inputs: [String]) throws {
    writer = try TrecRunWriter(tag: "newel", ties: .breakByRank)
    file = try OutputFile(path, kind: .run, inputs: inputs)
  }

  /// Whether a query of this name can stand in a run file: fields end at white space.
  static func canHold(id: String) -> Bool {
    !id.isEmpty && id.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F }
  }

  /// Appends the ranking of one query; nothing for one without hits.
  func append(_ ranking: [ScoredDocument], of query: String) throws {
    let lines: String
    do { lines = try writer.lines(for: query, ranking: ranking) } catch {
      throw CommandFailure("The run file cannot be written: \(error).")
    }
    try file.append(lines)
  }

  /// Writes what is left, and gives the file its name.
  func finish() throws { try file.finish() }

  /// Removes what was written.
  func abandon() { file.abandon() }
}
