import ByteStorage

/// Compares the bytes of `catalog.sqlite` with `catalog.checksum`.
enum CatalogCheck {
  case equal
  /// The bytes are not those after the commit.
  case differs(IndexStoreError)
  /// There is no checksum, although there is one from before the first commit on.
  case missing
  /// The checksum is of an earlier commit, because a build was stopped right after this one.
  case older(UInt64)
  /// The checksum itself is damaged.
  case unreadable(IndexStoreError)

  /// - Parameter readingAll: whether the bytes are compared, or only the number of the commit.
  static func compare(
    _ manifest: Manifest, _ folder: String, _ fileSystem: any FileSystem, readingAll: Bool = true
  ) throws(IndexStoreError) -> CatalogCheck {
    let recorded: CatalogChecksum?
    do throws(StorageError) {
      recorded = try CatalogChecksum.read(folder, fileSystem: fileSystem)
    } catch {
      if case .io = error { throw .storage(error) }
      return .unreadable(.storage(error))
    }
    guard let recorded else { return .missing }
    if recorded.generation < manifest.generation { return .older(recorded.generation) }
    if recorded.generation > manifest.generation {
      return .differs(
        .damagedCatalog(
          path: joinedPath(folder, IndexFolder.catalog),
          what: "it knows \(manifest.generation) commits and catalog.checksum was written after commit "
            + "\(recorded.generation)"))
    }
    if !readingAll { return .equal }
    let found = try storing { () throws(StorageError) in
      try CatalogChecksum(generation: manifest.generation, folder: folder, fileSystem: fileSystem)
    }
    if found == recorded { return .equal }
    return .differs(
      .damagedCatalog(
        path: joinedPath(folder, IndexFolder.catalog),
        what: found.catalogByteCount != recorded.catalogByteCount
          ? "it has \(found.catalogByteCount) bytes, and \(recorded.catalogByteCount) after its last commit"
          : "its bytes do not match catalog.checksum"))
  }
}
