public import ByteStorage

/// A file of an index, for statistics.
public struct IndexFileInfo: Sendable, Equatable {
  /// The name inside the folder.
  public var name: String
  /// What it holds.
  public var kind: FileKind
  /// The segment it belongs to; `nil` for files of the whole index.
  public var segment: UInt64?
  /// Its length in bytes.
  public var byteCount: Int
}

/// One commit of an index, open for reading. It never changes: ``refreshed()`` gives the newest one.
///
/// Documents are meant by their *positions*: the documents of the segments before, deleted ones included, and the local number.
/// They are in the order of the ordinals and fit 32 bits; another snapshot has others, ordinals and keys stay.
///
/// Usable from many threads at once, which do not wait for each other: nothing here asks the catalog.
public final class IndexSnapshot: Sendable {
  /// The folder of the index.
  public let folder: String
  /// The number of the commit, 1 for the first.
  public var generation: UInt64 { manifest.generation }
  /// What the index is made with.
  public let configuration: IndexConfiguration
  /// The segments, by the ordinals of their documents.
  public let segments: [SegmentSnapshot]
  /// Documents that are not deleted.
  public let liveCount: Int
  /// Documents in all segments, deleted ones included: positions are below it.
  public let positionCount: Int
  /// Every file of the commit, catalog and record not included, with its size.
  public let files: [IndexFileInfo]
  /// Whether the catalog lost this commit, so that it was taken from its record; the next writer puts it back.
  public let isRecovered: Bool

  let manifest: Manifest
  let fileSystem: any FileSystem
  /// Files of the whole index. Open, because they are read when they are needed, and a commit may have replaced them by then.
  private let soleFiles: [FileKind: EnvelopeFile]

  /// The most documents in all segments, deleted ones included.
  static let maximumDocumentCount = Int(UInt32.max) - 1

  /// Opens the last commit.
  ///
  /// Checked now: the manifest, and of every file its header, footer and tables. Checked when first read: the blocks
  /// of the data.
  public static func open(
    _ folder: String, fileSystem: any FileSystem = PosixFileSystem()
  ) throws(IndexStoreError) -> IndexSnapshot {
    try openNewest(folder, reusing: nil, fileSystem: fileSystem)
  }

  /// The last commit: this object when it is the one, else a new snapshot that shares every segment that is still there.
  ///
  /// - Complexity: O(segments + documents deleted since), whatever the size of the index, and opening of new segments.
  public func refreshed() throws(IndexStoreError) -> IndexSnapshot {
    try Self.openNewest(folder, reusing: self, fileSystem: fileSystem)
  }

  private static func openNewest(
    _ folder: String, reusing old: IndexSnapshot?, fileSystem: any FileSystem
  ) throws(IndexStoreError) -> IndexSnapshot {
    var lastGeneration: UInt64?
    while true {
      let (manifest, isRecovered) = try IndexOpening(folder, fileSystem).newest()
      if let old, old.manifest == manifest, old.isRecovered == isRecovered { return old }
      do throws(IndexStoreError) {
        return try IndexSnapshot(folder, manifest, isRecovered: isRecovered, reusing: old, fileSystem)
      } catch {
        // A commit may have replaced a file between reading the manifest and opening the file; then there is a newer
        // manifest.
        guard case .lostFile = error, manifest.generation != lastGeneration else { throw error }
        lastGeneration = manifest.generation
      }
    }
  }

  /// - Parameter old: a snapshot whose segments are used again where they are still the same.
  init(
    _ folder: String, _ manifest: Manifest, isRecovered: Bool = false, reusing old: IndexSnapshot?,
    _ fileSystem: any FileSystem
  ) throws(IndexStoreError) {
    self.folder = folder
    self.manifest = manifest
    self.fileSystem = fileSystem
    self.isRecovered = isRecovered
    let configuration = try Self.configuration(manifest, folder)
    self.configuration = configuration
    segments = try SegmentOpening(
      manifest, configuration, folder: folder, reusing: old, fileSystem: fileSystem
    ).segments()
    liveCount = manifest.liveCount
    positionCount = manifest.segments.reduce(0) { $0 + $1.documentCount }
    guard (manifest.sole(.alignment) == nil) == (configuration.coordinateCount == nil) else {
      throw .damagedCatalog(
        path: joinedPath(folder, IndexFolder.catalog), what: "it has coordinates without an alignment, or the reverse")
    }
    var soleFiles: [FileKind: EnvelopeFile] = [:]
    for file in manifest.files where Manifest.soleKinds.contains(file.kind) {
      if let known = old?.soleFiles[file.kind], known.summary == file.summary {
        soleFiles[file.kind] = known
      } else {
        soleFiles[file.kind] = try Self.open(file, folder, fileSystem)
      }
    }
    self.soleFiles = soleFiles
    files = manifest.files.map {
      IndexFileInfo(name: $0.summary.name, kind: $0.kind, segment: $0.segment, byteCount: $0.summary.byteCount)
    }
  }

