import ByteStorage
import GRDB

/// Reads the manifest, checking everything it says.
enum CatalogReader {
  /// What was found in a catalog.
  enum Content {
    case manifest(Manifest)
    /// A database without tables: a build was stopped before its first commit.
    case unfinished
  }

  /// Looks at the first bytes of the file, so that a newer or foreign database is refused before SQLite opens it.
  static func checkHeader(_ folder: String, fileSystem: any FileSystem) throws(IndexStoreError) {
    let path = joinedPath(folder, IndexFolder.catalog)
    let kind = try storing { () throws(StorageError) in try fileSystem.kind(of: path) }
    guard kind == nil || kind == .file else {
      throw .damagedCatalog(path: path, what: kind == .folder ? "it is a folder" : "it is no regular file")
    }
    let header = try storing { () throws(StorageError) in
      guard let size = try fileSystem.fileSize(path), size > 0 else { return [UInt8]() }
      let file = try fileSystem.map(path)
      var reader = try ByteReader(file, section: "the SQLite header")
      return try reader.bytes(min(100, file.byteCount))
    }
    if header.isEmpty { return }
    guard header.count == 100, header.starts(with: Array("SQLite format 3\0".utf8)) else {
      throw .damagedCatalog(path: path, what: "it is no SQLite database")
    }
    func bigEndian(_ offset: Int) -> Int32 {
      Int32(bitPattern: header[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) })
    }
    try check(applicationID: bigEndian(68), version: bigEndian(60), path)
    guard bigEndian(68) == CatalogSchema.applicationID else {
      throw .damagedCatalog(path: path, what: "it is not the catalog of an index of Newel")
    }
  }

  static func read(_ db: Database, path: String) throws -> Content {
    let applicationID = try Int32.fetchOne(db, sql: "PRAGMA application_id") ?? 0
    let version = try Int32.fetchOne(db, sql: "PRAGMA user_version") ?? 0
    if applicationID == 0 || applicationID == CatalogSchema.applicationID,
      applicationID == 0 ? version == 0 : version == CatalogSchema.version,
      try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_schema") == 0
    {
      return .unfinished
    }
    guard applicationID == CatalogSchema.applicationID else {
      throw IndexStoreError.damagedCatalog(path: path, what: "it is not the catalog of an index of Newel")
    }
    try check(applicationID: applicationID, version: version, path)
    guard
      let row = try Row.fetchOne(
        db,
        sql: """
          SELECT generation, format_version, configuration, next_ordinal, next_number, record_number, checksum
          FROM manifest WHERE id = 1
          """)
    else { throw IndexStoreError.damagedCatalog(path: path, what: "the manifest is missing") }

    let manifest = Manifest(
      generation: try number(row[0], path), formatVersion: try number(row[1], path),
      configurationText: try text(row[2], path), nextOrdinal: Ordinal(try number(row[3], path)),
      nextNumber: try number(row[4], path), recordNumber: try number(row[5], path), segments: try segments(db, path),
      files: try files(db, path))
    let checksum: UInt32 = try number(row[6], path)
    guard manifest.checksum == checksum else {
      throw IndexStoreError.damagedCatalog(path: path, what: "the manifest does not match its checksum")
    }
    try check(manifest, path)
    return .manifest(manifest)
  }

  /// Refuses a manifest of another version, and one that contradicts itself.
  static func check(_ manifest: Manifest, _ path: String) throws(IndexStoreError) {
    guard manifest.formatVersion == EnvelopeLayout.formatVersion else {
      throw .storage(
        .unsupportedVersion(path: path, found: manifest.formatVersion, supported: EnvelopeLayout.formatVersion))
    }
    if let what = manifest.contradiction { throw .damagedCatalog(path: path, what: what) }
  }

  private static func check(applicationID: Int32, version: Int32, _ path: String) throws(IndexStoreError) {
    if applicationID == CatalogSchema.applicationID, version != CatalogSchema.version {
      throw .storage(
        .unsupportedVersion(
          path: path, found: UInt32(bitPattern: version), supported: UInt32(CatalogSchema.version)))
    }
  }

  private static func segments(_ db: Database, _ path: String) throws -> [Manifest.Segment] {
    let rows = try Row.fetchAll(
      db,
      sql: """
        SELECT number, first_ordinal, ordinal_span, document_count, dead_count, posting_count FROM segments
        ORDER BY first_ordinal
        """)
    return try rows.map { row in
      Manifest.Segment(
        number: try number(row[0], path), firstOrdinal: Ordinal(try number(row[1], path)),
        ordinalSpan: try number(row[2], path), documentCount: try number(row[3], path),
        deadCount: try number(row[4], path), postingCount: try number(row[5], path))
    }
  }

  private static func files(_ db: Database, _ path: String) throws -> [Manifest.File] {
    let rows = try Row.fetchAll(
      db, sql: "SELECT name, kind, segment, byte_count, checksum FROM files ORDER BY name")
    return try rows.map { row in
      let raw: UInt32 = try number(row[1], path)
      guard let kind = FileKind(rawValue: raw) else {
        throw IndexStoreError.damagedCatalog(path: path, what: "file kind \(raw) is unknown")
      }
      let segment: DatabaseValue = row[2]
      return Manifest.File(
        summary: FileSummary(
          name: try text(row[0], path), byteCount: try number(row[3], path), checksum: try number(row[4], path)),
        kind: kind, segment: segment.isNull ? nil : try number(segment, path) as UInt64)
    }
  }

  private static func number<T: FixedWidthInteger>(_ value: DatabaseValue, _ path: String) throws -> T {
    // None of the numbers is ever negative, whatever type it becomes.
    guard case .int64(let wide) = value.storage, wide >= 0, let number = T(exactly: wide) else {
      throw IndexStoreError.damagedCatalog(path: path, what: "a number in the manifest is out of range")
    }
    return number
  }

  private static func text(_ value: DatabaseValue, _ path: String) throws -> String {
    guard case .string(let text) = value.storage else {
      throw IndexStoreError.damagedCatalog(path: path, what: "a text in the manifest is missing")
    }
    return text
  }
}
