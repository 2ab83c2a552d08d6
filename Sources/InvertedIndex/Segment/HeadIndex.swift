internal import ByteStorage

/// The head lists of a segment, read in place.
struct HeadIndex: Sendable {
  let options: HeadListOptions
  let byteCount: Int
  let chunkCount: Int
  let postingCount: Int
  let postings: SegmentBytes
  let terms: SegmentBytes
  let ends: SegmentBytes
  private let tails: SegmentBytes
  private let termCount: Int
  private let path: String

  /// - Returns: nil when the file has no head lists.
  init?(_ file: EnvelopeFile, documentCount: Int, vocabularyCount: Int) throws(InvertedIndexError) {
    guard let section = file.optionalSection(.headSummary) else { return nil }
    path = file.file.path
    let path = path
    func wrong(_ section: String, _ detail: String) -> InvertedIndexError {
      .inconsistent(file: path, section: section, detail: detail)
    }
    let numbers = try storing { () throws(StorageError) in
      var summary = try section.reader(nil)
      return (
        mass: try summary.f64(), postings: try summary.u64(), cap: Int(try summary.u32()), terms: Int(try summary.u32())
      )
    }
    guard let options = try? HeadListOptions(mass: numbers.mass, cap: numbers.cap == 0 ? nil : numbers.cap) else {
      throw wrong("HSUM", "a mass of \(numbers.mass) is impossible")
    }
    self.options = options
    func bytes(_ tag: SectionTag) throws(InvertedIndexError) -> SegmentBytes {
      SegmentBytes(try storing { () throws(StorageError) in try file.section(tag) })
    }
    postings = try bytes(.headPostings)
    terms = try bytes(.headTerms)
    ends = try bytes(.headEnds)
    tails = try bytes(.headTails)
    chunkCount = SegmentLayout.cells(documentCount, SegmentLayout.chunkShift)
    termCount = numbers.terms
    guard numbers.postings <= UInt64(SegmentLayout.maximumPostings), numbers.terms <= vocabularyCount else {
      throw wrong("HSUM", "its counts are larger than a segment can hold")
    }
    postingCount = Int(numbers.postings)
    guard postings.count == 3 * postingCount, terms.count == 8 * numbers.terms,
      ends.count == 4 * numbers.terms * chunkCount, tails.count == vocabularyCount
    else { throw wrong("HSUM", "its counts do not fit the sections of the head lists") }
    byteCount = section.byteCount + postings.count + terms.count + ends.count + tails.count
  }

  /// The term's list, nil when it has no posting among the heads.
  func list(of token: UInt32) throws(InvertedIndexError) -> HeadList? {
    let table = unsafe try terms.pointer(to: 0..<terms.count, in: "HTRM")
    func number(_ slot: Int, _ field: Int) -> UInt32 {
      unsafe table.loadUnaligned(fromByteOffset: 8 * slot + 4 * field, as: UInt32.self)
    }
    var low = 0
    var high = termCount
    while low < high {
      let middle = (low + high) / 2
      if number(middle, 0) < token { low = middle + 1 } else { high = middle }
    }
    guard low < termCount, number(low, 0) == token else { return nil }
    let first = Int(number(low, 1))
    let end = low + 1 < termCount ? Int(number(low + 1, 1)) : postingCount
    guard first <= end, end <= postingCount else { throw inconsistent("HTRM", token) }
    return try HeadList(self, slot: low, first: first, count: end - first, token: token)
  }

  /// The largest impact of the token in any posting that is not among the heads.
  func tail(of token: UInt32) throws(InvertedIndexError) -> UInt8 {
    let place = Int(token)
    return try storing { () throws(StorageError) in
      var reader = try tails.section.reader(place..<place + 1)
      return try reader.u8()
    }
  }

  func inconsistent(_ section: String, _ token: UInt32) -> InvertedIndexError {
    .inconsistent(
      file: path, section: section, detail: "the head list of token \(token) is not what its documents give")
  }
}

/// One term's postings among the heads: a run for each chunk of 65,536 documents, by insertion number.
///
/// - Invariant: `postings` covers 3 · `count` bytes and `ends` 4 · `chunkCount` bytes with ascending values ≤ `count`, all
///   checked when the list was opened; the segment outlives it.
@safe struct HeadList {
  let count: Int
  private let chunkCount: Int
  private let postings: UnsafeRawPointer
  private let ends: UnsafeRawPointer

  fileprivate init(
    _ index: HeadIndex, slot: Int, first: Int, count: Int, token: UInt32
  ) throws(InvertedIndexError) {
    self.count = count
    chunkCount = index.chunkCount
    unsafe postings = try index.postings.pointer(to: 3 * first..<3 * (first + count), in: "HPST")
    let row = 4 * slot * chunkCount
    unsafe ends = try index.ends.pointer(to: row..<row + 4 * chunkCount, in: "HEND")
    var previous = 0
    for chunk in 0..<chunkCount {
      let end = self.end(chunk)
      guard end >= previous, end <= count else { throw index.inconsistent("HEND", token) }
      previous = end
    }
    guard previous == count else { throw index.inconsistent("HEND", token) }
  }

  private func end(_ chunk: Int) -> Int {
    Int(unsafe ends.loadUnaligned(fromByteOffset: 4 * chunk, as: UInt32.self))
  }

  /// Where the run of a chunk is: `count` 16-bit numbers, then as many impacts.
  func run(ofChunk chunk: Int) -> (start: UnsafeRawPointer, count: Int) {
    precondition(chunk >= 0 && chunk < chunkCount, "the chunk must be one of the segment's")
    let first = chunk == 0 ? 0 : end(chunk - 1)
    return unsafe (postings + 3 * first, end(chunk) - first)
  }

  /// The postings of a chunk, for verification.
  func postings(ofChunk chunk: Int) -> [(document: UInt16, impact: UInt8)] {
    let run = unsafe run(ofChunk: chunk)
    return unsafe (0..<run.count).map { number in
      (
        unsafe run.start.loadUnaligned(fromByteOffset: 2 * number, as: UInt16.self),
        unsafe run.start.load(fromByteOffset: 2 * run.count + number, as: UInt8.self)
      )
    }
  }
}
