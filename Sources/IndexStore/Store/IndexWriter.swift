public import ByteStorage
import InvertedIndex

/// What a commit did.
public struct CommitReport: Sendable, Equatable {
  /// The number of the commit, 1 for the first.
  public var generation: UInt64
  /// Segments that the commit added.
  public var segmentsAdded: Int
  /// Documents that the commit added.
  public var documentsAdded: Int
  /// Documents in the index after it.
  public var documentCount: UInt64
  /// Bytes of the files it added.
  public var bytesAdded: Int
  /// Whether the catalog's checksum file could be brought up to date; `verify` has less to go on when not.
  public var isCatalogChecksummed: Bool
}

/// Adds documents to the index in a folder. Holds the writer lock from ``open(_:creating:fileSystem:)`` to
/// ``close()``; what was added counts only after ``commit()``.
///
/// After a failed write the writer takes nothing more, the files of the unfinished commit are removed as far as
/// possible, and the last commit stays as it was. Not for use from several threads at once.
public final class IndexWriter {
  /// When a segment is ended and the next begun.
  struct SegmentLimits {
    var documents = 4_000_000
    var postings = 2_147_483_648
    var filters = FilterCollector.Limits()
    /// So that 32 bits count the bytes of its keys.
    var keyBytes = 4_294_967_295
  }

  let folder: String
  let fileSystem: any FileSystem
  private let lock: any FileLock
  let catalog: CatalogWriter
  let limits: SegmentLimits
  private let isNewFolder: Bool

  /// What the index is made with.
  public private(set) var configuration: IndexConfiguration
  /// The tokens, as committed or as set since.
  public private(set) var vocabulary: [String]
  /// How segments are written from now on.
  public var work = SegmentWork()
  /// The number of the last commit; 0 before the first.
  public var generation: UInt64 { committed?.generation ?? 0 }
  /// Documents in the index, those of the open transaction included.
  public var documentCount: UInt64 { nextOrdinal }

  private(set) var committed: Manifest?
  private var nextNumber: UInt64
  private var nextOrdinal: UInt64
  private var segment: SegmentWriter?
  private var finished: [SegmentWriter.Finished] = []
  /// Runs of committed segments and what the next commit has in their places, ascending.
  var replacements: [(old: Range<Int>, new: SegmentWriter.Finished)] = []
  private var vocabularyChanged = false
  private var newHead: [UInt8]?
  private var newAlignment: [UInt8]?
  /// Coordinates that the next commit has in place of all that there are.
  var newCoordinates: [Manifest.File] = []
  private var failure: IndexStoreError?
  private var isClosed = false
  /// Whether COMMIT itself failed, so that only the next open finds out which commit there is.
  private var isOutcomeUnknown = false

  /// Opens the index in `folder` for writing, or begins a new one.
  ///
  /// Files of commits that never happened are removed first. Nothing is touched when the folder holds something else
  /// than an index, or an index of a newer format.
  ///
  /// - Parameter creating: what a new index is made with; `nil` when there must be one already. An index that exists
  ///   keeps its own configuration.
  public static func open(
    _ folder: String, creating configuration: IndexConfiguration?, fileSystem: any FileSystem = PosixFileSystem()
  ) throws(IndexStoreError) -> IndexWriter {
    try open(folder, creating: configuration, fileSystem: fileSystem, limits: SegmentLimits())
  }

  static func open(
    _ folder: String, creating configuration: IndexConfiguration?, fileSystem: any FileSystem, limits: SegmentLimits
  ) throws(IndexStoreError) -> IndexWriter {
    let opening = try WriterOpening(folder, creating: configuration, fileSystem: fileSystem)
    do {
      return try IndexWriter(opening, limits: limits)
    } catch {
      opening.catalog.close()
      opening.lock.release()
      throw error
    }
  }

  private init(_ opening: WriterOpening, limits: SegmentLimits) throws(IndexStoreError) {
    folder = opening.folder
    fileSystem = opening.fileSystem
    lock = opening.lock
    catalog = opening.catalog
    configuration = opening.configuration
    committed = opening.manifest
    vocabulary = opening.vocabulary
    nextNumber = opening.manifest?.nextNumber ?? 1
    isNewFolder = opening.isNewFolder
    nextOrdinal = opening.manifest?.documentCount ?? 0
    self.limits = limits
  }

  deinit { close() }

