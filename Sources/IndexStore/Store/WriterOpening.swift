import ByteStorage
import InvertedIndex

/// The steps from a folder's name to a writer that holds its lock: look, lock, clean up, read.
struct WriterOpening {
  let folder: String
  let fileSystem: any FileSystem
  let lock: any FileLock
  let catalog: CatalogWriter
  let configuration: IndexConfiguration
  /// The last commit; nil before the first.
  let snapshot: IndexSnapshot?
  let vocabulary: [String]
  /// Whether the folder was made now.
  let isNewFolder: Bool

  init(
    _ folder: String, creating: IndexConfiguration?, fileSystem: any FileSystem
  ) throws(IndexStoreError) {
    self.folder = folder
    self.fileSystem = fileSystem
    if let creating { try Self.check(creating) }
    isNewFolder = try Self.prepareFolder(folder, isCreating: creating != nil, fileSystem: fileSystem)
    do throws(StorageError) {
      lock = try fileSystem.lock(joinedPath(folder, IndexFolder.lock))
    } catch {
      if isNewFolder { try? fileSystem.removeFolder(folder) }
      if case .locked(_, let holder) = error { throw .locked(path: folder, holder: holder) }
      throw .storage(error)
    }
    var isNewCatalog = false
    do throws(IndexStoreError) {
      isNewCatalog = try Self.prepareCatalog(folder, isCreating: creating != nil, fileSystem: fileSystem)
      catalog = try CatalogWriter(folder, fileSystem: fileSystem)
    } catch {
      if isNewCatalog || isNewFolder {
        UncommittedIndex.remove(folder, folderToo: isNewFolder, fileSystem: fileSystem)
      }
      lock.release()
      throw error
    }
    do throws(IndexStoreError) {
      let recorded = try storing { () throws(StorageError) in
        try CommitTraces.recordedGeneration(folder, fileSystem: fileSystem)
      }
      let manifest = try Self.newest(catalog, recorded: recorded, folder, fileSystem)
      if let manifest {
        let opened = try IndexSnapshot(folder, manifest, reusing: nil, fileSystem)
        snapshot = opened
        configuration = opened.configuration
        guard manifest.nextNumber <= IndexFolder.maximumNumber - IndexFolder.numbersOfWriter else {
          throw IndexStoreError.numbersExhausted(path: folder, next: manifest.nextNumber)
        }
        try Self.checkCatalog(catalog, manifest, folder, fileSystem)
        vocabulary = try opened.vocabulary()
      } else {
        snapshot = nil
        guard let creating else { throw IndexStoreError.noIndex(path: folder, reason: Self.unfinished) }
        configuration = creating
        vocabulary = []
      }
      try Self.removeOrphans(folder, manifest, fileSystem)
      if manifest == nil { try Self.beginChecksum(folder, fileSystem) }
    } catch {
      catalog.close()
      if isNewCatalog { UncommittedIndex.remove(folder, folderToo: isNewFolder, fileSystem: fileSystem) }
      lock.release()
      throw error
    }
  }

  /// What the catalog says, or the commit behind it that it lost: that one is put back first, because everything it names is
  /// there and durable.
  private static func newest(
    _ catalog: CatalogWriter, recorded: UInt64, _ folder: String, _ fileSystem: any FileSystem
  ) throws(IndexStoreError) -> Manifest? {
    let committed = try catalog.manifest()
    if committed == nil { try CommitTraces.checkNeverCommitted(folder, recorded: recorded) }
    guard let record = try CommitRecord.newest(behind: committed, in: folder, fileSystem: fileSystem) else {
      return committed
    }
    if let obstacle = CommitRecord.obstacle(record, in: folder, fileSystem: fileSystem) {
      throw .lostCommit(path: folder, generation: record.generation, obstacle: obstacle.description)
    }
    try catalog.begin(creating: committed == nil)
    try catalog.store(record)
    try catalog.commit()
    _ = catalog.foldLog(generation: record.generation)
    return record
  }

  private static let unfinished = "a build was stopped before its first commit"

  private static func check(_ configuration: IndexConfiguration) throws(IndexStoreError) {
    guard configuration.ceiling.isFinite, configuration.ceiling > 0 else {
      throw .postings(.invalidCeiling(configuration.ceiling))
    }
    if let dimension = configuration.denseDimension,
      !(1...IndexConfiguration.maximumDenseDimension).contains(dimension)
    {
      throw .storage(
        .limit(
          path: "the configuration", what: "the dense dimension (\(dimension))",
          limit: IndexConfiguration.maximumDenseDimension))
    }
  }

