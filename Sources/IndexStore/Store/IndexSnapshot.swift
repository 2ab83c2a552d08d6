public import ByteStorage
import GRDB
import Synchronization

/// A file of an index, for statistics.
public struct IndexFileInfo: Sendable, Equatable {
  /// The name inside the folder.
  public var name: String
  /// What it holds.
  public var kind: FileKind
  /// The segment it belongs to; `nil` for vocabulary, head and alignment.
  public var segment: UInt64?
  /// Its length in bytes.
  public var byteCount: Int
}

/// One commit of an index, open for reading. It never changes: later commits are seen by opening again.
///
/// Usable from many threads at once.
public final class IndexSnapshot: Sendable {
  /// The folder of the index.
  public let folder: String
  /// The number of the commit, 1 for the first.
  public let generation: UInt64
  /// What the index is made with.
  public let configuration: IndexConfiguration
  /// The segments, by the numbers of their documents.
  public let segments: [SegmentSnapshot]
  /// Documents in all segments.
  public let documentCount: UInt64
  /// Every file of the commit, catalog not included, with its size.
  public let files: [IndexFileInfo]

  let manifest: Manifest
  let catalog: CatalogDatabase
  private let fileSystem: any FileSystem
  /// Open, because it is read when it is needed, and a commit may have replaced it by then.
  private let alignmentFile: EnvelopeFile?
  /// Metadata fields whose values were compared with the manifest.
  let checkedFilterFields = Mutex<Set<FilterPlace>>([])

  /// Opens the last commit.
  ///
  /// Checked now: the manifest, and of every file its header, footer and tables. Checked when first read: the blocks
  /// of the data.
  public static func open(
    _ folder: String, fileSystem: any FileSystem = PosixFileSystem()
  ) throws(IndexStoreError) -> IndexSnapshot {
    var lastGeneration: UInt64?
    while true {
      let (catalog, manifest) = try openCatalog(folder, fileSystem)
      do throws(IndexStoreError) {
        return try IndexSnapshot(folder, manifest, catalog, fileSystem)
      } catch {
        catalog.close()
        // A commit may have replaced a file between reading the manifest and opening the file; then there is a newer
        // manifest.
        guard case .lostFile = error, manifest.generation != lastGeneration else { throw error }
        lastGeneration = manifest.generation
      }
    }
  }

  private init(
    _ folder: String, _ manifest: Manifest, _ catalog: CatalogDatabase, _ fileSystem: any FileSystem
  ) throws(IndexStoreError) {
    self.folder = folder
    self.manifest = manifest
    self.catalog = catalog
    self.fileSystem = fileSystem
    generation = manifest.generation
    documentCount = manifest.documentCount
    let configuration = try Self.configuration(manifest, folder)
    self.configuration = configuration
    segments = try manifest.segments.map { segment throws(IndexStoreError) in
      try SegmentSnapshot(segment, manifest, configuration, folder: folder, fileSystem: fileSystem)
    }
    guard (manifest.alignmentFile == nil) == (configuration.coordinateCount == nil) else {
      throw .damagedCatalog(
        path: joinedPath(folder, IndexFolder.catalog), what: "it has coordinates without an alignment, or the reverse")
    }
    alignmentFile = try manifest.alignmentFile.map { file throws(IndexStoreError) in
      try Self.open(file, folder, fileSystem)
    }
    for name in [manifest.vocabularyFile, manifest.headFile] {
      if let name, let file = manifest.file(named: name) { _ = try Self.open(file, folder, fileSystem) }
    }
    files = manifest.files.map {
      IndexFileInfo(name: $0.summary.name, kind: $0.kind, segment: $0.segment, byteCount: $0.summary.byteCount)
    }
  }

  deinit { catalog.close() }

  /// The tokens, by their numbers; empty when none were set.
  public func vocabulary() throws(IndexStoreError) -> [String] {
    try Self.vocabulary(manifest, folder, fileSystem)
  }

  /// The token head that was kept with the index.
  public func headBytes() throws(IndexStoreError) -> [UInt8]? {
    guard let name = manifest.headFile, let file = manifest.file(named: name) else { return nil }
    let envelope = try Self.open(file, folder, fileSystem)
    return try storing { () throws(StorageError) in try HeadFile.read(envelope) }
  }

  /// The alignment that was kept with the index.
  public func alignmentBytes() throws(IndexStoreError) -> [UInt8]? {
    guard let envelope = alignmentFile else { return nil }
    return try storing { () throws(StorageError) in try AlignmentFile.read(envelope) }
  }

  /// The key of a document.
  ///
  /// - Complexity: O(log segments + length); no metadata is read.
  public func key(of ordinal: UInt64) throws(IndexStoreError) -> String {
    let (segment, local) = try locate(ordinal)
    do { return try segment.documents.key(local) } catch { throw .storage(error) }
  }

  /// The metadata of a document, as they were given: one JSON object in UTF-8.
  public func metadata(of ordinal: UInt64) throws(IndexStoreError) -> [UInt8] {
    let (segment, local) = try locate(ordinal)
    return try storing { () throws(StorageError) in try segment.documents.metadata(local) }
  }

  /// Key and metadata of a document, read together.
  public func document(of ordinal: UInt64) throws(IndexStoreError) -> (key: String, metadata: [UInt8]) {
    let (segment, local) = try locate(ordinal)
    let document = try storing { () throws(StorageError) in try segment.documents.document(local) }
    return (document.key, document.metadata)
  }

