internal import CSparseKernels

extension StripRow {
  /// The postings of one window, documents ascending: the plain reading of what the kernels read.
  func decode(window: Int, into postings: inout WindowPostings) {
    let entry = entry(ofWindow: window)
    let (dense, sparse) = (Int(entry.dense_count), Int(entry.sparse_count))
    let places = SegmentLayout.denseBlockSize * dense
    var denseNumber = 0
    var denseImpact = places + 2 * sparse
    var number = 0
    var blocks = entry.blocks
    while blocks != 0 {
      let block = blocks.trailingZeroBitCount
      blocks &= blocks - 1
      let base = UInt16(block << SegmentLayout.blockShift)
      if denseNumber < dense, Int(byte(8 * dense + denseNumber, ofWindow: window)) == block {
        var bitmap = bitmap(denseNumber, ofWindow: window)
        while bitmap != 0 {
          let impact = UInt32(byte(denseImpact, ofWindow: window))
          postings.append(place: base | UInt16(bitmap.trailingZeroBitCount), impact: impact)
          bitmap &= bitmap - 1
          denseImpact += 1
        }
        denseNumber += 1
      } else {
        repeat {
          let place = UInt16(byte(places + number, ofWindow: window) & SegmentLayout.placeMask)
          postings.append(place: base | place, impact: UInt32(byte(places + sparse + number, ofWindow: window)))
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
}
