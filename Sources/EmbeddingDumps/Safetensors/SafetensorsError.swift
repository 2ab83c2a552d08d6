package import ByteStorage

/// What can be wrong with a safetensors file. Who reads a certain kind of it says in its own words what that means.
package enum SafetensorsError: Error, Equatable, Sendable {
  /// A file that does not begin like one.
  case notSafetensors(source: String, reason: String)
  /// A file whose bytes contradict themselves; `section` is `header`, `metadata`, `checksum` or a tensor.
  case damaged(source: String, section: String, reason: String)
  /// Reading failed.
  case storage(StorageError)
}
