internal import Synchronization

/// Exact top-k over the segments of an index, several segments at a time.
///
/// Each worker takes the largest segment that is left, searches it into a collector of its own, and tells the others the
/// score that its k documents reach. The best k of all collectors together are the answer: the same, to the bit, as
/// ``TopKSearch/search(_:k:algorithm:in:)`` gives, for any number of workers. Counters depend on the moment at
/// which a threshold becomes known, so they may differ from run to run.
public enum ParallelSearch {
  /// Finds the k best documents.
  ///
  /// - Parameters:
  ///   - k: at least 1; fewer hits come back when fewer documents match.
  ///   - segments: in insertion order.
  ///   - workers: how many segments may be searched at a time; less than two is sequential search.
  ///   - concurrently: calls its second argument once with each number below its first one, on threads of its choice, and
  ///     returns when all calls have.
  /// - Throws: as sequential search does; when several segments are damaged, the error of the first of them.
  /// - Complexity: O(k log k) per worker beside the search.
  public static func search(
    _ query: SparseQuery, k: Int, algorithm: TopKAlgorithm = .auto, in segments: [PlacedSegment], workers: Int,
    concurrently: (_ count: Int, _ body: @Sendable (Int) -> Void) -> Void
  ) throws(InvertedIndexError) -> TopKResult {
    let workers = min(workers, segments.count)
    guard workers > 1, k >= 1 else { return try TopKSearch.search(query, k: k, algorithm: algorithm, in: segments) }
    let shared = SharedSearch(query, k: k, algorithm: algorithm, segments: segments)
    concurrently(workers) { _ in shared.work() }
    return try shared.result()
  }
}

/// One query while several workers search for it.
private final class SharedSearch: Sendable {
  private let query: SparseQuery
  private let algorithm: TopKAlgorithm
  private let segments: [PlacedSegment]
  /// Numbers of segments, the largest first, so that no worker is left alone with a long one at the end.
  private let order: [Int]
  private let capacity: Int
  private let seed: UInt32
  private let next = Atomic(0)
  private let threshold = SharedThreshold()
  private let found = Mutex(Found())

  /// What the workers have brought in.
  private struct Found {
    var hits: [ScoredDocument] = []
    var counters = SearchCounters()
    var failure: (segment: Int, error: InvertedIndexError)?
  }

  init(_ query: SparseQuery, k: Int, algorithm: TopKAlgorithm, segments: [PlacedSegment]) {
    let accepted = segments.reduce(0) { $0 + $1.acceptedCount }
    self.query = query
    self.algorithm = algorithm == .auto ? TopKSearch.plan(query, k: k, in: segments) : algorithm
    self.segments = segments
    order = segments.indices.sorted {
      (segments[$0].acceptedCount, $1) > (segments[$1].acceptedCount, $0)
    }
    capacity = max(1, min(k, accepted))
    seed = TopKSearch.seedThreshold(query, k: k, in: segments)
  }

  /// Searches segments until none is left.
  func work() {
    var collector = TopKCollector(capacity: capacity, seed: seed, sharing: threshold)
    var counters = SearchCounters()
    var failure: (segment: Int, error: InvertedIndexError)?
    while true {
      let place = next.add(1, ordering: .relaxed).oldValue
      guard place < order.count else { break }
      do {
        collector.adoptSharedThreshold()
        _ = try TopKSearch.run(algorithm, query, in: segments[order[place]], into: &collector, counters: &counters)
        collector.settle()
      } catch {
        if order[place] < failure?.segment ?? .max { failure = (order[place], error) }
      }
    }
    let hits = collector.sorted()
    found.withLock { found in
      found.hits += hits
      found.counters.add(counters)
      if let failure, failure.segment < found.failure?.segment ?? .max { found.failure = failure }
    }
  }

  /// The best of what all workers found; complete when all have returned.
  func result() throws(InvertedIndexError) -> TopKResult {
    let found = self.found.withLock { $0 }
    if let failure = found.failure { throw failure.error }
    let hits = found.hits.sorted { ($0.score, $1.position) > ($1.score, $0.position) }
    return TopKResult(
      hits: Array(hits.prefix(capacity)), algorithm: algorithm, counters: found.counters,
      missedBound: 0)
  }
}

extension SearchCounters {
  mutating func add(_ other: SearchCounters) {
    postingsScored += other.postingsScored
    documentsScored += other.documentsScored
    blocksChecked += other.blocksChecked
    windowsVisited += other.windowsVisited
    blocksScored += other.blocksScored
    segmentsSearched += other.segmentsSearched
  }
}