  /// Makes the folder when an index is to be made; refuses a folder that holds something else, without a trace.
  ///
  /// - Returns: whether the folder is new.
  private static func prepareFolder(
    _ folder: String, isCreating: Bool, fileSystem: any FileSystem
  ) throws(IndexStoreError) -> Bool {
    let kind = try storing { () throws(StorageError) in try fileSystem.kind(of: folder) }
    switch kind {
    case nil:
      if try storing({ () throws(StorageError) in try fileSystem.isNameTaken(folder) }) {
        throw .noIndex(path: folder, reason: "it is a link to nothing")
      }
      guard isCreating else { throw .noIndex(path: folder, reason: "there is no such folder") }
      try checkSurroundings(folder, fileSystem: fileSystem)
      try storing { () throws(StorageError) in try fileSystem.makeFolder(folder) }
      return true
    case .folder:
      try CommitTraces.checkCatalogIsThere(folder, fileSystem: fileSystem)
      let names = try storing { () throws(StorageError) in try fileSystem.list(folder) }
      if names.contains(IndexFolder.catalog) {
        try CatalogReader.checkHeader(folder, fileSystem: fileSystem)
      } else if !isCreating {
        throw .noIndex(path: folder, reason: names.isEmpty ? "the folder is empty" : "it has no catalog.sqlite")
      }
      if isCreating, let foreign = names.first(where: { !IndexFolder.isOurs($0) }),
        !names.contains(IndexFolder.catalog)
      {
        throw .foreignFolder(path: folder, example: foreign)
      }
      if isCreating, !names.contains(IndexFolder.catalog) { try checkSurroundings(folder, fileSystem: fileSystem) }
      return false
    default:
      throw .foreignFolder(path: folder, example: "the path is a file")
    }
  }

  private static func checkSurroundings(_ folder: String, fileSystem: any FileSystem) throws(IndexStoreError) {
    if let outer = OuterIndex.find(above: folder, fileSystem: fileSystem) {
      throw .insideIndex(path: folder, outer: outer)
    }
  }

  /// Looks again under the lock, because the folder may have changed since the first look, and makes the catalog of a
  /// new index. It is durable before any other file is made, see ``CommitTraces``.
  ///
  /// - Returns: whether the catalog is new.
  private static func prepareCatalog(
    _ folder: String, isCreating: Bool, fileSystem: any FileSystem
  ) throws(IndexStoreError) -> Bool {
    try CommitTraces.checkCatalogIsThere(folder, fileSystem: fileSystem)
    try CatalogReader.checkHeader(folder, fileSystem: fileSystem)
    let path = joinedPath(folder, IndexFolder.catalog)
    let size = try storing { () throws(StorageError) in try fileSystem.fileSize(path) }
    if let size, size > 0 { return false }
    guard isCreating else { throw .noIndex(path: folder, reason: unfinished) }
    try storing { () throws(StorageError) in try EmptyCatalog.create(folder, fileSystem: fileSystem) }
    return true
  }

  /// Writes the checksum of generation 0, so that a later index without a checksum has lost it.
  private static func beginChecksum(_ folder: String, _ fileSystem: any FileSystem) throws(IndexStoreError) {
    try storing { () throws(StorageError) in
      if try fileSystem.exists(joinedPath(folder, IndexFolder.checksum)) { return }
      try CatalogChecksum(generation: 0, folder: folder, fileSystem: fileSystem).write(folder, fileSystem: fileSystem)
    }
  }

  /// Removes files of commits that never happened. What cannot be removed is in nobody's way: a writer passes over numbers
  /// whose names are taken. The numbers of orphans mean nothing, because anybody may have given them.
  private static func removeOrphans(
    _ folder: String, _ manifest: Manifest?, _ fileSystem: any FileSystem
  ) throws(IndexStoreError) {
    var known = Set(manifest?.files.map(\.summary.name) ?? [])
    if let manifest { known.insert(manifest.recordName) }
    try storing { () throws(StorageError) in
      var removed = false
      for name in try fileSystem.list(folder) where IndexFolder.isDisposable(name) && !known.contains(name) {
        let path = joinedPath(folder, name)
        if try fileSystem.kind(of: path) == .folder { continue }
        do throws(StorageError) {
          try fileSystem.remove(path)
          removed = true
        } catch {
          continue
        }
      }
      if removed { try fileSystem.syncFolder(folder) }
    }
  }

  /// Before anything is added, the catalog must be what the last commit left. When `catalog.checksum` does not tell
  /// (a crash came between the commit and its writing), SQLite checks the catalog, and the file is made anew.
  private static func checkCatalog(
    _ catalog: CatalogWriter, _ manifest: Manifest, _ folder: String, _ fileSystem: any FileSystem
  ) throws(IndexStoreError) {
    switch try CatalogCheck.compare(manifest, folder, fileSystem) {
    case .equal: return
    case .differs(let error): throw error
    case .missing, .older, .unreadable:
      try catalog.checkIntegrity()
      _ = catalog.foldLog(generation: manifest.generation)
    }
  }
}
