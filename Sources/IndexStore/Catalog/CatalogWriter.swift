import ByteStorage
import GRDB

/// The writing side of the catalog: one transaction, which is one commit.
final class CatalogWriter {
  let database: CatalogDatabase
  private let folder: String
  private let fileSystem: any FileSystem
  private var isInTransaction = false

  init(_ folder: String, fileSystem: any FileSystem) throws(IndexStoreError) {
    self.folder = folder
    self.fileSystem = fileSystem
    database = try CatalogDatabase.openForWriting(folder)
  }

  /// The manifest of the last commit; `nil` when there was none yet.
  func manifest() throws(IndexStoreError) -> Manifest? {
    let path = database.path
    switch try database.write({ db in try CatalogReader.read(db, path: path) }) {
    case .manifest(let manifest): return manifest
    case .unfinished: return nil
    }
  }

  /// SQLite's own check of the whole catalog.
  func checkIntegrity() throws(IndexStoreError) {
    let path = database.path
    try database.write { db in
      let message = try String.fetchOne(db, sql: "PRAGMA integrity_check(1)")
      if message != "ok" { throw IndexStoreError.damagedCatalog(path: path, what: message ?? "no answer") }
    }
  }

  /// Begins the transaction unless it is open. The first of an index creates the tables.
  func begin(creating: Bool) throws(IndexStoreError) {
    if isInTransaction { return }
    try database.write { db in
      try db.beginTransaction(.immediate)
      guard creating else { return }
      for statement in CatalogSchema.statements { try db.execute(sql: statement) }
    }
    isInTransaction = true
  }

  /// Replaces the manifest inside the transaction.
  func store(_ manifest: Manifest) throws(IndexStoreError) {
    try database.write { db in
      // Files refer to segments: emptied and filled in the order that keeps references whole.
      try db.execute(sql: "DELETE FROM manifest")
      try db.execute(sql: "DELETE FROM files")
      try db.execute(sql: "DELETE FROM segments")
      for segment in manifest.segments {
        try db.execute(
          sql: "INSERT INTO segments (number, first_ordinal, ordinal_span, document_count, dead_count, posting_count) "
            + "VALUES (?, ?, ?, ?, ?, ?)",
          arguments: [
            stored(segment.number), stored(segment.firstOrdinal.rawValue), stored(segment.ordinalSpan),
            segment.documentCount, segment.deadCount, stored(segment.postingCount),
          ])
      }
      for file in manifest.files {
        try db.execute(
          sql: "INSERT INTO files (name, kind, segment, byte_count, checksum) VALUES (?, ?, ?, ?, ?)",
          arguments: [
            file.summary.name, Int64(file.kind.rawValue), file.segment.map(stored), file.summary.byteCount,
            Int64(file.summary.checksum),
          ])
      }
      try db.execute(
        sql: "INSERT INTO manifest (id, generation, format_version, configuration, next_ordinal, next_number, "
          + "record_number, checksum) VALUES (1, ?, ?, ?, ?, ?, ?, ?)",
        arguments: [
          stored(manifest.generation), Int64(manifest.formatVersion), manifest.configurationText,
          stored(manifest.nextOrdinal.rawValue), stored(manifest.nextNumber), stored(manifest.recordNumber),
          Int64(manifest.checksum),
        ])
    }
  }

  /// A number as SQLite keeps it. Those of a manifest without contradictions are all far below 2⁶³.
  private func stored(_ number: UInt64) -> Int64 { Int64(clamping: number) }

  /// The commit point.
  ///
  /// When SQLite's COMMIT itself fails, it is unknown which of the two commits a later open will find; both must stay
  /// possible, so the caller keeps the new files then.
  func commit() throws(IndexStoreError) {
    isInTransaction = false
    try database.write { db in try db.commit() }
  }

  /// Folds the log into the catalog and remembers its checksum.
  ///
  /// - Returns: whether both worked. When not (a reader is in the middle of reading, the disk is full), the commit is
  ///   as good as ever; only `verify` has less to compare with.
  func foldLog(generation: UInt64) -> Bool {
    do {
      let isFolded = try database.write { db in
        let row = try Row.fetchOne(db, sql: "PRAGMA wal_checkpoint(TRUNCATE)")
        return (row?[0] as Int64?) == 0
      }
      guard isFolded else { return false }
      try CatalogChecksum(generation: generation, folder: folder, fileSystem: fileSystem)
        .write(folder, fileSystem: fileSystem)
      return true
    } catch {
      return false
    }
  }

  /// Gives up what was not committed.
  func rollback() {
    isInTransaction = false
    try? database.write { db in try db.rollback() }
  }

  func close() { database.close() }
}
