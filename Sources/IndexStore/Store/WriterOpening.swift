import ByteStorage
import InvertedIndex

/// The steps from a folder's name to a writer that holds its lock: look, lock, clean up, read.
struct WriterOpening {
  let folder: String
  let fileSystem: any FileSystem
  let lock: any FileLock
  let catalog: CatalogWriter
  let configuration: IndexConfiguration
  let manifest: Manifest?
  let vocabulary: [String]
  let nextNumber: UInt64

  init(
    _ folder: String, creating: IndexConfiguration?, fileSystem: any FileSystem
  ) throws(IndexStoreError) {
    self.folder = folder
    self.fileSystem = fileSystem
    if let creating { try Self.check(creating) }
    try Self.prepareFolder(folder, isCreating: creating != nil, fileSystem: fileSystem)
    do throws(StorageError) {
      lock = try fileSystem.lock(joinedPath(folder, IndexFolder.lock))
    } catch {
      if case .locked(_, let holder) = error { throw .locked(path: folder, holder: holder) }
      throw .storage(error)
    }
    do throws(IndexStoreError) {
      // Again under the lock: the folder may have changed since the first look.
      try CatalogReader.checkHeader(folder, fileSystem: fileSystem)
      catalog = try CatalogWriter(folder, fileSystem: fileSystem)
    } catch {
      lock.release()
      throw error
    }
    do throws(IndexStoreError) {
      manifest = try catalog.manifest()
      if let manifest {
        configuration = try IndexSnapshot.configuration(manifest, folder)
        try Self.checkCatalog(catalog, manifest, folder, fileSystem)
        vocabulary = try IndexSnapshot.vocabulary(manifest, folder, fileSystem)
      } else {
        guard let creating else {
          throw IndexStoreError.noIndex(path: folder, reason: "a build was stopped before its first commit")
        }
        configuration = creating
        vocabulary = []
      }
      nextNumber = try Self.removeOrphans(folder, manifest, fileSystem)
    } catch {
      catalog.close()
      lock.release()
      throw error
    }
  }

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
  private static func prepareFolder(
    _ folder: String, isCreating: Bool, fileSystem: any FileSystem
  ) throws(IndexStoreError) {
    let kind = try storing { () throws(StorageError) in try fileSystem.kind(of: folder) }
    switch kind {
    case nil:
      guard isCreating else { throw .noIndex(path: folder, reason: "there is no such folder") }
      try storing { () throws(StorageError) in try fileSystem.makeFolder(folder) }
    case .folder:
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
    default:
      throw .foreignFolder(path: folder, example: "the path is a file")
    }
  }

  /// Removes files of commits that never happened; returns the first number that no file has.
  private static func removeOrphans(
    _ folder: String, _ manifest: Manifest?, _ fileSystem: any FileSystem
  ) throws(IndexStoreError) -> UInt64 {
    let known = Set(manifest?.files.map(\.summary.name) ?? [])
    var next = manifest?.nextNumber ?? 1
    try storing { () throws(StorageError) in
      var removed = false
      for name in try fileSystem.list(folder) {
        if let number = IndexFolder.parse(name)?.number { next = max(next, number + 1) }
        // The checksum of a catalog without a commit is left over from an index that was here before.
        let isStale = name == IndexFolder.checksum && manifest == nil
        guard (IndexFolder.isDisposable(name) && !known.contains(name)) || isStale else { continue }
        try fileSystem.remove(joinedPath(folder, name))
        removed = true
      }
      if removed { try fileSystem.syncFolder(folder) }
    }
    return next
  }

  /// Before anything is added, the catalog must be what the last commit left. When `catalog.checksum` does not tell
  /// (a crash came between the commit and its writing), SQLite checks the catalog, and the file is made anew.
  private static func checkCatalog(
    _ catalog: CatalogWriter, _ manifest: Manifest, _ folder: String, _ fileSystem: any FileSystem
  ) throws(IndexStoreError) {
    switch try CatalogCheck.compare(manifest, folder, fileSystem) {
    case .equal: return
    case .differs(let error): throw error
    case .unknown, .unreadable:
      try catalog.checkIntegrity()
      _ = catalog.foldLog(generation: manifest.generation)
    }
  }
}
