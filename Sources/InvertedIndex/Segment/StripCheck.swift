internal import CSparseKernels

/// The check of a frequent term's strips when it is first opened: afterwards no number in them can lead a reader astray,
/// whoever wrote the file.
///
/// - Complexity: O(postings) time.
struct StripCheck {
  let row: StripRow
  let term: TermEntry
  let segment: SegmentIndex

  func run() throws(InvertedIndexError) {
    var postings = 0
    for window in 0..<row.windowCount {
      postings += try count(window)
      try checkCells(window)
    }
    guard postings == Int(term.documentFrequency) else {
      throw wrong("its strips hold \(postings) postings, the table of terms says \(term.documentFrequency)")
    }
  }

  /// Checks one strip.
  ///
  /// - Returns: the number of its postings.
  private func count(_ window: Int) throws(InvertedIndexError) -> Int {
    let entry = row.entry(ofWindow: window)
    let byteCount = Int(row.entry(ofWindow: window + 1).start) - Int(entry.start)
    let (dense, sparse) = (Int(entry.dense_count), Int(entry.sparse_count))
    guard dense <= SegmentLayout.blocksPerWindow,
      dense * SegmentLayout.denseBlockSize + 2 * sparse <= byteCount
    else { throw wrong("the strip of window \(window) has \(byteCount) bytes, too few for what its entry counts") }

    var sparseBlocks = entry.blocks
    var denseImpacts = 0
    var previous = -1
    for number in 0..<dense {
      let block = Int(row.byte(8 * dense + number, ofWindow: window))
      let bitmap = row.bitmap(number, ofWindow: window)
      guard block > previous, block < 64, entry.blocks >> UInt64(block) & 1 == 1, bitmap != 0,
        contains(window, block, lastPlace: 63 - bitmap.leadingZeroBitCount)
      else { throw wrong("dense block \(number) of window \(window) is not sound") }
      sparseBlocks &= ~(1 << UInt64(block))
      denseImpacts += bitmap.nonzeroBitCount
      previous = block
    }
    let refinements = segment.hasRefinements ? Refinement.byteCount(sparse + denseImpacts) : 0
    guard dense * SegmentLayout.denseBlockSize + 2 * sparse + denseImpacts + refinements == byteCount else {
      throw wrong("the strip of window \(window) has \(byteCount) bytes, not as many as its entry says")
    }
    guard !segment.hasRefinements || row.hasCleanRefinements(inWindow: window) else {
      throw wrong("there are bits behind the last refinement of window \(window)")
    }
    try checkPlaces(window, at: dense * SegmentLayout.denseBlockSize, count: sparse, blocks: sparseBlocks)
    return sparse + denseImpacts
  }

  /// Checks the sparse postings: each block begins with a marked one and ascends.
  private func checkPlaces(_ window: Int, at start: Int, count: Int, blocks: UInt64) throws(InvertedIndexError) {
    var blocks = blocks
    var block = 0
    var previous = -1
    for number in 0..<count {
      let byte = row.byte(start + number, ofWindow: window)
      let place = Int(byte & SegmentLayout.placeMask)
      if byte & SegmentLayout.firstOfBlock != 0, blocks != 0 {
        block = blocks.trailingZeroBitCount
        blocks &= blocks - 1
        previous = -1
      } else if byte & SegmentLayout.firstOfBlock != 0 || number == 0 {
        previous = 64
      }
      guard place > previous, byte & 64 == 0, contains(window, block, lastPlace: place) else {
        throw wrong("sparse posting \(number) of window \(window) is not sound")
      }
      previous = place
    }
    guard blocks == 0 else { throw wrong("window \(window) has blocks without a posting") }
  }

  /// Checks that the maxima of a window's cells are those of their blocks.
  private func checkCells(_ window: Int) throws(InvertedIndexError) {
    let entry = row.entry(ofWindow: window)
    var number = Int(entry.first_maximum)
    for part in 0..<SegmentLayout.cellsPerWindow {
      let blocks = entry.blocks >> UInt64(part * SegmentLayout.blocksPerCell) & SegmentLayout.blocksOfCell
      let end = number + blocks.nonzeroBitCount
      var largest: UInt8 = 0
      while number < end {
        largest = max(largest, row.maximum(number))
        number += 1
      }
      let found = row.cellMaximum(window * SegmentLayout.cellsPerWindow + part)
      guard found == largest else {
        throw segment.inconsistent(
          section: "CMAX",
          detail: "token \(term.token): the maximum of cell \(part) of window \(window) is \(found), not \(largest)")
      }
    }
  }

  /// Whether the segment has the document.
  private func contains(_ window: Int, _ block: Int, lastPlace place: Int) -> Bool {
    window << SegmentLayout.windowShift + block << SegmentLayout.blockShift + place < segment.documentCount
  }

  private func wrong(_ detail: String) -> InvertedIndexError {
    segment.inconsistent(section: "POST", detail: "token \(term.token): \(detail)")
  }
}
