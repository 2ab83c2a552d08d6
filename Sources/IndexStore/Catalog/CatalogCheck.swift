import ByteStorage

/// Compares the bytes of `catalog.sqlite` with `catalog.checksum`.
enum CatalogCheck {
  /// What is wrong; `nil` when the bytes are right or nothing is known about this generation.
  static func damage(
    _ manifest: Manifest, _ folder: String, _ fileSystem: any FileSystem
  ) throws(IndexStoreError) -> IndexStoreError? {
    let path = joinedPath(folder, IndexFolder.catalog)
    let recorded: CatalogChecksum?
    do throws(StorageError) {
      recorded = try CatalogChecksum.read(folder, fileSystem: fileSystem)
    } catch {
      if case .io = error { throw .storage(error) }
      return .storage(error)
    }
    guard let recorded, recorded.generation == manifest.generation else { return nil }
    let found = try storing { () throws(StorageError) in
      try CatalogChecksum(generation: manifest.generation, folder: folder, fileSystem: fileSystem)
    }
    if found == recorded { return nil }
    return .damagedCatalog(
      path: path,
      what: found.catalogByteCount != recorded.catalogByteCount
        ? "it has \(found.catalogByteCount) bytes, and \(recorded.catalogByteCount) after its last commit"
        : "its bytes do not match catalog.checksum")
  }
}
