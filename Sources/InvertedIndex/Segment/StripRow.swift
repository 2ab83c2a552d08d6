internal import CSparseKernels

/// The strips of one frequent term, read in place: what every loop that runs once per posting reads.
///
/// - Invariant: `entries` points to `windowCount + 1` entries, `strips` and `maxima` to what these describe, `cellMaxima` to
///   four numbers for each window, each followed by at least ``paddingSize`` bytes of the file. The first opening of a term checked it (``check(of:in:)``), files of a
///   segment never change, and the segment outlives the row.
@safe struct StripRow {
  private let entries: UnsafePointer<newel_strip>
  private var strips: UnsafePointer<UInt8>
  private var maxima: UnsafePointer<UInt8>
  private let cellMaxima: UnsafePointer<UInt8>
  let windowCount: Int

  /// Every section is followed by tables and a footer of 64 bytes.
  static let paddingSize = Int(NEWEL_STRIP_PADDING)

  init(segment: SegmentIndex, term: TermEntry, isChecked: Bool) throws(InvertedIndexError) {
    windowCount = segment.windowCount
    let size = (windowCount + 1) * SegmentLayout.stripEntrySize
    let first = Int(term.row) * size
    // Within bounds by far: rows are 32-bit numbers and a row is at most 16 KiB long.
    let directory =
      unsafe isChecked
      ? segment.windowDirectoryBytes.checkedPointer(to: first)
      : try segment.windowDirectoryBytes.pointer(to: first..<first + size, in: "WDIR")
    unsafe entries = directory.assumingMemoryBound(to: newel_strip.self)
    unsafe strips = segment.stripBytes.checkedPointer(to: 0).assumingMemoryBound(to: UInt8.self)
    unsafe maxima = segment.maximaBytes.checkedPointer(to: 0).assumingMemoryBound(to: UInt8.self)
    let cellCount = windowCount * SegmentLayout.cellsPerWindow
    let firstCell = Int(term.row) * cellCount
    let cells =
      unsafe isChecked
      ? segment.cellMaximaBytes.checkedPointer(to: firstCell)
      : try segment.cellMaximaBytes.pointer(to: firstCell..<firstCell + cellCount, in: "CMAX")
    unsafe cellMaxima = cells.assumingMemoryBound(to: UInt8.self)
    if isChecked {
      unsafe strips += Int(term.start)
      unsafe maxima += Int(term.firstMaximum)
    } else {
      let counts = try countedEntries(of: term, in: segment)
      let start = Int(term.start)
      unsafe strips = try segment.stripBytes.pointer(to: start..<start + counts.bytes, in: "POST")
        .assumingMemoryBound(to: UInt8.self)
      let firstMaximum = Int(term.firstMaximum)
      unsafe maxima = try segment.maximaBytes.pointer(to: firstMaximum..<firstMaximum + counts.blocks, in: "BMAX")
        .assumingMemoryBound(to: UInt8.self)
      try StripCheck(row: self, term: term, segment: segment).run()
    }
  }

  /// Checks what the entries say by themselves, and adds up what they describe.
  private func countedEntries(
    of term: TermEntry, in segment: SegmentIndex
  ) throws(InvertedIndexError) -> (bytes: Int, blocks: Int) {
    var blocks = 0
    for window in 0...windowCount {
      let entry = entry(ofWindow: window)
      let isSound =
        window == windowCount
        ? entry.blocks == 0 && entry.sparse_count == 0 && entry.dense_count == 0 && entry.first_maximum == 0
        : entry.start <= self.entry(ofWindow: window + 1).start && Int(entry.first_maximum) == blocks
      guard isSound, window > 0 || entry.start == 0 else {
        throw segment.inconsistent(
          section: "WDIR", detail: "the entry of window \(window) of token \(term.token) is not sound")
      }
      blocks += entry.blocks.nonzeroBitCount
    }
    return (Int(entry(ofWindow: windowCount).start), blocks)
  }

  /// The entry of a window, or after the last window the end of the strips.
  @inline(__always)
  func entry(ofWindow window: Int) -> newel_strip { unsafe entries[window] }

  /// Length of all strips.
  var byteCount: Int { Int(entry(ofWindow: windowCount).start) }

  /// The blocks of a window in which the term is, a bit each.
  @inline(__always)
  func blocks(inWindow window: Int) -> UInt64 { unsafe entries[window].blocks }

