internal import ByteStorage

/// A section of a segment file as bare memory, for the loops that run once per posting.
///
/// Every use is behind a range that was checked when the term was opened: ``StripRow`` and ``RareList`` are
/// the only readers.
///
/// - Invariant: `base ..< base + count` lies inside the mapping that `section` keeps alive. Files of a segment never
///   change, so the memory never does either.
@safe struct SegmentBytes: @unchecked Sendable {
  let section: Section
  let base: UnsafeRawPointer
  let count: Int

  init(_ section: Section) {
    self.section = section
    count = section.byteCount
    let offset = section.offset
    // As a number, because the memory is kept alive by `section`, not by a borrow. A file of an index has a header, so
    // there always is a first byte.
    let file = section.file.file
    let start = unsafe file.bytes.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) }
    unsafe base = UnsafeRawPointer(bitPattern: start + UInt(offset)).unsafelyUnwrapped
  }

  /// A pointer to `range`, whose bounds and checksums were checked before.
  @inline(__always)
  func checkedPointer(to start: Int) -> UnsafeRawPointer { unsafe base + start }

  /// A pointer to `range`, after its checksums were verified (once per process) and its bounds checked.
  ///
  /// - Throws: `inconsistent` when the range is not inside the section, `storage(.damaged)` for a wrong checksum.
  func pointer(to range: Range<Int>, in name: String) throws(InvertedIndexError) -> UnsafeRawPointer {
    guard range.lowerBound >= 0, range.upperBound <= count else {
      throw .inconsistent(
        file: section.file.file.path, section: name,
        detail: "bytes \(range.lowerBound)..<\(range.upperBound) are outside its \(count) bytes")
    }
    try storing { () throws(StorageError) in try section.verify(range) }
    return unsafe base + range.lowerBound
  }
}

/// Turns the documents of one segment into their places in its postings: the inverse of ``PositionMap``.
///
/// - Invariant: `places`, when there are any, covers 4 bytes for each of the segment's documents, and the segment outlives
///   the map. Every place that it gives is one of the segment's.
@safe struct PlaceMap {
  private let positions: PositionMap
  private let places: UnsafeRawPointer?
  private let segment: SegmentIndex

  init(_ segment: SegmentIndex) throws(InvertedIndexError) {
    self.segment = segment
    positions = try PositionMap(segment, firstPosition: 0)
    if let bytes = segment.placeBytes {
      unsafe places = try bytes.pointer(to: 0..<bytes.count, in: "PLAC")
    } else {
      unsafe places = nil
    }
  }

  /// - Throws: `inconsistent` when the place holds another document.
  @inline(__always)
  func place(of document: UInt32) throws(InvertedIndexError) -> UInt32 {
    precondition(document < segment.documentCount, "the document must be one of the segment's")
    guard let places = unsafe places else { return document }
    let place = unsafe places.loadUnaligned(fromByteOffset: 4 &* Int(document), as: UInt32.self)
    guard place < segment.documentCount, positions.position(of: place) == document else {
      throw segment.inconsistent(section: "PLAC", detail: "document \(document) is not at the place \(place)")
    }
    return place
  }
}

/// Turns the places of one segment's postings into positions of the index.
///
/// - Invariant: `order`, when there is one, covers 4 bytes for each of the segment's documents, and the segment outlives
///   the map. A wrong number in a damaged file gives an position that no document has, which look-ups refuse.
@safe struct PositionMap {
  private let first: UInt32
  private let order: UnsafeRawPointer?
  private let documentCount: UInt32

  init(_ segment: SegmentIndex, firstPosition: UInt32) throws(InvertedIndexError) {
    first = firstPosition
    documentCount = UInt32(segment.documentCount)
    if let bytes = segment.orderBytes {
      unsafe order = try bytes.pointer(to: 0..<bytes.count, in: "ORDR")
    } else {
      unsafe order = nil
    }
  }

  @inline(__always)
  func position(of document: UInt32) -> UInt32 {
    guard let order = unsafe order, document < documentCount else { return first &+ document }
    return first &+ (unsafe order.loadUnaligned(fromByteOffset: 4 * Int(document), as: UInt32.self))
  }
}
