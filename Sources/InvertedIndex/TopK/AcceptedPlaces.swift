/// The accepted documents of a segment by their places in its postings.
///
/// One word is one 64-document block of the bounds: a word of 0 is a block that need never be scored.
struct AcceptedPlaces: Sendable {
  /// Bit `p % 64` of word `p / 64` belongs to place `p`; bits beyond the documents are 0.
  let words: [UInt64]
  /// The blocks of each window that have an accepted document, a bit each.
  let blocks: [UInt64]
  /// Whether so few are accepted that looking at each is faster than comparing all scores with the threshold first.
  let isSparse: Bool

  init(_ accepted: AcceptedDocuments, in segment: SegmentIndex) throws(InvertedIndexError) {
    var words = accepted.words
    if segment.orderBytes != nil {
      let order = try PositionMap(segment, firstPosition: 0)
      for number in words.indices {
        var word: UInt64 = 0
        let first = number << 6
        for place in first..<min(first + 64, accepted.documentCount) {
          let document = Int(order.position(of: UInt32(place)))
          // A number that no document has can only stand in a file that this program did not write.
          guard document < accepted.documentCount else {
            throw segment.inconsistent(section: "ORDR", detail: "place \(place) holds document \(document)")
          }
          if accepted.contains(document) { word |= 1 << UInt64(place - first) }
        }
        words[number] = word
      }
    }
    self.words = words
    isSparse = accepted.count < accepted.documentCount / 8
    blocks = (0..<segment.windowCount).map { window in
      var blocks: UInt64 = 0
      for (block, word) in words[(window << 6)...].prefix(64).enumerated() where word != 0 {
        blocks |= 1 << UInt64(block)
      }
      return blocks
    }
  }

  /// Whether the document at a place is accepted.
  @inline(__always)
  func contains(_ place: UInt32) -> Bool {
    words[Int(place >> 6)] & (1 << UInt64(place & 63)) != 0
  }

  /// Whether a 65,536-document chunk has an accepted document.
  func hasAny(inChunk chunk: Int) -> Bool {
    blocks[(chunk * SegmentLayout.windowsPerChunk)...].prefix(SegmentLayout.windowsPerChunk).contains { $0 != 0 }
  }
}

extension SegmentQuery {
  /// Offers every accepted cell of `range` that reaches the threshold and has the required terms.
  ///
  /// - Parameters:
  ///   - range: begins at a multiple of 64, like `base`.
  ///   - base: the place of cell 0.
  func offer(
    _ places: AcceptedPlaces, from accumulator: Accumulator, _ range: Range<Int>, base: UInt32,
    to collector: inout TopKCollector
  ) {
    let first = Int(base) + range.lowerBound
    let words = first >> 6..<min(places.words.count, (first + range.count + 63) >> 6)
    for number in words {
      var rest = places.words[number]
      while rest != 0 {
        let place = number << 6 | rest.trailingZeroBitCount
        rest &= rest - 1
        let score = accumulator.score(at: place - Int(base))
        guard score > 0, UInt32(score) >= collector.threshold, hasRequiredTerms(UInt32(place)) else { continue }
        collector.offer(position: positions.position(of: UInt32(place)), score: UInt32(score))
      }
    }
  }
}
