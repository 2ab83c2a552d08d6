/// Scores every posting of every query term, a chunk of 65,536 documents at a time: the oracle.
///
/// Term-at-a-time with an accumulator per document of the chunk, so small that it stays in the second-level cache;
/// the 16-bit document numbers of the postings address it directly. Below about a million documents this is
/// hard to beat.
///
/// - Source: windowed accumulation as in SINDI (Li et al. 2025, arXiv:2509.08395).
enum ExhaustiveOr {
  static func run(
    _ query: SegmentQuery, into collector: inout TopKCollector, counters: inout SearchCounters
  ) {
    forEachChunk(query, counters: &counters) { base, cells in
      for (local, cell) in cells.enumerated() where cell > 0 {
        collector.offer(ordinal: query.ordinals.ordinal(of: base + UInt32(local)), score: UInt32(cell))
      }
    }
  }

  /// The number of documents whose score is at least `score` (≥ 1).
  static func count(_ query: SegmentQuery, atLeast score: UInt32, counters: inout SearchCounters) -> Int {
    var total = 0
    forEachChunk(query, counters: &counters) { _, cells in
      for cell in cells where cell > 0 && UInt32(cell) >= score { total += 1 }
    }
    return total
  }

  /// Computes the scores of each chunk in turn; a cell ≤ 0 is no hit.
  private static func forEachChunk(
    _ query: SegmentQuery, counters: inout SearchCounters, _ body: (UInt32, ArraySlice<Int32>) -> Void
  ) {
    let size = 1 << SegmentLayout.chunkShift
    var cells = [Int32](repeating: 0, count: size)
    var found = [UInt16](repeating: 0, count: query.required.isEmpty ? 0 : size)
    for chunk in 0..<SegmentLayout.cells(query.documentCount, SegmentLayout.chunkShift) {
      let base = chunk << SegmentLayout.chunkShift
      let count = min(size, query.documentCount - base)
      counters.postingsScored += accumulate(query, chunk: chunk, into: &cells)
      if !query.required.isEmpty { keepRequired(query, chunk: chunk, cells: &cells, found: &found) }
      if let places = query.places {
        for local in 0..<count where !places.contains(UInt32(base + local)) { cells[local] = 0 }
      }
      counters.documentsScored += count
      body(UInt32(base), cells[..<count])
      for index in 0..<count { cells[index] = 0 }
    }
  }

  private static func accumulate(_ query: SegmentQuery, chunk: Int, into cells: inout [Int32]) -> Int {
    var postings = 0
    for term in query.positive { postings += term.list.add(chunk: chunk, weight: Int32(term.weight), to: &cells) }
    for term in query.negative { postings += term.list.add(chunk: chunk, weight: -Int32(term.weight), to: &cells) }
    return postings
  }

  /// Clears the cells of documents that lack a required term.
  private static func keepRequired(
    _ query: SegmentQuery, chunk: Int, cells: inout [Int32], found: inout [UInt16]
  ) {
    let count = min(found.count, query.documentCount - (chunk << SegmentLayout.chunkShift))
    for index in 0..<count { found[index] = 0 }
    for list in query.required { list.mark(chunk: chunk, in: &found) }
    for index in 0..<count where Int(found[index]) != query.required.count { cells[index] = 0 }
  }
}
