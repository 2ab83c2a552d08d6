import ByteStorage

/// A catalog before its first commit: a SQLite database without tables that already says whose it is. FORMAT.md §7.7.
///
/// Made here and not by SQLite, so that it appears under its name complete and durable or not at all.
enum EmptyCatalog {
  /// The one page of the database, as in SQLite's description of its file format.
  static let page: [UInt8] = {
    var page = [UInt8](repeating: 0, count: 4096)
    func set(_ value: UInt32, _ offset: Int) {
      for byte in 0..<4 { page[offset + byte] = UInt8(truncatingIfNeeded: value >> UInt32(24 - 8 * byte)) }
    }
    page.replaceSubrange(0..<16, with: Array("SQLite format 3\0".utf8))
    page[16] = 0x10  // pages of 4,096 bytes
    page[18] = 2  // written and read in WAL mode
    page[19] = 2
    page[21] = 64  // three fractions that SQLite prescribes
    page[22] = 32
    page[23] = 32
    set(1, 24)  // changes so far
    set(1, 28)  // pages
    set(UInt32(bitPattern: CatalogSchema.version), 60)
    set(UInt32(bitPattern: CatalogSchema.applicationID), 68)
    set(1, 92)  // the number of pages belongs to this number of changes
    set(3_037_000, 96)  // the SQLite that first had STRICT tables
    page[100] = 0x0d  // the table of tables: a leaf without cells,
    page[105] = 0x10  // whose content begins at the end of the page
    return page
  }()

  /// Makes the catalog durably: temporary name, fsync, rename, fsync of the folder. Replaces an empty file.
  static func create(_ folder: String, fileSystem: any FileSystem) throws(StorageError) {
    let temporary = joinedPath(folder, IndexFolder.catalogTemporary)
    if try fileSystem.exists(temporary) { try fileSystem.remove(temporary) }
    let file = try fileSystem.create(temporary)
    try file.append(page.rawBytes)
    try file.synchronize()
    try file.close()
    try fileSystem.rename(temporary, to: joinedPath(folder, IndexFolder.catalog))
    try fileSystem.syncFolder(folder)
  }
}
