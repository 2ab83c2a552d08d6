/// **T**: every posting of every query term, a chunk of 65,536 documents at a time, read by kernels and a running threshold.
///
/// The same work as ``ExhaustiveOr`` without its simplicity: cells are scanned against the threshold many at a time.
/// Wins wherever pruning cannot: large k, long queries, small segments, documents in no order.
///
/// - Complexity: O(postings + documents / 16) time, 512 KiB of memory.
/// - Source: windowed accumulation as in SINDI (Li et al. 2025, arXiv:2509.08395).
enum WindowedScan {
  static func run(
    _ query: SegmentQuery, into collector: inout TopKCollector, counters: inout SearchCounters
  ) {
    Accumulator.borrow(shift: SegmentLayout.chunkShift) { accumulator in
      scan(query, accumulator, &collector, &counters)
    }
  }

  private static func scan(
    _ query: SegmentQuery, _ accumulator: Accumulator, _ collector: inout TopKCollector,
    _ counters: inout SearchCounters
  ) {
    for chunk in 0..<SegmentLayout.cells(query.documentCount, SegmentLayout.chunkShift)
    where query.accepts(chunk: chunk) {
      collector.adoptSharedThreshold()
      let base = UInt32(chunk << SegmentLayout.chunkShift)
      let count = min(accumulator.capacity, query.documentCount - Int(base))
      accumulator.clear(0..<count)
      for term in query.positive {
        let range = term.list.range(ofChunk: chunk)
        accumulator.add(term.list, range, weight: Int32(term.weight))
        counters.postingsScored += range.count
      }
      for term in query.negative {
        let range = term.list.range(ofChunk: chunk)
        accumulator.add(term.list, range, weight: -Int32(term.weight))
        counters.postingsScored += range.count
      }
      counters.documentsScored += count
      query.offer(from: accumulator, 0..<count, base: base, to: &collector)
    }
  }
}

extension SegmentQuery {
  /// Offers every cell of `range` that reaches the threshold, is accepted and has the required terms.
  ///
  /// - Parameter base: the document of cell 0.
  @inline(__always)
  func offer(
    from accumulator: Accumulator, _ range: Range<Int>, base: UInt32, to collector: inout TopKCollector
  ) {
    if let places, places.isSparse { return offer(places, from: accumulator, range, base: base, to: &collector) }
    accumulator.forEach(in: range, atLeast: collector.threshold) { position, score in
      let document = base &+ UInt32(truncatingIfNeeded: position)
      guard score >= collector.threshold, accepts(document), hasRequiredTerms(document) else { return }
      collector.offer(ordinal: ordinals.ordinal(of: document), score: score)
    }
  }

  func hasRequiredTerms(_ document: UInt32) -> Bool {
    required.allSatisfy { $0.contains(document) }
  }
}
