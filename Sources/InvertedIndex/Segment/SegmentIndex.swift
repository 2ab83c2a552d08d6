public import ByteStorage

/// One record of the table of terms (FORMAT.md §7.1).
struct TermEntry: Sendable, Equatable {
  var token: UInt32
  var documentFrequency: UInt32
  /// Where its postings begin: the byte of its first strip, or the number of its first short posting.
  var start: UInt64
  /// Its row in the directory of windows, `SegmentLayout.noRow` for a rare term.
  var row: UInt32
  /// Where its block maxima begin.
  var firstMaximum: UInt32
  var maximum: UInt8
  /// k-th largest impacts for the ranks of `SegmentLayout.kthRanks`, the first in the lowest byte.
  var kthImpacts: UInt64

  func kth(_ rankIndex: Int) -> UInt8 { UInt8(truncatingIfNeeded: kthImpacts >> UInt64(8 * rankIndex)) }
}

/// An immutable segment, open for search: postings with their bounds, and the forward index.
///
/// Documents are numbered `0 ..< documentCount` in insertion order (the postings may use another order inside). Opening reads the summary and the table of terms;
/// everything else stays in the mapping, and its checksums are verified the first time it is read.
public final class SegmentIndex: Sendable {
  public let documentCount: Int
  /// Tokens of the vocabulary when the segment was written; a later vocabulary may be longer.
  public let vocabularyCount: Int
  public let postingCount: Int
  /// How the documents are ordered inside the postings; never ``DocumentOrdering/automatic``.
  public let ordering: DocumentOrdering

  let windowCount: Int
  let terms: [TermEntry]
  /// Slot of each token, `SegmentLayout.noRow` when it has no posting here.
  private let slots: [UInt32]
  let stripBytes: SegmentBytes
  let rareBytes: SegmentBytes
  let windowDirectoryBytes: SegmentBytes
  let maximaBytes: SegmentBytes
  let cellMaximaBytes: SegmentBytes
  let orderBytes: SegmentBytes?
  /// Refinements of rare postings; nil in a segment without refinements.
  let rareRefinementBytes: SegmentBytes?
  /// The place of each document in the postings' order; only beside refinements and an order.
  let placeBytes: SegmentBytes?
  /// Bytes of refinements in the strips.
  private let stripRefinementByteCount: Int
  let checkedTerms: CheckedTerms
  let forward: ForwardIndex
  private let path: String

  /// Opens a segment from its two files.
  ///
  /// - Throws: `storage` for damaged or truncated bytes, `inconsistent` when numbers contradict each other.
  /// - Complexity: O(vocabulary) time and memory; postings are not touched.
  public static func open(postings: EnvelopeFile, forward: EnvelopeFile) throws(InvertedIndexError) -> SegmentIndex {
    try SegmentIndex(postings: postings, forward: forward)
  }

