internal import EmbeddingDumps
internal import IndexStore
internal import InvertedIndex

/// A document as the index keeps it.
public struct StoredEntry: Sendable, Encodable {
  public let key: String
  /// Its insertion number over the whole index; a replaced document has a new one, and none is used twice.
  public let ordinal: UInt64
  /// One JSON object.
  public let metadata: String
}

extension NewelIndex {
  /// The document with this key.
  ///
  /// - Returns: nil when no document has it.
  /// - Throws: ``NewelError`` `damaged` when it cannot be trusted.
  /// - Complexity: O(segments · log documents).
  public func document(ofKey key: String) throws(NewelError) -> StoredEntry? {
    do throws(IndexStoreError) {
      guard let position = try snapshot.position(ofKey: key) else { return nil }
      let (segment, document) = try snapshot.locate(position)
      return StoredEntry(
        key: key, ordinal: try segment.ordinal(of: document).rawValue,
        metadata: String(decoding: try segment.metadata(of: document), as: UTF8.self))
    } catch {
      throw NewelError(wrapping: error)
    }
  }
}
