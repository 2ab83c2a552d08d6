import ByteStorage

/// What a build that never committed leaves behind.
enum UncommittedIndex {
  /// Removes the catalog without a commit and everything around it, as far as possible; the caller holds the lock and
  /// has closed the catalog. Nothing is done while files of segments are there, because the catalog is what tells
  /// later that they may be removed.
  ///
  /// - Parameter folderToo: the folder as well, if nothing else is in it.
  static func remove(_ folder: String, folderToo: Bool, fileSystem: any FileSystem) {
    do throws(StorageError) {
      let names = try fileSystem.list(folder)
      if names.contains(where: { IndexFolder.parse($0) != nil }) { return }
      func remove(_ removed: [String]) throws(StorageError) {
        for name in removed where names.contains(name) { try fileSystem.remove(joinedPath(folder, name)) }
      }
      try remove(
        IndexFolder.catalogCompanions + [
          IndexFolder.checksum, IndexFolder.checksumTemporary, IndexFolder.catalogTemporary,
        ])
      // All else is gone for good before the catalog goes.
      try fileSystem.syncFolder(folder)
      try remove([IndexFolder.catalog, IndexFolder.lock])
      if folderToo { try fileSystem.removeFolder(folder) }
    } catch {
      // The next build removes what is left.
    }
  }
}