  private init(postings: EnvelopeFile, forward forwardFile: EnvelopeFile) throws(InvertedIndexError) {
    path = postings.file.path
    let path = path
    func wrong(_ section: String, _ detail: String) -> InvertedIndexError {
      .inconsistent(file: path, section: section, detail: detail)
    }
    let summarySection = try storing { () throws(StorageError) in try postings.section(.summary) }
    guard summarySection.byteCount == SegmentLayout.summarySize else {
      throw wrong("SUMM", "it has \(summarySection.byteCount) bytes, not \(SegmentLayout.summarySize)")
    }
    var summary = try storing { () throws(StorageError) in try summarySection.reader(nil) }
    let numbers = try storing { () throws(StorageError) in
      (
        documents: Int(try summary.u32()), vocabulary: Int(try summary.u32()), terms: Int(try summary.u32()),
        windows: Int(try summary.u32()), postings: try summary.u64(), order: try summary.u32(),
        refinements: try summary.u32()
      )
    }
    guard numbers.documents <= SegmentLayout.maximumDocuments else {
      throw wrong("SUMM", "\(numbers.documents) documents are more than a segment can hold")
    }
    guard numbers.windows == SegmentLayout.cells(numbers.documents, SegmentLayout.windowShift) else {
      throw wrong("SUMM", "\(numbers.documents) documents do not make \(numbers.windows) windows")
    }
    guard numbers.postings <= UInt64(SegmentLayout.maximumPostings), numbers.terms <= numbers.vocabulary,
      numbers.vocabulary <= SegmentLayout.maximumVocabulary
    else {
      throw wrong("SUMM", "its counts are larger than a segment can hold")
    }
    guard let ordering = DocumentOrdering(code: numbers.order),
      (ordering == .insertion) == (postings.optionalSection(.order) == nil)
    else { throw wrong("SUMM", "the order \(numbers.order) and the section ORDR do not go together") }
    self.ordering = ordering
    documentCount = numbers.documents
    vocabularyCount = numbers.vocabulary
    windowCount = numbers.windows
    postingCount = Int(numbers.postings)
    terms = try Self.readTerms(postings, count: numbers.terms, path: path)
    var slots = [UInt32](repeating: SegmentLayout.noRow, count: numbers.vocabulary)
    for (slot, term) in terms.enumerated() {
      guard Int(term.token) < slots.count, slot == 0 || terms[slot - 1].token < term.token else {
        throw wrong("TERM", "tokens do not ascend, or leave the vocabulary, at term \(slot)")
      }
      guard Int(term.documentFrequency) <= numbers.documents, term.documentFrequency > 0 else {
        throw wrong("TERM", "token \(term.token) is said to be in \(term.documentFrequency) documents")
      }
      slots[Int(term.token)] = UInt32(slot)
    }
    self.slots = slots

    func bytes(_ tag: SectionTag) throws(InvertedIndexError) -> SegmentBytes {
      SegmentBytes(try storing { () throws(StorageError) in try postings.section(tag) })
    }
    stripBytes = try bytes(.strips)
    rareBytes = try bytes(.rarePostings)
    windowDirectoryBytes = try bytes(.windowDirectory)
    maximaBytes = try bytes(.blockMaxima)
    cellMaximaBytes = try bytes(.cellMaxima)
    checkedTerms = CheckedTerms(count: terms.count)
    orderBytes = postings.optionalSection(.order).map { SegmentBytes($0) }
    if let orderBytes, orderBytes.count != 4 * numbers.documents {
      throw wrong("ORDR", "\(orderBytes.count) bytes do not hold \(numbers.documents) numbers")
    }
    rareRefinementBytes = postings.optionalSection(.rareRefinements).map { SegmentBytes($0) }
    placeBytes = postings.optionalSection(.places).map { SegmentBytes($0) }
    stripRefinementByteCount = Int(numbers.refinements)
    let rareCount = rareBytes.count / SegmentLayout.rarePostingSize
    guard rareRefinementBytes.map({ $0.count == Refinement.byteCount(rareCount) }) ?? (numbers.refinements == 0) else {
      throw wrong("RFIN", "its length does not fit \(rareCount) postings, or it is missing")
    }
    let needsPlaces = rareRefinementBytes != nil && orderBytes != nil
    guard (placeBytes?.count ?? -1) == (needsPlaces ? 4 * numbers.documents : -1) else {
      throw wrong("PLAC", "its length does not fit \(numbers.documents) documents, or it is missing or out of place")
    }
    forward = try ForwardIndex(forwardFile, documentCount: numbers.documents, postingCount: Int(numbers.postings))
    guard forward.vocabularyCount == vocabularyCount else {
      throw wrong("SUMM", "it has \(vocabularyCount) tokens, the forward file \(forward.vocabularyCount)")
    }
  }

