import ByteStorage
import InvertedIndex

/// What a merge did.
public struct MergeReport: Sendable, Equatable {
  /// The number of the last commit: a new one, or the one before when there was nothing to merge.
  public var generation: UInt64
  public var segmentsBefore: Int
  public var segmentsAfter: Int
  /// Documents of the segments that were written anew.
  public var documentsMerged: Int
  /// Deleted documents whose bytes are gone.
  public var documentsDropped: Int
  /// Bytes of the files that went.
  public var bytesRemoved: Int
  /// Bytes of the files that came.
  public var bytesAdded: Int
}

extension IndexWriter {
  /// Puts neighbouring segments together, without their deleted documents, and commits. Documents keep their ordinals, and every
  /// answer stays as it was.
  ///
  /// The files of the old segments are removed after the commit; snapshots that have them open keep them. A failure
  /// leaves the index as it was, and the writer takes nothing more.
  ///
  /// - Precondition: everything is committed, and no planned merge is open.
  /// - Parameter goal: which segments; nothing happens when there is nothing to merge.
  /// - Complexity: memory as ``SegmentBuilder`` for the largest new segment.
  public func merge(_ goal: MergeGoal = .fewest, work: MergeWork = MergeWork()) throws(IndexStoreError) -> MergeReport {
    try checkUsable()
    precondition(hasNothingPending && merging.isEmpty, "Commit what was added before merging.")
    let before = committed
    let jobs = try planMerges(goal)
    guard !jobs.isEmpty else {
      let count = before?.segments.count ?? 0
      return MergeReport(
        generation: generation, segmentsBefore: count, segmentsAfter: count, documentsMerged: 0, documentsDropped: 0,
        bytesRemoved: 0, bytesAdded: 0)
    }
    for job in jobs {
      do throws(IndexStoreError) {
        try adopt(try job.run(work))
      } catch {
        throw fail(error)
      }
    }
    let commit = try commit()
    let kept = Set(committed?.manifest.files.map(\.summary.name) ?? [])
    return MergeReport(
      generation: commit.generation, segmentsBefore: before?.segments.count ?? 0,
      segmentsAfter: committed?.segments.count ?? 0,
      documentsMerged: jobs.reduce(0) { $0 + $1.liveCount },
      documentsDropped: jobs.reduce(0) { $0 + $1.documentCount - $1.liveCount },
      bytesRemoved: before?.manifest.files.filter { !kept.contains($0.summary.name) }
        .reduce(0) { $0 + $1.summary.byteCount } ?? 0,
      bytesAdded: commit.bytesAdded)
  }

  /// Chooses committed segments to be put together. The jobs can be run on other threads, while this writer adds, deletes and
  /// commits; each then goes to ``adopt(_:)`` or ``giveUp(_:)``.
  public func planMerges(_ goal: MergeGoal) throws(IndexStoreError) -> [MergeJob] {
    try checkUsable()
    let segments = committed?.segments ?? []
    let limit = MergePlan.Size(documents: limits.documents, postings: limits.postings, keyBytes: limits.keyBytes)
    var jobs: [MergeJob] = []
    // What is being merged divides the others: only neighbours can be put together.
    for part in segments.split(whereSeparator: { merging.contains($0.number) }) {
      let sizes = part.map { segment in
        MergePlan.Size(
          documents: segment.liveCount, postings: segment.index.postingCount,
          keyBytes: segment.documents.keyByteCount, dead: segment.documentCount - segment.liveCount)
      }
      for run in MergePlan.runs(sizes, goal: goal, limits: limit) {
        let sources = Array(part[part.startIndex + run.lowerBound..<part.startIndex + run.upperBound])
        jobs.append(
          MergeJob(
            sources: sources, number: try failing { () throws(IndexStoreError) in try takeNumber() },
            vocabularyCount: vocabulary.count, configuration: configuration, folder: folder, fileSystem: fileSystem))
        merging.formUnion(sources.map(\.number))
      }
    }
    return jobs
  }

  /// Puts a merged segment in the place of its sources with the next commit. What was deleted since it was planned is deleted
  /// in it.
  public func adopt(_ merged: MergedSegment) throws(IndexStoreError) {
    do throws(IndexStoreError) {
      try checkUsable()
    } catch {
      // The files belong to nobody any more.
      for file in merged.written.files { try? fileSystem.remove(joinedPath(folder, file.summary.name)) }
      throw error
    }
    var known: [UInt64: SegmentSnapshot] = [:]
    for segment in committed?.segments ?? [] { known[segment.number] = segment }
    var dead: Set<UInt32> = []
    for (source, places) in zip(merged.sources, merged.places) {
      let now = known[source.number]
      for (document, place) in places.enumerated() where place != MergedSegment.dropped {
        let isDead = !(now?.isLive(document) ?? false) || pending.isDead(document, in: source.number)
        if isDead { dead.insert(place) }
      }
      pending.dead[source.number] = nil
      merging.remove(source.number)
    }
    if !dead.isEmpty { pending.dead[merged.written.entry.number] = dead }
    pending.replacements.append(
      PendingCommit.Replacement(old: Set(merged.sources.map(\.number)), new: merged.written))
  }

  /// Lets the sources of a job be merged by another one.
  public func giveUp(_ job: MergeJob) { merging.subtract(job.sources.map(\.number)) }
}

/// Committed segments that are to be put together. Immutable, so that it can be run on any thread.
public struct MergeJob: Sendable {
  let sources: [SegmentSnapshot]
  let number: UInt64
  let vocabularyCount: Int
  let configuration: IndexConfiguration
  let folder: String
  let fileSystem: any FileSystem

  /// Documents that the new segment will have.
  public var liveCount: Int { sources.reduce(0) { $0 + $1.liveCount } }
  /// Documents of the sources, deleted ones included.
  public var documentCount: Int { sources.reduce(0) { $0 + $1.documentCount } }

  /// Writes and synchronises the files of the new segment; after an error they are removed.
  public func run(_ work: MergeWork = MergeWork()) throws(IndexStoreError) -> MergedSegment {
    let merger = SegmentMerger(sources, number: number, folder: folder, fileSystem: fileSystem)
    let (written, places) = try merger.write(
      vocabularyCount: vocabularyCount, configuration: configuration, work: work)
    return MergedSegment(written: written, sources: sources, places: places)
  }
}

/// What a ``MergeJob`` wrote.
public struct MergedSegment: Sendable {
  /// Stands for a document that was dropped.
  static let dropped = UInt32.max

  let written: WrittenSegment
  let sources: [SegmentSnapshot]
  /// For each source the new local number of each document.
  let places: [[UInt32]]
}
