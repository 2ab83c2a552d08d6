/// Windows by bound, the largest first and the earlier of equals: a heap, because few of many are ever taken.
struct WindowQueue {
  /// The bound in the high half, the complemented slot (``BlockBounds``) in the low half.
  private var keys: [UInt64]

  /// - Parameters:
  ///   - slots: of windows that were looked at.
  ///   - threshold: windows whose bound is below it are left out.
  /// - Complexity: O(slots) time.
  init(_ slots: [UInt32], of bounds: BlockBounds, threshold: UInt32) {
    keys = []
    keys.reserveCapacity(slots.count)
    for slot in slots {
      let bound = bounds.largest(ofSlot: Int(slot))
      if bound >= threshold { keys.append(UInt64(bound) << 32 | UInt64(~slot)) }
    }
    for place in (0..<keys.count / 2).reversed() { siftDown(place) }
  }

  /// - Parameter bounds: of all windows, each in its own slot; those below `threshold` are left out.
  /// - Complexity: O(windows) time.
  init(bounds: [UInt32], threshold: UInt32) {
    keys = []
    keys.reserveCapacity(bounds.count)
    for (slot, bound) in bounds.enumerated() where bound >= threshold {
      keys.append(UInt64(bound) << 32 | UInt64(~UInt32(truncatingIfNeeded: slot)))
    }
    for place in (0..<keys.count / 2).reversed() { siftDown(place) }
  }

  /// The slots of windows whose bound is at least `threshold`, ascending.
  func slots(atLeast threshold: UInt32) -> [Int] {
    keys.filter { $0 >> 32 >= UInt64(threshold) }.map { Int(~UInt32(truncatingIfNeeded: $0)) }.sorted()
  }

  /// The slot of the window with the largest bound.
  var first: (bound: UInt32, slot: Int)? {
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
