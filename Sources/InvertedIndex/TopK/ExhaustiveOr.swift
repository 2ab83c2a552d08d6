/// Scores every posting of every query term, a window of 4,096 documents at a time: the oracle.
///
/// Term-at-a-time over decoded postings with an accumulator per document of the window; no kernel, no bound, no threshold.
///
/// - Source: windowed accumulation as in SINDI (Li et al. 2025, arXiv:2509.08395).
enum ExhaustiveOr {
  static func run(
    _ query: SegmentQuery, into collector: inout TopKCollector, counters: inout SearchCounters
  ) {
    forEachWindow(query, counters: &counters) { base, cells in
      for (place, cell) in cells.enumerated() where cell > 0 {
        collector.offer(position: query.positions.position(of: base + UInt32(place)), score: UInt32(cell))
      }
    }
  }

  /// The number of documents whose score is at least `score` (≥ 1).
  static func count(_ query: SegmentQuery, atLeast score: UInt32, counters: inout SearchCounters) -> Int {
    var total = 0
    forEachWindow(query, counters: &counters) { _, cells in
      for cell in cells where cell > 0 && UInt32(cell) >= score { total += 1 }
    }
    return total
  }

  /// Computes the scores of each window in turn; a cell ≤ 0 is no hit.
  private static func forEachWindow(
    _ query: SegmentQuery, counters: inout SearchCounters, _ body: (UInt32, ArraySlice<Int32>) -> Void
  ) {
    var cells = [Int32](repeating: 0, count: SegmentLayout.windowSize)
    var found = [Int](repeating: 0, count: SegmentLayout.windowSize)
    var postings = WindowPostings()
    for window in 0..<query.windowCount {
      let base = window << SegmentLayout.windowShift
      let count = min(SegmentLayout.windowSize, query.documentCount - base)
      for place in 0..<count { (cells[place], found[place]) = (0, 0) }
      for term in query.positive {
        term.list.decode(window: window, into: &postings)
        add(postings, weight: Int32(term.weight), to: &cells)
        counters.postingsScored += postings.places.count
      }
      for term in query.negative {
        term.list.decode(window: window, into: &postings)
        add(postings, weight: -Int32(term.weight), to: &cells)
        counters.postingsScored += postings.places.count
      }
      for list in query.required {
        list.decode(window: window, into: &postings)
        for place in postings.places { found[Int(place)] += 1 }
      }
      for place in 0..<count where found[place] != query.required.count { cells[place] = 0 }
      if let places = query.places {
        for place in 0..<count where !places.contains(UInt32(base + place)) { cells[place] = 0 }
      }
      counters.documentsScored += count
      body(UInt32(base), cells[..<count])
    }
  }

  private static func add(_ postings: WindowPostings, weight: Int32, to cells: inout [Int32]) {
    for (place, impact) in zip(postings.places, postings.impacts) {
      cells[Int(place)] &+= weight &* Int32(impact)
    }
  }
}
