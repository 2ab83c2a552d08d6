/// How far the writing of a segment has come.
public struct SegmentProgress: Sendable, Equatable {
  /// The steps of writing a segment, in their order.
  public enum Stage: String, Sendable, CaseIterable {
    /// Documents are put next to those like them; counted in documents times levels of halving.
    case ordering
    /// Vectors by document become lists by term; one step that is not counted.
    case inverting
    /// Lists and vectors are written; counted in postings.
    case writing
  }

  public let stage: Stage
  public let done: Int
  /// What there is to do in this stage; 0 for a stage that is not counted.
  public let total: Int

  public init(stage: Stage, done: Int, total: Int) {
    self.stage = stage
    self.done = done
    self.total = total
  }
}

/// Receives the progress, often and on the thread of the job; `false` stops the job, which then throws
/// ``InvertedIndexError/stopped``.
public typealias SegmentProgressHandler = (SegmentProgress) -> Bool
