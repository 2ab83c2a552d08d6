import InvertedIndex

/// How far a merge has come, beside the writing of its segments.
public struct MergeProgress: Sendable, Equatable {
  /// The steps of a merge that are not those of writing a segment.
  public enum Stage: String, Sendable, CaseIterable {
    /// The sparse vectors of the segments are read into memory.
    case collecting
    /// Keys and metadata are copied.
    case copying
  }

  public let stage: Stage
  /// Documents of the segment that is being written.
  public let done: Int
  public let total: Int
}

/// How a merge works.
public struct MergeWork {
  /// How the new segments are written.
  public var segments: SegmentWork
  /// Told how far the merge has come; `false` stops it, and it throws `postings(stopped)`.
  public var progress: (MergeProgress) -> Bool

  public init(segments: SegmentWork = SegmentWork(), progress: @escaping (MergeProgress) -> Bool = { _ in true }) {
    self.segments = segments
    self.progress = progress
  }

  func report(_ stage: MergeProgress.Stage, _ done: Int, _ total: Int) throws(IndexStoreError) {
    guard progress(MergeProgress(stage: stage, done: done, total: total)) else { throw .postings(.stopped) }
  }
}
