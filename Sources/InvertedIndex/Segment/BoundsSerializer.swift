internal import ByteStorage

/// Collects what frequent terms have beside their postings: ceiling maxima per 16,384, per 1,024 and per 64 documents, and
/// runs, which say where the postings of each 64-document block are.
///
/// Levels 1 and 2 are full rows. Level 3 is a full row where at least a third of its cells is set, otherwise pairs
/// (block in its window, maximum). One directory entry per window says where its postings, pairs and run records begin,
/// so that a visit to a window costs one cache miss before it knows everything.
struct BoundsCollector {
  let documentCount: Int
  private(set) var rowCount = 0
  private var level1: [UInt8] = []
  private var level2: [UInt8] = []
  private var rows: [UInt32] = []
  private var dense: [UInt8] = []
  private var denseCount: UInt32 = 0
  private var sparseCount: UInt32 = 0
  private var pairs: [UInt8] = []
  private var directory: [UInt32] = []
  private var records: [UInt8] = []

  /// Set in a level-3 row entry whose row is dense; the other bits number the row among its kind.
  static let denseFlag: UInt32 = 1 << 31

  init(documentCount: Int) {
    self.documentCount = documentCount
  }

  mutating func append(documents: [UInt32], impacts: ArraySlice<UInt8>) {
    rowCount += 1
    level1.append(contentsOf: maxima(documents, impacts, SegmentLayout.level1Shift))
    level2.append(contentsOf: maxima(documents, impacts, SegmentLayout.level2Shift))
    let cells = maxima(documents, impacts, SegmentLayout.level3Shift)
    let set = cells.lazy.filter { $0 > 0 }.count
    let isDense = set * SegmentLayout.denseRatio >= cells.count
    if isDense {
      rows.append(denseCount | Self.denseFlag)
      denseCount += 1
      dense.append(contentsOf: cells)
    } else {
      rows.append(sparseCount)
      sparseCount += 1
    }
    appendWindows(documents: documents, cells: cells, isDense: isDense)
  }

  private mutating func appendWindows(documents: [UInt32], cells: [UInt8], isDense: Bool) {
    let blocksPerWindow = 1 << (SegmentLayout.level1Shift - SegmentLayout.level3Shift)
    var first = 0
    for window in 0..<SegmentLayout.cells(documentCount, SegmentLayout.windowShift) {
      appendEntry(firstPosting: first)
      var end = first
      while end < documents.count, Int(documents[end]) >> SegmentLayout.windowShift == window { end += 1 }
      if !isDense {
        let blocks = window * blocksPerWindow..<min((window + 1) * blocksPerWindow, cells.count)
        for block in blocks where cells[block] > 0 {
          pairs.append(UInt8(block - blocks.lowerBound))
          pairs.append(cells[block])
        }
      }
      appendRecords(documents, first..<end, window: window)
      first = end
    }
    appendEntry(firstPosting: first)
  }

  private mutating func appendEntry(firstPosting: Int) {
    directory.append(UInt32(firstPosting))
    directory.append(UInt32(pairs.count / 2))
    directory.append(UInt32(records.count / SegmentLayout.directoryRecordSize))
  }

  /// A record for each 4,096-document quarter of a window in which the term is frequent.
  private mutating func appendRecords(_ documents: [UInt32], _ range: Range<Int>, window: Int) {
    var first = range.lowerBound
    while first < range.upperBound {
      let quarter = documents[first] >> UInt32(SegmentLayout.quarterShift)
      var end = first
      while end < range.upperBound, documents[end] >> UInt32(SegmentLayout.quarterShift) == quarter { end += 1 }
      if end - first >= SegmentLayout.directoryThreshold {
        var runs = [UInt8](repeating: 0, count: 64)
        for document in documents[first..<end] { runs[Int(document >> UInt32(SegmentLayout.level3Shift)) & 63] += 1 }
        var base = ByteWriter()
        base.u32(UInt32(first) | (quarter & 3) << UInt32(SegmentLayout.quarterBitShift))
        records.append(contentsOf: base.bytes)
        records.append(contentsOf: runs)
      }
      first = end
    }
  }

  private func maxima(_ documents: [UInt32], _ impacts: ArraySlice<UInt8>, _ shift: Int) -> [UInt8] {
    var cells = [UInt8](repeating: 0, count: SegmentLayout.cells(documentCount, shift))
    for (document, impact) in zip(documents, impacts) {
      let cell = Int(document >> UInt32(shift))
      if impact > cells[cell] { cells[cell] = impact }
    }
    return cells
  }

  func write(to writer: EnvelopeWriter) throws(StorageError) {
    try writer.write(.windowDirectory, directory)
    try writer.write(.runRecords, records)
    try writer.write(.level1, level1)
    try writer.write(.level2, level2)
    try writer.write(.level3Rows, rows)
    try writer.write(.level3Dense, dense)
    try writer.write(.level3Pairs, pairs)
  }
}