  /// Sets the tokens. Those of the index stay as they are; new ones may follow.
  public func setVocabulary(_ tokens: [String]) throws(IndexStoreError) {
    try checkUsable()
    if tokens.elementsEqual(vocabulary, by: { $0.utf8.elementsEqual($1.utf8) }) { return }
    if let obstacle = VocabularyFile.obstacle(tokens) { throw .invalidVocabulary(reason: obstacle) }
    guard tokens.count >= vocabulary.count else {
      throw .invalidVocabulary(
        reason: "it has \(tokens.count) tokens and the index has \(vocabulary.count); it may only grow")
    }
    if let place = vocabulary.indices.first(where: { !vocabulary[$0].utf8.elementsEqual(tokens[$0].utf8) }) {
      throw .invalidVocabulary(
        reason: "token \(place) is '\(tokens[place])' and in the index '\(vocabulary[place])'; it may only grow")
    }
    // A segment knows its vocabulary's size from the start.
    try failing { () throws(IndexStoreError) in try cutSegment() }
    vocabulary = tokens
    vocabularyChanged = true
  }

  /// Sets the token head that is kept with the index.
  public func setHead(_ bytes: [UInt8]) throws(IndexStoreError) {
    try checkUsable()
    newHead = bytes
  }

  /// Sets the alignment that is kept with the index, by which the coordinates of its documents were made.
  public func setAlignment(_ bytes: [UInt8]) throws(IndexStoreError) {
    try checkUsable()
    newAlignment = bytes
  }

  /// Replaces the free settings of the configuration, its vocabulary fingerprint, or the fields that can be filtered by
  /// however many values they have (from the next segment on).
  public func update(
    vocabularyFingerprint: String? = nil, settings: [String: String]? = nil, filterFields: [String]? = nil
  ) throws(IndexStoreError) {
    try update(
      vocabularyFingerprint: vocabularyFingerprint, settings: settings, filterFields: filterFields,
      coordinateCount: nil)
  }

  /// The same, and how many coordinates documents have.
  func update(
    vocabularyFingerprint: String? = nil, settings: [String: String]? = nil, filterFields: [String]? = nil,
    coordinateCount: Int?
  ) throws(IndexStoreError) {
    try checkUsable()
    if let coordinateCount { configuration.coordinateCount = coordinateCount }
    if let filterFields { configuration.filterFields = filterFields }
    if let vocabularyFingerprint { configuration.vocabularyFingerprint = vocabularyFingerprint }
    if let settings { configuration.settings = settings }
  }

  /// Adds a document; its number is the count of those before it.
  ///
  /// A document that is refused (`invalidDocument`, `duplicateKey`) leaves the writer as it was; every other error
  /// ends it.
  public func add(_ document: StoredDocument) throws(IndexStoreError) {
    try checkUsable()
    if let obstacle = obstacle(document) { throw .invalidDocument(key: document.key, reason: obstacle) }
    let open = try failing { () throws(IndexStoreError) in try openSegment(for: document) }
    try failing { () throws(IndexStoreError) in try catalog.begin(creating: committed == nil) }
    do throws(IndexStoreError) {
      try catalog.insert(key: document.key, ordinal: nextOrdinal)
    } catch {
      if case .duplicateKey = error { throw error }
      throw fail(error)
    }
    do throws(IndexStoreError) {
      try open.addPostings(document)
    } catch {
      guard case .invalidDocument = error else { throw fail(error) }
      try failing { () throws(IndexStoreError) in try catalog.removeKey(ordinal: nextOrdinal) }
      throw error
    }
    try failing { () throws(IndexStoreError) in
      try storing { () throws(StorageError) in try open.store(document) }
      try open.addFilterValues(document)
    }
    nextOrdinal += 1
  }

  /// Ends the segment that is being filled and writes it; the next document begins another. ``commit()`` does it by
  /// itself.
  public func endSegment() throws(IndexStoreError) {
    try checkUsable()
    try failing { () throws(IndexStoreError) in try cutSegment() }
  }

  /// Makes everything added since the last commit part of the index, at once and durably.
  public func commit() throws(IndexStoreError) -> CommitReport {
    try checkUsable()
    let before = committed
    let manifest = try failing { () throws(IndexStoreError) in try prepareCommit() }
    do throws(IndexStoreError) {
      try catalog.commit()
    } catch {
      // A refusal before COMMIT is like any other failure. After a failed COMMIT the files must stay: the next open
      // may find the new manifest.
      if case .storage = error { throw fail(error) }
      throw fail(error, keepingFiles: true)
    }
    committed = manifest
    finished = []
    replacements = []
    vocabularyChanged = false
    newHead = nil
    newAlignment = nil
    newCoordinates = []
    let isChecksummed = catalog.foldLog(generation: manifest.generation)
    removeReplacedFiles(before, manifest)
    let old = Set(before?.files.map(\.summary.name) ?? [])
    let oldSegments = Set(before?.segments.map(\.number) ?? [])
    return CommitReport(
      generation: manifest.generation, segmentsAdded: manifest.segments.count { !oldSegments.contains($0.number) },
      documentsAdded: Int(manifest.documentCount - (before?.documentCount ?? 0)),
      documentCount: manifest.documentCount,
      bytesAdded: manifest.files.filter { !old.contains($0.summary.name) }.reduce(0) { $0 + $1.summary.byteCount },
      isCatalogChecksummed: isChecksummed)
  }

