/// Document at a time over the *essential* lists only: those whose maxima could lift a document over the threshold.
///
/// Terms are ordered by their largest possible score. Once the tail of the order cannot reach the threshold even
/// together, a document found in the tail alone cannot enter, so the tail is only looked up for candidates.
///
/// - Complexity: O(essential postings · essential lists) plus the look-ups.
/// - Source: Turtle and Flood (1995), "Query evaluation: strategies and optimizations", Information Processing &
///   Management 31.
enum MaxScore {
  static func run(
    _ query: SegmentQuery, into collector: inout TopKCollector, counters: inout SearchCounters
  ) {
    var cursors = query.makeCursors().sorted { $0.maximum > $1.maximum }
    var check = query.makeCheck()
    // remaining[i]: the most that lists i, i+1, … can add.
    var remaining = [UInt32](repeating: 0, count: cursors.count + 1)
    for index in cursors.indices.reversed() { remaining[index] = remaining[index + 1] + cursors[index].maximum }
    var essential = cursors.count
    while true {
      while essential > 0, remaining[essential - 1] < collector.threshold { essential -= 1 }
      var document = PostingCursor.end
      for index in 0..<essential { document = min(document, cursors[index].document) }
      if document == PostingCursor.end { return }

      counters.documentsScored += 1
      var score: UInt32 = 0
      for index in 0..<essential where cursors[index].document == document {
        score += cursors[index].score
        counters.postingsScored += 1
        cursors[index].advance()
      }
      var index = essential
      while index < cursors.count, score + remaining[index] >= collector.threshold {
        cursors[index].advance(to: document)
        if cursors[index].document == document {
          score += cursors[index].score
          counters.postingsScored += 1
        }
        index += 1
      }
      if index < cursors.count { continue }
      collector.offer(
        position: query.positions.position(of: document), score: check.finalScore(of: document, positive: score))
    }
  }
}
