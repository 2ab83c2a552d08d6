internal import CSparseKernels

/// Upper bounds of the scores in each block of 64 documents, of the windows that are looked at: the sums of
/// `weight · maximum` over the query's terms.
///
/// A window has a *slot*: its place among those that are looked at (``window(ofSlot:)``).
///
/// - Invariant: `cellRoom` points to the numbers of ``CellBounds``, `bounds` to 64 numbers for each of `windowCount` slots, `rests`
///   to 64 for each stage but the last, all kept by `owner`. Windows are below `windowCount`, slots below
///   `slotCount`, and both are checked.
@safe struct BlockBounds {
  /// In which order bounds are computed; the answer is the same.
  enum Plan: CaseIterable {
    /// What was measured to be the quickest.
    case quickest
    /// Cells, then the blocks of windows with a good one, each by itself.
    case picked
    /// Cells, then the blocks of windows with a good one and of those between them.
    case runs
  }

  let stages: TermStages
  private let plan: Plan
  private var cells: CellBounds?
  private let rows: [newel_bound_row]
  private let cellRoom: UnsafeMutablePointer<UInt32>
  private let bounds: UnsafeMutablePointer<UInt32>
  private let rests: UnsafeMutablePointer<UInt32>
  let windowCount: Int
  private let owner: Accumulator
  /// The window of each slot; empty when there is a slot for each window of the segment, in order.
  private var windows: [UInt32] = []
  private var slotCount = 0

  /// How many numbers are written to the room given to ``init(_:_:in:owner:)``.
  static func size(_ query: SegmentQuery) -> Int {
    CellBounds.size(query) + (query.windowCount + TermStages.limit) << 6
  }

  init(_ query: SegmentQuery, _ plan: Plan, in room: UnsafeMutablePointer<UInt32>, owner: Accumulator) {
    stages = TermStages(termCount: query.positiveStrips.count)
    self.plan = plan
    windowCount = query.windowCount
    self.owner = owner
    unsafe rows = query.positiveStrips.map { unsafe $0.row.boundRow(weight: UInt32(bitPattern: $0.weight)) }
    unsafe cellRoom = room
    unsafe bounds = room + CellBounds.size(query)
    unsafe rests = bounds + windowCount << 6
  }

  /// Bounds all cells.
  ///
  /// - Returns: the largest bound of each window.
  mutating func boundCells(_ query: SegmentQuery) -> [UInt32] {
    let cells = unsafe CellBounds(query, rows, in: cellRoom)
    self.cells = cells
    return cells.windowBounds(accepted: query.places?.blocks)
  }

  /// Bounds the blocks of some windows, in the place of those before.
  ///
  /// - Parameters:
  ///   - chosen: ascending.
  ///   - threshold: windows whose blocks all stay below it may be left out.
  /// - Returns: the slots of the windows that are left, ascending.
  mutating func boundBlocks(of chosen: [UInt32], _ query: SegmentQuery, threshold: UInt32) -> [UInt32] {
    precondition(chosen.allSatisfy { $0 < windowCount }, "the windows must exist")
    var slots: [UInt32]
    if let cells, picks(chosen.count) {
      windows = chosen
      slotCount = chosen.count
      slots = (0..<UInt32(truncatingIfNeeded: chosen.count)).map { $0 }
      begin(with: cells, query)
      for stage in 0..<stages.count { refine(&slots, stage: stage, threshold: threshold) }
    } else {
      windows = []
      slotCount = windowCount
      slots = chosen
      addAll(query, Self.runs(of: chosen))
    }
    if let places = query.places { clear(slots, except: places.blocks) }
    return slots
  }

  /// Bounds the blocks of all windows.
  ///
  /// - Returns: the largest bound of each.
  mutating func boundBlocks(_ query: SegmentQuery) -> [UInt32] {
    windows = []
    slotCount = windowCount
    addAll(query, [0..<windowCount])
    if let places = query.places { clear(0..<UInt32(truncatingIfNeeded: windowCount), except: places.blocks) }
    return unsafe [UInt32](unsafeUninitializedCapacity: windowCount) { buffer, count in
      if let base = buffer.baseAddress { unsafe newel_window_bounds(bounds, windowCount, base) }
      count = windowCount
    }
  }

  /// Beyond so many windows it is quicker to add up all maxima between them as well, in the order in which they lie: where windows are
  /// picked, what is read must be asked for one by one. With many terms most windows fall after a few, though.
  private func picks(_ count: Int) -> Bool {
    if plan != .quickest { return plan == .picked }
    return Double(count) <= min(0.9, 0.15 + 0.04 * Double(stages.termCount)) * Double(windowCount)
  }

