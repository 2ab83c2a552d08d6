internal import CSparseKernels

/// The ceiling maxima and the runs of one frequent term, read in place.
///
/// - Invariant: as of ``PostingList``: each pointer covers the rows, pairs and records that the first opening of the term
///   checked (``check(_:row:)``); the segment outlives the row.
@safe struct BoundRow {
  let level1: UnsafeRawPointer
  let level2: UnsafeRawPointer
  /// The full row of level 3, or nil when it is kept as pairs.
  let dense: UnsafeRawPointer?
  private let directory: UnsafeRawPointer
  private let pairs: UnsafeRawPointer
  private let records: UnsafeRawPointer
  let level1Count: Int
  let level2Count: Int
  let level3Count: Int

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
    unsafe directory = try pointer(
      segment.windowDirectoryBytes, row, (level1Count + 1) * SegmentLayout.windowEntrySize, "WDIR")
    let entry = unsafe try pointer(segment.level3RowBytes, row, 4, "BN3R").loadUnaligned(as: UInt32.self)
    let index = Int(entry & ~BoundsCollector.denseFlag)
    unsafe dense =
      entry & BoundsCollector.denseFlag == 0
      ? nil : try pointer(segment.level3DenseBytes, index, level3Count, "BN3D")
    unsafe pairs = segment.level3PairBytes.base
    unsafe records = segment.runRecordBytes.base
    if !isChecked { try check(segment, row: row) }
  }

  /// Checks that the directory ascends and that what it points at is there and sound.
  private func check(_ segment: SegmentIndex, row: Int) throws(InvertedIndexError) {
    for window in 0..<level1Count {
      for field in 0..<3 where start(field, window) > start(field, window + 1) {
        throw segment.inconsistent(section: "WDIR", detail: "window \(window) of row \(row) does not ascend")
      }
      guard pairRange(ofWindow: window).count <= 256, recordRange(ofWindow: window).count <= 4 else {
        throw segment.inconsistent(section: "WDIR", detail: "window \(window) of row \(row) has too many entries")
      }
    }
    _ = unsafe try segment.level3PairBytes.pointer(
      to: start(1, 0) * 2..<start(1, level1Count) * 2, in: "BN3P")
    let size = SegmentLayout.directoryRecordSize
    _ = unsafe try segment.runRecordBytes.pointer(to: start(2, 0) * size..<start(2, level1Count) * size, in: "RUNR")
  }

  /// A number of a window's directory entry: 0 its first posting, 1 its first pair, 2 its first record.
  @inline(__always)
  private func start(_ field: Int, _ window: Int) -> Int {
    let offset = window &* SegmentLayout.windowEntrySize &+ 4 &* field
    return Int(unsafe directory.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
  }

  /// The term's postings in a window.
  @inline(__always)
  func postingRange(ofWindow window: Int) -> Range<Int> { start(0, window)..<start(0, window + 1) }

  /// The pairs of a window, when level 3 is kept as pairs.
  @inline(__always)
  func pairRange(ofWindow window: Int) -> Range<Int> { start(1, window)..<start(1, window + 1) }

  /// The run records of a window, at most one per quarter.
  @inline(__always)
  func recordRange(ofWindow window: Int) -> Range<Int> { start(2, window)..<start(2, window + 1) }

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
    let wanted = cell & ((1 << shift) - 1)
    let range = pairRange(ofWindow: cell >> shift)
    var low = range.lowerBound
    var high = range.upperBound
    while low < high {
      let middle = low + (high - low) / 2
      if pair(middle).block < wanted { low = middle + 1 } else { high = middle }
    }
    guard low < range.upperBound, pair(low).block == wanted else { return 0 }
    return pair(low).maximum
  }

  /// A pair of `pairRange`: the block inside its window, and the largest impact there.
  @inline(__always)
  func pair(_ number: Int) -> (block: Int, maximum: UInt32) {
    (
      Int(unsafe pairs.load(fromByteOffset: 2 &* number, as: UInt8.self)),
      UInt32(unsafe pairs.load(fromByteOffset: 2 &* number &+ 1, as: UInt8.self))
    )
  }

  /// Whether level 3 is a full row.
  var isDense: Bool { unsafe dense != nil }

  /// The quarter of its window that a record is about, 0...3, and the number of the term's postings before it.
  @inline(__always)
  func record(_ number: Int) -> (quarter: Int, base: Int) {
    let offset = number &* SegmentLayout.directoryRecordSize
    let value = unsafe records.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
    return (
      Int(value >> UInt32(SegmentLayout.quarterBitShift)),
      Int(value & ((1 << UInt32(SegmentLayout.quarterBitShift)) - 1))
    )
  }

  /// How many postings the term has in a block of a record's quarter.
  @inline(__always)
  func runLength(_ record: Int, run: Int) -> Int {
    let offset = record &* SegmentLayout.directoryRecordSize &+ 4 &+ run
    return Int(unsafe records.load(fromByteOffset: offset, as: UInt8.self))
  }

  /// The place of a block's first posting (or of the next posting, when the block has none), if its quarter has a record.
  func run(ofBlock block: Int) -> Int? {
    let shift = SegmentLayout.quarterShift - SegmentLayout.level3Shift
    let window = block >> (SegmentLayout.windowShift - SegmentLayout.level3Shift)
    for number in recordRange(ofWindow: window) {
      let (quarter, base) = record(number)
      guard quarter == block >> shift & 3 else { continue }
      return (0..<(block & 63)).reduce(base) { $0 + runLength(number, run: $1) }
    }
    return nil
  }

  /// Calls `body` with the postings of some blocks of a record's quarter.
  ///
  /// - Parameter blocks: ascending, of one quarter; only the low 6 bits count.
  /// - Returns: the number of postings.
  @inline(__always)
  func forEachRun(_ record: Int, of blocks: ArraySlice<Int>, _ body: (Range<Int>) -> Void) -> Int {
    var place = self.record(record).base
    var run = 0
    var added = 0
    for block in blocks {
      let wanted = block & 63
      while run < wanted {
        place &+= runLength(record, run: run)
        run &+= 1
      }
      let length = runLength(record, run: run)
      if length > 0 { body(place..<place + length) }
      added &+= length
      place &+= length
      run &+= 1
    }
    return added
  }

  /// Asks for the directory entry of a window that is about to be visited.
  @inline(__always)
  func prefetchEntry(ofWindow window: Int) {
    unsafe newel_prefetch(directory + window &* SegmentLayout.windowEntrySize)
  }

  /// Asks for the third-level bounds of a window.
  @inline(__always)
  func prefetchBounds(ofWindow window: Int) {
    if let dense = unsafe dense {
      unsafe newel_prefetch(dense + window << (SegmentLayout.level1Shift - SegmentLayout.level3Shift))
    } else {
      unsafe newel_prefetch(pairs + 2 &* start(1, window))
    }
  }

  /// Asks for the run records of a window.
  @inline(__always)
  func prefetchRecords(ofWindow window: Int) {
    for number in recordRange(ofWindow: window) {
      unsafe newel_prefetch(records + number &* SegmentLayout.directoryRecordSize)
      unsafe newel_prefetch(records + number &* SegmentLayout.directoryRecordSize + 64)
    }
  }
}
