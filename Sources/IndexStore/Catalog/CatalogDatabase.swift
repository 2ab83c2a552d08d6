import ByteStorage
import GRDB
import GRDBSQLite

/// A connection to `catalog.sqlite`, and the only place that knows how it is opened.
///
/// SQLite opens the catalog itself, not through ``FileSystem``; tests refuse its commits by
/// ``FileSystem/willCommit(_:)``.
struct CatalogDatabase: Sendable {
  let path: String
  let queue: DatabaseQueue

  /// A connection that can write to the catalog that is there.
  static func openForWriting(_ folder: String) throws(IndexStoreError) -> CatalogDatabase {
    let path = catalogPath(folder)
    var configuration = common()
    // The transaction of a commit spans many calls.
    configuration.allowsUnsafeTransactions = true
    configuration.prepareDatabase { db in
      try db.execute(sql: "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA cache_size = -65536")
      try keepLog(db)
    }
    let catalog = try open(path, configuration)
    try catalog.write { db in
      guard try String.fetchOne(db, sql: "PRAGMA journal_mode = WAL") == "wal" else {
        throw IndexStoreError.catalog(path: path, code: 1, message: "this file system does not support WAL mode")
      }
      try db.execute(sql: "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0")
    }
    return catalog
  }

  /// A connection that can only read. Where the folder cannot be written to (so that SQLite's shared memory cannot be
  /// made) and nothing waits in the log, the file is read as one that nobody changes.
  static func openForReading(_ folder: String, fileSystem: any FileSystem) throws(IndexStoreError) -> CatalogDatabase {
    let path = catalogPath(folder)
    do throws(IndexStoreError) {
      let catalog = try open(path, readingConfiguration())
      _ = try catalog.read { db in try Int.fetchOne(db, sql: "PRAGMA schema_version") }
      return catalog
    } catch {
      guard case .catalog(_, let code, _) = error, code & 0xff == SQLITE_CANTOPEN || code & 0xff == SQLITE_READONLY,
        try storing({ () throws(StorageError) in try fileSystem.fileSize(path + "-wal") }) ?? 0 == 0
      else { throw error }
      return try openImmutable(folder)
    }
  }

  /// A connection to a file that is taken as unchanging: no locks, no log, no shared memory.
  static func openImmutable(_ folder: String) throws(IndexStoreError) -> CatalogDatabase {
    try open(immutableURI(catalogPath(folder)), readingConfiguration())
  }

  private static func readingConfiguration() -> Configuration {
    var configuration = common()
    configuration.readonly = true
    configuration.prepareDatabase { db in
      try db.execute(sql: "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA query_only = ON")
    }
    return configuration
  }

  /// The URI that makes SQLite take a file as unchanging.
  static func immutableURI(_ path: String) -> String {
    var escaped = ""
    for byte in path.utf8 {
      switch byte {
      case UInt8(ascii: "?"), UInt8(ascii: "#"), UInt8(ascii: "%"), 0x80...:
        escaped += "%" + String(byte, radix: 16)
      default: escaped.unicodeScalars.append(Unicode.Scalar(byte))
      }
    }
    return "file:" + escaped + "?immutable=1"
  }

  /// Runs `body` in a read transaction.
  func read<T>(_ body: (Database) throws -> T) throws(IndexStoreError) -> T {
    do { return try queue.read(body) } catch { throw Self.convert(error, path) }
  }

  /// Runs `body` outside of any transaction, or inside the one that an earlier call left open.
  func write<T>(_ body: (Database) throws -> T) throws(IndexStoreError) -> T {
    do { return try queue.writeWithoutTransaction(body) } catch { throw Self.convert(error, path) }
  }

  /// Closes the connection, rolling back what was not committed.
  func close() {
    try? queue.writeWithoutTransaction { db in try db.rollback() }
    try? queue.close()
  }

  static func convert(_ error: any Error, _ path: String) -> IndexStoreError {
    switch error {
    case let error as IndexStoreError: error
    case let error as DatabaseError:
      .catalog(
        path: path, code: error.extendedResultCode.rawValue, message: error.message ?? "an error without a message")
    default: .catalog(path: path, code: 1, message: "\(error)")
    }
  }

  private static func catalogPath(_ folder: String) -> String {
    let path = joinedPath(folder, IndexFolder.catalog)
    // So that SQLite does not take a folder called `file:…` for a URI.
    return path.hasPrefix("/") ? path : "./" + path
  }

  private static func common() -> Configuration {
    var configuration = Configuration()
    configuration.foreignKeysEnabled = true
    configuration.busyMode = .timeout(5)
    configuration.label = "newel.catalog"
    return configuration
  }

  private static func open(_ path: String, _ configuration: Configuration) throws(IndexStoreError) -> CatalogDatabase {
    do {
      return CatalogDatabase(path: path, queue: try DatabaseQueue(path: path, configuration: configuration))
    } catch { throw convert(error, path) }
  }

  /// Keeps the write-ahead log and its index when the last connection closes. Otherwise a writer in another process
  /// could delete them while an idle reader still relies on them: the locks that should prevent it are lost when this
  /// process reads the catalog for its checksum and closes the file (a property of POSIX locks).
  ///
  /// - Invariant: the flag lives across the call, which only writes an `Int32` to it.
  private static func keepLog(_ db: Database) throws {
    var flag: Int32 = 1
    let code = unsafe sqlite3_file_control(db.sqliteConnection, nil, SQLITE_FCNTL_PERSIST_WAL, &flag)
    guard code == SQLITE_OK else { throw DatabaseError(resultCode: ResultCode(rawValue: code)) }
  }
}
