/// **S**: looks at windows of 4,096 documents in the order of their bounds, and in each only at the blocks of 64 documents that
/// could still hold a result.
///
/// Three levels of bounds, each computed where the one above does not rule it out: cells of 1,024 documents for the whole
/// segment, a byte per term and cell; blocks of 64 documents in windows with a good cell; and the sums of a block's
/// documents so far, once the terms that can add most were scored. The windows with the best cells come first and raise the threshold,
/// and most of the others fall to it. What survives is scored term by term into cells that fit the first-level cache; a term
/// that is in none of the surviving blocks costs one look at a word.
///
/// Exact: bounds are true maxima and compared inclusively, so a block left out holds no document of the answer.
///
/// - Complexity: O(terms · documents / 1,024 + terms · surviving blocks + surviving postings) time.
/// - Source: block-max pruning (Mallia, Suel and Tonellotto 2024, arXiv:2405.01117) and superblocks (Carlson et al. 2025,
///   arXiv:2504.17045), over term-major postings.
enum SuperblockSearch {
  /// So many windows are visited for a threshold before the others are looked at.
  static let firstWindows = 4
  /// Up to so many blocks' maxima, over all terms, are added up sooner than cells say which to leave out: 15 µs of work.
  static let cellsPay = 2500 * SegmentLayout.blocksPerWindow

  /// - Parameter budget: when it is spent, the windows not visited are left out.
  /// - Returns: the most that a document left out can score; 0 when none was left out that could be a result.
  @discardableResult
  static func run(
    _ query: SegmentQuery, into collector: inout TopKCollector, counters: inout SearchCounters,
    budget: SpentBudget = .unlimited, plan: BlockBounds.Plan = .quickest
  ) -> UInt32 {
    Accumulator.borrowBounds(query, plan) { bounds in
      Accumulator.borrow(SegmentLayout.windowSize) { scores in
        let blocks = query.positiveStrips.count * query.windowCount * SegmentLayout.blocksPerWindow
        if plan == .quickest, blocks <= cellsPay {
          let queue = WindowQueue(bounds: bounds.boundBlocks(query), threshold: collector.threshold)
          counters.blocksChecked += query.windowCount * SegmentLayout.blocksPerWindow
          return visit(queue, of: query, bounds, scores, budget, &collector, &counters)
        }
        var windowBounds = bounds.boundCells(query)
        collector.adoptSharedThreshold()
        let first = best(firstWindows, of: windowBounds, atLeast: collector.threshold)
        let missed = look(at: first, of: query, &bounds, scores, budget, &collector, &counters)
        for window in first { windowBounds[Int(window)] = 0 }
        collector.adoptSharedThreshold()
        let rest = windowBounds.indices.filter { windowBounds[$0] >= collector.threshold }.map { UInt32($0) }
        return max(missed, look(at: rest, of: query, &bounds, scores, budget, &collector, &counters))
      }
    }
  }

  /// The windows with the largest bounds, ascending; of equals the earlier ones.
  private static func best(_ count: Int, of bounds: [UInt32], atLeast threshold: UInt32) -> [UInt32] {
    var best: [UInt32] = []
    for (window, bound) in bounds.enumerated() where bound >= threshold {
      if best.count == count {
        if bound <= bounds[Int(best[count - 1])] { continue }
        best.removeLast()
      }
      let place = best.firstIndex { bounds[Int($0)] < bound } ?? best.count
      best.insert(UInt32(window), at: place)
    }
    return best.sorted()
  }

  /// Bounds the blocks of some windows, and visits those of them that can hold a result.
  ///
  /// - Returns: as ``run(_:into:counters:budget:)``, of these windows.
  private static func look(
    at windows: [UInt32], of query: SegmentQuery, _ bounds: inout BlockBounds, _ scores: Accumulator,
    _ budget: SpentBudget, _ collector: inout TopKCollector, _ counters: inout SearchCounters
  ) -> UInt32 {
    if windows.isEmpty { return 0 }
    let slots = bounds.boundBlocks(of: windows, query, threshold: collector.threshold)
    counters.blocksChecked += windows.count * SegmentLayout.blocksPerWindow
    let queue = WindowQueue(slots, of: bounds, threshold: collector.threshold)
    return visit(queue, of: query, bounds, scores, budget, &collector, &counters)
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
    // Of a long query only the first stage is sure to be needed.
    let sure = query.positiveStrips.count <= TermStages.shortQuery ? query.positiveStrips.indices : bounds.stages[0]
    while let (bound, slot) = queue.first {
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
      if let next = queue.first?.slot {
        let blocks = bounds.blocks(ofSlot: next, atLeast: collector.threshold)
        query.prefetch(sure, window: bounds.window(ofSlot: next), blocks)
      }
      let window = bounds.window(ofSlot: slot)
      var survivors = query.keepingRequired(bounds.blocks(ofSlot: slot, atLeast: collector.threshold), window)
      counters.windowsVisited += 1
      if survivors == 0 { continue }
      counters.blocksScored += survivors.nonzeroBitCount
      counters.documentsScored += survivors.nonzeroBitCount << SegmentLayout.blockShift
      forEachRun(of: survivors) { scores.clear($0) }
      counters.postingsScored += score(query, window: window, &survivors, scores, slot, bounds, collector.threshold)
      let base = UInt32(truncatingIfNeeded: window << SegmentLayout.windowShift)
      forEachRun(of: survivors) { query.offer(from: scores, $0, base: base, to: &collector) }
      collector.tighten()
    }
    return 0
  }

  /// Adds the postings of the surviving blocks, stage by stage; blocks that cannot reach the threshold any more are dropped.
  ///
  /// - Parameter survivors: at the end those whose scores are complete.
  /// - Returns: the number of postings added.
  private static func score(
    _ query: SegmentQuery, window: Int, _ survivors: inout UInt64, _ scores: Accumulator, _ slot: Int,
    _ bounds: BlockBounds, _ threshold: UInt32
  ) -> Int {
    var added = 0
    for lane in query.positiveRare { added += add(lane, window, scores) }
    bounds.boundRests(query, slot: slot)
    for stage in 0..<bounds.stages.count {
      for term in bounds.stages[stage] { added += add(query.positiveStrips[term], window, survivors, scores) }
      if stage + 1 == bounds.stages.count { break }
      survivors = scores.blocks(survivors, reaching: threshold, after: stage, bounds)
      if survivors == 0 { return added }
      if query.positiveStrips.count > TermStages.shortQuery {
        query.prefetch(bounds.stages[stage + 1], window: window, survivors)
      }
    }
    // Negative terms only lower what is left.
    for lane in query.negativeStrips { added += add(lane, window, survivors, scores) }
    for lane in query.negativeRare { added += add(lane, window, scores) }
    return added
  }

  @inline(__always)
  private static func add(
    _ lane: SegmentQuery.StripLane, _ window: Int, _ wanted: UInt64, _ scores: Accumulator
  ) -> Int {
    if lane.row.blocks(inWindow: window) & wanted == 0 { return 0 }
    return scores.add(lane.row, window: window, wanted: wanted, weight: lane.weight)
  }

  private static func add(_ lane: SegmentQuery.RareLane, _ window: Int, _ scores: Accumulator) -> Int {
    let range = lane.list.range(ofWindow: window)
    let base = UInt32(truncatingIfNeeded: window << SegmentLayout.windowShift)
    scores.add(lane.list, range, base: base, weight: lane.weight)
    return range.count
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
