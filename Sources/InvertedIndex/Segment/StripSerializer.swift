internal import ByteStorage

/// Lays out the postings of one frequent term: a strip per window, an entry per strip, a maximum per block and
/// per cell (FORMAT.md §7.1).
struct StripSerializer {
  /// Entries of the directory of windows, of all terms so far.
  private(set) var directory: [UInt8] = []
  /// The largest impact of each block that has the term, of all terms so far.
  private(set) var maxima: [UInt8] = []
  /// The largest impact of each cell, of all terms so far.
  private(set) var cellMaxima: [UInt8] = []
  private(set) var rowCount = 0
  /// Bytes of refinements in the strips of all terms so far.
  private(set) var refinementByteCount = 0
  private let windowCount: Int

  init(documentCount: Int) {
    windowCount = SegmentLayout.cells(documentCount, SegmentLayout.windowShift)
  }

  /// Takes the postings of the next frequent term.
  ///
  /// - Parameters:
  ///   - documents: ascending.
  ///   - refinements: parallel to `impacts`, or empty.
  /// - Returns: its strips, one behind the other.
  mutating func append(
    documents: [UInt32], impacts: ArraySlice<UInt8>, refinements: ArraySlice<UInt8>
  ) -> [UInt8] {
    var strips: [UInt8] = []
    strips.reserveCapacity(documents.count * 2)
    var strip = Strip()
    let firstCell = cellMaxima.count
    cellMaxima.append(contentsOf: repeatElement(0, count: windowCount * SegmentLayout.cellsPerWindow))
    let firstMaximum = maxima.count
    var first = 0
    for window in 0..<windowCount {
      strip.removeAll()
      let windowMaximum = maxima.count - firstMaximum
      while first < documents.count, Int(documents[first]) >> SegmentLayout.windowShift == window {
        let block = documents[first] >> UInt32(SegmentLayout.blockShift)
        var end = first + 1
        while end < documents.count, documents[end] >> UInt32(SegmentLayout.blockShift) == block { end += 1 }
        let blockImpacts = impacts[impacts.startIndex + first..<impacts.startIndex + end]
        let maximum = blockImpacts.max() ?? 0
        maxima.append(maximum)
        let cell = firstCell + Int(documents[first]) >> SegmentLayout.cellShift
        cellMaxima[cell] = max(cellMaxima[cell], maximum)
        let blockRefinements = refinements.dropFirst(first).prefix(end - first)
        strip.append(block: UInt8(block & 63), documents[first..<end], blockImpacts, blockRefinements)
        first = end
      }
      appendEntry(strip, start: strips.count, firstMaximum: windowMaximum)
      strip.write(to: &strips)
      refinementByteCount += Refinement.byteCount(strip.refinementCount)
    }
    strip.removeAll()
    appendEntry(strip, start: strips.count, firstMaximum: 0)
    rowCount += 1
    return strips
  }

  /// - Parameters:
  ///   - start: below 2²⁴, because even dense blocks of all windows take fewer bytes.
  ///   - firstMaximum: below 2¹⁶, because a segment has at most 1,024 windows.
  private mutating func appendEntry(_ strip: Strip, start: Int, firstMaximum: Int) {
    var entry = ByteWriter()
    entry.u64(strip.blocks)
    entry.u32(UInt32(start) | UInt32(strip.denseBlocks.count) << 24)
    entry.u16(UInt16(strip.places.count))
    entry.u16(UInt16(firstMaximum))
    directory.append(contentsOf: entry.bytes)
  }
}

/// The postings of a term in one window, being laid out.
private struct Strip {
  var blocks: UInt64 = 0
  var bitmaps: [UInt64] = []
  var denseBlocks: [UInt8] = []
  var places: [UInt8] = []
  var impacts: [UInt8] = []
  var denseImpacts: [UInt8] = []
  /// Parallel to the impacts, or empty.
  var refinements: [UInt8] = []
  var denseRefinements: [UInt8] = []

  var refinementCount: Int { refinements.count + denseRefinements.count }

  mutating func removeAll() {
    blocks = 0
    bitmaps.removeAll(keepingCapacity: true)
    denseBlocks.removeAll(keepingCapacity: true)
    places.removeAll(keepingCapacity: true)
    impacts.removeAll(keepingCapacity: true)
    denseImpacts.removeAll(keepingCapacity: true)
    refinements.removeAll(keepingCapacity: true)
    denseRefinements.removeAll(keepingCapacity: true)
  }

  mutating func append(
    block: UInt8, _ documents: ArraySlice<UInt32>, _ newImpacts: ArraySlice<UInt8>,
    _ newRefinements: ArraySlice<UInt8>
  ) {
    blocks |= 1 << UInt64(block)
    if documents.count >= SegmentLayout.denseLimit {
      denseBlocks.append(block)
      bitmaps.append(documents.reduce(0) { $0 | 1 << UInt64($1 & 63) })
      denseImpacts.append(contentsOf: newImpacts)
      denseRefinements.append(contentsOf: newRefinements)
    } else {
      let start = places.count
      for document in documents { places.append(UInt8(document & 63)) }
      places[start] |= SegmentLayout.firstOfBlock
      impacts.append(contentsOf: newImpacts)
      refinements.append(contentsOf: newRefinements)
    }
  }

  func write(to bytes: inout [UInt8]) {
    for bitmap in bitmaps {
      for byte in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: bitmap >> UInt64(8 * byte))) }
    }
    bytes.append(contentsOf: denseBlocks)
    bytes.append(contentsOf: places)
    bytes.append(contentsOf: impacts)
    bytes.append(contentsOf: denseImpacts)
    bytes.append(contentsOf: Refinement.packed(refinements + denseRefinements))
  }
}
