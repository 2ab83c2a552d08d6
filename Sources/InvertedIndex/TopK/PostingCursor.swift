/// A position in one term's postings that only moves forward: the one interface every document-at-a-time algorithm uses.
///
/// Three levels of use: plain (`document`, `advance`), scored (`score`, `maximum`), and block-max (`blockMaximum(at:)`,
/// `blockEnd(at:)`), which looks ahead without moving. A window is decoded when the cursor comes to it; windows that it
/// leaps over are not.
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
  private var window = 0
  private var postings = WindowPostings()
  private var number = 0
  /// Blocks that have the term before the window that ``blockMaximum(at:)`` was last asked about.
  private var maximaBefore = 0
  private var maximaWindow = 0

  init(_ list: PostingList, weight: UInt32) {
    self.list = list
    self.weight = weight
    maximum = weight * UInt32(list.term.maximum)
    enter(windowFrom: 0)
  }

  /// Number of documents the term is in.
  var documentFrequency: Int { list.count }

  /// The term's score for `document`. Fits 24 bits.
  @inline(__always)
  var score: UInt32 { weight &* UInt32(postings.impacts[number]) }

  /// Moves to the next posting.
  @inline(__always)
  mutating func advance() {
    number += 1
    if number < postings.places.count { settle() } else { enter(windowFrom: window + 1) }
  }

  /// Moves to the first posting whose document is at least `target`; stays where it is if it is there already.
  mutating func advance(to target: UInt32) {
    guard target > document else { return }
    let targetWindow = Int(target) >> SegmentLayout.windowShift
    if targetWindow > window {
      enter(windowFrom: targetWindow)
      if document >= target { return }
    }
    let place = UInt16(truncatingIfNeeded: target & UInt32(SegmentLayout.windowSize - 1))
    // A few steps by hand, then by doubling ones.
    var low = number
    var step = 1
    while low + step < postings.places.count, postings.places[low + step] < place {
      low += step
      step *= 2
    }
    var high = min(low + step, postings.places.count)
    while low < high {
      let middle = low + (high - low) / 2
      if postings.places[middle] < place { low = middle + 1 } else { high = middle }
    }
    number = low
    if number < postings.places.count { settle() } else { enter(windowFrom: window + 1) }
  }

  private mutating func settle() {
    document = UInt32(truncatingIfNeeded: window << SegmentLayout.windowShift) | UInt32(postings.places[number])
  }

  /// Goes to the first posting of the first window from `first` on that has one.
  private mutating func enter(windowFrom first: Int) {
    guard let next = list.nextWindow(from: first) else {
      document = Self.end
      return
    }
    window = next
    number = 0
    list.decode(window: next, into: &postings)
    settle()
  }

  /// The largest score the term gives any document of the 64-document block that holds `target`.
  ///
  /// - Parameter target: at least `document`.
  mutating func blockMaximum(at target: UInt32) -> UInt32 {
    switch list.storage {
    case .strips(let row): weight &* blockMaximum(at: target, row)
    case .rare(let rare):
      // A rare term: its few postings are their own bounds.
      weight &* rareMaximum(at: target, rare)
    }
  }

  private mutating func blockMaximum(at target: UInt32, _ row: StripRow) -> UInt32 {
    let targetWindow = Int(target) >> SegmentLayout.windowShift
    guard targetWindow < row.windowCount else { return 0 }
    if targetWindow < maximaWindow { (maximaWindow, maximaBefore) = (0, 0) }
    while maximaWindow < targetWindow {
      maximaBefore += row.blocks(inWindow: maximaWindow).nonzeroBitCount
      maximaWindow += 1
    }
    let blocks = row.blocks(inWindow: targetWindow)
    let block = UInt64(target >> 6 & 63)
    guard blocks >> block & 1 == 1 else { return 0 }
    return UInt32(row.maximum(maximaBefore + (blocks & (1 << block - 1)).nonzeroBitCount))
  }

  private func rareMaximum(at target: UInt32, _ rare: RareList) -> UInt32 {
    var place = rare.lowerBound(target & ~UInt32(SegmentLayout.blockSize - 1))
    var most: UInt32 = 0
    while place < rare.count, rare.document(place) <= blockEnd(at: target) {
      most = max(most, rare.impact(place))
      place += 1
    }
    return most
  }

  /// The last document of the block that holds `target`.
  func blockEnd(at target: UInt32) -> UInt32 { target | UInt32(SegmentLayout.blockSize - 1) }
}
