/// A document and its score, in the numbering of the whole index.
public struct ScoredDocument: Sendable, Equatable {
  /// Number of the document in insertion order over all segments.
  public let ordinal: UInt32
  public let score: UInt32

  public init(ordinal: UInt32, score: UInt32) {
    self.ordinal = ordinal
    self.score = score
  }
}

/// Keeps the best k documents under the total order: score descending, then insertion order ascending.
///
/// The threshold is inclusive: a document whose bound equals it may still enter (by its place in the order), so whoever
/// prunes keeps what satisfies `bound >= threshold`. That makes the answer independent of the order of visits.
struct TopKCollector {
  /// Min-heap of keys: score in the high half, complemented ordinal in the low half, so that larger is better.
  private var heap: [UInt64] = []
  private let capacity: Int
  /// Scores below it cannot enter. At least 1: a score of 0 is no hit.
  private(set) var threshold: UInt32

  /// - Parameters:
  ///   - capacity: k, at least 1.
  ///   - seed: a score that at least k documents are known to reach, or 1.
  init(capacity: Int, seed: UInt32 = 1) {
    self.capacity = capacity
    threshold = max(1, seed)
    heap.reserveCapacity(min(capacity, 1 << 16))
  }

  /// Offers a document whose exact score is `score`.
  @inline(__always)
  mutating func offer(ordinal: UInt32, score: UInt32) {
    guard score >= threshold else { return }
    insert(UInt64(score) << 32 | UInt64(~ordinal))
  }

  private mutating func insert(_ key: UInt64) {
    if heap.count < capacity {
      heap.append(key)
      siftUp(heap.count - 1)
      if heap.count == capacity { raiseThreshold() }
    } else if key > heap[0] {
      heap[0] = key
      siftDown(0)
      raiseThreshold()
    }
  }

  private mutating func raiseThreshold() {
    threshold = max(threshold, UInt32(heap[0] >> 32))
  }

  private mutating func siftUp(_ start: Int) {
    var child = start
    while child > 0 {
      let parent = (child - 1) / 2
      if heap[child] >= heap[parent] { break }
      heap.swapAt(child, parent)
      child = parent
    }
  }

  private mutating func siftDown(_ start: Int) {
    var parent = start
    while true {
      var child = 2 * parent + 1
      if child >= heap.count { break }
      if child + 1 < heap.count, heap[child + 1] < heap[child] { child += 1 }
      if heap[parent] <= heap[child] { break }
      heap.swapAt(parent, child)
      parent = child
    }
  }

  /// The documents, best first.
  func sorted() -> [ScoredDocument] {
    heap.sorted(by: >).map { key in
      ScoredDocument(ordinal: ~UInt32(truncatingIfNeeded: key), score: UInt32(key >> 32))
    }
  }
}
