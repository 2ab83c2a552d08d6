/// **S**: visits 16,384-document windows in the order of their bounds, and in each only the 64-document blocks that could
/// still hold a result.
///
/// Three levels of maxima give three nested bounds. The second (1,024 documents) orders the windows and is computed for
/// all at once; the third (64 documents) is computed only inside windows that are visited, for cells that survive. What
/// survives is scored term by term into cells that fit the first-level cache. The first windows raise the threshold, the
/// later ones mostly fall to it.
///
/// Exact: bounds are true maxima and compared inclusively, so a block left out holds no document of the answer.
///
/// - Complexity: O(terms · documents / 1024 + surviving postings) time.
/// - Source: block-max pruning (Mallia, Suel and Tonellotto 2024, arXiv:2405.01117) and superblocks (Carlson et al. 2025,
///   arXiv:2504.17045), over term-major postings.
enum SuperblockSearch {
  private static let cellsPerWindow = 1 << (SegmentLayout.level1Shift - SegmentLayout.level2Shift)
  private static let blocksPerWindow = 1 << (SegmentLayout.level1Shift - SegmentLayout.level3Shift)
  private static let blocksPerCell = 1 << (SegmentLayout.level2Shift - SegmentLayout.level3Shift)
  private static let blockSize = 1 << SegmentLayout.level3Shift

  /// - Parameter budget: when it is spent, the windows not visited are left out.
  /// - Returns: the most that a document left out can score; 0 when none was left out that could be a result.
  @discardableResult
  static func run(
    _ query: SegmentQuery, into collector: inout TopKCollector, counters: inout SearchCounters,
    budget: SpentBudget = .unlimited
  ) -> UInt32 {
    let cellCount = SegmentLayout.cells(query.documentCount, SegmentLayout.level2Shift)
    let cells = BoundCells(count: cellCount)
    for term in query.positive { term.list.addLevel2(weight: term.weight, to: cells) }
    for list in query.required { list.clearWhereAbsentAtLevel2(cells) }
    // A bound of 0 is never visited.
    for cell in query.places?.emptyCells ?? [] { cells[cell] = 0 }
    counters.blocksChecked += cellCount

    var windows: [(bound: UInt32, window: Int)] = []
    for window in 0..<query.windowCount {
      let first = window * cellsPerWindow
      let bound = cells.maximum(first..<min(first + cellsPerWindow, cellCount))
      if bound >= collector.threshold { windows.append((bound, window)) }
    }
    windows.sort { ($0.bound, $1.window) > ($1.bound, $0.window) }

    return Accumulator.borrow(shift: SegmentLayout.windowShift) { accumulator in
      visit(windows, of: query, cells, accumulator, budget, &collector, &counters)
    }
  }

  /// Visits windows in the order of their bounds until none can hold a result, or the budget is spent.
  ///
  /// - Returns: the bound of the first window left out, 0 when all were visited that needed to be.
  private static func visit(
    _ windows: [(bound: UInt32, window: Int)], of query: SegmentQuery, _ cells: borrowing BoundCells,
    _ accumulator: Accumulator, _ budget: SpentBudget, _ collector: inout TopKCollector,
    _ counters: inout SearchCounters
  ) -> UInt32 {
    let blocks = BoundCells(count: blocksPerWindow)
    var survivors: [Int] = []
    survivors.reserveCapacity(blocksPerWindow)
    for (position, (bound, window)) in windows.enumerated() {
      collector.adoptSharedThreshold()
      if bound < collector.threshold { break }
      if budget.isSpent(counters) { return bound }
      if position + 1 < windows.count {
        for term in query.positive { term.list.bounds?.prefetchEntry(ofWindow: windows[position + 1].window) }
      }
      findSurvivors(query, window: window, cells, blocks, threshold: collector.threshold, &survivors)
      counters.windowsVisited += 1
      counters.blocksChecked += blocksPerWindow
      if survivors.isEmpty { continue }
      counters.blocksScored += survivors.count
      counters.documentsScored += survivors.count * blockSize
      score(query, window: window, survivors, accumulator, counters: &counters)
      offer(query, window: window, survivors, accumulator, to: &collector)
    }
    return 0
  }

  /// The blocks of a window whose bound reaches the threshold, ascending.
  private static func findSurvivors(
    _ query: SegmentQuery, window: Int, _ cells: borrowing BoundCells, _ blocks: borrowing BoundCells,
    threshold: UInt32, _ survivors: inout [Int]
  ) {
    survivors.removeAll(keepingCapacity: true)
    let firstCell = window * cellsPerWindow
    var low = cellsPerWindow
    var high = 0
    for cell in 0..<min(cellsPerWindow, cells.count - firstCell) where cells[firstCell + cell] >= threshold {
      low = min(low, cell)
      high = max(high, cell + 1)
    }
    guard low < high else { return }
    let range = low * blocksPerCell..<high * blocksPerCell
    blocks.clear(range)
    for term in query.positive { term.list.bounds?.prefetchBounds(ofWindow: window) }
    for term in query.positive {
      term.list.addLevel3(weight: term.weight, window: window, blocks: range, to: blocks)
    }
    for cell in low..<high where cells[firstCell + cell] >= threshold {
      for block in cell * blocksPerCell..<(cell + 1) * blocksPerCell where blocks[block] >= threshold {
        guard query.accepts(block: window * blocksPerWindow + block) else { continue }
        survivors.append(block)
      }
    }
  }

  private static func score(
    _ query: SegmentQuery, window: Int, _ survivors: [Int], _ accumulator: Accumulator,
    counters: inout SearchCounters
  ) {
    for term in query.positive { term.list.bounds?.prefetchRecords(ofWindow: window) }
    for block in survivors { accumulator.clear(block * blockSize..<(block + 1) * blockSize) }
    for term in query.positive {
      counters.postingsScored += term.list.add(
        blocks: survivors, window: window, weight: Int32(term.weight), to: accumulator)
    }
    for term in query.negative {
      counters.postingsScored += term.list.add(
        blocks: survivors, window: window, weight: -Int32(term.weight), to: accumulator)
    }
  }

  private static func offer(
    _ query: SegmentQuery, window: Int, _ survivors: [Int], _ accumulator: Accumulator,
    to collector: inout TopKCollector
  ) {
    let base = UInt32(window << SegmentLayout.windowShift)
    var index = 0
    while index < survivors.count {
      // Neighbouring blocks are scanned in one go.
      var end = index + 1
      while end < survivors.count, survivors[end] == survivors[end - 1] + 1 { end += 1 }
      let range = survivors[index] * blockSize..<(survivors[end - 1] + 1) * blockSize
      query.offer(from: accumulator, range, base: base, to: &collector)
      index = end
    }
  }
}
