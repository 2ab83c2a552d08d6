internal import ByteStorage
internal import IndexStore

/// What an export wrote.
public struct SegmentExport: Sendable, Encodable {
  public let file: String
  public let documents: Int
  public let bytes: Int
}

extension NewelIndex {
  /// Writes a segment of the index into one file, which ``IndexSession/attach(_:replacing:)`` takes into another index that was made
  /// with the same head, vocabulary and settings.
  ///
  /// - Parameters:
  ///   - number: the segment, as `statistics()` names it; nil for the only one.
  ///   - path: the file; nothing of this name may be there.
  /// - Throws: ``NewelError``: `invalidArgument` when the segment is not there or has deleted documents, `damaged`.
  public func exportSegment(_ number: String? = nil, to path: String) throws(NewelError) -> SegmentExport {
    let names = snapshot.segments.map { "\($0.number)" }
    guard let segment = snapshot.segments.first(where: { number == nil || "\($0.number)" == number }) else {
      throw NewelError(
        .invalidArgument, "'\(self.path)' has no segment \(number ?? ""); it has \(names.joined(separator: ", ")).")
    }
    guard number != nil || names.count == 1 else {
      throw NewelError(
        .invalidArgument,
        "'\(self.path)' has the segments \(names.joined(separator: ", ")); name one with --segment, or merge them first."
      )
    }
    guard segment.liveCount == segment.documentCount else {
      throw NewelError(
        .invalidArgument,
        "Segment \(segment.number) of '\(self.path)' has deleted documents; 'newel merge' drops them first.")
    }
    let slash = path.lastIndex(of: "/")
    let folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    let name = slash.map { String(path[path.index(after: $0)...]) } ?? path
    do {
      let bytes = try snapshot.export(segment, to: name, in: folder, fileSystem: PosixFileSystem())
      return SegmentExport(file: path, documents: segment.documentCount, bytes: bytes)
    } catch {
      throw NewelError(wrapping: error)
    }
  }
}

extension IndexSession {
  /// Takes in segments that ``NewelIndex/exportSegment(_:to:)`` wrote, as if their documents were added last.
  ///
  /// - Parameter replacing: whether documents with the same keys are replaced; otherwise such a key is refused.
  /// - Throws: ``NewelError`` `invalidInput` for a segment that was made with another head, vocabulary or settings, `damaged`.
  @discardableResult
  public func attach(_ paths: [String], replacing: Bool = false) throws(NewelError) -> ChangeReport {
    try changing { state in
      var report = ChangeReport()
      for path in paths {
        let (documents, replaced) = try state.writer.attach(path, replacing: replacing)
        report.added += documents
        report.replaced += replaced
      }
      return report
    }
  }
}
