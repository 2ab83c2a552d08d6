/// ``MaxScore`` with a sharper look before the leap: a candidate's bound uses the maxima of its own 64-document block.
///
/// The essential lists find candidates as in MaxScore. Before the other lists are searched, their list maxima are replaced by
/// their maxima in the candidate's block, which are often zero; most candidates fall there, without moving a cursor.
///
/// - Source: Chakrabarti, Chaudhuri and Ganti (2011), "Interval-based pruning for top-k processing over compressed lists",
///   ICDE; Dimopoulos, Nepomnyachiy and Suel (2013), "Optimizing top-k document retrieval strategies for block-max
///   indexes", WSDM.
enum BlockMaxMaxScore {
  static func run(
    _ query: SegmentQuery, into collector: inout TopKCollector, counters: inout SearchCounters
  ) {
    var cursors = query.makeCursors().sorted { $0.maximum > $1.maximum }
    var check = query.makeCheck()
    // remaining[i]: the most that lists i, i+1, … can add anywhere.
    var remaining = [UInt32](repeating: 0, count: cursors.count + 1)
    for index in cursors.indices.reversed() { remaining[index] = remaining[index + 1] + cursors[index].maximum }
    var blockMaxima = [UInt32](repeating: 0, count: cursors.count)
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
      if score + remaining[essential] < collector.threshold { continue }
      // The most that the other lists can add to this document.
      var rest: UInt32 = 0
      for index in essential..<cursors.count {
        blockMaxima[index] = cursors[index].blockMaximum(at: document)
        rest += blockMaxima[index]
      }
      counters.blocksChecked += cursors.count - essential
      var index = essential
      while index < cursors.count, score + rest >= collector.threshold {
        rest -= blockMaxima[index]
        cursors[index].advance(to: document)
        if cursors[index].document == document {
          score += cursors[index].score
          counters.postingsScored += 1
        }
        index += 1
      }
      if index < cursors.count || score < collector.threshold { continue }
      collector.offer(
        position: query.positions.position(of: document),
        score: check.finalScore(of: document, positive: score))
    }
  }
}
