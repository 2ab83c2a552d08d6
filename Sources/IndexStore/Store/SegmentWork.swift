import Foundation
public import InvertedIndex

/// How the segments of a commit are written.
public struct SegmentWork {
  /// How documents are ordered inside the postings. Answers do not depend on it.
  public var ordering: DocumentOrdering
  /// How many threads may work on it; by default one for each core. What is written does not depend on it.
  public var threads: Int
  /// Told how far the work has come; `false` stops it, and the writer throws `postings(stopped)`.
  public var progress: SegmentProgressHandler

  public init(
    ordering: DocumentOrdering = .automatic, threads: Int? = nil,
    progress: @escaping SegmentProgressHandler = { _ in true }
  ) {
    self.ordering = ordering
    self.threads = max(1, threads ?? ProcessInfo.processInfo.activeProcessorCount)
    self.progress = progress
  }
}
