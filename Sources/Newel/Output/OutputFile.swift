internal import ByteStorage
internal import Foundation

/// A file that is written piece by piece and gets its name when it is complete; until then, and after a failure, there is
/// no file of that name, or the old one.
///
/// Not for use from several threads at once.
package final class OutputFile {
  private let path: String
  private let kind: OutputKind
  private let inputs: [String]
  private let fileSystem = PosixFileSystem()
  /// The name of the file until it is complete.
  private let unfinished: String
  private var file: (any WritableFile)?
  private var buffer: [UInt8] = []

  /// Makes the file under its first name.
  ///
  /// - Parameter inputs: what the run reads, which is never replaced.
  /// - Throws: what ``OutputKind/checkOutput(_:inputs:)`` throws; `inputOutput` when the folder takes no file.
  package init(_ path: String, kind: OutputKind, inputs: [String]) throws(NewelError) {
    self.path = path
    self.kind = kind
    self.inputs = inputs
    unfinished = "\(path).\(ProcessInfo.processInfo.processIdentifier).unfinished"
    try kind.checkOutput(path, inputs: inputs)
    do { file = try fileSystem.create(unfinished) } catch { throw failure(error) }
  }

  deinit { abandon() }

  /// Appends a text.
  package func append(_ text: String) throws(NewelError) { try append(Array(text.utf8)) }

  /// Appends bytes.
  func append(_ bytes: [UInt8]) throws(NewelError) {
    buffer.append(contentsOf: bytes)
    if buffer.count >= 1 << 20 { try flush() }
  }

  /// Writes what is left, makes it last, and gives the file its name in one step.
  package func finish() throws(NewelError) {
    try flush()
    // Something else may have got the name meanwhile.
    try kind.checkOutput(path, inputs: inputs)
    do {
      try file?.synchronize()
      try file?.close()
      try fileSystem.rename(unfinished, to: path)
      file = nil
      try fileSystem.syncFolder(fileSystem.parentFolder(of: path))
    } catch {
      throw failure(error)
    }
  }

  /// Removes what was written. Does nothing after ``finish()``.
  package func abandon() {
    guard let file else { return }
    try? file.close()
    try? fileSystem.remove(unfinished)
    self.file = nil
  }

  private func flush() throws(NewelError) {
    if buffer.isEmpty { return }
    do { try file?.append(RawSpan(_elements: buffer.span)) } catch { throw failure(error) }
    buffer.removeAll(keepingCapacity: true)
  }

  private func failure(_ error: StorageError) -> NewelError {
    NewelError(
      .inputOutput,
      "The \(kind.name) '\(path)' cannot be written; check its folder and the space on the disk. The system says: "
        + error.description, cause: error)
  }
}

extension PosixFileSystem {
  /// The folder that a path's last name is in.
  fileprivate func parentFolder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}
