/// What the superblock search asks of a term: its bounds added to cells, its surviving blocks added to scores.
///
/// - Invariant: rows handed to ``BoundCells`` have the length that ``BoundRow`` checked; blocks lie in the window.
extension PostingList {
  /// Adds the term's bounds per 16,384 documents. A rare term's windows all get its maximum.
  func addLevel1(weight: UInt32, to cells: borrowing BoundCells) {
    if let bounds {
      unsafe cells.add(bounds.level1, length: bounds.level1Count, weight: weight, at: 0)
    } else {
      for cell in 0..<min(windowCount, cells.count) where start(ofWindow: cell) < end(ofWindow: cell) {
        cells[cell] &+= weight &* UInt32(entry.maximum)
      }
    }
  }

  /// Adds the term's bounds per 1,024 documents.
  func addLevel2(weight: UInt32, to cells: borrowing BoundCells) {
    if let bounds {
      unsafe cells.add(bounds.level2, length: bounds.level2Count, weight: weight, at: 0)
    } else {
      forEachMaximum(0..<count, shift: SegmentLayout.level2Shift) { cell, maximum in
        if cell < cells.count { cells[cell] &+= weight &* maximum }
      }
    }
  }

  /// Sets the bounds of cells without the term to 0: none of their documents can have it.
  func clearWhereAbsentAtLevel2(_ cells: borrowing BoundCells) {
    if let bounds {
      for cell in 0..<bounds.level2Count where bounds.level2(cell) == 0 { cells[cell] = 0 }
    } else {
      var next = 0
      forEachMaximum(0..<count, shift: SegmentLayout.level2Shift) { cell, _ in
        if next < cell { cells.clear(next..<min(cell, cells.count)) }
        next = cell + 1
      }
      if next < cells.count { cells.clear(next..<cells.count) }
    }
  }

  /// Adds the term's bounds per 64 documents, for a range of blocks of one window.
  @inline(__always)
  func addLevel3(weight: UInt32, window: Int, blocks range: Range<Int>, to blocks: borrowing BoundCells) {
    guard let bounds else {
      forEachMaximum(start(ofWindow: window)..<end(ofWindow: window), shift: SegmentLayout.level3Shift) {
        block, maximum in
        let block = block & 255
        if range.contains(block) { blocks[block] &+= weight &* maximum }
      }
      return
    }
    if let dense = unsafe bounds.dense {
      let first = (window << (SegmentLayout.level1Shift - SegmentLayout.level3Shift)) + range.lowerBound
      let length = min(range.count, bounds.level3Count - first)
      if length > 0 { unsafe blocks.add(dense + first, length: length, weight: weight, at: range.lowerBound) }
    } else {
      for number in bounds.pairRange(ofWindow: window) {
        let (block, maximum) = bounds.pair(number)
        if range.contains(block) { blocks[block] &+= weight &* maximum }
      }
    }
  }

  /// Adds the term's postings in some blocks of a window to their scores.
  ///
  /// - Parameter survivors: blocks of the window, ascending. Documents of other blocks may get scores too; nobody reads
  ///   them.
  /// - Returns: the number of postings added.
  @inline(__always)
  func add(
    blocks survivors: [Int], window: Int, weight: Int32, to accumulator: Accumulator
  ) -> Int {
    guard let bounds else {
      let range = start(ofWindow: window)..<end(ofWindow: window)
      accumulator.add(self, range, weight: weight)
      return range.count
    }
    let range = bounds.postingRange(ofWindow: window)
    // Few postings, or most blocks wanted: reading all is quicker than finding the right ones.
    guard range.count >= SegmentLayout.directoryThreshold, survivors.count < 128 else {
      accumulator.add(self, range, weight: weight)
      return range.count
    }
    var added = 0
    var records = bounds.recordRange(ofWindow: window)[...]
    var index = 0
    while index < survivors.count {
      let quarter = survivors[index] >> 6
      var end = index + 1
      while end < survivors.count, survivors[end] >> 6 == quarter { end += 1 }
      while let number = records.first, bounds.record(number).quarter < quarter { records = records.dropFirst() }
      if let number = records.first, bounds.record(number).quarter == quarter {
        added += bounds.forEachRun(number, of: survivors[index..<end]) { run in
          accumulator.add(self, run.clamped(to: range), weight: weight)
        }
      } else {
        // Fewer than 64 postings in the quarter: all of them.
        let first = UInt32(truncatingIfNeeded: ((window << 2) + quarter) << SegmentLayout.quarterShift) & 0xFFFF
        let low = lowerBound(first, in: range)
        let past = first + UInt32(1 << SegmentLayout.quarterShift)
        let high = past > 0xFFFF ? range.upperBound : lowerBound(past, in: low..<range.upperBound)
        accumulator.add(self, low..<high, weight: weight)
        added += high - low
      }
      index = end
    }
    return added
  }

  /// Whether a document has the term.
  func contains(_ document: UInt32) -> Bool {
    let window = Int(document >> UInt32(SegmentLayout.windowShift))
    guard window < windowCount else { return false }
    let end = end(ofWindow: window)
    let place = lowerBound(document & 0xFFFF, in: start(ofWindow: window)..<end)
    return place < end && local(place) == document & 0xFFFF
  }

  /// The largest impact per cell of `1 << shift` documents, for a range of postings; cells ascend.
  @inline(__always)
  private func forEachMaximum(_ range: Range<Int>, shift: Int, _ body: (_ cell: Int, _ maximum: UInt32) -> Void) {
    var cell = -1
    var maximum: UInt32 = 0
    var window = 0
    for number in range {
      while window < windowCount, end(ofWindow: window) <= number { window += 1 }
      let document = Int(SegmentLayout.chunkBase(ofWindow: window) | local(number))
      if document >> shift != cell {
        if cell >= 0 { body(cell, maximum) }
        cell = document >> shift
        maximum = 0
      }
      maximum = max(maximum, impact(number))
    }
    if cell >= 0 { body(cell, maximum) }
  }
}