  private static func readTerms(
    _ file: EnvelopeFile, count: Int, path: String
  ) throws(InvertedIndexError) -> [TermEntry] {
    let section = try storing { () throws(StorageError) in try file.section(.terms) }
    guard section.byteCount == count * SegmentLayout.termRecordSize else {
      throw .inconsistent(
        file: path, section: "TERM", detail: "\(section.byteCount) bytes do not hold \(count) records")
    }
    var reserved: UInt16 = 0
    let terms = try storing { () throws(StorageError) in
      var reader = try section.reader(nil)
      var terms: [TermEntry] = []
      terms.reserveCapacity(count)
      for _ in 0..<count {
        let token = try reader.u32()
        let frequency = try reader.u32()
        let start = try reader.u64()
        let row = try reader.u32()
        let firstMaximum = try reader.u32()
        let maximum = try reader.u8()
        var kth: UInt64 = 0
        for rank in SegmentLayout.kthRanks.indices { kth |= UInt64(try reader.u8()) << UInt64(8 * rank) }
        let zero = try reader.u16()
        terms.append(
          TermEntry(
            // No file is that long; it keeps later sums of offsets far from overflow. The range is checked at first use.
            token: token, documentFrequency: frequency, start: min(start, 1 << 40), row: row,
            firstMaximum: firstMaximum, maximum: maximum, kthImpacts: kth))
        if zero != 0 { reserved = zero }
      }
      return terms
    }
    guard reserved == 0 else {
      throw .inconsistent(file: path, section: "TERM", detail: "a reserved field is \(reserved), not 0")
    }
    return terms
  }

  /// In how many documents of this segment the token has a posting.
  public func documentFrequency(of token: UInt32) -> Int {
    slot(of: token).map { Int(terms[$0].documentFrequency) } ?? 0
  }

  /// The largest impact of the token in this segment, 0 when it has no posting.
  public func maximumImpact(of token: UInt32) -> UInt8 {
    slot(of: token).map { terms[$0].maximum } ?? 0
  }

  /// The sparse vector of a document, tokens ascending.
  ///
  /// - Parameter document: `0 ..< documentCount`.
  /// - Complexity: O(postings of the document).
  public func forwardVector(of document: Int) throws(InvertedIndexError) -> [Posting] {
    try forward.vector(of: document)
  }

  /// Whether documents have their impacts before rounding, so that scores in real numbers can be computed.
  public var hasFineImpacts: Bool { forward.fineImpacts != nil }

  /// Bytes of the impacts before rounding and of their errors.
  public var fineImpactByteCount: Int { (forward.fineImpacts?.count ?? 0) + (forward.fineErrors?.count ?? 0) }

  /// Whether postings have 12-bit weights beside their impacts.
  public var hasRefinements: Bool { rareRefinementBytes != nil }

  /// Bytes of what makes 12-bit weights of impacts, and of what finds them.
  public var refinementByteCount: Int {
    stripRefinementByteCount + (rareRefinementBytes?.count ?? 0) + (placeBytes?.count ?? 0)
  }

  /// What the head lists hold; nil without them.
  public var headLists: HeadListOptions? { forward.heads?.options }

  /// Bytes of the head lists.
  public var headListByteCount: Int { forward.heads?.byteCount ?? 0 }

  /// The inserted document at each place of the postings' order, nil when they are the same.
  func documentOrder() throws(InvertedIndexError) -> [UInt32]? {
    guard let orderBytes else { return nil }
    return try storing { () throws(StorageError) in
      var reader = try orderBytes.section.reader()
      return try reader.u32Array(documentCount)
    }
  }

  /// The term's postings, nil when it has none here.
  func postingList(of token: UInt32) throws(InvertedIndexError) -> PostingList? {
    guard let slot = slot(of: token) else { return nil }
    return try PostingList(segment: self, slot: slot)
  }

  func slot(of token: UInt32) -> Int? {
    guard Int(token) < slots.count else { return nil }
    let slot = slots[Int(token)]
    return slot == SegmentLayout.noRow ? nil : Int(slot)
  }

  /// - Throws: `noRefinements` unless the segment has refinements.
  func requireRefinements() throws(InvertedIndexError) {
    guard hasRefinements else { throw .noRefinements(file: path) }
  }

  func inconsistent(section: String, detail: String) -> InvertedIndexError {
    .inconsistent(file: path, section: section, detail: detail)
  }
}
