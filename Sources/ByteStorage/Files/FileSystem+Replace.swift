import Glibc

extension FileSystem {
  /// Writes a whole file durably: under a temporary name beside it, then renamed over what was there.
  ///
  /// After an error the old file, if any, is untouched.
  /// - Throws: ``StorageError/notAFile(path:found:)`` when the name is taken by a folder, a pipe, a device or a socket;
  ///   otherwise errors name `path`, not the temporary file.
  public func replace(_ path: String, with bytes: [UInt8]) throws(StorageError) {
    let temporary = "\(path).\(getpid()).partial"
    do throws(StorageError) {
      // Renaming would replace a device or a pipe by a file.
      let kind = try kind(of: path)
      if kind == .other { throw .notAFile(path: path, found: "a pipe, a device or a socket") }
      if kind == .folder { throw .notAFile(path: path, found: "a folder") }
      let file = try create(temporary)
      do throws(StorageError) {
        try file.append(RawSpan(_elements: bytes.span))
        try file.synchronize()
        try file.close()
        try rename(temporary, to: path)
      } catch {
        try? file.close()
        try? remove(temporary)
        throw error
      }
      try syncFolder(path.lastIndex(of: "/").map { String(path[...$0]) } ?? ".")
    } catch {
      throw naming(path, insteadOf: temporary, error)
    }
  }

  /// The error about the temporary file as one about the file that was asked for.
  private func naming(_ path: String, insteadOf temporary: String, _ error: StorageError) -> StorageError {
    switch error {
    case .io(let operation, temporary, let code): .io(operation: operation, path: path, code: code)
    // A new file is not found when its folder is not, or when the folder takes no files.
    case .notFound(temporary): .io(operation: "create", path: path, code: ENOENT)
    default: error
    }
  }
}
