/// The accepted documents of a segment by their places in its postings.
///
/// One word is one 64-document block of the bounds' third level: a word of 0 is a block that need never be scored.
struct AcceptedPlaces: Sendable {
  /// Bit `p % 64` of word `p / 64` belongs to place `p`; bits beyond the documents are 0.
  let words: [UInt64]
  /// Which cells of the bounds' second level (1,024 places) have no accepted document; ascending.
  let emptyCells: [Int]
  /// Whether so few are accepted that looking at each is faster than comparing all scores with the threshold first.
  let isSparse: Bool

  private static let wordsPerCell = 1 << (SegmentLayout.level2Shift - SegmentLayout.level3Shift)
  private static let wordsPerChunk = 1 << (SegmentLayout.chunkShift - SegmentLayout.level3Shift)

  init(_ accepted: AcceptedDocuments, in segment: SegmentIndex) throws(InvertedIndexError) {
    var words = accepted.words
    if segment.orderBytes != nil {
      let order = try OrdinalMap(segment, firstOrdinal: 0)
      for number in words.indices {
        var word: UInt64 = 0
        let first = number << 6
        for place in first..<min(first + 64, accepted.documentCount) {
          let document = Int(order.ordinal(of: UInt32(place)))
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
    emptyCells = (0..<SegmentLayout.cells(accepted.documentCount, SegmentLayout.level2Shift)).filter { cell in
      words[(cell * Self.wordsPerCell)...].prefix(Self.wordsPerCell).allSatisfy { $0 == 0 }
    }
  }

  /// Whether the document at a place is accepted.
  @inline(__always)
  func contains(_ place: UInt32) -> Bool {
    words[Int(place >> 6)] & (1 << UInt64(place & 63)) != 0
  }

  /// Whether a 64-document block of the segment has an accepted document; false beyond the last block.
  @inline(__always)
  func hasAny(inBlock block: Int) -> Bool {
    block < words.count && words[block] != 0
  }

  /// Whether a 65,536-document chunk has an accepted document.
  func hasAny(inChunk chunk: Int) -> Bool {
    words[(chunk * Self.wordsPerChunk)...].prefix(Self.wordsPerChunk).contains { $0 != 0 }
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
        collector.offer(ordinal: ordinals.ordinal(of: UInt32(place)), score: UInt32(score))
      }
    }
  }
}
