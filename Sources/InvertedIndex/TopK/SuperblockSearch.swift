/// **S**: visits windows of 4,096 documents in the order of their bounds, and in each only the blocks of 64 documents that
/// could still hold a result.
///
/// The bounds of all blocks are computed first: a byte per term and block that has it, expanded and added by a kernel, costs
/// less than finding out which of them to leave out. Then the windows with the best blocks raise the threshold, and most
/// of the others fall to it. What survives is scored term by term into cells that fit the first-level cache; a term that is
/// in none of the surviving blocks costs one look at a word.
///
/// Exact: bounds are true maxima and compared inclusively, so a block left out holds no document of the answer.
///
/// - Complexity: O(terms · documents / 64 + surviving postings) time.
/// - Source: block-max pruning (Mallia, Suel and Tonellotto 2024, arXiv:2405.01117) and superblocks (Carlson et al. 2025,
///   arXiv:2504.17045), over term-major postings.
enum SuperblockSearch {
  /// - Parameter budget: when it is spent, the windows not visited are left out.
  /// - Returns: the most that a document left out can score; 0 when none was left out that could be a result.
  @discardableResult
  static func run(
    _ query: SegmentQuery, into collector: inout TopKCollector, counters: inout SearchCounters,
    budget: SpentBudget = .unlimited
  ) -> UInt32 {
    Accumulator.borrow(query.windowCount << 6) { boundCells in
      let bounds = boundCells.bounds(windowCount: query.windowCount)
      addBounds(query, to: bounds)
      counters.blocksChecked += query.windowCount << 6
      let queue = WindowQueue(bounds: bounds.windowMaxima(), threshold: collector.threshold)
      return Accumulator.borrow(SegmentLayout.windowSize) { scores in
        visit(queue, of: query, bounds, scores, budget, &collector, &counters)
      }
    }
  }

  private static func addBounds(_ query: SegmentQuery, to bounds: BlockBounds) {
    for (index, lane) in query.positiveStrips.enumerated() {
      if index + 1 < query.positiveStrips.count { query.positiveStrips[index + 1].row.prefetchMaxima() }
      bounds.add(lane.row, weight: UInt32(bitPattern: lane.weight))
    }
    for lane in query.positiveRare { bounds.add(lane.list, weight: UInt32(bitPattern: lane.weight)) }
    // A bound of 0 is never visited.
    if let places = query.places { bounds.clear(except: places.blocks) }
  }

  /// Visits windows in the order of their bounds until none can hold a result, or the budget is spent.
  ///
  /// - Returns: the bound of the first window left out, 0 when all were visited that needed to be.
  private static func visit(
    _ queue: WindowQueue, of query: SegmentQuery, _ bounds: BlockBounds, _ scores: Accumulator, _ budget: SpentBudget,
    _ collector: inout TopKCollector, _ counters: inout SearchCounters
  ) -> UInt32 {
    var queue = queue
    var visited = 0
    while let (bound, window) = queue.first {
      collector.adoptSharedThreshold()
      if bound < collector.threshold { break }
      if budget.isSpent(counters) { return bound }
      if visited == WindowedRest.decisionPoint, budget.isUnlimited,
        let rest = WindowedRest(queue, bounds, threshold: collector.threshold)
      {
        rest.scan(query, into: &collector, counters: &counters)
        return 0
      }
      visited += 1
      queue.removeFirst()
      // Strips of the next window are on their way while this one is scored.
      if let next = queue.first?.window {
        let blocks = bounds.blocks(ofWindow: next, atLeast: collector.threshold)
        for lane in query.positiveStrips where lane.row.blocks(inWindow: next) & blocks != 0 {
          lane.row.prefetchStrip(ofWindow: next)
        }
      }
      let survivors = query.keepingRequired(bounds.blocks(ofWindow: window, atLeast: collector.threshold), window)
      counters.windowsVisited += 1
      if survivors == 0 { continue }
      counters.blocksScored += survivors.nonzeroBitCount
      counters.documentsScored += survivors.nonzeroBitCount << SegmentLayout.blockShift
      forEachRun(of: survivors) { scores.clear($0) }
      counters.postingsScored += score(query, window: window, survivors, scores)
      let base = UInt32(truncatingIfNeeded: window << SegmentLayout.windowShift)
      forEachRun(of: survivors) { query.offer(from: scores, $0, base: base, to: &collector) }
      collector.tighten()
    }
    return 0
  }

  /// Adds the postings of the surviving blocks.
  ///
  /// - Returns: the number of postings added.
  private static func score(_ query: SegmentQuery, window: Int, _ survivors: UInt64, _ scores: Accumulator) -> Int {
    var added = 0
    for lane in query.positiveStrips where lane.row.blocks(inWindow: window) & survivors != 0 {
      added += scores.add(lane.row, window: window, wanted: survivors, weight: lane.weight)
    }
    for lane in query.negativeStrips where lane.row.blocks(inWindow: window) & survivors != 0 {
      added += scores.add(lane.row, window: window, wanted: survivors, weight: lane.weight)
    }
    let base = UInt32(truncatingIfNeeded: window << SegmentLayout.windowShift)
    for lane in query.rare {
      let range = lane.list.range(ofWindow: window)
      scores.add(lane.list, range, base: base, weight: lane.weight)
      added += range.count
    }
    return added
  }

  /// Calls `body` with the cells of neighbouring blocks, in order.
  @inline(__always)
  private static func forEachRun(of blocks: UInt64, _ body: (Range<Int>) -> Void) {
    var blocks = blocks
    while blocks != 0 {
      let first = blocks.trailingZeroBitCount
      let length = (~(blocks >> UInt64(first))).trailingZeroBitCount
      body(first << SegmentLayout.blockShift..<(first + length) << SegmentLayout.blockShift)
      blocks = first + length < 64 ? blocks & (UInt64.max << UInt64(first + length)) : 0
    }
  }
}
