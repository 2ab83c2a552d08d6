internal import IndexStore
internal import InvertedIndex

/// What to merge.
public struct MergeRequest: Sendable {
  /// The index folder.
  public var index: String
  /// Merge until at most so many segments are left, the smallest neighbours first; nil merges all that fit into one.
  public var segments: Int?
  /// How documents are ordered inside the postings of the new segments.
  public var order: DocumentOrder

  public init(index: String, segments: Int? = nil, order: DocumentOrder = .automatic) {
    self.index = index
    self.segments = segments
    self.order = order
  }
}

/// What a merge did.
public struct MergeReport: Sendable, Codable {
  public let index: String
  /// The commit of the merge, or the last one when there was nothing to merge.
  public let generation: UInt64
  public let segmentsBefore: Int
  public let segmentsAfter: Int
  /// Documents of the segments that were written anew.
  public let documentsMerged: Int
  /// Bytes of the files that went.
  public let bytesRemoved: Int
  /// Bytes of the files that came.
  public let bytesAdded: Int
  public let seconds: Double
  /// How long each stage took, in the order in which they began.
  public let stages: [StageTime]
}

extension NewelIndex {
  /// Puts segments together, in one commit: searches get faster, and no answer changes.
  ///
  /// Memory: about 14 bytes per posting of the largest new segment, mapped files included. Disk: the old and the new files
  /// until the commit.
  ///
  /// - Parameter progress: what it throws stops the merge; the index is then as it was before.
  /// - Throws: ``NewelError`` that names the file at fault. The index is then as it was before.
  public static func merge(_ request: MergeRequest, progress: ProgressHandler? = nil) throws(NewelError) -> MergeReport
  {
    do {
      if let segments = request.segments, segments < 1 {
        throw NewelError(.invalidArgument, "\(segments) segments were asked for, but there must be at least 1.")
      }
      let clock = StageClock(progress ?? { _ in })
      let watch = ContinuousClock()
      let start = watch.now
      let writer = try IndexWriter.open(request.index, creating: nil)
      defer { writer.close() }
      let report = try clock.stopping {
        try writer.merge(request.segments.map { .segments($0) } ?? .fewest, work: clock.mergeWork(request.order))
      }
      return MergeReport(
        index: request.index, generation: report.generation, segmentsBefore: report.segmentsBefore,
        segmentsAfter: report.segmentsAfter, documentsMerged: report.documentsMerged,
        bytesRemoved: report.bytesRemoved, bytesAdded: report.bytesAdded,
        seconds: start.duration(to: watch.now) / .seconds(1), stages: clock.finish())
    } catch {
      throw NewelError(wrapping: error)
    }
  }
}
