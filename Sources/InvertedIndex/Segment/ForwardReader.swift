internal import ByteStorage
internal import CSparseKernels

/// The sparse vector of one document, in place.
///
/// - Invariant: the pointers cover `count` tokens of `tokenWidth` bytes and `count` impacts, whose range and checksums the
///   reader that made this has checked. They are valid as long as that reader's segment.
@safe struct ForwardVector {
  /// Number of postings.
  let count: Int
  /// Number, in the whole file, of the first posting.
  let first: Int
  private let tokens: UnsafeRawPointer
  private let impacts: UnsafeRawPointer
  private let tokenWidth: Int

  fileprivate init(_ start: UnsafeRawPointer, first: Int, count: Int, tokenWidth: Int) {
    self.first = first
    self.count = count
    self.tokenWidth = tokenWidth
    unsafe tokens = start
    unsafe impacts = start + count &* tokenWidth
  }

  /// The token of a posting, `0 ≤ number < count`; not necessarily inside the vocabulary when a writer was at fault.
  @inline(__always)
  func token(_ number: Int) -> UInt32 {
    assert(number >= 0 && number < count)
    return tokenWidth == 2
      ? UInt32(unsafe tokens.loadUnaligned(fromByteOffset: 2 &* number, as: UInt16.self))
      : unsafe tokens.loadUnaligned(fromByteOffset: 4 &* number, as: UInt32.self)
  }

  /// The impact of a posting, `0 ≤ number < count`.
  @inline(__always)
  func impact(_ number: Int) -> UInt8 {
    assert(number >= 0 && number < count)
    return unsafe impacts.load(fromByteOffset: number, as: UInt8.self)
  }

  /// Whether the vector has a posting of `token`.
  func contains(_ token: UInt32) -> Bool {
    // Tokens ascend.
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if self.token(middle) < token { low = middle + 1 } else { high = middle }
    }
    return low < count && self.token(low) == token
  }

  /// `Σ weight · impact` over the vector's postings; weights of negative terms are negative.
  ///
  /// Exact, because weights of a query times 255 add up to less than 2³¹ on either side of zero.
  @inline(__always)
  func score(_ table: WeightTable) -> Int32 {
    if tokenWidth == 2 {
      let sum = unsafe newel_forward_dot(
        tokens.assumingMemoryBound(to: UInt8.self), impacts.assumingMemoryBound(to: UInt8.self), count, table.entries)
      return Int32(bitPattern: sum)
    }
    var sum: UInt32 = 0
    for number in 0..<count { sum &+= table.weight(of: token(number)) &* UInt32(impact(number)) }
    return Int32(bitPattern: sum)
  }

  /// Calls `body` with the number of every posting whose token is in the table, ascending.
  @inline(__always)
  func forEachMatch(_ table: WeightTable, _ body: (Int) -> Void) {
    if tokenWidth == 2, count <= WeightTable.positionLimit {
      let found = unsafe newel_forward_matches(
        tokens.assumingMemoryBound(to: UInt8.self), count, table.entries, table.positions)
      for index in 0..<found { body(Int(unsafe table.positions[index])) }
    } else {
      for number in 0..<count where table.weight(of: token(number)) != 0 { body(number) }
    }
  }
}

/// Reads the vectors of a segment's documents one after the other.
///
/// Ranges and checksums are verified when a block of the file is first touched; the reader remembers the stretch it verified
/// last, so that walking through documents in order costs nothing for it. For one thread; copies are independent.
///
/// - Invariant: memory is only read inside the sections, which the segment's files keep mapped; a range is checked against
///   its section before a pointer to it is made.
@safe struct ForwardReader {
  private let index: ForwardIndex
  private var verifiedStarts = 0..<0
  private var verifiedVectors = 0..<0

  /// How many documents ahead of its use a vector is fetched from memory.
  static let prefetchDistance = 8
  private static let lineSize = 64
  private static let prefetchedLines = 6

  init(_ index: ForwardIndex) { self.index = index }

  /// The vector of a document of the segment.
  ///
  /// - Throws: `storage` when a block that it lies in is damaged, `inconsistent` when its starts make no sense.
  @inline(__always)
  mutating func vector(of document: Int) throws(InvertedIndexError) -> ForwardVector {
    precondition(document >= 0 && document < index.documentCount, "the document must be one of the segment's")
    try Self.verify(4 * document..<4 * document + 8, of: index.starts, &verifiedStarts)
    let entry = unsafe index.starts.base + 4 &* document
    let first = Int(unsafe entry.loadUnaligned(as: UInt32.self))
    let end = Int(unsafe entry.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
    let size = index.tokenWidth + 1
    guard first <= end, end * size <= index.vectors.count else {
      throw index.inconsistent("FOFF", "the starts of document \(document) do not ascend")
    }
    try Self.verify(first &* size..<end &* size, of: index.vectors, &verifiedVectors)
    return unsafe ForwardVector(
      index.vectors.base + first &* size, first: first, count: end &- first, tokenWidth: index.tokenWidth)
  }

  /// Asks for the memory of a document's vector ahead of its use; any number is allowed.
  @inline(__always)
  func prefetch(_ document: Int) {
    guard document >= 0, document < index.documentCount else { return }
    // Not verified yet, and therefore only turned into an address that need not be one.
    let first = Int(unsafe (index.starts.base + 4 &* document).loadUnaligned(as: UInt32.self))
    let address = unsafe UInt(bitPattern: index.vectors.base) &+ UInt(first &* (index.tokenWidth &+ 1))
    for line in 0..<Self.prefetchedLines {
      unsafe newel_prefetch(UnsafeRawPointer(bitPattern: address &+ UInt(line &* Self.lineSize)))
    }
  }

  /// Asks for the entry that tells where a document's vector is.
  @inline(__always)
  func prefetchStart(_ document: Int) {
    guard document >= 0, document < index.documentCount else { return }
    unsafe newel_prefetch(index.starts.base + 4 &* document)
  }

  /// Verifies a range of a section unless it lies in the stretch that was verified last.
  @inline(__always)
  private static func verify(
    _ range: Range<Int>, of bytes: SegmentBytes, _ verified: inout Range<Int>
  ) throws(InvertedIndexError) {
    if range.lowerBound >= verified.lowerBound, range.upperBound <= verified.upperBound { return }
    verified = try verifyBlocks(of: range, in: bytes)
  }

  /// Verifies the whole blocks that a range lies in, as far as they belong to the section.
  private static func verifyBlocks(
    of range: Range<Int>, in bytes: SegmentBytes
  ) throws(InvertedIndexError) -> Range<Int> {
    let size = EnvelopeLayout.blockByteCount
    let offset = bytes.section.offset
    let low = (offset + range.lowerBound) / size * size - offset
    let high = (offset + range.upperBound + size - 1) / size * size - offset
    let whole = max(0, low)..<min(bytes.count, high)
    try storing { () throws(StorageError) in try bytes.section.verify(whole) }
    return whole
  }
}
