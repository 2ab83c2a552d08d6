/// A document and its score, in the numbering of the whole index.
public struct ScoredDocument: Sendable, Equatable {
  /// Number of the document in insertion order over all segments.
  public let position: UInt32
  public let score: UInt32

  public init(position: UInt32, score: UInt32) {
    self.position = position
    self.score = score
  }
}

/// Keeps the best k documents under the total order: score descending, then insertion order ascending.
///
/// The threshold is inclusive: a document whose bound equals it may still enter (by its place in the order), so whoever
/// prunes keeps what satisfies `bound >= threshold`. That makes the answer independent of the order of visits.
struct TopKCollector {
  /// Score in the high half, complemented position in the low half, so that larger is better. Up to ``heapLimit`` results
  /// a min-heap, otherwise a buffer that is cut back to the best k when it is full.
  private var keys: [UInt64] = []
  private let capacity: Int
  private let bufferLimit: Int
  /// Scores below it cannot enter. At least 1: a score of 0 is no hit.
  private(set) var threshold: UInt32
  /// What collectors of the same search on other threads know; nil when there are none.
  private let shared: SharedThreshold?

  /// Beyond so many results a buffer with selection beats a heap.
  private static let heapLimit = 32

  /// - Parameters:
  ///   - capacity: k, at least 1.
  ///   - seed: a score that at least k documents are known to reach, or 1.
  ///   - shared: where collectors that search other segments for the same query tell each other what they reached.
  init(capacity: Int, seed: UInt32 = 1, sharing shared: SharedThreshold? = nil) {
    self.capacity = capacity
    self.shared = shared
    bufferLimit = capacity <= Self.heapLimit ? capacity : capacity + max(64, capacity)
    threshold = max(1, seed)
    keys.reserveCapacity(min(bufferLimit, 1 << 16))
  }

  /// Offers a document whose exact score is `score`.
  @inline(__always)
  mutating func offer(position: UInt32, score: UInt32) {
    guard score >= threshold else { return }
    insert(UInt64(score) << 32 | UInt64(~position))
  }

  private mutating func insert(_ key: UInt64) {
    if capacity > Self.heapLimit {
      keys.append(key)
      if keys.count == bufferLimit { cutBack() }
    } else if keys.count < capacity {
      keys.append(key)
      siftUp(keys.count - 1)
      if keys.count == capacity { raiseThreshold(to: keys[0]) }
    } else if key > keys[0] {
      keys[0] = key
      siftDown(0)
      raiseThreshold(to: keys[0])
    }
  }

  /// Keeps the best k of the buffer; the k-th is the new threshold.
  private mutating func cutBack() {
    let surplus = keys.count - capacity
    guard surplus >= 0 else { return }
    Selection.partition(&keys, in: 0..<keys.count, at: surplus)
    raiseThreshold(to: keys[surplus])
    keys.removeFirst(surplus)
  }

  /// Called with the k-th best of k documents that are really here, which makes its score fit to be published.
  private mutating func raiseThreshold(to key: UInt64) {
    threshold = max(threshold, UInt32(key >> 32))
    if let shared { threshold = max(threshold, shared.raise(to: UInt32(key >> 32))) }
  }

  /// Takes over the threshold that other collectors of the same search have published. Scores below it cannot enter,
  /// because k documents elsewhere reach it; equal ones still can, by their place in the order.
  @inline(__always)
  mutating func adoptSharedThreshold() {
    if let shared { threshold = max(threshold, shared.value) }
  }

  /// Publishes what is here as soon as it is k documents, buffered or not.
  mutating func settle() {
    if capacity > Self.heapLimit { cutBack() }
  }

  /// Cuts a buffer back early when it is half-way to full: a higher threshold saves more than the cut costs.
  @inline(__always)
  mutating func tighten() {
    if capacity > Self.heapLimit, keys.count >= capacity + capacity / 2 { cutBack() }
  }

  private mutating func siftUp(_ start: Int) {
    var child = start
    while child > 0 {
      let parent = (child - 1) / 2
      if keys[child] >= keys[parent] { break }
      keys.swapAt(child, parent)
      child = parent
    }
  }

  private mutating func siftDown(_ start: Int) {
    var parent = start
    while true {
      var child = 2 * parent + 1
      if child >= keys.count { break }
      if child + 1 < keys.count, keys[child + 1] < keys[child] { child += 1 }
      if keys[parent] <= keys[child] { break }
      keys.swapAt(parent, child)
      parent = child
    }
  }

  /// The documents, best first.
  func sorted() -> [ScoredDocument] {
    var ascending = keys
    ascending.sort()
    return ascending.suffix(capacity).reversed().map { key in
      ScoredDocument(position: ~UInt32(truncatingIfNeeded: key), score: UInt32(key >> 32))
    }
  }
}
