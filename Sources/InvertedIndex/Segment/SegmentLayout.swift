internal import ByteStorage

/// The constants of the segment files (FORMAT.md §7.1 and §7.2).
enum SegmentLayout {
  /// Documents of one segment fit 1,024 windows of 4,096.
  static let maximumDocuments = 1 << 22
  /// Posting numbers are 32-bit.
  static let maximumPostings = Int(UInt32.max)
  /// What a vocabulary can hold (FORMAT.md §9): a summary that says more is not believed.
  static let maximumVocabulary = 1 << 24

  /// A block of 64 documents is what a bound is about and what is scored or left out as a whole.
  static let blockShift = 6
  static let blockSize = 1 << blockShift
  /// A window of 4,096 documents is what one strip of postings covers: 64 blocks, one bit each in a word.
  static let windowShift = 12
  static let windowSize = 1 << windowShift
  static let blocksPerWindow = 1 << (windowShift - blockShift)
  /// A cell of 1,024 documents has the coarse bound that says which windows to look at more closely.
  static let cellShift = 10
  static let cellsPerWindow = 1 << (windowShift - cellShift)
  static let blocksPerCell = 1 << (cellShift - blockShift)
  /// The blocks of a window's first cell, a bit each.
  static let blocksOfCell: UInt64 = 1 << UInt64(blocksPerCell) - 1
  /// A chunk of 65,536 documents is what the windowed scan scores at a time.
  static let chunkShift = 16
  static let windowsPerChunk = 1 << (chunkShift - windowShift)

  /// A block with at least this many postings of a term is *dense*: a bitmap says which documents they are.
  static let denseLimit = 12
  /// Bytes that a dense block has beside its impacts: bitmap and number.
  static let denseBlockSize = 9
  /// One entry of a term's directory of windows.
  static let stripEntrySize = 16
  /// The place byte of a sparse posting: its document in the block, and whether it is the first of its block.
  static let firstOfBlock: UInt8 = 128
  static let placeMask: UInt8 = 63

  /// A term in fewer documents has no strips: its postings stand in one short list.
  static func rareLimit(documentCount: Int) -> Int { max(128, documentCount >> 10) }
  /// A posting of a rare term: the impact, the document above it, and the highest bit when no posting of the term in the
  /// same block has a larger impact and none before it has the same.
  static let rarePostingSize = 4
  static let rareDocumentShift: UInt32 = 8
  static let largestOfBlock: UInt32 = 1 << 31

  /// For these k the table of terms keeps the k-th largest impact.
  static let kthRanks = [10, 32, 100, 320, 1000]
  static let summarySize = 32
  static let termRecordSize = 32
  static let noRow = UInt32.max

  /// Number of cells of `1 << shift` documents that cover `documentCount`.
  static func cells(_ documentCount: Int, _ shift: Int) -> Int {
    (documentCount + (1 << shift) - 1) >> shift
  }
}

extension SectionTag {
  static let summary = SectionTag("SUMM")
  static let terms = SectionTag("TERM")
  static let strips = SectionTag("POST")
  static let rarePostings = SectionTag("RARE")
  static let windowDirectory = SectionTag("WDIR")
  static let blockMaxima = SectionTag("BMAX")
  static let cellMaxima = SectionTag("CMAX")
  static let order = SectionTag("ORDR")
  static let rareRefinements = SectionTag("RFIN")
  static let places = SectionTag("PLAC")
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

  /// Writes a whole section of 32-bit numbers.
  func write(_ tag: SectionTag, _ values: [UInt32]) throws(StorageError) {
    try begin(tag)
    try append(values)
    end()
  }
}
