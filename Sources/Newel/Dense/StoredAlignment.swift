internal import Alignment
internal import IndexStore
internal import Synchronization
internal import TokenSpace

/// The alignment that an index keeps, read when it is first needed.
final class StoredAlignment: Sendable {
  private let known = Mutex<AlignmentMap?>(nil)

  /// The alignment of the index of a snapshot; nil when it has none.
  func map(of snapshot: IndexSnapshot) throws(NewelError) -> AlignmentMap? {
    if snapshot.configuration.coordinateCount == nil { return nil }
    if let map = known.withLock({ $0 }) { return map }
    let map = try Self.read(snapshot)
    known.withLock { $0 = map }
    return map
  }

  /// Reads an alignment and compares it with what the index was made with.
  ///
  /// - Throws: `damaged` when they disagree, and what is wrong with the alignment.
  static func read(_ snapshot: IndexSnapshot) throws(NewelError) -> AlignmentMap? {
    do {
      guard let bytes = try snapshot.alignmentBytes() else { return nil }
      let map = try AlignmentMap.decode(bytes, source: "the alignment of '\(snapshot.folder)'")
      guard map.coordinateCount == snapshot.configuration.coordinateCount,
        map.dimension(.images) == snapshot.configuration.denseDimension ?? map.dimension(.images)
      else {
        throw NewelError(
          .damaged,
          "The alignment in '\(snapshot.folder)' is not the one that the index was made with; restore its files or build it "
            + "again.")
      }
      return map
    } catch {
      throw NewelError(wrapping: error)
    }
  }
}

extension NewelIndex {
  /// The alignment that the index was built with; nil for an index without.
  func alignment() throws(NewelError) -> AlignmentMap? { try storedAlignment.map(of: snapshot) }
}
