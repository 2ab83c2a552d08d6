internal import EmbeddingDumps
internal import IndexStore
internal import InvertedIndex
internal import Synchronization

/// Conditions bound to the segments of one snapshot, so that a filter that comes again costs nothing. The last few are kept.
final class CompiledFilters: Sendable {
  /// The segments of an index under a filter.
  struct Filtered: Sendable {
    let segments: [PlacedSegment]
    /// Documents that the filter accepts; nil when there is no filter.
    let acceptedCount: Int?
  }

  private struct Kept {
    var filters: [[String]: (filtered: Filtered, lastUse: UInt64)] = [:]
    var clock: UInt64 = 0
  }

  /// At most two bits per document each.
  private static let limit = 16
  private let kept = Mutex(Kept())

  /// The segments of `index` under conditions, all of which must hold.
  func filtered(_ conditions: [String], in index: NewelIndex) throws(NewelError) -> Filtered {
    if conditions.isEmpty { return Filtered(segments: index.segments, acceptedCount: nil) }
    let known = kept.withLock { kept -> Filtered? in
      kept.clock += 1
      kept.filters[conditions]?.lastUse = kept.clock
      return kept.filters[conditions]?.filtered
    }
    if let known { return known }
    // Made outside the lock: two threads may both do it, and find the same.
    let made: Filtered
    do {
      let accepted = try index.snapshot.accepted(by: try MetadataFilter(parsing: conditions))
      let live = zip(index.snapshot.segments, accepted).map { segment, accepted in
        segment.live.map { accepted.intersection($0) } ?? accepted
      }
      made = Filtered(
        segments: zip(index.segments, live).map { segment, live in
          PlacedSegment(index: segment.index, firstPosition: segment.firstPosition, accepted: live)
        }, acceptedCount: live.reduce(0) { $0 + $1.count })
    } catch {
      throw NewelError(wrapping: error)
    }
    kept.withLock { kept in
      if kept.filters.count >= Self.limit, let oldest = kept.filters.min(by: { $0.value.lastUse < $1.value.lastUse }) {
        kept.filters[oldest.key] = nil
      }
      kept.filters[conditions] = (made, kept.clock)
    }
    return made
  }
}

extension NewelIndex {
  /// How many documents meet all conditions.
  ///
  /// - Parameter conditions: like `category=shoe`, `price<20`; see ``SearchRequest/conditions``.
  /// - Throws: ``NewelError``: `invalidArgument` for a condition that cannot be read, or on a field that no document has or the
  ///   index cannot filter by; `damaged` when what the index knows of the field fails its checksum.
  public func documentCount(where conditions: [String]) throws(NewelError) -> Int {
    try filters.filtered(conditions, in: self).acceptedCount ?? documentCount
  }

  /// Whether a document meets all conditions.
  func accepts(_ position: UInt32, where conditions: [String]) throws(NewelError) -> Bool {
    for segment in try filters.filtered(conditions, in: self).segments.reversed()
    where segment.firstPosition <= position {
      return segment.accepted?.contains(document: Int(position - segment.firstPosition)) ?? true
    }
    return false
  }
}
