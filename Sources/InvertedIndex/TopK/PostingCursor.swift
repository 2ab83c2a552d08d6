/// A position in one term's postings that only moves forward: the one interface every document-at-a-time algorithm uses.
///
/// Three levels of use: plain (`document`, `advance`), scored (`score`, `maximum`), and block-max (`blockMaximum(at:)`,
/// `blockEnd(at:)`), which looks ahead without moving.
struct PostingCursor {
  /// What `document` is after the last posting.
  static let end = UInt32.max

  private let list: PostingList
  /// The query's weight of the term, up to 65,535.
  let weight: UInt32
  /// The largest score the term can give any document of the segment.
  let maximum: UInt32
  /// The document at the cursor, ``end`` after the last.
  private(set) var document: UInt32 = 0
  private var number = 0
  private var window = 0
  private var windowEnd = 0

  init(_ list: PostingList, weight: UInt32) {
    self.list = list
    self.weight = weight
    maximum = weight * UInt32(list.entry.maximum)
    windowEnd = list.windowCount > 0 ? list.end(ofWindow: 0) : 0
    settle()
  }

  /// Number of documents the term is in.
  var documentFrequency: Int { list.count }

  /// The term's score for `document`. Fits 24 bits.
  @inline(__always)
  var score: UInt32 { weight &* list.impact(number) }

  /// Moves to the next posting.
  @inline(__always)
  mutating func advance() {
    number += 1
    if number < windowEnd {
      document = SegmentLayout.chunkBase(ofWindow: window) | list.local(number)
    } else {
      settle()
    }
  }

  /// Moves to the first posting whose document is at least `target`; stays where it is if it is there already.
  mutating func advance(to target: UInt32) {
    guard target > document else { return }
    let targetWindow = Int(target >> UInt32(SegmentLayout.windowShift))
    if targetWindow > window {
      guard targetWindow < list.windowCount else {
        number = list.count
        document = Self.end
        return
      }
      number = list.start(ofWindow: targetWindow)
      window = targetWindow
      windowEnd = list.end(ofWindow: targetWindow)
    }
    number = place(of: target, in: number..<windowEnd)
    settle()
  }

  /// Where in `range` the first posting with a document of at least `target` is. A few steps by hand, then the run
  /// directory or galloping.
  private func place(of target: UInt32, in range: Range<Int>) -> Int {
    let local = target & 0xFFFF
    var low = range.lowerBound
    let near = min(range.upperBound, low + 4)
    while low < near {
      if list.local(low) >= local { return low }
      low += 1
    }
    if low == range.upperBound { return low }
    if let bounds = list.bounds,
      let run = bounds.run(ofBlock: Int(target >> UInt32(SegmentLayout.level3Shift)))
    {
      // The run may lie before the cursor, never before the first posting of the block.
      low = max(low, min(run, range.upperBound))
      return list.lowerBound(local, in: low..<min(range.upperBound, low + 65))
    }
    var step = 8
    while low + step < range.upperBound, list.local(low + step) < local {
      low += step
      step *= 2
    }
    return list.lowerBound(local, in: low..<min(range.upperBound, low + step + 1))
  }

  /// Makes `document` agree with `number`, stepping over empty windows.
  private mutating func settle() {
    while number >= windowEnd {
      window += 1
      guard window < list.windowCount else {
        document = Self.end
        return
      }
      windowEnd = list.end(ofWindow: window)
    }
    document = SegmentLayout.chunkBase(ofWindow: window) | list.local(number)
  }

  /// The largest score the term gives any document of the 64-document block that holds `target`.
  ///
  /// - Parameter target: at least `document`.
  func blockMaximum(at target: UInt32) -> UInt32 {
    if let bounds = list.bounds { return weight &* bounds.level3(Int(target >> UInt32(SegmentLayout.level3Shift))) }
    // A rare term: its few postings are their own bounds.
    let first = target & ~UInt32(63)
    let targetWindow = Int(target >> UInt32(SegmentLayout.windowShift))
    guard targetWindow < list.windowCount else { return 0 }
    let lower = targetWindow == window ? number : list.start(ofWindow: targetWindow)
    let upper = list.end(ofWindow: targetWindow)
    guard lower < upper else { return 0 }
    var place = list.lowerBound(first & 0xFFFF, in: lower..<upper)
    var maximum: UInt32 = 0
    while place < upper, list.local(place) <= (first & 0xFFFF) | 63 {
      maximum = max(maximum, list.impact(place))
      place += 1
    }
    return weight &* maximum
  }

  /// The last document of the block that holds `target`.
  func blockEnd(at target: UInt32) -> UInt32 { target | 63 }
}
