internal import ByteStorage

/// The constants of the segment files (FORMAT.md §7.1 and §7.2).
enum SegmentLayout {
  /// Documents of one segment fit 256 windows of 16,384.
  static let maximumDocuments = 1 << 22
  /// Posting numbers are 32-bit.
  static let maximumPostings = Int(UInt32.max)

  /// A posting holds the low 16 bits of its document: its number inside a chunk of 65,536 documents.
  static let chunkShift = 16
  /// For each window of 16,384 documents it is known where its postings end.
  static let windowShift = 14
  /// One record of the run directory covers 4,096 documents …
  static let quarterShift = 12
  /// … in 64 runs, and is written when the term has at least this many postings there.
  static let directoryThreshold = 64
  static let directoryRecordSize = 4 + 64
  /// A record's first number: which quarter of its window, above the number of postings before it.
  static let quarterBitShift = 30
  /// One entry of the directory of windows: first posting, first pair, first record.
  static let windowEntrySize = 12

  /// Bounds are kept per window of 16,384, per 1,024 and per 64 documents.
  static let level1Shift = windowShift
  static let level2Shift = 10
  static let level3Shift = 6
  /// A term in fewer documents than this has neither bounds nor runs: its postings are as quick to look at.
  static let coldLimit = 128
  /// The third level is a full row when at least one cell in three is set.
  static let denseRatio = 3

  /// Postings are laid out in groups: 16 document numbers, then their 16 impacts.
  static let groupSize = 16
  /// Bytes of one posting: 16-bit document number and 8-bit impact.
  static let postingSize = 3

  /// For these k the table of terms keeps the k-th largest impact.
  static let kthRanks = [10, 32, 100, 320, 1000]
  static let termRecordSize = 32
  static let noRow = UInt32.max

  /// The first document of the chunk that a window lies in: what a stored document number counts from.
  @inline(__always)
  static func chunkBase(ofWindow window: Int) -> UInt32 {
    UInt32(truncatingIfNeeded: window << windowShift) & ~0xFFFF
  }

  /// Number of cells of `1 << shift` documents that cover `documentCount`.
  static func cells(_ documentCount: Int, _ shift: Int) -> Int {
    (documentCount + (1 << shift) - 1) >> shift
  }
}

extension SectionTag {
  static let summary = SectionTag("SUMM")
  static let terms = SectionTag("TERM")
  static let windowEnds = SectionTag("WEND")
  static let postings = SectionTag("POST")
  static let windowDirectory = SectionTag("WDIR")
  static let runRecords = SectionTag("RUNR")
  static let level1 = SectionTag("BND1")
  static let level2 = SectionTag("BND2")
  static let level3Rows = SectionTag("BN3R")
  static let level3Dense = SectionTag("BN3D")
  static let level3Pairs = SectionTag("BN3P")
  static let order = SectionTag("ORDR")
  static let forwardStarts = SectionTag("FOFF")
  static let forwardVectors = SectionTag("FVEC")
  static let fineImpacts = SectionTag("FWGT")
  static let fineErrors = SectionTag("FERR")
  static let headSummary = SectionTag("HSUM")
  static let headPostings = SectionTag("HPST")
  static let headTerms = SectionTag("HTRM")
  static let headEnds = SectionTag("HEND")
  static let headTails = SectionTag("HTAL")
}

extension EnvelopeWriter {
  /// Writes a whole section of bytes.
  func write(_ tag: SectionTag, _ values: [UInt8]) throws(StorageError) {
    try begin(tag)
    try append(values)
    end()
  }

  /// Writes a whole section of 16-bit numbers.
  func write(_ tag: SectionTag, _ values: [UInt16]) throws(StorageError) {
    try begin(tag)
    try append(values)
    end()
  }

  /// Writes a whole section of 32-bit numbers.
  func write(_ tag: SectionTag, _ values: [UInt32]) throws(StorageError) {
    try begin(tag)
    try append(values)
    end()
  }
}
