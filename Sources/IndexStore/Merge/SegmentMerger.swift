import ByteStorage
import InvertedIndex

/// Writes the files of one segment that takes the place of several neighbours.
///
/// Memory: the sparse vectors of the new segment, as ``SegmentBuilder`` holds them, and the buffers of five files. The
/// sources are mapped; every block that is read is verified first.
final class SegmentMerger {
  private let sources: [SegmentSnapshot]
  private let old: [Manifest.Segment]
  private let number: UInt64
  private let folder: String
  private let fileSystem: any FileSystem
  private var writers: [EnvelopeWriter] = []

  /// - Parameter old: the manifest's entries of `sources`.
  init(
    _ sources: [SegmentSnapshot], _ old: [Manifest.Segment], number: UInt64, folder: String, fileSystem: any FileSystem
  ) {
    self.sources = sources
    self.old = old
    self.number = number
    self.folder = folder
    self.fileSystem = fileSystem
  }

  /// Writes and synchronises every file; the folder is not synchronised. After an error the files are removed.
  func write(
    vocabularyCount: Int, configuration: IndexConfiguration, work: MergeWork, filters: FilterMerger
  ) throws(IndexStoreError) -> SegmentWriter.Finished {
    do throws(IndexStoreError) {
      let checksum = try keyChecksum()
      var files: [Manifest.File] = []
      func add(_ kind: FileKind, _ summary: FileSummary) {
        files.append(Manifest.File(summary: summary, kind: kind, segment: number))
      }
      let counts = try writePostings(vocabularyCount: vocabularyCount, configuration, work, add)
      try writeDocuments(work, counts.documents, add)
      let element = configuration.element
      if let dimension = configuration.denseDimension {
        try writeRows(.vectors, dimension, element, sources.map(\.vectors), add)
      }
      if let dimension = configuration.coordinateCount {
        try writeRows(.coordinates, dimension, element, sources.map(\.coordinates), add)
      }
      let fields = try filters.write()
      return SegmentWriter.Finished(
        segment: Manifest.Segment(
          number: number, firstOrdinal: old[0].firstOrdinal, documentCount: counts.documents,
          postingCount: UInt64(counts.postings), keyChecksum: checksum, fields: fields,
          leavesFieldsOut: filters.leavesFieldsOut),
        files: files)
    } catch {
      for writer in writers { writer.abandon() }
      throw error
    }
  }

  private func create(_ kind: FileKind) throws(IndexStoreError) -> EnvelopeWriter {
    try storing { () throws(StorageError) in
      let writer = try EnvelopeWriter(
        creating: IndexFolder.name(number, kind), in: folder, kind: kind, segment: number, fileSystem: fileSystem)
      writers.append(writer)
      return writer
    }
  }

  /// The checksum of all keys, after those of each source were proved against its own.
  private func keyChecksum() throws(IndexStoreError) -> UInt32 {
    var all = KeyChecksum()
    for (source, segment) in zip(sources, old) {
      var own = KeyChecksum()
      for document in 0..<source.documentCount {
        let key = try storing { () throws(StorageError) in try source.documents.key(document) }
        own.add(key)
        all.add(key)
      }
      guard own.value == segment.keyChecksum else {
        throw .damagedCatalog(
          path: joinedPath(folder, IndexFolder.catalog),
          what: "the keys of segment \(segment.number) do not match their checksum")
      }
    }
    return all.value
  }

  /// - Returns: how many documents and postings the new segment has.
  private func writePostings(
    vocabularyCount: Int, _ configuration: IndexConfiguration, _ work: MergeWork,
    _ add: (FileKind, FileSummary) -> Void
  ) throws(IndexStoreError) -> (documents: Int, postings: Int) {
    var builder = SegmentBuilder(
      vocabularyCount: vocabularyCount, keepsFineImpacts: configuration.keepsFloatWeights,
      keepsRefinements: configuration.keepsFineWeights, headLists: try configuration.headLists())
    let total = old.reduce(0) { $0 + $1.documentCount }
    for source in sources {
      let contents = try indexing { () throws(InvertedIndexError) in
        try SegmentContents(source.index, withRefinements: configuration.keepsFineWeights)
      }
      for document in 0..<source.documentCount {
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
    return (builder.documentCount, builder.postingCount)
  }

  private func writeDocuments(
    _ work: MergeWork, _ total: Int, _ add: (FileKind, FileSummary) -> Void
  ) throws(IndexStoreError) {
    let writer = try DocumentsMerger(sources.map(\.documents)).write(to: try create(.documents)) {
      (done) throws(IndexStoreError) in try work.report(.copying, done, total)
    }
    try storing { () throws(StorageError) in add(.documents, try writer.finish()) }
  }

  private func writeRows(
    _ kind: FileKind, _ dimension: Int, _ element: DenseElement, _ rows: [VectorsReader?],
    _ add: (FileKind, FileSummary) -> Void
  ) throws(IndexStoreError) {
    let file = try create(kind)
    try storing { () throws(StorageError) in
      let writer = try VectorsWriter(file, dimension: dimension, element: element)
      for source in rows {
        if let source { try writer.copy(source) }
      }
      add(kind, try writer.finish())
    }
  }
}
