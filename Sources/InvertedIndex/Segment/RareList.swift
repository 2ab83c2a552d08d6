/// The postings of a rare term, read in place: one number each, documents ascending.
///
/// - Invariant: `postings` points to `count` numbers whose documents ascend and belong to the segment, checked when the
///   term was first opened; `refinements`, in a segment that has them, to a section that covers the numbers `first ..< first +
///   count`, checked then as well; the segment outlives the list.
@safe struct RareList {
  private let postings: UnsafePointer<UInt32>
  private let refinements: UnsafeRawPointer?
  /// Number of the first posting among those of all rare terms.
  private let first: Int
  let count: Int

  init(segment: SegmentIndex, term: TermEntry, isChecked: Bool) throws(InvertedIndexError) {
    count = Int(term.documentFrequency)
    let size = SegmentLayout.rarePostingSize
    first = Int(term.start)
    let start = first * size
    let bytes =
      unsafe isChecked
      ? segment.rareBytes.checkedPointer(to: start)
      : try segment.rareBytes.pointer(to: start..<start + count * size, in: "RARE")
    unsafe postings = bytes.assumingMemoryBound(to: UInt32.self)
    if let bytes = segment.rareRefinementBytes {
      if !isChecked { _ = unsafe try bytes.pointer(to: first / 2..<Refinement.byteCount(first + count), in: "RFIN") }
      unsafe refinements = bytes.checkedPointer(to: 0)
    } else {
      unsafe refinements = nil
    }
    if !isChecked { try check(term, segment) }
  }

  private func check(_ term: TermEntry, _ segment: SegmentIndex) throws(InvertedIndexError) {
    for number in 0..<count {
      let document = document(number)
      guard Int(document) < segment.documentCount, number == 0 || self.document(number - 1) < document else {
        throw segment.inconsistent(
          section: "RARE", detail: "posting \(number) of token \(term.token) does not ascend or leaves the segment")
      }
    }
  }

  /// The document of a posting, `0 ≤ number < count`.
  @inline(__always)
  func document(_ number: Int) -> UInt32 {
    (unsafe postings[number] & ~SegmentLayout.largestOfBlock) >> SegmentLayout.rareDocumentShift
  }

  /// The impact of a posting.
  @inline(__always)
  func impact(_ number: Int) -> UInt32 { unsafe postings[number] & 0xFF }

  /// The refinement of a posting, in a segment that has refinements.
  @inline(__always)
  func refinement(_ number: Int) -> UInt8 {
    guard let refinements = unsafe refinements else { return 0 }
    let place = first &+ number
    return Refinement.unpacked(place, from: unsafe refinements.load(fromByteOffset: place >> 1, as: UInt8.self))
  }

  /// Whether the posting is the one that bounds its block.
  @inline(__always)
  func isLargestOfBlock(_ number: Int) -> Bool { unsafe postings[number] & SegmentLayout.largestOfBlock != 0 }

  /// The first posting whose document is at least `target`; `count` when there is none.
  ///
  /// - Parameter from: a posting before which there is none; from there the search takes growing steps.
  func lowerBound(_ target: UInt32, from: Int = 0) -> Int {
    var low = from
    var high = count
    if from > 0 {
      var step = 1
      while low + step <= count, document(low + step - 1) < target {
        low += step
        step *= 2
      }
      high = min(count, low + step)
    }
    while low < high {
      let middle = low + (high - low) / 2
      if document(middle) < target { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// The postings of a window.
  ///
  /// - Parameter from: a posting before which there is none.
  func range(ofWindow window: Int, from: Int = 0) -> Range<Int> {
    let first = UInt32(truncatingIfNeeded: window << SegmentLayout.windowShift)
    let start = lowerBound(first, from: from)
    var end = start
    while end < count, document(end) < first + UInt32(SegmentLayout.windowSize) { end += 1 }
    return start..<end
  }
}