  /// A byte of a window's strip.
  @inline(__always)
  func byte(_ offset: Int, ofWindow window: Int) -> UInt8 { unsafe strips[Int(entries[window].start) &+ offset] }

  /// The bitmap of a window's n-th dense block.
  func bitmap(_ number: Int, ofWindow window: Int) -> UInt64 {
    unsafe UnsafeRawPointer(strips).loadUnaligned(
      fromByteOffset: Int(entries[window].start) + 8 * number, as: UInt64.self)
  }

  /// The n-th of the term's maxima: blocks that have the term, counted over all windows.
  @inline(__always)
  func maximum(_ number: Int) -> UInt8 { unsafe maxima[number] }

  /// The largest impact of a cell, counted over all windows; 0 without the term.
  func cellMaximum(_ cell: Int) -> UInt8 { unsafe cellMaxima[cell] }

  /// What bounds need of the term.
  func boundRow(weight: UInt32) -> newel_bound_row {
    unsafe newel_bound_row(entries: entries, maxima: maxima, cell_maxima: cellMaxima, weight: weight)
  }

  /// Adds `weight · impact` of postings of one window to its cells.
  ///
  /// - Parameters:
  ///   - wanted: blocks that must be complete; cells of others may get amounts too.
  ///   - cells: the 4,096 cells of the window.
  /// - Returns: the number of postings added.
  @inline(__always)
  func add(
    window: Int, wanted: UInt64, weight: Int32, to cells: UnsafeMutablePointer<Int32>
  ) -> Int {
    unsafe newel_add_strip(entries + window, strips, wanted, weight, cells)
  }

  /// Adds `weight · impact` of all postings of some windows to their cells, 4,096 each.
  @inline(__always)
  func add(windows: Range<Int>, weight: Int32, to cells: UnsafeMutablePointer<Int32>) -> Int {
    unsafe newel_add_strips(entries + windows.lowerBound, windows.count, strips, weight, cells)
  }

  /// The 12-bit weights of documents in 1/32 of an impact, 0 where the term is not; for segments with refinements.
  ///
  /// - Parameter weights: as long as `documents` afterwards.
  func refinedWeights(of documents: [UInt32], into weights: inout [UInt32]) {
    precondition(
      documents.allSatisfy { Int($0) >> SegmentLayout.windowShift < windowCount }, "the documents must be the segment's"
    )
    weights = unsafe [UInt32](unsafeUninitializedCapacity: documents.count) { buffer, count in
      if let start = buffer.baseAddress {
        unsafe documents.withUnsafeBufferPointer { documents in
          unsafe newel_refined_weights(entries, strips, documents.baseAddress, documents.count, start)
        }
      }
      count = documents.count
    }
  }

  /// Adds `weight · maximum` of every block of some windows to its bound, 64 bounds for each window.
  @inline(__always)
  func addMaxima(windows: Range<Int>, weight: UInt32, to bounds: UnsafeMutablePointer<UInt32>) {
    let first = unsafe entries + windows.lowerBound
    unsafe newel_add_maxima(first, windows.count, maxima + Int(first.pointee.first_maximum), weight, bounds)
  }

  /// Asks for the beginning of what ``addMaxima(windows:weight:to:)`` reads; the kernel asks for the rest.
  func prefetchMaxima(windows: Range<Int>) {
    let first = unsafe entries + windows.lowerBound
    // The first maximum of all windows is known without waiting for an entry.
    let start = unsafe windows.lowerBound == 0 ? maxima : maxima + Int(first.pointee.first_maximum)
    for line in 0..<min(16, (windows.count + 3) / 4) {
      unsafe newel_prefetch(UnsafeRawPointer(first) + 64 &* line)
      if line < 8 { unsafe newel_prefetch(start + 64 &* line) }
    }
  }

  /// Asks for the strip of a window that is about to be visited.
  @inline(__always)
  func prefetchStrip(ofWindow window: Int) {
    let start = unsafe Int(entries[window].start)
    let end = unsafe Int(entries[window + 1].start)
    for offset in stride(from: start, to: min(end + 63, start + 512), by: 64) {
      unsafe newel_prefetch(strips + offset)
    }
  }

  /// Asks for the beginning of the strips from a window on; the kernel asks for the rest.
  func prefetchStrips(fromWindow window: Int) {
    let start = unsafe Int(entries[window].start)
    for line in 0..<16 { unsafe newel_prefetch(strips + start + 64 &* line) }
  }
}
