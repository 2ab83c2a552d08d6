/// Windows by bound, the largest first and the earlier of equals: a heap, because few of many are ever taken.
struct WindowQueue {
  /// The bound in the high half, the complemented window in the low half.
  private var keys: [UInt64]

  /// - Parameter bounds: of each window; those below `threshold` are left out.
  /// - Complexity: O(windows) time.
  init(bounds: [UInt32], threshold: UInt32) {
    keys = []
    keys.reserveCapacity(bounds.count)
    for (window, bound) in bounds.enumerated() where bound >= threshold {
      keys.append(UInt64(bound) << 32 | UInt64(~UInt32(truncatingIfNeeded: window)))
    }
    for place in (0..<keys.count / 2).reversed() { siftDown(place) }
  }

  /// The windows whose bound is at least `threshold`, ascending.
  func windows(atLeast threshold: UInt32) -> [Int] {
    keys.filter { $0 >> 32 >= UInt64(threshold) }.map { Int(~UInt32(truncatingIfNeeded: $0)) }.sorted()
  }

  /// The window with the largest bound.
  var first: (bound: UInt32, window: Int)? {
    keys.first.map { (UInt32($0 >> 32), Int(~UInt32(truncatingIfNeeded: $0))) }
  }

  mutating func removeFirst() {
    let last = keys.removeLast()
    if keys.isEmpty { return }
    keys[0] = last
    siftDown(0)
  }

  private mutating func siftDown(_ start: Int) {
    var parent = start
    while true {
      var child = 2 * parent + 1
      if child >= keys.count { return }
      if child + 1 < keys.count, keys[child + 1] > keys[child] { child += 1 }
      if keys[parent] >= keys[child] { return }
      keys.swapAt(parent, child)
      parent = child
    }
  }
}
