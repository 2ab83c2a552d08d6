internal import ByteStorage

/// Writes the postings file: summary, table of terms, window ends, postings, bounds and runs (FORMAT.md §7.1).
struct PostingsSerializer {
  let lists: InvertedLists
  let vocabularyCount: Int
  let ordering: DocumentOrdering
  /// The inserted document at each place, nil when places are insertion numbers.
  let order: [UInt32]?

  /// - Parameter progress: called with the number of postings written, at each term.
  func write(to writer: EnvelopeWriter, progress: (Int) -> Void) throws(StorageError) {
    try writeSummary(to: writer)

    var terms = ByteWriter()
    var bounds = BoundsCollector(documentCount: lists.documentCount)
    var documents: [UInt32] = []
    try writer.begin(.postings)
    for slot in lists.tokens.indices {
      lists.expand(slot: slot, into: &documents)
      let range = lists.starts[slot]..<lists.starts[slot + 1]
      let impacts = lists.impacts[range]
      try writer.append(Self.grouped(lists.documents[range], impacts))
      progress(range.upperBound)
      var row = SegmentLayout.noRow
      if documents.count >= SegmentLayout.coldLimit {
        row = UInt32(bounds.rowCount)
        bounds.append(documents: documents, impacts: impacts)
      }
      Self.appendTermRecord(
        token: lists.tokens[slot], firstPosting: range.lowerBound, row: row, impacts: impacts, to: &terms)
    }
    writer.end()

    try writer.write(.terms, terms.bytes)
    try writer.write(.windowEnds, lists.windowEnds)
    try bounds.write(to: writer)
    if let order { try writer.write(.order, order) }
  }

  private func writeSummary(to writer: EnvelopeWriter) throws(StorageError) {
    var summary = ByteWriter()
    summary.u32(UInt32(lists.documentCount))
    summary.u32(UInt32(vocabularyCount))
    summary.u32(UInt32(lists.tokens.count))
    summary.u32(UInt32(lists.windowCount))
    summary.u64(UInt64(lists.documents.count))
    summary.u32(ordering.code)
    summary.u32(0)
    try writer.write(.summary, summary.bytes)
  }

  /// Lays postings out in groups of 16: the group's document numbers, then its impacts. One stream to read, and the last
  /// group is only as long as its postings.
  static func grouped(_ documents: ArraySlice<UInt16>, _ impacts: ArraySlice<UInt8>) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(documents.count * SegmentLayout.postingSize)
    var offset = 0
    while offset < documents.count {
      let count = min(SegmentLayout.groupSize, documents.count - offset)
      for document in documents.dropFirst(offset).prefix(count) {
        bytes.append(UInt8(truncatingIfNeeded: document))
        bytes.append(UInt8(truncatingIfNeeded: document >> 8))
      }
      bytes.append(contentsOf: impacts.dropFirst(offset).prefix(count))
      offset += count
    }
    return bytes
  }

  private static func appendTermRecord(
    token: UInt32, firstPosting: Int, row: UInt32, impacts: ArraySlice<UInt8>, to terms: inout ByteWriter
  ) {
    let ranked = TermStatistics(impacts: impacts)
    terms.u32(token)
    terms.u32(UInt32(impacts.count))
    terms.u64(UInt64(firstPosting))
    terms.u32(row)
    terms.u32(0)
    terms.u8(ranked.maximum)
    for impact in ranked.kth { terms.u8(impact) }
    terms.u8(0)
    terms.u8(0)
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
