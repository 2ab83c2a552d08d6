import Glibc
import Synchronization

/// A file system for tests: the real one, except that chosen operations fail, and that a crash can be simulated
/// which takes away what was never synchronised.
///
/// Every call of ``FileSystem``, ``WritableFile/append(_:)``, ``WritableFile/synchronize()`` and
/// ``WritableFile/close()`` is one operation; operations are numbered from 0. Because ``willCommit(_:)`` is one as well,
/// a database transaction can be refused.
public final class FaultyFileSystem: FileSystem {
  /// What the failing operation does.
  public enum Fault: Sendable, Equatable {
    /// Fails with this `errno`, doing nothing.
    case error(Int32)
    /// Appends half of the bytes, then reports a full disk; other operations fail doing nothing.
    case shortWrite
    /// Ends the process as `kill -9` does.
    case kill
  }

  /// Which operations fail.
  public enum Moment: Sendable, Equatable {
    case never
    case once(Int)
    /// This one and all later ones, as after a crash.
    case from(Int)
  }

  private let base = PosixFileSystem()
  private let fault: Fault
  private let moment: Moment
  private let state = Mutex(FaultState())

  /// Fails nothing; counts, and knows what a crash would take away.
  public convenience init() { self.init(.error(EIO), at: .never) }

  public init(_ fault: Fault, at moment: Moment) {
    self.fault = fault
    self.moment = moment
  }

  /// The number of operations so far.
  public var operationCount: Int { state.withLock { $0.log.count } }

  /// What the operations were, in order, such as `append /tmp/x/1.postings`.
  public var operations: [String] { state.withLock { $0.log } }

  /// Leaves on disk only what survives a power cut: bytes that were synchronised, entries of synchronised folders.
  ///
  /// - Parameter seed: `nil` takes away everything that is not durable; a number keeps a random part of it (a prefix of
  ///   the changes of entries, a part of the bytes), as real disks do. Call it after all files were given up.
  public func simulateCrash(seed: UInt64? = nil) throws(StorageError) {
    var crash = state.withLock { state in
      let copy = state
      state.files = [:]
      state.changes = []
      return copy
    }
    try crash.applyCrash(seed: seed)
  }

  public func create(_ path: String) throws(StorageError) -> any WritableFile {
    try step("create", path)
    let file = try base.create(path)
    state.withLock { $0.created(path) }
    return FaultyWritableFile(file, self)
  }

  public func map(_ path: String) throws(StorageError) -> MappedFile {
    try step("map", path)
    return try base.map(path)
  }

  public func readAll(_ path: String, limit: Int) throws(StorageError) -> [UInt8] {
    try step("read", path)
    return try base.readAll(path, limit: limit)
  }

  public func rename(_ path: String, to newPath: String) throws(StorageError) {
    try step("rename", path)
    let replaced = try? base.readAll(newPath, limit: .max)
    try base.rename(path, to: newPath)
    state.withLock { $0.renamed(path, newPath, replaced: replaced) }
  }

  public func remove(_ path: String) throws(StorageError) {
    try step("remove", path)
    let content = try? base.readAll(path, limit: .max)
    try base.remove(path)
    state.withLock { $0.removed(path, content: content ?? []) }
  }

  public func removeFolder(_ path: String) throws(StorageError) {
    try step("remove the folder", path)
    try base.removeFolder(path)
  }

  public func syncFolder(_ path: String) throws(StorageError) {
    try step("synchronise the folder", path)
    try base.syncFolder(path)
    state.withLock { $0.syncedFolder(path) }
  }

  public func makeFolder(_ path: String) throws(StorageError) {
    try step("create the folder", path)
    try base.makeFolder(path)
  }

  public func list(_ path: String) throws(StorageError) -> [String] {
    try step("list", path)
    return try base.list(path)
  }

  public func kind(of path: String) throws(StorageError) -> FileEntryKind? {
    try step("examine", path)
    return try base.kind(of: path)
  }

  public func isNameTaken(_ path: String) throws(StorageError) -> Bool {
    try step("examine", path)
    return try base.isNameTaken(path)
  }

  public func fileSize(_ path: String) throws(StorageError) -> Int? {
    try step("examine", path)
    return try base.fileSize(path)
  }

  public func lock(_ path: String) throws(StorageError) -> any FileLock {
    try step("lock", path)
    return try base.lock(path)
  }

  public func isLocked(_ path: String) -> Bool { base.isLocked(path) }

  public func willCommit(_ path: String) throws(StorageError) { try step("commit", path) }

  /// Counts an operation; returns whether it is to fail after half of its bytes.
  @discardableResult
  func step(_ operation: String, _ path: String) throws(StorageError) -> Bool {
    let number = state.withLock { state in
      state.log.append("\(operation) \(path)")
      return state.log.count - 1
    }
    switch moment {
    case .never: return false
    case .once(let index) where index != number: return false
    case .from(let index) where number < index: return false
    case .once, .from: break
    }
    switch fault {
    case .error(let code): throw .io(operation: operation, path: path, code: code)
    case .shortWrite:
      if operation == "append" { return true }
      throw .io(operation: operation, path: path, code: ENOSPC)
    case .kill:
      _ = kill(getpid(), SIGKILL)
      return false
    }
  }

  func appended(_ path: String, _ count: Int) { state.withLock { $0.files[path]?.written += count } }

  func synchronized(_ path: String) { state.withLock { $0.synchronized(path) } }
}

/// A file whose writes are counted and may fail.
final class FaultyWritableFile: WritableFile {
  private let file: any WritableFile
  private let fileSystem: FaultyFileSystem
  private var failure: StorageError?

  init(_ file: any WritableFile, _ fileSystem: FaultyFileSystem) {
    self.file = file
    self.fileSystem = fileSystem
  }

  var path: String { file.path }

  func append(_ bytes: RawSpan) throws(StorageError) {
    if let failure { throw failure }
    do throws(StorageError) {
      if try fileSystem.step("append", path) {
        let half = bytes.byteCount / 2
        try file.append(bytes.extracting(0..<half))
        fileSystem.appended(path, half)
        throw .io(operation: "append", path: path, code: ENOSPC)
      }
      try file.append(bytes)
      fileSystem.appended(path, bytes.byteCount)
    } catch {
      failure = error
      throw error
    }
  }

  func synchronize() throws(StorageError) {
    if let failure { throw failure }
    do throws(StorageError) {
      try fileSystem.step("synchronise", path)
      try file.synchronize()
    } catch {
      failure = error
      throw error
    }
    fileSystem.synchronized(path)
  }

  func close() throws(StorageError) {
    do throws(StorageError) {
      try fileSystem.step("close", path)
    } catch {
      try file.close()
      throw error
    }
    try file.close()
  }
}
