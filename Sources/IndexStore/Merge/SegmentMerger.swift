import ByteStorage
import InvertedIndex

/// Writes the files of one segment that takes the place of several neighbours. Documents that are deleted are left out; the
/// others keep their order and their ordinals.
///
/// Memory: the sparse vectors of the new segment, as ``SegmentBuilder`` holds them, 4 bytes for each old document, and the buffers
/// of the files. The sources are mapped; every block that is read is verified first.
final class SegmentMerger {
  private let sources: [SegmentSnapshot]
  private let number: UInt64
  private let folder: String
  private let fileSystem: any FileSystem
  private var writers: [EnvelopeWriter] = []
  /// Documents of the new segment.
  private let total: Int
  private let firstOrdinal: Ordinal

  /// - Parameter sources: neighbours, by their ordinals; at least one.
  init(_ sources: [SegmentSnapshot], number: UInt64, folder: String, fileSystem: any FileSystem) {
    self.sources = sources
    self.number = number
    self.folder = folder
    self.fileSystem = fileSystem
    total = sources.reduce(0) { $0 + $1.liveCount }
    firstOrdinal = sources[0].firstOrdinal
  }

  /// Writes and synchronises every file; the folder is not synchronised. After an error the files are removed.
  ///
  /// - Returns: the segment, and for each source the new number of each document, or ``MergedSegment/dropped``.
  func write(
    vocabularyCount: Int, configuration: IndexConfiguration, work: MergeWork
  ) throws(IndexStoreError) -> (WrittenSegment, [[UInt32]]) {
    do throws(IndexStoreError) {
      var files: [Manifest.File] = []
      func add(_ kind: FileKind, _ summary: FileSummary) {
        files.append(Manifest.File(summary: summary, kind: kind, segment: number))
      }
      let postingCount = try writePostings(vocabularyCount: vocabularyCount, configuration, work, add)
      let span = sources[sources.count - 1].entry.endOrdinal.rawValue - firstOrdinal.rawValue
      try writeDocuments(span, work, add)
      try writeColumns(configuration, add)
      let element = configuration.element
      if let dimension = configuration.denseDimension {
        try writeRows(.vectors, dimension, element, sources.map(\.vectors), add)
      }
      if let dimension = configuration.coordinateCount {
        try writeRows(.coordinates, dimension, element, sources.map(\.coordinates), add)
      }
      let entry = Manifest.Segment(
        number: number, firstOrdinal: firstOrdinal, ordinalSpan: span, documentCount: total, deadCount: 0,
        postingCount: UInt64(postingCount))
      return (WrittenSegment(entry: entry, files: files), places())
    } catch {
      for writer in writers { writer.abandon() }
      throw error
    }
  }

  /// Where the documents of each source are in the new segment.
  private func places() -> [[UInt32]] {
    var next: UInt32 = 0
    return sources.map { source in
      (0..<source.documentCount).map { document in
        guard source.isLive(document) else { return MergedSegment.dropped }
        defer { next += 1 }
        return next
      }
    }
  }

  private func create(_ kind: FileKind) throws(IndexStoreError) -> EnvelopeWriter {
    try storing { () throws(StorageError) in
      let writer = try EnvelopeWriter(
        creating: IndexFolder.name(number, kind), in: folder, kind: kind, fileSystem: fileSystem)
      writers.append(writer)
      return writer
    }
  }

  /// - Returns: how many postings the new segment has.
  private func writePostings(
    vocabularyCount: Int, _ configuration: IndexConfiguration, _ work: MergeWork,
    _ add: (FileKind, FileSummary) -> Void
  ) throws(IndexStoreError) -> Int {
    var builder = SegmentBuilder(
      vocabularyCount: vocabularyCount, keepsFineImpacts: configuration.keepsFloatWeights,
      keepsRefinements: configuration.keepsFineWeights, headLists: try configuration.headLists())
    for source in sources {
      let contents = try indexing { () throws(InvertedIndexError) in
        try SegmentContents(source.index, withRefinements: configuration.keepsFineWeights)
      }
      for document in 0..<source.documentCount where source.isLive(document) {
        if builder.documentCount % 1024 == 0 { try work.report(.collecting, builder.documentCount, total) }
        try indexing { () throws(InvertedIndexError) in try builder.append(document: document, of: contents) }
      }
    }
    let postings = try create(.postings)
    let forward = try create(.forward)
    try indexing { () throws(InvertedIndexError) in
      try builder.write(
        postings: postings, forward: forward, ordering: work.segments.ordering, threads: work.segments.threads,
        progress: work.segments.progress)
    }
    try storing { () throws(StorageError) in
      add(.postings, try postings.finish())
      add(.forward, try forward.finish())
    }
    return builder.postingCount
  }

  private func writeDocuments(
    _ span: UInt64, _ work: MergeWork, _ add: (FileKind, FileSummary) -> Void
  ) throws(IndexStoreError) {
    let total = self.total
    let writer = try DocumentsMerger(sources).write(to: try create(.documents)) {
      (done) throws(IndexStoreError) in try work.report(.copying, done, total)
    }
    try storing { () throws(StorageError) in add(.documents, try writer.finish(ordinalSpan: span)) }
  }

  private func writeColumns(
    _ configuration: IndexConfiguration, _ add: (FileKind, FileSummary) -> Void
  ) throws(IndexStoreError) {
    let columns = ColumnsWriter(named: configuration.filterFields ?? [])
    for source in sources {
      try source.documents.forEach(
        { (number, document) throws(IndexStoreError) in
          guard source.isLive(number) else { return }
          columns.append(metadata: document.metadata)
        }, failure: { .storage($0) })
    }
    let file = try create(.columns)
    try storing { () throws(StorageError) in add(.columns, try columns.finish(to: file)) }
  }

  private func writeRows(
    _ kind: FileKind, _ dimension: Int, _ element: DenseElement, _ rows: [VectorsReader?],
    _ add: (FileKind, FileSummary) -> Void
  ) throws(IndexStoreError) {
    let file = try create(kind)
    try storing { () throws(StorageError) in
      let writer = try VectorsWriter(file, dimension: dimension, element: element)
      for (source, rows) in zip(sources, rows) {
        guard let rows else { continue }
        if source.liveWords == nil {
          try writer.copy(rows)
        } else {
          try writer.copy(rows, (0..<source.documentCount).lazy.filter { source.isLive($0) })
        }
      }
      add(kind, try writer.finish())
    }
  }
}
