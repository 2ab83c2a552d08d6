import Glibc

/// Thin wrappers of the calls of the operating system that ``PosixFileSystem`` needs: `EINTR` is retried, an error
/// becomes a ``StorageError``.
///
/// - Invariant: no pointer outlives the call it is passed to; every descriptor passed in is open.
enum Posix {
  /// The text of an error number.
  static func message(_ code: Int32) -> String {
    var buffer = [CChar](repeating: 0, count: 256)
    guard unsafe strerror_r(code, &buffer, buffer.count) == 0 else { return "unknown error" }
    return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  static func failure(_ operation: String, _ path: String, _ code: Int32) -> StorageError {
    switch code {
    case ENOENT, ENOTDIR: .notFound(path: path)
    case EEXIST: .alreadyExists(path: path)
    default: .io(operation: operation, path: path, code: code)
    }
  }

  /// Repeats `call` while it is interrupted by a signal.
  static func retrying(_ operation: String, _ path: String, _ call: () -> Int) throws(StorageError) -> Int {
    guard path.utf8.allSatisfy({ $0 != 0 }) else { throw .notFound(path: path) }
    while true {
      let result = call()
      if result >= 0 { return result }
      let code = errno
      if code != EINTR { throw failure(operation, path, code) }
    }
  }

  static func open(
    _ path: String, _ flags: Int32, mode: mode_t = 0o666, operation: String
  ) throws(StorageError)
    -> Int32
  {
    Int32(try retrying(operation, path) { Int(unsafe Glibc.open(path, flags | O_CLOEXEC, mode)) })
  }

  /// Opens a regular file for reading; whatever else has this name is refused without waiting for it.
  static func openFile(_ path: String) throws(StorageError) -> (descriptor: Int32, byteCount: Int) {
    // Looked at first, because opening a device can already do something.
    if let status = try status(ofPath: path), !isRegular(status) { throw notAFile(path, status) }
    // Looked at again, because the name may mean something else by now; without waiting for the writer of a pipe.
    let descriptor = try open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY, operation: "open")
    do throws(StorageError) {
      let status = try status(descriptor, path)
      guard isRegular(status) else { throw notAFile(path, status) }
      return (descriptor, Int(status.st_size))
    } catch {
      _ = Glibc.close(descriptor)
      throw error
    }
  }

  static func notAFile(_ path: String, _ status: stat) -> StorageError {
    let found =
      switch status.st_mode & S_IFMT {
      case S_IFDIR: "a folder"
      case S_IFIFO: "a pipe"
      case S_IFSOCK: "a socket"
      case S_IFCHR, S_IFBLK: "a device"
      default: "of an unknown kind"
      }
    return .notAFile(path: path, found: found)
  }

  static func synchronize(_ descriptor: Int32, _ path: String) throws(StorageError) {
    _ = try retrying("synchronise", path) { Int(fsync(descriptor)) }
  }

  static func close(_ descriptor: Int32, _ path: String) throws(StorageError) {
    // After EINTR the descriptor is gone on Linux; closing again could close somebody else's.
    if Glibc.close(descriptor) != 0, errno != EINTR { throw failure("close", path, errno) }
  }

  static func rename(_ path: String, _ newPath: String) throws(StorageError) {
    _ = try retrying("rename", path) { Int(unsafe Glibc.rename(path, newPath)) }
  }

  static func remove(_ path: String) throws(StorageError) {
    _ = try retrying("remove", path) { Int(unsafe unlink(path)) }
  }

  static func removeFolder(_ path: String) throws(StorageError) {
    _ = try retrying("remove the folder", path) { Int(unsafe rmdir(path)) }
  }

  static func makeFolder(_ path: String) throws(StorageError) {
    _ = try retrying("create the folder", path) { Int(unsafe mkdir(path, 0o777)) }
  }

  static func truncate(_ path: String, _ byteCount: Int) throws(StorageError) {
    _ = try retrying("truncate", path) { Int(unsafe Glibc.truncate(path, byteCount)) }
  }

  /// The names in a folder in no order, without `.` and `..`.
  static func names(in path: String) throws(StorageError) -> [String] {
    // Opening first gives a clear error; `opendir` alone would not say whether it is a folder.
    let descriptor = try open(path, O_RDONLY | O_DIRECTORY, operation: "list")
    guard let folder = unsafe fdopendir(descriptor) else {
      let code = errno
      _ = Glibc.close(descriptor)
      throw failure("list", path, code)
    }
    defer { _ = unsafe closedir(folder) }
    var names: [String] = []
    while true {
      errno = 0
      guard let entry = unsafe readdir(folder) else {
        if errno != 0 { throw failure("list", path, errno) }
        return names
      }
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { tuple in
        unsafe String(cString: UnsafeRawPointer(tuple).assumingMemoryBound(to: CChar.self))
      }
      if name != "." && name != ".." { names.append(name) }
    }
  }

  /// Writes all the bytes, continuing after short writes.
  static func write(_ descriptor: Int32, _ bytes: RawSpan, _ path: String) throws(StorageError) {
    var done = 0
    while done < bytes.byteCount {
      let start = done
      let written = unsafe bytes.withUnsafeBytes { buffer in
        unsafe Glibc.write(descriptor, buffer.baseAddress.map { unsafe $0 + start }, buffer.count - start)
      }
      if written > 0 {
        done += written
      } else if written == 0 {
        throw .io(operation: "write to", path: path, code: EIO)
      } else if errno != EINTR {
        throw failure("write to", path, errno)
      }
    }
  }

  static func read(_ descriptor: Int32, count: Int, _ path: String) throws(StorageError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count {
      let start = done
      let got = try retrying("read", path) {
        unsafe bytes.withUnsafeMutableBytes { buffer in
          unsafe Glibc.read(descriptor, buffer.baseAddress.map { unsafe $0 + start }, buffer.count - start)
        }
      }
      if got == 0 { break }
      done += got
    }
    bytes.removeSubrange(done...)
    return bytes
  }

  static func status(_ descriptor: Int32, _ path: String) throws(StorageError) -> stat {
    var status = stat()
    _ = try retrying("examine", path) { Int(unsafe fstat(descriptor, &status)) }
    return status
  }

  /// The status of a path; `nil` when nothing has this name.
  static func status(ofPath path: String, followingLinks: Bool = true) throws(StorageError) -> stat? {
    var status = stat()
    do {
      _ = try retrying("examine", path) {
        followingLinks ? Int(unsafe stat(path, &status)) : Int(unsafe lstat(path, &status))
      }
      return status
    } catch .notFound {
      return nil
    }
  }

  static func isRegular(_ status: stat) -> Bool { status.st_mode & S_IFMT == S_IFREG }
  static func isFolder(_ status: stat) -> Bool { status.st_mode & S_IFMT == S_IFDIR }
}
