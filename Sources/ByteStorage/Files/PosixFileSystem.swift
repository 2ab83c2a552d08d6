import Glibc
import Synchronization

/// The real file system.
public struct PosixFileSystem: FileSystem {
  public init() {}

  public func create(_ path: String) throws(StorageError) -> any WritableFile {
    let descriptor = try Posix.open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, operation: "create")
    return PosixWritableFile(path: path, descriptor: descriptor)
  }

  public func map(_ path: String) throws(StorageError) -> MappedFile {
    let (descriptor, byteCount) = try Posix.openFile(path)
    defer { _ = Glibc.close(descriptor) }
    return try MappedFile(mapping: descriptor, byteCount: byteCount, path: path)
  }

  public func readAll(_ path: String, limit: Int) throws(StorageError) -> [UInt8] {
    let (descriptor, size) = try Posix.openFile(path)
    defer { _ = Glibc.close(descriptor) }
    guard size <= limit else { throw .limit(path: path, what: "its length in bytes", limit: limit) }
    return try Posix.read(descriptor, count: size, path)
  }

  public func rename(_ path: String, to newPath: String) throws(StorageError) {
    try Posix.rename(path, newPath)
  }

  public func remove(_ path: String) throws(StorageError) {
    try Posix.remove(path)
  }

  public func removeFolder(_ path: String) throws(StorageError) { try Posix.removeFolder(path) }

  public func syncFolder(_ path: String) throws(StorageError) {
    let descriptor = try Posix.open(path, O_RDONLY | O_DIRECTORY, operation: "open")
    defer { _ = Glibc.close(descriptor) }
    try Posix.synchronize(descriptor, path)
  }

  public func makeFolder(_ path: String) throws(StorageError) {
    if let status = try Posix.status(ofPath: path) {
      if Posix.isFolder(status) { return }
      throw .alreadyExists(path: path)
    }
    let parent = parentPath(path)
    if parent != path { try makeFolder(parent) }
    do {
      try Posix.makeFolder(path)
    } catch .alreadyExists {
      // Made by somebody else in between; what counts is that it is there.
      return
    }
    try syncFolder(parent)
  }

  public func list(_ path: String) throws(StorageError) -> [String] {
    let names = try Posix.names(in: path)
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  public func kind(of path: String) throws(StorageError) -> FileEntryKind? {
    guard let status = try Posix.status(ofPath: path) else { return nil }
    return Posix.isRegular(status) ? .file : Posix.isFolder(status) ? .folder : .other
  }

  public func isNameTaken(_ path: String) throws(StorageError) -> Bool {
    try Posix.status(ofPath: path, followingLinks: false) != nil
  }

  public func fileSize(_ path: String) throws(StorageError) -> Int? {
    guard let status = try Posix.status(ofPath: path), Posix.isRegular(status) else { return nil }
    return Int(status.st_size)
  }

  public func lock(_ path: String) throws(StorageError) -> any FileLock { try PosixFileLock(path: path) }

  public func isLocked(_ path: String) -> Bool { PosixFileLock.isHeld(path) }

  public func willCommit(_ path: String) throws(StorageError) {}

  /// The folder that holds `path`; `.` for a bare name, `/` for the root.
  func parentPath(_ path: String) -> String {
    var bytes = Array(path.utf8)
    while bytes.count > 1, bytes.last == UInt8(ascii: "/") { bytes.removeLast() }
    guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == 0 ? "/" : String(decoding: bytes[..<slash], as: UTF8.self)
  }
}

/// A descriptor opened for writing, closed when the object goes away.
final class PosixWritableFile: WritableFile {
  let path: String
  private var descriptor: Int32
  private var failure: StorageError?

  init(path: String, descriptor: Int32) {
    self.path = path
    self.descriptor = descriptor
  }

  deinit { if descriptor >= 0 { _ = Glibc.close(descriptor) } }

  func append(_ bytes: RawSpan) throws(StorageError) {
    try checkUsable("write to")
    do { try Posix.write(descriptor, bytes, path) } catch { throw poison(error) }
  }

