/// One term's postings and bounds in one segment, read in place.
///
/// Opening a list checks the ranges and checksums of everything it may read, and what is read, once per process;
/// afterwards reading cannot fail.
struct PostingList {
  /// How the postings are kept.
  enum Storage {
    case strips(StripRow)
    case rare(RareList)
  }

  // Keeps the memory alive.
  private let segment: SegmentIndex
  let term: TermEntry
  let storage: Storage
  let windowCount: Int

  init(segment: SegmentIndex, slot: Int) throws(InvertedIndexError) {
    self.segment = segment
    term = segment.terms[slot]
    windowCount = segment.windowCount
    let isChecked = segment.checkedTerms.contains(slot)
    if term.row == SegmentLayout.noRow {
      storage = .rare(try RareList(segment: segment, term: term, isChecked: isChecked))
    } else {
      storage = .strips(try StripRow(segment: segment, term: term, isChecked: isChecked))
    }
    if !isChecked { segment.checkedTerms.insert(slot) }
  }

  /// Number of postings: the term's document frequency.
  var count: Int { Int(term.documentFrequency) }

  /// The blocks of a window in which the term is, a bit each.
  func blocks(inWindow window: Int) -> UInt64 {
    switch storage {
    case .strips(let row): row.blocks(inWindow: window)
    case .rare(let list):
      list.range(ofWindow: window).reduce(0) { $0 | 1 << UInt64(list.document($1) >> 6 & 63) }
    }
  }

  /// The first window from `window` on in which the term is, nil when there is none.
  func nextWindow(from window: Int) -> Int? {
    switch storage {
    case .strips(let row):
      return (window..<max(window, windowCount)).first { row.blocks(inWindow: $0) != 0 }
    case .rare(let list):
      let place = list.lowerBound(UInt32(truncatingIfNeeded: window << SegmentLayout.windowShift))
      return place < list.count ? Int(list.document(place)) >> SegmentLayout.windowShift : nil
    }
  }

  /// Whether a document has the term.
  func contains(_ document: UInt32) -> Bool {
    switch storage {
    case .strips(let row): row.contains(document)
    case .rare(let list):
      { $0 < list.count && list.document($0) == document }(list.lowerBound(document))
    }
  }

  /// The postings of one window, documents ascending.
  func decode(window: Int, into postings: inout WindowPostings) {
    postings.removeAll()
    switch storage {
    case .strips(let row): row.decode(window: window, into: &postings)
    case .rare(let list):
      for number in list.range(ofWindow: window) {
        postings.append(place: UInt16(truncatingIfNeeded: list.document(number) & 4095), impact: list.impact(number))
      }
    }
  }
}

/// The postings of a term in one window, decoded: what cursors and checks read.
struct WindowPostings {
  /// Documents within the window, ascending.
  private(set) var places: [UInt16] = []
  private(set) var impacts: [UInt8] = []

  mutating func removeAll() {
    places.removeAll(keepingCapacity: true)
    impacts.removeAll(keepingCapacity: true)
  }

  mutating func append(place: UInt16, impact: UInt32) {
    places.append(place)
    impacts.append(UInt8(truncatingIfNeeded: impact))
  }
}