  /// Whether both have the same file of a kind of which an index has one, so that what was made of it can be kept.
  public func shares(_ kind: FileKind, with other: IndexSnapshot) -> Bool {
    soleFiles[kind]?.summary == other.soleFiles[kind]?.summary
  }

  /// The tokens, by their numbers; empty when none were set.
  public func vocabulary() throws(IndexStoreError) -> [String] {
    guard let file = soleFiles[.vocabulary] else { return [] }
    return try storing { () throws(StorageError) in try VocabularyFile.read(file) }
  }

  /// The token head that was kept with the index.
  public func headBytes() throws(IndexStoreError) -> [UInt8]? {
    guard let file = soleFiles[.head] else { return nil }
    return try storing { () throws(StorageError) in try HeadFile.read(file) }
  }

  /// The alignment that was kept with the index.
  public func alignmentBytes() throws(IndexStoreError) -> [UInt8]? {
    guard let file = soleFiles[.alignment] else { return nil }
    return try storing { () throws(StorageError) in try AlignmentFile.read(file) }
  }

  /// The key of a document.
  ///
  /// - Complexity: O(log segments + length); no metadata is read.
  public func key(of position: UInt32) throws(IndexStoreError) -> String {
    let (segment, local) = try locate(position)
    return try segment.key(of: local)
  }

  /// The metadata of a document, as they were given: one JSON object in UTF-8.
  public func metadata(of position: UInt32) throws(IndexStoreError) -> [UInt8] {
    let (segment, local) = try locate(position)
    return try segment.metadata(of: local)
  }

  /// Key and metadata of a document, read together.
  public func document(of position: UInt32) throws(IndexStoreError) -> (key: String, metadata: [UInt8]) {
    let (segment, local) = try locate(position)
    return (try segment.key(of: local), try segment.metadata(of: local))
  }

  /// The position of the live document with this key; `nil` when there is none, which is proved like its presence: by key
  /// indexes under checksums.
  ///
  /// - Complexity: O(segments · log documents).
  public func position(ofKey key: String) throws(IndexStoreError) -> UInt32? {
    for segment in segments.reversed() {
      if let document = try segment.document(ofKey: key) {
        return segment.firstPosition + UInt32(truncatingIfNeeded: document)
      }
    }
    return nil
  }

  /// The ordinal of a document.
  public func ordinal(of position: UInt32) throws(IndexStoreError) -> Ordinal {
    let (segment, local) = try locate(position)
    return try segment.ordinal(of: local)
  }

  /// The dense row of a document, or its coordinates; `nil` for an index without.
  public func denseRow(of position: UInt32, in rows: DenseRows = .raw) throws(IndexStoreError) -> [Float]? {
    let (segment, local) = try locate(position)
    guard let reader = segment.reader(rows) else { return nil }
    var row = [Float](repeating: 0, count: reader.dimension)
    try storing { () throws(StorageError) in try reader.row(local, into: &row, at: 0) }
    return row
  }

  /// The segment that holds a document, and the document's local number.
  ///
  /// - Throws: `noSuchDocument` for a position beyond the last.
  public func locate(_ position: UInt32) throws(IndexStoreError) -> (segment: SegmentSnapshot, document: Int) {
    guard position < positionCount else { throw .noSuchDocument(position: position, count: positionCount) }
    var low = 0
    var high = segments.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if segments[middle].firstPosition <= position { low = middle } else { high = middle }
    }
    return (segments[low], Int(position - segments[low].firstPosition))
  }

  // MARK: - Steps shared with the writer and with verification

  static func configuration(_ manifest: Manifest, _ folder: String) throws(IndexStoreError) -> IndexConfiguration {
    guard let configuration = IndexConfiguration(decoding: manifest.configurationText) else {
      throw .damagedCatalog(
        path: joinedPath(folder, IndexFolder.catalog), what: "the configuration cannot be understood")
    }
    return configuration
  }

  /// Opens a file that the manifest names, and checks that it is the one it means.
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
    return envelope
  }
}
