/// Selection without sorting.
enum Selection {
  /// Rearranges `range` so that the keys before `middle` are smaller than those from it on, and `keys[middle]` is the
  /// smallest of the latter. Keys are distinct.
  ///
  /// - Complexity: O(n) expected; the pivot is a median of three, the order of equal inputs is always the same.
  /// - Source: Hoare (1961), "Algorithm 65: Find", CACM 4.
  static func partition(_ keys: inout [UInt64], in range: Range<Int>, at middle: Int) {
    var low = range.lowerBound
    var high = range.upperBound - 1
    while low < high {
      let pivot = median(keys[low], keys[low + (high - low) / 2], keys[high])
      var left = low
      var right = high
      while left <= right {
        while keys[left] < pivot { left += 1 }
        while keys[right] > pivot { right -= 1 }
        if left <= right {
          keys.swapAt(left, right)
          left += 1
          right -= 1
        }
      }
      if middle <= right { high = right } else if middle >= left { low = left } else { return }
    }
  }

  private static func median(_ first: UInt64, _ second: UInt64, _ third: UInt64) -> UInt64 {
    max(min(first, second), min(max(first, second), third))
  }
}
