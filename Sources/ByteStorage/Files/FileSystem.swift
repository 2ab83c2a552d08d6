/// The only door to the operating system for the files of an index.
///
/// Everything that writes or reads index files goes through this protocol, so that full disks, failing writes and
/// crashes can be injected in tests (``FaultyFileSystem``). Paths are used as given. Implementations are safe to use
/// from several threads.
public protocol FileSystem: Sendable {
  /// Creates a new empty file for writing.
  ///
  /// - Throws: ``StorageError/alreadyExists(path:)`` when there is one of this name, whatever it is.
  func create(_ path: String) throws(StorageError) -> any WritableFile

  /// Maps a whole file read-only. The file must not be changed or truncated while it is mapped.
  ///
  /// - Throws: ``StorageError/notAFile(path:found:)`` for a folder, a pipe, a device or a socket, without waiting.
  func map(_ path: String) throws(StorageError) -> MappedFile

  /// The contents of a small file.
  ///
  /// - Throws: ``StorageError/limit(path:what:limit:)`` when it is longer than `limit` bytes,
  ///   ``StorageError/notAFile(path:found:)`` for a folder, a pipe, a device or a socket, without waiting.
  func readAll(_ path: String, limit: Int) throws(StorageError) -> [UInt8]

  /// Renames a file, replacing what has the new name. Durable after ``syncFolder(_:)``.
  func rename(_ path: String, to newPath: String) throws(StorageError)

  /// Removes a file. Durable after ``syncFolder(_:)``.
  func remove(_ path: String) throws(StorageError)

  /// Removes an empty folder.
  func removeFolder(_ path: String) throws(StorageError)

  /// Makes the entries of a folder (files created, renamed, removed) durable.
  func syncFolder(_ path: String) throws(StorageError)

  /// Creates a folder and the missing ones above it; an existing folder is fine.
  func makeFolder(_ path: String) throws(StorageError)

  /// The names in a folder, sorted by their bytes, without `.` and `..`. In a name that is not UTF-8 the bytes that are
  /// wrong are replaced, so nothing is found under it.
  func list(_ path: String) throws(StorageError) -> [String]

  /// What has this name, following symbolic links; `nil` when nothing has.
  func kind(of path: String) throws(StorageError) -> FileEntryKind?

  /// Whether a file of this name could not be created because there is something of this name, be it a symbolic link that
  /// leads nowhere.
  func isNameTaken(_ path: String) throws(StorageError) -> Bool

  /// The length of a regular file in bytes; `nil` when there is no regular file of this name.
  func fileSize(_ path: String) throws(StorageError) -> Int?

  /// Takes an exclusive lock on the file at `path` (created when absent) and writes the process number into it.
  ///
  /// - Throws: ``StorageError/locked(path:holder:)`` when another process, or this one, holds it.
  func lock(_ path: String) throws(StorageError) -> any FileLock

  /// Whether somebody holds the lock on the file at `path`; false when there is no such file or it cannot be told. Only a
  /// look, for readers: the answer may be outdated at once.
  func isLocked(_ path: String) -> Bool

  /// Announces that a database transaction on `path` is about to be committed. A test double may refuse.
  func willCommit(_ path: String) throws(StorageError)
}

extension FileSystem {
  /// Whether anything has this name.
  public func exists(_ path: String) throws(StorageError) -> Bool { try kind(of: path) != nil }
}

/// What a name in a folder stands for.
public enum FileEntryKind: Sendable, Equatable {
  case file, folder, other
}

/// A file being written from front to back. Not for use from several threads at once.
///
/// After the first error every further call throws the same error: a failed write or fsync is never retried, because
/// the operating system may already have dropped the bytes.
public protocol WritableFile: AnyObject {
  /// The path the file was created at.
  var path: String { get }
  /// Appends all the bytes, or throws.
  func append(_ bytes: RawSpan) throws(StorageError)
  /// Returns when everything appended is on stable storage (fsync).
  func synchronize() throws(StorageError)
  /// Closes the file; does not synchronise. Calling it again does nothing.
  func close() throws(StorageError)
}

/// An exclusive lock between processes, held until ``release()`` or until the object goes away.
public protocol FileLock: AnyObject, Sendable {
  /// The path of the lock file, which stays in place.
  var path: String { get }
  /// Gives the lock up. Calling it again does nothing.
  func release()
}

/// Joins a folder and a name with exactly one slash.
public func joinedPath(_ folder: String, _ name: String) -> String {
  if folder.isEmpty { return name }
  return folder.utf8.last == UInt8(ascii: "/") ? folder + name : folder + "/" + name
}