  /// The windows and short gaps between them.
  private static func runs(of windows: [UInt32]) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    for window in windows {
      if let last = runs.last, Int(window) - last.upperBound < 4 {
        runs[runs.count - 1] = last.lowerBound..<Int(window) + 1
      } else {
        runs.append(Int(window)..<Int(window) + 1)
      }
    }
    return runs
  }

  // MARK: Adding up

  private func addAll(_ query: SegmentQuery, _ runs: [Range<Int>]) {
    for run in runs { unsafe (bounds + run.lowerBound << 6).update(repeating: 0, count: run.count << 6) }
    for lane in query.positiveRare { add(lane, windows: nil) }
    let lanes = query.positiveStrips
    let firstRun = runs.first ?? 0..<0
    for (term, lane) in lanes.enumerated() {
      let weight = UInt32(bitPattern: lane.weight)
      if term + 1 < lanes.count { lanes[term + 1].row.prefetchMaxima(windows: firstRun) }
      for run in runs { unsafe lane.row.addMaxima(windows: run, weight: weight, to: bounds + run.lowerBound << 6) }
    }
  }

  private func begin(with cells: CellBounds, _ query: SegmentQuery) {
    for (slot, window) in windows.enumerated() {
      for part in 0..<SegmentLayout.cellsPerWindow {
        let bound = cells.frequentBound(ofCell: Int(window) * SegmentLayout.cellsPerWindow + part)
        unsafe (bounds + slot << 6 + part * SegmentLayout.blocksPerCell)
          .update(repeating: bound, count: SegmentLayout.blocksPerCell)
      }
    }
    for lane in query.positiveRare { add(lane, windows: windows) }
  }

  /// Adds what a rare term can give the documents of each block at most.
  ///
  /// - Parameter windows: of the slots, ascending; nil when there is a slot for each window.
  private func add(_ lane: SegmentQuery.RareLane, windows: [UInt32]?) {
    var next = 0
    for slot in 0..<(windows?.count ?? windowCount) {
      let range = lane.list.range(ofWindow: windows.map { Int($0[slot]) } ?? slot, from: next)
      for number in range where lane.list.isLargestOfBlock(number) {
        let block = Int(lane.list.document(number)) >> SegmentLayout.blockShift & 63
        unsafe bounds[slot << 6 | block] &+= UInt32(bitPattern: lane.weight) &* lane.list.impact(number)
      }
      next = range.upperBound
      if next == lane.list.count { return }
    }
  }

  private func refine(_ slots: inout [UInt32], stage: Int, threshold: UInt32) {
    let terms = stages[stage]
    let kept = unsafe slots.withUnsafeMutableBufferPointer { slots in
      unsafe windows.withUnsafeBufferPointer { windows in
        unsafe rows.withUnsafeBufferPointer { rows in
          unsafe newel_refine_bounds(
            rows.baseAddress.map { unsafe $0 + terms.lowerBound }, terms.count, threshold, windows.baseAddress,
            slots.baseAddress, slots.count, bounds)
        }
      }
    }
    slots.removeLast(slots.count - kept)
  }

  /// Sets the bounds of blocks that need not be scored to 0.
  ///
  /// - Parameter kept: the blocks of each window that keep theirs, a bit each.
  private func clear(_ slots: some Sequence<UInt32>, except kept: [UInt64]) {
    precondition(kept.count == windowCount, "the windows must be those of the same segment")
    for slot in slots {
      var rest = ~kept[window(ofSlot: Int(slot))]
      while rest != 0 {
        unsafe bounds[Int(slot) << 6 | rest.trailingZeroBitCount] = 0
        rest &= rest - 1
      }
    }
  }

  // MARK: Asking

  /// The window that has a slot.
  @inline(__always)
  func window(ofSlot slot: Int) -> Int { windows.isEmpty ? slot : Int(windows[slot]) }

  /// The largest bound of a window.
  func largest(ofSlot slot: Int) -> UInt32 {
    precondition(slot >= 0 && slot < slotCount, "the window must have been looked at")
    var largest: UInt32 = 0
    unsafe newel_window_bounds(bounds + slot << 6, 1, &largest)
    return largest
  }

  /// The blocks of a window whose bound is at least `threshold`, a bit each.
  @inline(__always)
  func blocks(ofSlot slot: Int, atLeast threshold: UInt32) -> UInt64 {
    precondition(slot >= 0 && slot < slotCount, "the window must have been looked at")
    return unsafe newel_blocks_at_least(bounds + slot << 6, threshold)
  }

  /// Computes what the terms behind each stage can add in the blocks of a window, for ``blocks(_:reaching:after:scores:)``.
  func boundRests(_ query: SegmentQuery, slot: Int) {
    precondition(slot >= 0 && slot < slotCount, "the window must have been looked at")
    let window = window(ofSlot: slot)
    for stage in (0..<stages.count - 1).reversed() {
      let rest = unsafe rests + stage << 6
      if stage + 2 < stages.count {
        unsafe rest.update(from: rest + 64, count: 64)
      } else {
        unsafe rest.update(repeating: 0, count: 64)
      }
      for term in stages[stage + 1] {
        let lane = query.positiveStrips[term]
        unsafe lane.row.addMaxima(windows: window..<window + 1, weight: UInt32(bitPattern: lane.weight), to: rest)
      }
    }
  }

  /// Those of the `wanted` blocks of the window of ``boundRests(_:slot:)`` in which a document can still reach `threshold`.
  ///
  /// - Parameter scores: of the window's 4,096 documents from all terms up to `stage`, which is not the last.
  @inline(__always)
  func blocks(
    _ wanted: UInt64, reaching threshold: UInt32, after stage: Int, scores: UnsafePointer<Int32>
  ) -> UInt64 {
    precondition(stage >= 0 && stage + 1 < stages.count, "there must be terms to come")
    return unsafe newel_blocks_reaching(scores, wanted, rests + stage << 6, threshold)
  }
}