  /// The number of the document with this key; `nil` when there is none.
  public func ordinal(ofKey key: String) throws(IndexStoreError) -> UInt64? {
    let row = try catalog.read { db in
      try Int64.fetchOne(
        db, sql: "SELECT ordinal FROM documents WHERE key = ? AND ordinal < ?",
        arguments: [key, Int64(documentCount)])
    }
    guard let row else { return nil }
    // The catalog's rows have no checksums of their own; the documents file has.
    guard let ordinal = UInt64(exactly: row), try self.key(of: ordinal).utf8.elementsEqual(key.utf8) else {
      throw .damagedCatalog(path: catalog.path, what: "the key '\(key)' leads to another document")
    }
    return ordinal
  }

  /// The dense row of a document, or its coordinates; `nil` for an index without.
  public func denseRow(of ordinal: UInt64, in rows: DenseRows = .raw) throws(IndexStoreError) -> [Float]? {
    let (segment, local) = try locate(ordinal)
    guard let reader = segment.reader(rows) else { return nil }
    var row = [Float](repeating: 0, count: reader.dimension)
    try storing { () throws(StorageError) in try reader.row(local, into: &row, at: 0) }
    return row
  }

  /// The segment that holds a document, and the document's number in it.
  public func locate(_ ordinal: UInt64) throws(IndexStoreError) -> (segment: SegmentSnapshot, document: Int) {
    guard ordinal < documentCount else { throw .noSuchDocument(ordinal: ordinal, count: documentCount) }
    var low = 0
    var high = segments.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if segments[middle].firstOrdinal <= ordinal { low = middle } else { high = middle }
    }
    return (segments[low], Int(ordinal - segments[low].firstOrdinal))
  }

  // MARK: - Steps shared with the writer and with verification

  /// Opens the catalog of a folder for reading and reads its manifest, in one read transaction.
  static func openCatalog(
    _ folder: String, _ fileSystem: any FileSystem
  ) throws(IndexStoreError) -> (CatalogDatabase, Manifest) {
    switch try storing({ () throws(StorageError) in try fileSystem.kind(of: folder) }) {
    case nil: throw .noIndex(path: folder, reason: "there is no such folder")
    case .folder: break
    default: throw .noIndex(path: folder, reason: "it is a file, not a folder")
    }
    try CommitTraces.checkCatalogIsThere(folder, fileSystem: fileSystem)
    let recorded = try storing { () throws(StorageError) in
      try CommitTraces.recordedGeneration(folder, fileSystem: fileSystem)
    }
    let path = joinedPath(folder, IndexFolder.catalog)
    let unfinished = "a build was stopped before its first commit, or is still running"
    guard try storing({ () throws(StorageError) in try fileSystem.exists(path) }) else {
      let names = try storing { () throws(StorageError) in try fileSystem.list(folder) }
      if names.isEmpty { throw .noIndex(path: folder, reason: "the folder is empty") }
      throw .noIndex(
        path: folder, reason: names.allSatisfy(IndexFolder.isOurs) ? unfinished : "it has no catalog.sqlite")
    }
    try CatalogReader.checkHeader(folder, fileSystem: fileSystem)
    let catalog = try CatalogDatabase.openForReading(folder, fileSystem: fileSystem)
    do throws(IndexStoreError) {
      switch try catalog.read({ db in try CatalogReader.read(db, path: path) }) {
      case .manifest(let manifest): return (catalog, manifest)
      case .unfinished:
        try CommitTraces.checkNeverCommitted(folder, recorded: recorded)
        throw .noIndex(path: folder, reason: unfinished)
      }
    } catch {
      catalog.close()
      throw error
    }
  }

  static func configuration(_ manifest: Manifest, _ folder: String) throws(IndexStoreError) -> IndexConfiguration {
    guard let configuration = IndexConfiguration(decoding: manifest.configurationText) else {
      throw .damagedCatalog(
        path: joinedPath(folder, IndexFolder.catalog), what: "the configuration cannot be understood")
    }
    return configuration
  }

  static func vocabulary(
    _ manifest: Manifest, _ folder: String, _ fileSystem: any FileSystem
  ) throws(IndexStoreError) -> [String] {
    guard let name = manifest.vocabularyFile, let file = manifest.file(named: name) else { return [] }
    let envelope = try open(file, folder, fileSystem)
    return try storing { () throws(StorageError) in try VocabularyFile.read(envelope) }
  }

  /// Opens a file that the manifest names, and checks that it belongs where the manifest says.
  static func open(
    _ file: Manifest.File, _ folder: String, _ fileSystem: any FileSystem
  ) throws(IndexStoreError) -> EnvelopeFile {
    let envelope: EnvelopeFile
    do {
      envelope = try EnvelopeFile.open(
        file.summary.name, in: folder, kind: file.kind, expecting: file.summary, fileSystem: fileSystem)
    } catch .notFound {
      throw .lostFile(path: folder, name: file.summary.name)
    } catch {
      throw .storage(error)
    }
    guard let number = IndexFolder.parse(file.summary.name)?.number, number == envelope.segment else {
      throw .storage(
        .damaged(
          path: envelope.file.path, section: "the header", offset: 16, expected: "the number in the file's name",
          found: "\(envelope.segment)"))
    }
    return envelope
  }
}
