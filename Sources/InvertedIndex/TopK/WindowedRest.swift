/// The second plan of a superblock search: when the first windows show that bounds leave too much over, the rest is scanned
/// as **T** does it, in the order of documents, with the threshold that has been reached.
///
/// Exact for the same reason as both: what was visited is done, what is left out cannot hold a result.
struct WindowedRest {
  /// After so many windows the threshold is worth deciding by.
  static let decisionPoint = 4
  /// A scan is quicker when more than this share of all blocks survives. Measured on a million documents in no order: at
  /// 15 % pruning is a little quicker, from 30 % on it is up to a third slower.
  static let survivingShare = 0.3

  private let windows: [Int]

  /// Decides.
  ///
  /// - Returns: nil when bounds do leave out enough.
  init?(_ queue: WindowQueue, _ bounds: BlockBounds, threshold: UInt32) {
    let slots = queue.slots(atLeast: threshold)
    let limit = Int(Double(bounds.windowCount << 6) * Self.survivingShare)
    guard slots.count << 6 > limit else { return nil }
    var survivors = 0
    for slot in slots { survivors += bounds.blocks(ofSlot: slot, atLeast: threshold).nonzeroBitCount }
    guard survivors > limit else { return nil }
    windows = slots.map { bounds.window(ofSlot: $0) }
  }

  /// Scores every document of the windows.
  func scan(_ query: SegmentQuery, into collector: inout TopKCollector, counters: inout SearchCounters) {
    Accumulator.borrow(1 << SegmentLayout.chunkShift) { scores in
      var next = 0
      while next < windows.count {
        // Neighbours are scanned in one go, up to a chunk.
        var end = next + 1
        while end < windows.count, end - next < SegmentLayout.windowsPerChunk, windows[end] == windows[end - 1] + 1 {
          end += 1
        }
        WindowedScan.scan(query, windows[next]..<windows[end - 1] + 1, scores, &collector, &counters)
        counters.windowsVisited += end - next
        collector.tighten()
        next = end
      }
    }
  }
}
