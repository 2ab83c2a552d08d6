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

/// The ceiling maxima and the run directory of one frequent term.
///
/// - Invariant: as of ``PostingList``: each pointer covers the row that `init` checked.
@safe struct BoundRow {
  let level1: UnsafeRawPointer
  let level2: UnsafeRawPointer
  /// The full row of level 3, or nil when it is kept as pairs.
  let dense: UnsafeRawPointer?
  private let starts: UnsafeRawPointer
  private let pairs: UnsafeRawPointer
  let level1Count: Int
  let level2Count: Int
  let level3Count: Int
  let directory: RunDirectory

  init(segment: SegmentIndex, row: Int, isChecked: Bool) throws(InvertedIndexError) {
    level1Count = SegmentLayout.cells(segment.documentCount, SegmentLayout.level1Shift)
    level2Count = SegmentLayout.cells(segment.documentCount, SegmentLayout.level2Shift)
    level3Count = SegmentLayout.cells(segment.documentCount, SegmentLayout.level3Shift)
    func pointer(_ bytes: SegmentBytes, _ index: Int, _ size: Int, _ name: String) throws(InvertedIndexError)
      -> UnsafeRawPointer
    {
      if isChecked { return unsafe bytes.checkedPointer(to: index * size) }
      return unsafe try bytes.pointer(to: index * size..<(index + 1) * size, in: name)
    }
    unsafe level1 = try pointer(segment.level1Bytes, row, level1Count, "BND1")
    unsafe level2 = try pointer(segment.level2Bytes, row, level2Count, "BND2")
    let entry = unsafe try pointer(segment.level3RowBytes, row, 4, "BN3R").loadUnaligned(as: UInt32.self)
    let index = Int(entry & ~BoundsCollector.denseFlag)
    if entry & BoundsCollector.denseFlag != 0 {
      let pointer = unsafe try pointer(segment.level3DenseBytes, index, level3Count, "BN3D")
      unsafe dense = pointer
      unsafe starts = pointer
      unsafe pairs = pointer
    } else {
      unsafe dense = nil
      unsafe starts = try pointer(segment.level3StartBytes, index, 4 * (level1Count + 1), "BN3S")
      unsafe pairs = segment.level3PairBytes.base
    }
    directory = try RunDirectory(segment: segment, row: row, isChecked: isChecked)
    if !isChecked, unsafe dense == nil { try checkPairs(of: segment, row: row) }
  }

  private func checkPairs(of segment: SegmentIndex, row: Int) throws(InvertedIndexError) {
    var previous = pairRange(ofWindow: 0).lowerBound
    let first = previous
    for window in 0..<level1Count {
      let next = Int(unsafe starts.loadUnaligned(fromByteOffset: 4 * window + 4, as: UInt32.self))
      guard next >= previous, next - previous <= 256 else {
        throw segment.inconsistent(section: "BN3S", detail: "the starts of row \(row) do not ascend")
      }
      previous = next
    }
    _ = unsafe try segment.level3PairBytes.pointer(to: first * 2..<previous * 2, in: "BN3P")
  }

  /// The largest impact in a cell of 16,384 documents.
  @inline(__always)
  func level1(_ cell: Int) -> UInt32 { UInt32(unsafe level1.load(fromByteOffset: cell, as: UInt8.self)) }

  /// The largest impact in a cell of 1,024 documents.
  @inline(__always)
  func level2(_ cell: Int) -> UInt32 { UInt32(unsafe level2.load(fromByteOffset: cell, as: UInt8.self)) }

  /// The largest impact in a block of 64 documents; 0 when the term is absent there.
  @inline(__always)
  func level3(_ cell: Int) -> UInt32 {
    if let dense = unsafe dense { return UInt32(unsafe dense.load(fromByteOffset: cell, as: UInt8.self)) }
    let shift = SegmentLayout.level1Shift - SegmentLayout.level3Shift
    let window = cell >> shift
    let wanted = UInt8(truncatingIfNeeded: cell)
    var low = Int(unsafe starts.loadUnaligned(fromByteOffset: 4 * window, as: UInt32.self))
    let end = Int(unsafe starts.loadUnaligned(fromByteOffset: 4 * window + 4, as: UInt32.self))
    var high = end
    while low < high {
      let middle = low + (high - low) / 2
      if unsafe pairs.load(fromByteOffset: 2 * middle, as: UInt8.self) < wanted {
        low = middle + 1
      } else {
        high = middle
      }
    }
    guard low < end, unsafe pairs.load(fromByteOffset: 2 * low, as: UInt8.self) == wanted else { return 0 }
    return UInt32(unsafe pairs.load(fromByteOffset: 2 * low + 1, as: UInt8.self))
  }

