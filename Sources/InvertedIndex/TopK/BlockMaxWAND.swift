/// WAND with a second, sharper bound at the pivot: the maxima of the 64-document blocks that hold it.
///
/// Blocks are fixed ranges of documents, the same for every term, so a pivot whose block bound is too low lets all lists
/// skip to the end of that block.
///
/// - Source: Ding and Suel (2011), "Faster top-k document retrieval using block-max indexes", SIGIR.
enum BlockMaxWAND {
  static func run(
    _ query: SegmentQuery, into collector: inout TopKCollector, counters: inout SearchCounters
  ) {
    var cursors = query.makeCursors()
    var check = query.makeCheck()
    var order = CursorOrder(cursors)
    while var pivot = WAND.pivot(cursors, order, threshold: collector.threshold) {
      let document = cursors[order[pivot]].document
      while pivot + 1 < order.count, cursors[order[pivot + 1]].document == document { pivot += 1 }

      var bound: UInt32 = 0
      for rank in 0...pivot { bound += cursors[order[rank]].blockMaximum(at: document) }
      counters.blocksChecked += pivot + 1
      if bound < collector.threshold {
        skipBlock(of: document, pivot: pivot, &cursors, &order)
      } else if cursors[order[0]].document == document {
        counters.documentsScored += 1
        var score: UInt32 = 0
        var rank = 0
        // The bound shrinks to the score as lists are read; reading stops when it falls below the threshold.
        while rank <= pivot, bound >= collector.threshold {
          let part = cursors[order[rank]].score
          // Wraps only when bounds are not maxima, that is on a file this program did not write: wrong, but no trap.
          bound = bound &- (cursors[order[rank]].blockMaximum(at: document) &- part)
          score += part
          counters.postingsScored += 1
          rank += 1
        }
        if rank > pivot {
          let final = check.finalScore(of: document, positive: score)
          collector.offer(position: query.positions.position(of: document), score: final)
        }
        for rank in (0...pivot).reversed() {
          cursors[order[rank]].advance()
          order.sink(rank, in: cursors)
        }
      } else {
        var rank = pivot - 1
        while cursors[order[rank]].document == document { rank -= 1 }
        cursors[order[rank]].advance(to: document)
        order.sink(rank, in: cursors)
      }
    }
  }

  /// Moves one list past the pivot's block: the one that can add most, as it is the most likely to be in the way.
  private static func skipBlock(
    of document: UInt32, pivot: Int, _ cursors: inout [PostingCursor], _ order: inout CursorOrder
  ) {
    // Up to the end of the block the same lists bound every document, until a further list begins.
    var next = cursors[order[0]].blockEnd(at: document)
    if pivot + 1 < order.count { next = min(next, cursors[order[pivot + 1]].document - 1) }
    var strongest = 0
    for rank in 1..<(pivot + 1) where cursors[order[rank]].maximum > cursors[order[strongest]].maximum {
      strongest = rank
    }
    cursors[order[strongest]].advance(to: next + 1)
    order.sink(strongest, in: cursors)
  }
}
