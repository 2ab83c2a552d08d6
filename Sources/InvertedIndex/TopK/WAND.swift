/// Document at a time with a pivot: the first document that could reach the threshold, by the sum of list maxima.
///
/// Cursors are kept sorted by document. Walking that order and adding up maxima finds the *pivot*; no document before it
/// can enter, so the lists before it jump there.
///
/// - Source: Broder, Carmel, Herscovici, Soffer and Zien (2003), "Efficient query evaluation using a two-level retrieval
///   process", CIKM.
enum WAND {
  static func run(
    _ query: SegmentQuery, into collector: inout TopKCollector, counters: inout SearchCounters
  ) {
    var cursors = query.makeCursors()
    var check = query.makeCheck()
    var order = CursorOrder(cursors)
    while let pivot = pivot(cursors, order, threshold: collector.threshold) {
      let document = cursors[order[pivot]].document
      if cursors[order[0]].document == document {
        let (score, matching) = scoreAndAdvance(document, &cursors, order)
        counters.documentsScored += 1
        counters.postingsScored += matching
        for rank in (0..<matching).reversed() { order.sink(rank, in: cursors) }
        collector.offer(
          position: query.positions.position(of: document), score: check.finalScore(of: document, positive: score))
      } else {
        var rank = pivot - 1
        while cursors[order[rank]].document == document { rank -= 1 }
        cursors[order[rank]].advance(to: document)
        order.sink(rank, in: cursors)
      }
    }
  }

  /// The rank of the pivot, nil when no document is left that could reach the threshold.
  static func pivot(_ cursors: [PostingCursor], _ order: CursorOrder, threshold: UInt32) -> Int? {
    var bound: UInt32 = 0
    for rank in 0..<order.count {
      if cursors[order[rank]].document == PostingCursor.end { return nil }
      bound += cursors[order[rank]].maximum
      if bound >= threshold { return rank }
    }
    return nil
  }

  /// Sums the scores of the cursors that stand at `document`, the first in the order, and moves them on.
  private static func scoreAndAdvance(
    _ document: UInt32, _ cursors: inout [PostingCursor], _ order: CursorOrder
  ) -> (score: UInt32, matching: Int) {
    var score: UInt32 = 0
    var rank = 0
    while rank < order.count, cursors[order[rank]].document == document {
      score += cursors[order[rank]].score
      cursors[order[rank]].advance()
      rank += 1
    }
    return (score, rank)
  }
}