  /// Gives up what was not committed, its files included, and the lock. Calling it again does nothing.
  ///
  /// When there is no commit at all, nothing stays of the index, nor the folder if this writer made it.
  public func close() {
    if isClosed { return }
    isClosed = true
    if failure == nil { discard() }
    catalog.close()
    if committed == nil, !isOutcomeUnknown {
      UncommittedIndex.remove(folder, folderToo: isNewFolder, fileSystem: fileSystem)
    }
    lock.release()
  }

  /// The same as ``close()``, for callers that want to say what they mean.
  public func abandon() { close() }

  // MARK: - Steps

  /// Whether there is nothing that a commit would add.
  var hasNothingPending: Bool { segment == nil && finished.isEmpty && nextOrdinal == committed?.documentCount ?? 0 }

  func checkUsable() throws(IndexStoreError) {
    if isClosed { throw .writerClosed }
    if let failure { throw .writerFailed(cause: failure.description) }
  }

  /// Runs a step whose failure ends the writer.
  func failing<Result>(_ body: () throws(IndexStoreError) -> Result) throws(IndexStoreError) -> Result {
    do { return try body() } catch { throw fail(error) }
  }

  private func fail(_ error: IndexStoreError, keepingFiles: Bool = false) -> IndexStoreError {
    if failure == nil {
      failure = error
      if keepingFiles {
        isOutcomeUnknown = true
        segment = nil
        finished = []
        replacements = []
        catalog.rollback()
      } else {
        discard()
      }
    }
    return error
  }

  /// Rolls the transaction back and removes the files that were waiting for it.
  private func discard() {
    catalog.rollback()
    segment?.abandon()
    segment = nil
    for name in (finished + replacements.map(\.new)).flatMap(\.files).map(\.summary.name) + extraNames {
      try? fileSystem.remove(joinedPath(folder, name))
    }
    finished = []
    replacements = []
    extraNames = []
  }

  private func obstacle(_ document: StoredDocument) -> String? {
    if document.key.isEmpty { return "its key is empty" }
    if document.key.utf8.count > StoredDocument.maximumKeyByteCount {
      return "its key has \(document.key.utf8.count) bytes, more than \(StoredDocument.maximumKeyByteCount)"
    }
    if document.key.utf8.contains(0) { return "its key contains a zero byte" }
    if document.metadata.count > StoredDocument.maximumMetadataByteCount {
      return "its metadata have \(document.metadata.count) bytes, more than \(StoredDocument.maximumMetadataByteCount)"
    }
    return obstacle(document.denseRow, dimension: configuration.denseDimension, name: "dense row")
      ?? obstacle(document.coordinates, dimension: configuration.coordinateCount, name: "row of coordinates")
      ?? document.hubness.flatMap { $0.magnitude < 1.01 ? nil : "its hubness is \($0) and no mean cosine" }
  }

  private func obstacle(_ row: [Float]?, dimension: Int?, name: String) -> String? {
    switch (dimension, row) {
    case (nil, nil): nil
    case (nil, .some): "it has a \(name) and the index keeps none"
    case (.some, nil): "it has no \(name) and the index needs one"
    case (let dimension?, let row?): configuration.element.obstacle(row, dimension: dimension, name: name)
    }
  }

  private func openSegment(for document: StoredDocument) throws(IndexStoreError) -> SegmentWriter {
    if let segment {
      if segment.documentCount < limits.documents,
        segment.postingCount + document.postings.count <= limits.postings,
        segment.keyByteCount + document.key.utf8.count <= limits.keyBytes
      {
        return segment
      }
      try cutSegment()
    }
    let number = try takeNumber()
    let headLists = try configuration.headLists()
    let filters = FilterCollector(
      segment: number,
      plan: FilterCollector.Plan(
        named: configuration.filterFields ?? [], after: (committed?.segments ?? []) + finished.map(\.segment)),
      limits: limits.filters, catalog: catalog)
    let opened = try storing { () throws(StorageError) in
      try SegmentWriter(
        number: number, firstOrdinal: nextOrdinal, vocabularyCount: vocabulary.count, configuration: configuration,
        headLists: headLists, filters: filters, folder: folder, fileSystem: fileSystem)
    }
    segment = opened
    return opened
  }

  /// The next number under which no file can be in the way, whoever may have put it there.
  func takeNumber() throws(IndexStoreError) -> UInt64 {
    while nextNumber < IndexFolder.maximumNumber {
      let number = nextNumber
      nextNumber += 1
      let isFree = try storing { () throws(StorageError) in
        for kind in FileKind.allCases {
          if try fileSystem.isNameTaken(joinedPath(folder, IndexFolder.name(number, kind))) { return false }
        }
        return true
      }
      if isFree { return number }
    }
    throw .numbersExhausted(path: folder, next: nextNumber)
  }

