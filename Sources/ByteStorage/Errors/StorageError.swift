import Glibc

/// What can go wrong between Newel and the bytes of a file.
///
/// Every case names the file; `description` is one sentence that says what happened, where, and what helps.
public enum StorageError: Error, Equatable, Sendable {
  /// A call of the operating system failed; `code` is its `errno`.
  case io(operation: String, path: String, code: Int32)
  /// There is no file or folder of this name.
  case notFound(path: String)
  /// What has this name is no regular file and cannot be read as one; `found` says what it is, such as `a pipe`.
  case notAFile(path: String, found: String)
  /// A name in a folder that is not UTF-8, so that no text can stand for it; `path` shows it with replacements.
  case nameNotUTF8(path: String)
  /// A file that must be new is already there.
  case alreadyExists(path: String)
  /// Somebody else holds the lock; `holder` says who, as far as is known.
  case locked(path: String, holder: String)
  /// The bytes end too early: `expected` bytes were needed from the start of `section`, `found` are there.
  case truncated(path: String, section: String, expected: Int, found: Int)
  /// A stored value contradicts its checksum or its documented range; `offset` counts from the start of the file.
  case damaged(path: String, section: String, offset: Int, expected: String, found: String)
  /// The file does not begin with the magic of a Newel file.
  case notNewelFile(path: String)
  /// The file was written in a format that this build does not read.
  case unsupportedVersion(path: String, found: UInt32, supported: UInt32)
  /// The file sets flags that this build does not know.
  case unsupportedFlags(path: String, found: UInt32)
  /// The file is a Newel file of another kind than the one asked for.
  case wrongKind(path: String, expected: String, found: String)
  /// A size exceeds what this build accepts (a guard against bombs and nonsense).
  case limit(path: String, what: String, limit: Int)
}

extension StorageError: CustomStringConvertible {
  /// One clear sentence.
  public var description: String {
    switch self {
    case .io(let operation, let path, let code):
      return "Could not \(operation) '\(path)': \(Posix.message(code)) (errno \(code))."
    case .notFound(let path):
      return "There is no '\(path)'; check the spelling of the path."
    case .notAFile(let path, let found):
      return "'\(path)' is \(found), and a regular file is needed; write its content to a file and give that."
    case .nameNotUTF8(let path):
      return "The name of '\(path)' (unreadable characters replaced) is not UTF-8; rename it."
    case .alreadyExists(let path):
      return "'\(path)' exists already and is never overwritten; choose another name or move it away."
    case .locked(let path, let holder):
      return "'\(path)' is locked by \(holder); wait for it to finish or stop it."
    case .truncated(let path, let section, let expected, let found):
      return "'\(path)' is cut short: \(section) needs \(expected) bytes and \(found) are there; restore the file or "
        + "build the index again."
    case .damaged(let path, let section, let offset, let expected, let found):
      return "'\(path)' is damaged in \(section) at byte \(offset): expected \(expected), found \(found); restore the "
        + "file or build the index again."
    case .notNewelFile(let path):
      return "'\(path)' is not a file written by Newel (it does not begin with NEWELIDX)."
    case .unsupportedVersion(let path, let found, let supported):
      return "'\(path)' has format version \(found) and this build reads version \(supported); use a matching Newel or "
        + "build the index again."
    case .unsupportedFlags(let path, let found):
      return "'\(path)' uses the unknown format flags 0x\(String(found, radix: 16)); use a newer Newel."
    case .wrongKind(let path, let expected, let found):
      return "'\(path)' is a \(found) file where a \(expected) file is expected."
    case .limit(let path, let what, let limit):
      return "'\(path)' exceeds a limit: \(what) may be at most \(limit)."
    }
  }
}
