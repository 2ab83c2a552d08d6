internal import ByteStorage

/// One term's postings and bounds in one segment, read in place.
///
/// A document number is 22 bits: its chunk (the high bits) is known from the place in the list, the low 16 bits are
/// stored. Opening a list checks the ranges and checksums of everything it may read; afterwards reading cannot fail.
///
/// - Invariant: every pointer covers what its count says: `postings` 3 · `count` bytes, `windowEnds` 4 · `windowCount`
///   bytes with ascending values ≤ `count` (checked in `init`), and so on; the segment outlives the list. Document
///   numbers read from damaged memory are at worst wrong, never out of a 65,536-cell chunk.
@safe struct PostingList {
  let segment: SegmentIndex
  let entry: TermEntry
  /// Number of postings: the term's document frequency.
  let count: Int
  let windowCount: Int
  let postings: UnsafeRawPointer
  private let windowEnds: UnsafeRawPointer
  /// Absent for rare terms.
  let bounds: BoundRow?

  init(segment: SegmentIndex, slot: Int) throws(InvertedIndexError) {
    let entry = segment.terms[slot]
    self.segment = segment
    self.entry = entry
    count = Int(entry.documentFrequency)
    windowCount = segment.windowCount
    let first = Int(entry.firstPosting) * SegmentLayout.postingSize
    let row = slot * windowCount * 4
    // The first opening checks everything; later ones only point.
    let isChecked = segment.checkedTerms.contains(slot)
    if isChecked {
      unsafe postings = segment.postingBytes.checkedPointer(to: first)
      unsafe windowEnds = segment.windowEndBytes.checkedPointer(to: row)
    } else {
      unsafe postings = try segment.postingBytes.pointer(
        to: first..<first + count * SegmentLayout.postingSize, in: "POST")
      unsafe windowEnds = try segment.windowEndBytes.pointer(to: row..<row + windowCount * 4, in: "WEND")
    }
    bounds =
      entry.boundsRow == SegmentLayout.noRow
      ? nil : try BoundRow(segment: segment, row: Int(entry.boundsRow), isChecked: isChecked)
    if !isChecked {
      try checkWindowEnds()
      segment.checkedTerms.insert(slot)
    }
  }

  private func checkWindowEnds() throws(InvertedIndexError) {
    var previous = 0
    for window in 0..<windowCount {
      let end = self.end(ofWindow: window)
      guard end >= previous, end <= count else {
        throw segment.inconsistent(section: "WEND", detail: "window ends of token \(entry.token) do not ascend")
      }
      previous = end
    }
    guard previous == count else {
      throw segment.inconsistent(
        section: "WEND", detail: "token \(entry.token) has \(count) postings, but its windows hold \(previous)")
    }
  }

  /// Number of postings up to the end of a window.
  @inline(__always)
  func end(ofWindow window: Int) -> Int {
    Int(unsafe windowEnds.loadUnaligned(fromByteOffset: 4 * window, as: UInt32.self))
  }

  /// Number of postings before a window.
  @inline(__always)
  func start(ofWindow window: Int) -> Int {
    window == 0 ? 0 : end(ofWindow: window - 1)
  }

  /// The low 16 bits of the document of a posting, `0 ≤ number < count`.
  @inline(__always)
  func local(_ number: Int) -> UInt32 {
    let group = number & ~(SegmentLayout.groupSize - 1)
    let offset = group * SegmentLayout.postingSize + (number - group) * 2
    return UInt32(unsafe postings.loadUnaligned(fromByteOffset: offset, as: UInt16.self))
  }

  /// The impact of a posting, `0 ≤ number < count`.
  @inline(__always)
  func impact(_ number: Int) -> UInt32 {
    let group = number & ~(SegmentLayout.groupSize - 1)
    let groupCount = min(SegmentLayout.groupSize, count - group)
    let offset = group * SegmentLayout.postingSize + groupCount * 2 + (number - group)
    return UInt32(unsafe postings.load(fromByteOffset: offset, as: UInt8.self))
  }

  /// The postings of one chunk of 65,536 documents.
  @inline(__always)
  func range(ofChunk chunk: Int) -> Range<Int> {
    let windows = 1 << (SegmentLayout.chunkShift - SegmentLayout.windowShift)
    let last = min((chunk + 1) * windows, windowCount) - 1
    return start(ofWindow: chunk * windows)..<end(ofWindow: last)
  }

  /// Adds `weight · impact` of every posting of one chunk to its cell.
  ///
  /// - Parameter cells: 65,536 cells, one per document of the chunk.
  /// - Returns: the number of postings added.
  func add(chunk: Int, weight: Int32, to cells: inout [Int32]) -> Int {
    precondition(cells.count == 1 << SegmentLayout.chunkShift, "a chunk has 65,536 cells")
    let range = range(ofChunk: chunk)
    let (first, end) = (range.lowerBound, range.upperBound)
    unsafe cells.withUnsafeMutableBufferPointer { cells in
      var number = first
      while number < end {
        let group = number & ~(SegmentLayout.groupSize - 1)
        let groupCount = min(SegmentLayout.groupSize, count - group)
        let locals = unsafe postings + group * SegmentLayout.postingSize
        let impacts = unsafe locals + groupCount * 2
        for lane in (number - group)..<min(groupCount, end - group) {
          let cell = Int(unsafe locals.loadUnaligned(fromByteOffset: 2 * lane, as: UInt16.self))
          let impact = unsafe impacts.load(fromByteOffset: lane, as: UInt8.self)
          unsafe cells[cell] &+= weight &* Int32(impact)
        }
        number = group + groupCount
      }
    }
    return end - first
  }

  /// Adds 1 to the cell of every document of one chunk that has the term. Cells as in ``add(chunk:weight:to:)``.
  func mark(chunk: Int, in cells: inout [UInt16]) {
    for number in range(ofChunk: chunk) { cells[Int(local(number))] &+= 1 }
  }

  /// The first posting of `range` whose local document is at least `target`, by binary search; `range.upperBound` if
  /// there is none.
  func lowerBound(_ target: UInt32, in range: Range<Int>) -> Int {
    var low = range.lowerBound
    var high = range.upperBound
    while low < high {
      let middle = low + (high - low) / 2
      if local(middle) < target { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
