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
  /// Bytes of the files that went.
  public var bytesRemoved: Int
  /// Bytes of the files that came.
  public var bytesAdded: Int
}

extension IndexWriter {
  /// Puts neighbouring segments together and commits. Documents keep their numbers, and every answer stays as it was.
  ///
  /// The files of the old segments are removed after the commit; snapshots that have them open keep them. A failure
  /// leaves the index as it was, and the writer takes nothing more.
  ///
  /// - Precondition: everything added is committed.
  /// - Parameter goal: which segments; nothing happens when there is nothing to merge.
  /// - Complexity: memory as ``SegmentBuilder`` for the largest new segment.
  public func merge(_ goal: MergeGoal = .fewest, work: MergeWork = MergeWork()) throws(IndexStoreError) -> MergeReport {
    try checkUsable()
    precondition(hasNothingPending, "Commit what was added before merging.")
    let before = committed?.segments ?? []
    let open = try failing { () throws(IndexStoreError) in try openSegments() }
    let sizes = open.map {
      MergePlan.Size(
        documents: $0.documentCount, postings: $0.index.postingCount, keyBytes: $0.documents.keyByteCount)
    }
    let runs = MergePlan.runs(
      sizes, goal: goal,
      limits: MergePlan.Size(documents: limits.documents, postings: limits.postings, keyBytes: limits.keyBytes))
    guard !runs.isEmpty else {
      return MergeReport(
        generation: generation, segmentsBefore: before.count, segmentsAfter: before.count, documentsMerged: 0,
        bytesRemoved: 0, bytesAdded: 0)
    }
    let oldFiles = committed?.files ?? []
    for run in runs { try failing { () throws(IndexStoreError) in try merge(run, Array(open[run]), work) } }
    let commit = try commit()
    let removed = Set(runs.flatMap { before[$0].map(\.number) })
    return MergeReport(
      generation: commit.generation, segmentsBefore: before.count, segmentsAfter: committed?.segments.count ?? 0,
      documentsMerged: runs.flatMap { before[$0] }.reduce(0) { $0 + $1.documentCount },
      bytesRemoved: oldFiles.filter { $0.segment.map(removed.contains) ?? false }
        .reduce(0) { $0 + $1.summary.byteCount },
      bytesAdded: commit.bytesAdded)
  }

  func openSegments() throws(IndexStoreError) -> [SegmentSnapshot] {
    guard let manifest = committed else { return [] }
    return try manifest.segments.map { segment throws(IndexStoreError) in
      try SegmentSnapshot(segment, manifest, configuration, folder: folder, fileSystem: fileSystem)
    }
  }

  /// Writes one segment in place of a run; the next commit exchanges them.
  private func merge(
    _ run: Range<Int>, _ sources: [SegmentSnapshot], _ work: MergeWork
  ) throws(IndexStoreError) {
    guard let manifest = committed else { return }
    let old = Array(manifest.segments[run])
    let number = try takeNumber()
    let merger = SegmentMerger(sources, old, number: number, folder: folder, fileSystem: fileSystem)
    let reading = try CatalogDatabase.openForReading(folder, fileSystem: fileSystem)
    defer { reading.close() }
    try catalog.begin(creating: false)
    let finished = try merger.write(
      vocabularyCount: vocabulary.count, configuration: configuration, work: work,
      filters: FilterMerger(old, number: number, committed: reading, catalog: catalog))
    replacements.append((run, finished))
  }
}
