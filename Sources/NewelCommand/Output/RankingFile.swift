import Evaluation
import Foundation
import Newel

/// A TREC run file written query by query. It gets its name when it is complete; until then, and after a failure, there is no
/// file of that name, or the old one.
final class RankingFile {
  private let path: String
  private let handle: FileHandle
  /// Where the lines go until the file is complete; nil for a pipe or a device, which takes them at once.
  private let unfinished: String?
  private let writer: TrecRunWriter
  private var buffer = Data()

  init(_ path: String) throws {
    self.path = path
    writer = try TrecRunWriter(tag: "newel", ties: .breakByRank)
    // Nothing there yet has no type.
    let type = try? FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType
    if type == .typeDirectory { throw CommandFailure("The run file '\(path)' is a folder; give the name of a file.") }
    unfinished = type == nil || type == .typeRegular ? "\(path).unfinished" : nil
    if let unfinished { _ = FileManager.default.createFile(atPath: unfinished, contents: nil) }
    guard let handle = FileHandle(forWritingAtPath: unfinished ?? path) else { throw Self.failure(path) }
    self.handle = handle
  }

  /// Whether a query of this name can stand in a run file: fields end at white space.
  static func canHold(id: String) -> Bool {
    !id.isEmpty && id.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F }
  }

  /// Appends the ranking of one query; nothing for one without hits.
  func append(_ hits: [RankedHit], of query: String) throws {
    do {
      let ranking = hits.map { ScoredDocument(key: $0.key, score: $0.score) }
      buffer.append(Data(try writer.lines(for: query, ranking: ranking).utf8))
    } catch {
      throw CommandFailure("The run file cannot be written: \(error).")
    }
    if buffer.count >= 1 << 20 { try flush() }
  }

  /// Writes what is left, makes it last, and gives the file its name.
  func finish() throws {
    try flush()
    do {
      if unfinished != nil { try handle.synchronize() }
      try handle.close()
      if let unfinished {
        if FileManager.default.fileExists(atPath: path) { try FileManager.default.removeItem(atPath: path) }
        try FileManager.default.moveItem(atPath: unfinished, toPath: path)
      }
    } catch {
      throw Self.failure(path)
    }
  }

  /// Removes what was written.
  func abandon() {
    try? handle.close()
    if let unfinished { try? FileManager.default.removeItem(atPath: unfinished) }
  }

  private func flush() throws {
    do { try handle.write(contentsOf: buffer) } catch { throw Self.failure(path) }
    buffer.removeAll(keepingCapacity: true)
  }

  private static func failure(_ path: String) -> CommandFailure {
    CommandFailure("The run file '\(path)' cannot be written; check its folder and the space on the disk.")
  }
}
