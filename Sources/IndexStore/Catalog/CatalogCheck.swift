import ByteStorage

/// Compares the bytes of `catalog.sqlite` with `catalog.checksum`.
enum CatalogCheck {
  case equal
  /// The bytes are not those after the commit.
  case differs(IndexStoreError)
  /// There is no checksum of this commit.
  case unknown
  /// The checksum itself is damaged.
  case unreadable(IndexStoreError)

  static func compare(
    _ manifest: Manifest, _ folder: String, _ fileSystem: any FileSystem
  ) throws(IndexStoreError) -> CatalogCheck {
    let recorded: CatalogChecksum?
    do throws(StorageError) {
      recorded = try CatalogChecksum.read(folder, fileSystem: fileSystem)
    } catch {
      if case .io = error { throw .storage(error) }
      return .unreadable(.storage(error))
    }
    guard let recorded, recorded.generation == manifest.generation else { return .unknown }
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
