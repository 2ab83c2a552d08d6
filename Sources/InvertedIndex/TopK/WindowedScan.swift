/// **T**: every posting of every query term, a chunk of 65,536 documents at a time, read by kernels and a running threshold.
///
/// The same work as ``ExhaustiveOr`` without its simplicity: strips are added whole, cells are scanned against the threshold
/// many at a time. Wins wherever pruning cannot: very large k, small segments, documents in no order.
///
/// - Complexity: O(postings + documents / 16) time, 512 KiB of memory.
/// - Source: windowed accumulation as in SINDI (Li et al. 2025, arXiv:2509.08395).
enum WindowedScan {
  static func run(
    _ query: SegmentQuery, into collector: inout TopKCollector, counters: inout SearchCounters
  ) {
    Accumulator.borrow(1 << SegmentLayout.chunkShift) { scores in
      for first in stride(from: 0, to: query.windowCount, by: SegmentLayout.windowsPerChunk)
      where query.accepts(chunk: first / SegmentLayout.windowsPerChunk) {
        let windows = first..<min(first + SegmentLayout.windowsPerChunk, query.windowCount)
        scan(query, windows, scores, &collector, &counters)
      }
    }
  }

  /// Scores every document of some windows, at most a chunk.
  static func scan(
    _ query: SegmentQuery, _ windows: Range<Int>, _ scores: Accumulator, _ collector: inout TopKCollector,
    _ counters: inout SearchCounters
  ) {
    collector.adoptSharedThreshold()
    let base = windows.lowerBound << SegmentLayout.windowShift
    let count = min(windows.count << SegmentLayout.windowShift, query.documentCount - base)
    // Whole windows: kernels add whole blocks, zeros beyond the last document.
    scores.clear(0..<windows.count << SegmentLayout.windowShift)
    for (index, lane) in query.positiveStrips.enumerated() {
      if index + 1 < query.positiveStrips.count {
        query.positiveStrips[index + 1].row.prefetchStrips(fromWindow: windows.lowerBound)
      }
      counters.postingsScored += scores.add(lane.row, windows: windows, weight: lane.weight)
    }
    for lane in query.negativeStrips {
      counters.postingsScored += scores.add(lane.row, windows: windows, weight: lane.weight)
    }
    for lane in query.rare {
      let start = lane.list.lowerBound(UInt32(truncatingIfNeeded: base))
      let end = lane.list.lowerBound(UInt32(truncatingIfNeeded: base + count))
      scores.add(lane.list, start..<end, base: UInt32(truncatingIfNeeded: base), weight: lane.weight)
      counters.postingsScored += end - start
    }
    counters.documentsScored += count
    query.offer(from: scores, 0..<count, base: UInt32(truncatingIfNeeded: base), to: &collector)
  }
}

extension SegmentQuery {
  /// Offers every cell of `range` that reaches the threshold, is accepted and has the required terms.
  ///
  /// - Parameter base: the document of cell 0.
  @inline(__always)
  func offer(
    from scores: Accumulator, _ range: Range<Int>, base: UInt32, to collector: inout TopKCollector
  ) {
    if let places, places.isSparse { return offer(places, from: scores, range, base: base, to: &collector) }
    scores.forEach(in: range, atLeast: collector.threshold) { position, score in
      let document = base &+ UInt32(truncatingIfNeeded: position)
      guard score >= collector.threshold, accepts(document), hasRequiredTerms(document) else { return }
      collector.offer(position: positions.position(of: document), score: score)
    }
  }

  func hasRequiredTerms(_ document: UInt32) -> Bool {
    required.allSatisfy { $0.contains(document) }
  }
}
