internal import ByteStorage

/// Collects the ceiling maxima of frequent terms: the largest impact per 16,384, per 1,024 and per 64 documents.
///
/// Levels 1 and 2 are full rows. Level 3 is a full row where at least a third of its cells is set, otherwise pairs
/// (cell in its 16,384-document window, maximum), found through one start per window.
struct BoundsCollector {
  let documentCount: Int
  private(set) var rowCount = 0
  private var level1: [UInt8] = []
  private var level2: [UInt8] = []
  private var rows: [UInt32] = []
  private var dense: [UInt8] = []
  private var denseCount: UInt32 = 0
  private var starts: [UInt32] = []
  private var sparseCount: UInt32 = 0
  private var pairs: [UInt8] = []

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
    if set * SegmentLayout.denseRatio >= cells.count {
      rows.append(denseCount | Self.denseFlag)
      denseCount += 1
      dense.append(contentsOf: cells)
    } else {
      rows.append(sparseCount)
      sparseCount += 1
      let cellsPerWindow = 1 << (SegmentLayout.level1Shift - SegmentLayout.level3Shift)
      for (cell, maximum) in cells.enumerated() {
        if cell % cellsPerWindow == 0 { starts.append(UInt32(pairs.count / 2)) }
        if maximum > 0 {
          pairs.append(UInt8(cell % cellsPerWindow))
          pairs.append(maximum)
        }
      }
      starts.append(UInt32(pairs.count / 2))
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
    try writer.write(.level1, level1)
    try writer.write(.level2, level2)
    try writer.write(.level3Rows, rows)
    try writer.write(.level3Dense, dense)
    try writer.write(.level3Starts, starts)
    try writer.write(.level3Pairs, pairs)
  }
}
