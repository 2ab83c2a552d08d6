import ByteStorage

/// The file `catalog.checksum`: what `catalog.sqlite` looked like after a commit was folded into it. FORMAT.md §7.8.
///
/// Advisory: it lets `verify` find a flipped byte where SQLite itself would not notice it. It counts only for the
/// generation it names.
struct CatalogChecksum: Equatable, Sendable {
  static let byteCount = 64
  static let magic = Array("NEWELCAT".utf8)

  /// Offsets. FORMAT.md §7.8.
  enum Layout {
    static let magic = 0
    static let formatVersion = 8
    static let catalogChecksum = 12
    static let generation = 16
    static let catalogByteCount = 24
    static let zeros = 32
    static let checksum = 60
  }

  var generation: UInt64
  var catalogByteCount: UInt64
  var catalogChecksum: UInt32

  /// Of the catalog as it is on disk now.
  init(generation: UInt64, folder: String, fileSystem: any FileSystem) throws(StorageError) {
    let file = try fileSystem.map(joinedPath(folder, IndexFolder.catalog))
    self.generation = generation
    self.catalogByteCount = UInt64(file.byteCount)
    self.catalogChecksum = CRC32C.checksum(file.bytes)
  }

  /// Reads the file; `nil` when there is none.
  static func read(_ folder: String, fileSystem: any FileSystem) throws(StorageError) -> CatalogChecksum? {
    let path = joinedPath(folder, IndexFolder.checksum)
    guard try fileSystem.fileSize(path) != nil else { return nil }
    return try CatalogChecksum(decoding: try fileSystem.readAll(path, limit: 4096), path: path)
  }

  init(decoding bytes: [UInt8], path: String) throws(StorageError) {
    var reader = ByteReader(bytes, path: path, section: "the checksum of the catalog")
    guard bytes.count == Self.byteCount else {
      throw .truncated(path: path, section: reader.section, expected: Self.byteCount, found: bytes.count)
    }
    let magic = try reader.bytes(8)
    let version = try reader.u32()
    catalogChecksum = try reader.u32()
    generation = try reader.u64()
    catalogByteCount = try reader.u64()
    let zeros = try reader.bytes(Layout.checksum - Layout.zeros)
    guard try reader.u32() == CRC32C.checksum(Array(bytes[..<Layout.checksum])), magic == Self.magic else {
      throw .damaged(
        path: path, section: reader.section, offset: Layout.checksum, expected: "a matching checksum",
        found: "another one")
    }
    guard version == EnvelopeLayout.formatVersion else {
      throw .unsupportedVersion(path: path, found: version, supported: EnvelopeLayout.formatVersion)
    }
    guard zeros.allSatisfy({ $0 == 0 }) else {
      throw .damaged(
        path: path, section: reader.section, offset: Layout.zeros, expected: "zeros", found: "other bytes")
    }
  }

  func encoded() -> [UInt8] {
    var writer = ByteWriter()
    writer.append(Self.magic)
    writer.u32(EnvelopeLayout.formatVersion)
    writer.u32(catalogChecksum)
    writer.u64(generation)
    writer.u64(catalogByteCount)
    writer.zeros(Layout.checksum - Layout.zeros)
    writer.u32(CRC32C.checksum(writer.bytes))
    return writer.bytes
  }

  /// Replaces the file: temporary name, fsync, rename, fsync of the folder.
  func write(_ folder: String, fileSystem: any FileSystem) throws(StorageError) {
    let temporary = joinedPath(folder, IndexFolder.checksumTemporary)
    if try fileSystem.exists(temporary) { try fileSystem.remove(temporary) }
    let file = try fileSystem.create(temporary)
    try file.append(encoded().rawBytes)
    try file.synchronize()
    try file.close()
    try fileSystem.rename(temporary, to: joinedPath(folder, IndexFolder.checksum))
    try fileSystem.syncFolder(folder)
  }
}