  func synchronize() throws(StorageError) {
    try checkUsable("synchronise")
    do { try Posix.synchronize(descriptor, path) } catch { throw poison(error) }
  }

  func close() throws(StorageError) {
    guard descriptor >= 0 else { return }
    let closing = descriptor
    descriptor = -1
    do { try Posix.close(closing, path) } catch { throw poison(error) }
  }

  private func checkUsable(_ operation: String) throws(StorageError) {
    if let failure { throw failure }
    if descriptor < 0 { throw .io(operation: operation, path: path, code: EBADF) }
  }

  private func poison(_ error: StorageError) -> StorageError {
    failure = error
    return error
  }
}

/// `flock` on a file that holds the number of the process in decimal.
final class PosixFileLock: FileLock {
  let path: String
  private let descriptor: Mutex<Int32>

  init(path: String) throws(StorageError) {
    self.path = path
    // Whoever held the lock before may have removed the file after it was opened here; a lock on a file that has no
    // name any more keeps nobody out. A reader that looks whether there is a writer has the lock for a moment.
    var locked = try Self.patiently(path)
    while try !Self.isCurrent(locked, path) {
      _ = Glibc.close(locked)
      locked = try Self.lockedDescriptor(path)
    }
    // The number only helps people; that it could not be written does not make the lock weaker.
    if ftruncate(locked, 0) == 0 {
      let text = Array("\(getpid())\n".utf8)
      try? Posix.write(locked, text.rawBytes, path)
    }
    descriptor = Mutex(locked)
  }

  /// Tries again for some milliseconds before it takes the lock for somebody's.
  private static func patiently(_ path: String) throws(StorageError) -> Int32 {
    for _ in 0..<5 {
      do throws(StorageError) {
        return try lockedDescriptor(path)
      } catch {
        guard case .locked = error else { throw error }
        usleep(2000)
      }
    }
    return try lockedDescriptor(path)
  }

  /// See ``FileSystem/isLocked(_:)``.
  static func isHeld(_ path: String) -> Bool {
    let flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY
    guard let descriptor = try? Posix.open(path, flags, operation: "open the lock") else { return false }
    defer { _ = Glibc.close(descriptor) }
    if flock(descriptor, LOCK_SH | LOCK_NB) == 0 {
      _ = flock(descriptor, LOCK_UN)
      return false
    }
    return errno == EWOULDBLOCK || errno == EAGAIN
  }

  private static func isCurrent(_ descriptor: Int32, _ path: String) throws(StorageError) -> Bool {
    do {
      let held = try Posix.status(descriptor, path)
      guard let named = try Posix.status(ofPath: path) else { return false }
      return held.st_ino == named.st_ino && held.st_dev == named.st_dev
    } catch {
      _ = Glibc.close(descriptor)
      throw error
    }
  }

  private static func lockedDescriptor(_ path: String) throws(StorageError) -> Int32 {
    let descriptor = try Posix.open(
      path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, operation: "open the lock")
    do throws(StorageError) {
      let status = try Posix.status(descriptor, path)
      guard Posix.isRegular(status) else { throw Posix.notAFile(path, status) }
      _ = try Posix.retrying("lock", path) { Int(flock(descriptor, LOCK_EX | LOCK_NB)) }
      return descriptor
    } catch {
      defer { _ = Glibc.close(descriptor) }
      if case .io(_, _, let code) = error, code == EWOULDBLOCK || code == EAGAIN {
        throw .locked(path: path, holder: Self.holder(descriptor, path))
      }
      throw error
    }
  }

  deinit { release() }

  func release() {
    let open = descriptor.withLock { value in
      let open = value
      value = -1
      return open
    }
    guard open >= 0 else { return }
    _ = ftruncate(open, 0)
    // Not left to `close`: a child that was forked a moment ago may still have the descriptor, and with it the lock.
    _ = flock(open, LOCK_UN)
    _ = Glibc.close(open)
  }

  private static func holder(_ descriptor: Int32, _ path: String) -> String {
    let text = (try? Posix.read(descriptor, count: 32, path)) ?? []
    let digits = text.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    return digits.isEmpty ? "another process" : "process \(String(decoding: digits, as: UTF8.self))"
  }
}
