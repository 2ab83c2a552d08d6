internal import Alignment
internal import ByteStorage
internal import Foundation
internal import TokenSpace

/// What a file is that a command writes, and so what it may replace.
package enum OutputKind: Sendable {
  /// A head file.
  case head
  /// An alignment file.
  case alignment
  /// A TREC run file.
  case run
  /// An SVG picture.
  case picture
  /// A training of a head half done.
  case checkpoint
  /// A training of an alignment half done.
  case alignmentCheckpoint
  /// An HTML page of an atlas.
  case page
  /// Rows or vectors for other programs.
  case rows

  /// How the pages that Newel writes begin.
  package static let pageStart = "<!doctype html>\n<!-- Newel atlas -->\n"

  /// What people call it.
  var name: String {
    switch self {
    case .head: "head file"
    case .alignment: "alignment file"
    case .run: "run file"
    case .picture: "picture"
    case .checkpoint, .alignmentCheckpoint: "checkpoint"
    case .page: "page"
    case .rows: "file of rows"
    }
  }

  /// Whether an existing file is of this kind.
  private func recognises(_ path: String) -> Bool {
    switch self {
    case .head: TokenHead.isHead(path, fileSystem: PosixFileSystem())
    case .alignment: AlignmentMap.isAlignment(path, fileSystem: PosixFileSystem())
    case .run: Self.isRun(path)
    case .checkpoint: StairCheckpoint.isCheckpoint(path, fileSystem: PosixFileSystem())
    case .alignmentCheckpoint: AlignmentCheckpoint.isCheckpoint(path, fileSystem: PosixFileSystem())
    case .picture: Self.begins(path, with: "<svg")
    case .page: Self.begins(path, with: Self.pageStart)
    // Newel's rows look like anybody's.
    case .rows: false
    }
  }

  /// Whether a file begins as Newel begins a file of the kind.
  private static func begins(_ path: String, with text: String) -> Bool {
    guard let file = try? PosixFileSystem().map(path), var reader = try? ByteReader(file, section: "the first bytes"),
      let bytes = try? reader.bytes(text.utf8.count)
    else { return false }
    return bytes == Array(text.utf8)
  }

  /// Whether a file is empty, as the run of queries without hits is, or its first line has the six fields of a run:
  /// query, `Q0`, document, rank, score, tag.
  private static func isRun(_ path: String) -> Bool {
    guard let file = try? PosixFileSystem().map(path) else { return false }
    if file.byteCount == 0 { return true }
    // Far longer than any line of a run that Newel writes, whose longest part is a key.
    let wanted = min(file.byteCount, 1 << 20)
    guard var reader = try? ByteReader(file, section: "the first line"), let bytes = try? reader.bytes(wanted),
      let line = bytes.split(separator: UInt8(ascii: "\n"), maxSplits: 1, omittingEmptySubsequences: false).first
    else { return false }
    let fields = line.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: "\r") }
    guard fields.count == 6, fields[1].elementsEqual("Q0".utf8) else { return false }
    return Int(String(decoding: fields[3], as: UTF8.self)) != nil
      && Double(String(decoding: fields[4], as: UTF8.self)) != nil
  }

  /// Says before the work, rather than after it, that a file cannot be written where it should be.
  ///
  /// Only what is missing, and what is a regular file of this kind, may be written: never an input of the same run, and
  /// nothing through a symbolic link, into a pipe or a device.
  ///
  /// - Parameter inputs: the files and folders that the run reads.
  /// - Throws: `invalidArgument` or `notFound` with the reason.
  package func checkOutput(_ path: String, inputs: [String]) throws(NewelError) {
    guard !path.isEmpty else { throw NewelError(.invalidArgument, "The name of the \(name) is empty; give one.") }
    // Unlike FileSystem's, this look does not follow a symbolic link.
    let type = (try? FileManager.default.attributesOfItem(atPath: path))?[.type] as? FileAttributeType
    if type == .typeDirectory {
      throw NewelError(.invalidArgument, "'\(path)' is a folder; give the name of the \(name) to write.")
    }
    if let input = inputs.first(where: { Self.isSameFile($0, path) }) {
      throw NewelError(
        .invalidArgument,
        "The \(name) '\(path)' is what this run reads as '\(input)', so nothing was written; give another name.")
    }
    switch type {
    case nil: try checkFolder(of: path)
    case .typeRegular?:
      try checkFolder(of: path)
      guard recognises(path) else {
        throw NewelError(
          .invalidArgument,
          self == .rows
            ? "'\(path)' exists, and files of rows are never replaced; give another name or move it away."
            : "'\(path)' exists and is no \(name), so it was not replaced; give another name or move it away.")
      }
    case .typeSymbolicLink?:
      throw NewelError(
        .invalidArgument,
        "'\(path)' is a symbolic link, so nothing was written through it; give the name of the file that is meant.")
    default:
      throw NewelError(
        .invalidArgument, "'\(path)' is a pipe or a device and not a file, so nothing was written; give another name.")
    }
  }

  private func checkFolder(of path: String) throws(NewelError) {
    let slash = path.lastIndex(of: "/")
    let folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    let fileSystem = PosixFileSystem()
    do {
      guard try fileSystem.kind(of: folder) == .folder else {
        throw NewelError(.notFound, "There is no folder '\(folder)' for the \(name); make it first.")
      }
      if try fileSystem.exists(joinedPath(folder, "catalog.sqlite")) {
        throw NewelError(
          .invalidArgument,
          "'\(path)' would be inside the index '\(folder)', so nothing was written; choose a folder outside of it.")
      }
    } catch {
      throw NewelError(wrapping: error)
    }
  }

  /// Whether two names lead to one file, through links of either sort.
  private static func isSameFile(_ input: String, _ output: String) -> Bool {
    let first = URL(fileURLWithPath: input).resolvingSymlinksInPath()
    let second = URL(fileURLWithPath: output).resolvingSymlinksInPath()
    if first.path == second.path { return true }
    func identity(_ url: URL) -> [NSNumber]? {
      guard let attributes = try? FileManager.default.attributesOfItem(atPath: url.path),
        let device = attributes[.systemNumber] as? NSNumber, let number = attributes[.systemFileNumber] as? NSNumber
      else { return nil }
      return [device, number]
    }
    guard let found = identity(first) else { return false }
    return found == identity(second)
  }
}
