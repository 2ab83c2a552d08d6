internal import CSparseKernels

extension StripRow {
  /// Where the refinements of a window's strip begin, and how many there are.
  @inline(__always)
  private func refinements(ofWindow window: Int) -> (start: Int, count: Int) {
    let entry = entry(ofWindow: window)
    let length = Int(self.entry(ofWindow: window &+ 1).start) &- Int(entry.start)
    let impacts = SegmentLayout.denseBlockSize &* Int(entry.dense_count) &+ Int(entry.sparse_count)
    let count = Refinement.count(inBytes: length &- impacts)
    return (impacts &+ count, count)
  }

  /// The refinement of a window's posting by its number, in a segment that has refinements.
  @inline(__always)
  func refinement(_ number: Int, ofWindow window: Int) -> UInt8 {
    Refinement.unpacked(number, from: byte(refinements(ofWindow: window).start &+ number >> 1, ofWindow: window))
  }

  /// Whether the bits behind a strip's last refinement are 0.
  func hasCleanRefinements(inWindow window: Int) -> Bool {
    let (start, count) = refinements(ofWindow: window)
    return count & 1 == 0 || byte(start + count >> 1, ofWindow: window) >> 4 == 0
  }
}

extension RareList {
  /// The 12-bit weights of documents in 1/32 of an impact, 0 where the term is not; for segments with refinements.
  func refinedWeights(of documents: [UInt32], into weights: inout [UInt32]) {
    weights = documents.map { document in
      let number = lowerBound(document)
      guard number < count, self.document(number) == document else { return 0 }
      return Refinement.weight(impact: impact(number), refinement(number))
    }
  }
}

extension PostingList {
  /// The 12-bit weights of documents in 1/32 of an impact, 0 where the term is not; for segments with refinements.
  func refinedWeights(of documents: [UInt32]) -> [UInt32] {
    var weights: [UInt32] = []
    switch storage {
    case .strips(let row): row.refinedWeights(of: documents, into: &weights)
    case .rare(let list): list.refinedWeights(of: documents, into: &weights)
    }
    return weights
  }

  /// Calls `body` with every posting's document, ascending, and its refinement.
  func forEachRefinement(_ body: (_ document: UInt32, _ refinement: UInt8) -> Void) {
    switch storage {
    case .strips(let row):
      for window in 0..<windowCount {
        let base = UInt32(truncatingIfNeeded: window << SegmentLayout.windowShift)
        row.forEachPosting(inWindow: window) { place, number in
          body(base | UInt32(place), row.refinement(number, ofWindow: window))
        }
      }
    case .rare(let list):
      for number in 0..<list.count { body(list.document(number), list.refinement(number)) }
    }
  }
}