  /// Whether level 3 is a full row.
  var isDense: Bool { unsafe dense != nil }

  /// The pairs of a window, when level 3 is kept as pairs.
  @inline(__always)
  func pairRange(ofWindow window: Int) -> Range<Int> {
    let first = Int(unsafe starts.loadUnaligned(fromByteOffset: 4 * window, as: UInt32.self))
    return first..<Int(unsafe starts.loadUnaligned(fromByteOffset: 4 * window + 4, as: UInt32.self))
  }

  /// A pair of `pairRange`: the block inside its window, and the largest impact there.
  @inline(__always)
  func pair(_ number: Int) -> (block: Int, maximum: UInt32) {
    (
      Int(unsafe pairs.load(fromByteOffset: 2 * number, as: UInt8.self)),
      UInt32(unsafe pairs.load(fromByteOffset: 2 * number + 1, as: UInt8.self))
    )
  }
}

/// Finds the run of a 64-document block inside a frequent term's postings without searching.
///
/// - Invariant: `quarters` covers 2 · `count` bytes and `records` 68 · `count`, both checked in `init`.
@safe struct RunDirectory {
  private let quarters: UnsafeRawPointer
  private let records: UnsafeRawPointer
  let count: Int

  init(segment: SegmentIndex, row: Int, isChecked: Bool) throws(InvertedIndexError) {
    let startPointer =
      unsafe isChecked
      ? segment.directoryStartBytes.checkedPointer(to: row * 4)
      : try segment.directoryStartBytes.pointer(to: row * 4..<row * 4 + 8, in: "RUNS")
    let first = Int(unsafe startPointer.loadUnaligned(as: UInt32.self))
    let end = Int(unsafe startPointer.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
    guard first <= end else {
      throw segment.inconsistent(section: "RUNS", detail: "the records of row \(row) do not ascend")
    }
    count = end - first
    let size = SegmentLayout.directoryRecordSize
    if isChecked {
      unsafe quarters = segment.directoryQuarterBytes.checkedPointer(to: first * 2)
      unsafe records = segment.directoryRecordBytes.checkedPointer(to: first * size)
    } else {
      unsafe quarters = try segment.directoryQuarterBytes.pointer(to: first * 2..<end * 2, in: "RUNQ")
      unsafe records = try segment.directoryRecordBytes.pointer(to: first * size..<end * size, in: "RUNR")
    }
  }

  func quarter(_ index: Int) -> Int {
    Int(unsafe quarters.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self))
  }

  /// The run lengths of a record, for verification.
  func runLength(_ index: Int, run: Int) -> Int {
    Int(
      unsafe records.load(fromByteOffset: index * SegmentLayout.directoryRecordSize + 4 + run, as: UInt8.self))
  }

  func base(_ index: Int) -> Int {
    Int(unsafe records.loadUnaligned(fromByteOffset: index * SegmentLayout.directoryRecordSize, as: UInt32.self))
  }

  /// The record of a quarter, if it has one.
  func record(ofQuarter wanted: Int) -> Int? {
    var low = 0
    var high = count
    while low < high {
      let middle = low + (high - low) / 2
      if quarter(middle) < wanted { low = middle + 1 } else { high = middle }
    }
    return low < count && quarter(low) == wanted ? low : nil
  }

  /// The place of a block's first posting (or of the next posting, when the block has none), if the quarter has a record.
  func run(ofBlock block: Int) -> Int? {
    guard let record = record(ofQuarter: block >> (SegmentLayout.quarterShift - SegmentLayout.level3Shift)) else {
      return nil
    }
    var place = base(record)
    for run in 0..<(block & 63) { place += runLength(record, run: run) }
    return place
  }
}
