import InvertedIndex

/// How many deleted documents have each token, so that document frequencies count live ones only.
public struct DeadFrequencies: Sendable {
  private struct Counts: Sendable {
    let liveWords: [UInt64]
    var byToken: [UInt32: Int]
  }

  private var segments: [UInt64: Counts] = [:]

  /// - Parameter old: those of an earlier snapshot of the same index; only what was deleted since is read.
  /// - Throws: `storage` when the vector of a deleted document is damaged.
  /// - Complexity: O(postings of the documents deleted since).
  public init(_ snapshot: IndexSnapshot, after old: DeadFrequencies? = nil) throws(IndexStoreError) {
    for segment in snapshot.segments {
      guard let live = segment.liveWords else { continue }
      var byToken: [UInt32: Int] = [:]
      var before = LiveWords.all(segment.documentCount)
      if let known = old?.segments[segment.number], known.liveWords.count == live.count {
        (before, byToken) = (known.liveWords, known.byToken)
      }
      for number in live.indices {
        var rest = before[number] & ~live[number]
        while rest != 0 {
          let document = number << 6 | rest.trailingZeroBitCount
          rest &= rest - 1
          let vector = try indexing { () throws(InvertedIndexError) in try segment.index.forwardVector(of: document) }
          for posting in vector { byToken[posting.token, default: 0] += 1 }
        }
      }
      segments[segment.number] = Counts(liveWords: live, byToken: byToken)
    }
  }

  /// Whether no document is deleted.
  public var isEmpty: Bool { segments.isEmpty }

  /// Deleted documents that have a token.
  ///
  /// - Complexity: O(segments with deleted documents).
  public func count(of token: UInt32) -> Int { segments.values.reduce(0) { $0 + ($1.byToken[token] ?? 0) } }
}