  /// Finishes the open segment; an empty one is thrown away.
  private func cutSegment() throws(IndexStoreError) {
    guard let open = segment else { return }
    if open.documentCount == 0 {
      open.abandon()
      segment = nil
      return
    }
    finished.append(try open.finish(work))
    segment = nil
  }

  /// Files of the open transaction that were written apart from segments.
  private var extraNames: [String] = []

  func writeExtra(
    _ kind: FileKind, segment: UInt64? = nil, _ write: (EnvelopeWriter) throws(StorageError) -> FileSummary
  ) throws(IndexStoreError) -> Manifest.File {
    let number = try takeNumber()
    return try storing { () throws(StorageError) in
      let writer = try EnvelopeWriter(
        creating: IndexFolder.name(number, kind), in: folder, kind: kind, segment: number, fileSystem: fileSystem)
      extraNames.append(writer.name)
      do throws(StorageError) {
        return Manifest.File(summary: try write(writer), kind: kind, segment: segment)
      } catch {
        writer.abandon()
        throw error
      }
    }
  }

  /// Everything up to the commit point: files written and synchronised, the manifest in the transaction.
  private func prepareCommit() throws(IndexStoreError) -> Manifest {
    try cutSegment()
    var manifest =
      committed
      ?? Manifest(
        generation: 0, formatVersion: EnvelopeLayout.formatVersion, configurationText: "", vocabularyFile: nil,
        headFile: nil, documentCount: 0, nextNumber: 0, segments: [], files: [])
    if vocabularyChanged {
      let tokens = vocabulary
      let file = try writeExtra(.vocabulary) { writer throws(StorageError) in
        try VocabularyFile.write(tokens, to: writer)
      }
      manifest.files.removeAll { $0.kind == .vocabulary }
      manifest.files.append(file)
      manifest.vocabularyFile = file.summary.name
    }
    if let bytes = newHead {
      let file = try writeExtra(.head) { writer throws(StorageError) in try HeadFile.write(bytes, to: writer) }
      manifest.files.removeAll { $0.kind == .head }
      manifest.files.append(file)
      manifest.headFile = file.summary.name
    }
    if let bytes = newAlignment {
      let file = try writeExtra(.alignment) { writer throws(StorageError) in
        try AlignmentFile.write(bytes, to: writer)
      }
      manifest.files.removeAll { $0.kind == .alignment }
      manifest.files.append(file)
    }
    if !newCoordinates.isEmpty {
      manifest.files.removeAll { $0.kind == .coordinates }
      manifest.files += newCoordinates
    }
    // From the end, so that the places of those before stay.
    for (old, new) in replacements.reversed() {
      let gone = Set(manifest.segments[old].map(\.number))
      manifest.files.removeAll { $0.segment.map(gone.contains) ?? false }
      manifest.segments.replaceSubrange(old, with: [new.segment])
      manifest.files += new.files
    }
    manifest.files += finished.flatMap(\.files)
    manifest.files.sort { $0.summary.name.utf8.lexicographicallyPrecedes($1.summary.name.utf8) }
    manifest.segments += finished.map(\.segment)
    manifest.generation += 1
    manifest.configurationText = configuration.encoded()
    manifest.documentCount = nextOrdinal
    manifest.nextNumber = nextNumber
    // No reader may ever find a manifest that it refuses.
    let isAligned = manifest.alignmentFile != nil
    let mismatch = isAligned == (configuration.coordinateCount != nil) ? nil : "coordinates go with an alignment"
    if let what = manifest.contradiction ?? mismatch {
      throw .damagedCatalog(
        path: joinedPath(folder, IndexFolder.catalog), what: "the next commit would be wrong: \(what)")
    }

    // The transaction before the folder is synchronised, so that the entries of the catalog and its log are too.
    try catalog.begin(creating: committed == nil)
    try storing { () throws(StorageError) in try fileSystem.syncFolder(folder) }
    try catalog.store(manifest)
    try catalog.removeFilterRows(exceptOf: Set(((committed?.segments ?? []) + manifest.segments).map(\.number)))
    return manifest
  }

  /// Removes the files that the new manifest replaced. Readers of the old commit that have them
  /// mapped keep them; others begin again with the new manifest.
  private func removeReplacedFiles(_ before: Manifest?, _ after: Manifest) {
    extraNames = []
    let current = Set(after.files.map(\.summary.name))
    for name in before?.files.map(\.summary.name) ?? [] where !current.contains(name) {
      try? fileSystem.remove(joinedPath(folder, name))
    }
  }
}
