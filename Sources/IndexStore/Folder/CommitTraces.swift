import ByteStorage

/// Tells a folder whose first build never committed, which may be cleaned up, from an index that lost its catalog, which
/// must not be touched. FORMAT.md §6.1.
///
/// The catalog is durable before any other file of an index is made. So other files without it mean that it was lost.
enum CommitTraces {
  /// Refuses a folder that holds files of an index and no catalog, or an empty one.
  static func checkCatalogIsThere(_ folder: String, fileSystem: any FileSystem) throws(IndexStoreError) {
    let path = joinedPath(folder, IndexFolder.catalog)
    let example = try storing { () throws(StorageError) -> String? in
      if let size = try fileSystem.fileSize(path), size > 0 { return nil }
      return try trace(folder, fileSystem: fileSystem)
    }
    guard let example else { return }
    // Looked at again: a first build may have begun in between.
    let size = try storing { () throws(StorageError) in try fileSystem.fileSize(path) }
    if let size, size > 0 { return }
    throw .lostCatalog(path: folder, what: size == nil ? "is missing" : "is empty", example: example)
  }

  /// The generation that `catalog.checksum` tells about; 0 when there is no such file.
  static func recordedGeneration(_ folder: String, fileSystem: any FileSystem) throws(StorageError) -> UInt64 {
    do {
      return try CatalogChecksum.read(folder, fileSystem: fileSystem)?.generation ?? 0
    } catch {
      if case .io = error { throw error }
      // Never torn by a crash, so damaged since; it may have been about any commit.
      return .max
    }
  }

  /// Refuses a catalog without a commit beside a checksum of a commit.
  ///
  /// - Parameter recorded: ``recordedGeneration(_:fileSystem:)`` from before the catalog was read.
  static func checkNeverCommitted(_ folder: String, recorded: UInt64) throws(IndexStoreError) {
    if recorded > 0 {
      throw .lostCatalog(path: folder, what: "knows of no commit", example: IndexFolder.checksum)
    }
  }

  /// The name of a file that can only be there when there was a catalog.
  private static func trace(_ folder: String, fileSystem: any FileSystem) throws(StorageError) -> String? {
    let names = try fileSystem.list(folder)
    if let name = names.first(where: { IndexFolder.parse($0) != nil }) { return name }
    if names.contains(IndexFolder.checksum), try recordedGeneration(folder, fileSystem: fileSystem) > 0 {
      return IndexFolder.checksum
    }
    let log = IndexFolder.catalog + "-wal"
    if names.contains(log), let size = try fileSystem.fileSize(joinedPath(folder, log)), size > 0 { return log }
    return nil
  }
}
