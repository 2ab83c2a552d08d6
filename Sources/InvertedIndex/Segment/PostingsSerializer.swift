internal import ByteStorage

/// Writes the postings file: strips, table of terms, short lists, directory, maxima, order, summary (FORMAT.md §7.1).
struct PostingsSerializer {
  let lists: InvertedLists
  let vocabularyCount: Int
  let ordering: DocumentOrdering
  /// The inserted document at each place, nil when places are insertion numbers.
  let order: [UInt32]?

  /// - Parameter progress: called with the number of postings written, at each term.
  func write(to writer: EnvelopeWriter, progress: (Int) -> Void) throws(StorageError) {
    var terms = ByteWriter()
    var serializer = StripSerializer(documentCount: lists.documentCount)
    var rare: [UInt32] = []
    var rareRefinements: [UInt8] = []
    var stripBytes: UInt64 = 0
    var documents: [UInt32] = []
    let rareLimit = SegmentLayout.rareLimit(documentCount: lists.documentCount)
    try writer.begin(.strips)
    for slot in lists.tokens.indices {
      lists.expand(slot: slot, into: &documents)
      progress(lists.starts[slot + 1])
      let impacts = lists.impacts[lists.starts[slot]..<lists.starts[slot + 1]]
      let refinements = lists.refinements(ofSlot: slot)
      var place = TermPlace(start: UInt64(rare.count), row: SegmentLayout.noRow, firstMaximum: 0)
      if documents.count >= rareLimit {
        place = TermPlace(
          start: stripBytes, row: UInt32(serializer.rowCount), firstMaximum: UInt32(serializer.maxima.count))
        let strips = serializer.append(documents: documents, impacts: impacts, refinements: refinements)
        stripBytes += UInt64(strips.count)
        try writer.append(strips)
      } else {
        Self.appendRare(documents, impacts, to: &rare)
        rareRefinements += refinements
      }
      Self.appendTermRecord(token: lists.tokens[slot], place, impacts: impacts, to: &terms)
    }
    writer.end()

    try writer.write(.terms, terms.bytes)
    try writer.write(.rarePostings, rare)
    try writer.write(.windowDirectory, serializer.directory)
    try writer.write(.blockMaxima, serializer.maxima)
    try writer.write(.cellMaxima, serializer.cellMaxima)
    if let order { try writer.write(.order, order) }
    if lists.hasRefinements {
      try writer.write(.rareRefinements, Refinement.packed(rareRefinements))
      if let order { try writer.write(.places, Self.inverse(order)) }
    }
    try writeSummary(to: writer, refinementByteCount: serializer.refinementByteCount)
  }

  /// Where each document stands in an order.
  static func inverse(_ order: [UInt32]) -> [UInt32] {
    var places = [UInt32](repeating: 0, count: order.count)
    for (place, document) in order.enumerated() { places[Int(document)] = UInt32(place) }
    return places
  }

  private func writeSummary(to writer: EnvelopeWriter, refinementByteCount: Int) throws(StorageError) {
    var summary = ByteWriter()
    summary.u32(UInt32(lists.documentCount))
    summary.u32(UInt32(vocabularyCount))
    summary.u32(UInt32(lists.tokens.count))
    summary.u32(UInt32(SegmentLayout.cells(lists.documentCount, SegmentLayout.windowShift)))
    summary.u64(UInt64(lists.documents.count))
    summary.u32(ordering.code)
    // Half a byte for each of at most 2³² postings, and half a byte for each of fewer strips.
    summary.u32(UInt32(refinementByteCount))
    try writer.write(.summary, summary.bytes)
  }

  /// Appends the postings of a rare term, the first of the largest of each block marked.
  static func appendRare(_ documents: [UInt32], _ impacts: ArraySlice<UInt8>, to rare: inout [UInt32]) {
    let start = rare.count
    var largest = start
    for (document, impact) in zip(documents, impacts) {
      let place = rare.count
      rare.append(document << SegmentLayout.rareDocumentShift | UInt32(impact))
      if place == start || document >> 6 != documents[place - start - 1] >> 6 {
        largest = place
      } else if UInt8(truncatingIfNeeded: rare[largest]) < impact {
        rare[largest] &= ~SegmentLayout.largestOfBlock
        largest = place
      } else {
        continue
      }
      rare[largest] |= SegmentLayout.largestOfBlock
    }
  }

  /// Where a term's postings are.
  private struct TermPlace {
    /// Byte in `POST`, or number in `RARE`.
    var start: UInt64
    var row: UInt32
    var firstMaximum: UInt32
  }

  private static func appendTermRecord(
    token: UInt32, _ place: TermPlace, impacts: ArraySlice<UInt8>, to terms: inout ByteWriter
  ) {
    let ranked = TermStatistics(impacts: impacts)
    terms.u32(token)
    terms.u32(UInt32(impacts.count))
    terms.u64(place.start)
    terms.u32(place.row)
    terms.u32(place.firstMaximum)
    terms.u8(ranked.maximum)
    for impact in ranked.kth { terms.u8(impact) }
    terms.u16(0)
  }
}

/// The largest and the k-th largest impacts of a term.
struct TermStatistics: Equatable {
  var maximum: UInt8 = 0
  /// For each rank of `SegmentLayout.kthRanks`; 0 when the term has fewer postings.
  var kth: [UInt8]

  /// - Complexity: O(n): impacts are counted, not sorted.
  init(impacts: some Sequence<UInt8>) {
    var histogram = [Int](repeating: 0, count: 256)
    for impact in impacts { histogram[Int(impact)] += 1 }
    kth = [UInt8](repeating: 0, count: SegmentLayout.kthRanks.count)
    var seen = 0
    for impact in stride(from: 255, through: 1, by: -1) where histogram[impact] > 0 {
      if seen == 0 { maximum = UInt8(impact) }
      let before = seen
      seen += histogram[impact]
      for (index, rank) in SegmentLayout.kthRanks.enumerated() where rank > before && rank <= seen {
        kth[index] = UInt8(impact)
      }
    }
  }
}
