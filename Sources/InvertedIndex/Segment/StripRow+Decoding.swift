internal import CSparseKernels

extension StripRow {
  /// The postings of one window, documents ascending: the plain reading of what the kernels read.
  func decode(window: Int, into postings: inout WindowPostings) {
    forEachPosting(inWindow: window) { place, number in
      postings.append(place: place, impact: impact(number, ofWindow: window))
    }
  }

  /// Calls `body` with the place of every posting of a window, ascending, and with its number: its rank among the impacts
  /// of the strip, in which the sparse ones come first.
  @inline(__always)
  func forEachPosting(inWindow window: Int, _ body: (_ place: UInt16, _ number: Int) -> Void) {
    let entry = entry(ofWindow: window)
    let (dense, sparse) = (Int(entry.dense_count), Int(entry.sparse_count))
    let places = SegmentLayout.denseBlockSize * dense
    var denseNumber = 0
    var denseImpact = sparse
    var number = 0
    var blocks = entry.blocks
    while blocks != 0 {
      let block = blocks.trailingZeroBitCount
      blocks &= blocks - 1
      let base = UInt16(block << SegmentLayout.blockShift)
      if denseNumber < dense, Int(byte(8 * dense + denseNumber, ofWindow: window)) == block {
        var bitmap = bitmap(denseNumber, ofWindow: window)
        while bitmap != 0 {
          body(base | UInt16(bitmap.trailingZeroBitCount), denseImpact)
          bitmap &= bitmap - 1
          denseImpact += 1
        }
        denseNumber += 1
      } else {
        repeat {
          body(base | UInt16(byte(places + number, ofWindow: window) & SegmentLayout.placeMask), number)
          number += 1
        } while number < sparse && byte(places + number, ofWindow: window) & SegmentLayout.firstOfBlock == 0
      }
    }
  }

  /// Whether a document has the term.
  func contains(_ document: UInt32) -> Bool {
    let window = Int(document) >> SegmentLayout.windowShift
    guard window < windowCount else { return false }
    let entry = entry(ofWindow: window)
    let block = UInt64(document >> 6 & 63)
    guard entry.blocks >> block & 1 == 1 else { return false }
    let dense = Int(entry.dense_count)
    var denseBefore = 0
    for number in 0..<dense {
      let candidate = UInt64(byte(8 * dense + number, ofWindow: window))
      if candidate == block { return bitmap(number, ofWindow: window) >> UInt64(document & 63) & 1 == 1 }
      if candidate < block { denseBefore += 1 }
    }
    // Which of the sparse blocks it is, and then which of its postings.
    var skip = (entry.blocks & (1 << block - 1)).nonzeroBitCount - denseBefore
    let places = SegmentLayout.denseBlockSize * dense
    for number in 0..<Int(entry.sparse_count) {
      let byte = byte(places + number, ofWindow: window)
      if byte & SegmentLayout.firstOfBlock != 0 { skip -= 1 }
      if skip < -1 { return false }
      if skip == -1, UInt32(byte & SegmentLayout.placeMask) == document & 63 { return true }
    }
    return false
  }

  /// The impact of a window's posting by its number.
  @inline(__always)
  func impact(_ number: Int, ofWindow window: Int) -> UInt32 {
    let entry = entry(ofWindow: window)
    let impacts = SegmentLayout.denseBlockSize &* Int(entry.dense_count) &+ Int(entry.sparse_count)
    return UInt32(byte(impacts &+ number, ofWindow: window))
  }
}
