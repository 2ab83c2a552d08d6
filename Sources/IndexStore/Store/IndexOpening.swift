import ByteStorage

/// From a folder's name to the manifest of its newest commit, for readers: they take no lock and change nothing.
struct IndexOpening {
  let folder: String
  let fileSystem: any FileSystem

  init(_ folder: String, _ fileSystem: any FileSystem) {
    self.folder = folder
    self.fileSystem = fileSystem
  }

  /// The newest commit that can be proved: the catalog's, or a later one whose record is whole although the catalog and its log
  /// lost it.
  ///
  /// - Throws: `noIndex`, `lostCatalog` or `damagedCatalog`, or what keeps the catalog from being read.
  func newest() throws(IndexStoreError) -> (manifest: Manifest, isRecovered: Bool) {
    let committed = try inCatalog()
    guard let record = try newerRecord(than: committed) else {
      if let committed { return (committed, false) }
      throw .noIndex(path: folder, reason: Self.unfinished)
    }
    // A writer at work has not got to its commit yet, or has by now.
    if fileSystem.isLocked(joinedPath(folder, IndexFolder.lock)) {
      if let now = try inCatalog() { return (now, false) }
      throw .noIndex(path: folder, reason: Self.unfinished)
    }
    // The catalog again: the writer may have come to its commit and gone in between.
    if let now = try inCatalog(), now.generation >= record.generation { return (now, false) }
    if let obstacle = CommitRecord.obstacle(record, in: folder, fileSystem: fileSystem) {
      // The files of the record may be gone because a writer gave it up just now.
      if try newerRecord(than: committed) == record {
        throw .lostCommit(path: folder, generation: record.generation, obstacle: obstacle.description)
      }
      return try newest()
    }
    return (record, true)
  }

  static let unfinished = "a build was stopped before its first commit, or is still running"

  private func newerRecord(than committed: Manifest?) throws(IndexStoreError) -> Manifest? {
    try CommitRecord.newest(behind: committed, in: folder, fileSystem: fileSystem)
  }

  /// What the catalog says; `nil` when it never saw a commit.
  func inCatalog() throws(IndexStoreError) -> Manifest? {
    let (catalog, manifest) = try IndexOpening.catalog(folder, fileSystem)
    catalog.close()
    return manifest
  }

  /// Opens the catalog of a folder for reading and reads its manifest, in one read transaction; `nil` for a catalog without
  /// a commit, beside which there is no sign of one.
  static func catalog(
    _ folder: String, _ fileSystem: any FileSystem
  ) throws(IndexStoreError) -> (CatalogDatabase, Manifest?) {
    switch try storing({ () throws(StorageError) in try fileSystem.kind(of: folder) }) {
    case nil:
      let isLink = try storing { () throws(StorageError) in try fileSystem.isNameTaken(folder) }
      throw .noIndex(path: folder, reason: isLink ? "it is a link to nothing" : "there is no such folder")
    case .folder: break
    default: throw .noIndex(path: folder, reason: "it is a file, not a folder")
    }
    try CommitTraces.checkCatalogIsThere(folder, fileSystem: fileSystem)
    let recorded = try storing { () throws(StorageError) in
      try CommitTraces.recordedGeneration(folder, fileSystem: fileSystem)
    }
    let path = joinedPath(folder, IndexFolder.catalog)
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
        return (catalog, nil)
      }
    } catch {
      catalog.close()
      throw error
    }
  }
}
