public import ByteStorage

/// One record of the table of terms (FORMAT.md §7.1).
struct TermEntry: Sendable, Equatable {
  var token: UInt32
  var documentFrequency: UInt32
  var firstPosting: UInt64
  var boundsRow: UInt32
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
  let postingBytes: SegmentBytes
  let windowEndBytes: SegmentBytes
  let windowDirectoryBytes: SegmentBytes
  let runRecordBytes: SegmentBytes
  let level1Bytes: SegmentBytes
  let level2Bytes: SegmentBytes
  let level3RowBytes: SegmentBytes
  let level3DenseBytes: SegmentBytes
  let level3PairBytes: SegmentBytes
  let orderBytes: SegmentBytes?
  let checkedTerms: CheckedTerms
  private let forward: ForwardIndex
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
    var summary = try storing { () throws(StorageError) in try postings.section(.summary).reader(nil) }
    let numbers = try storing { () throws(StorageError) in
      (
        documents: Int(try summary.u32()), vocabulary: Int(try summary.u32()), terms: Int(try summary.u32()),
        windows: Int(try summary.u32()), postings: try summary.u64(), order: try summary.u32()
      )
    }
    guard numbers.documents <= SegmentLayout.maximumDocuments else {
      throw wrong("SUMM", "\(numbers.documents) documents are more than a segment can hold")
    }
    guard numbers.windows == SegmentLayout.cells(numbers.documents, SegmentLayout.windowShift) else {
      throw wrong("SUMM", "\(numbers.documents) documents do not make \(numbers.windows) windows")
    }
    guard numbers.postings <= UInt64(SegmentLayout.maximumPostings), numbers.terms <= numbers.vocabulary else {
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
    terms = try Self.readTerms(postings, count: numbers.terms, postings: Int(numbers.postings), path: path)
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
    postingBytes = try bytes(.postings)
    windowEndBytes = try bytes(.windowEnds)
    windowDirectoryBytes = try bytes(.windowDirectory)
    runRecordBytes = try bytes(.runRecords)
    level1Bytes = try bytes(.level1)
    level2Bytes = try bytes(.level2)
    level3RowBytes = try bytes(.level3Rows)
    level3DenseBytes = try bytes(.level3Dense)
    level3PairBytes = try bytes(.level3Pairs)
    checkedTerms = CheckedTerms(count: terms.count)
    orderBytes = postings.optionalSection(.order).map { SegmentBytes($0) }
    if let orderBytes, orderBytes.count != 4 * numbers.documents {
      throw wrong("ORDR", "\(orderBytes.count) bytes do not hold \(numbers.documents) numbers")
    }
    forward = try ForwardIndex(forwardFile, documentCount: numbers.documents, postingCount: Int(numbers.postings))
  }

  private static func readTerms(
    _ file: EnvelopeFile, count: Int, postings: Int, path: String
  ) throws(InvertedIndexError) -> [TermEntry] {
    let section = try storing { () throws(StorageError) in try file.section(.terms) }
    guard section.byteCount == count * SegmentLayout.termRecordSize else {
      throw .inconsistent(
        file: path, section: "TERM", detail: "\(section.byteCount) bytes do not hold \(count) records")
    }
    return try storing { () throws(StorageError) in
      var reader = try section.reader(nil)
      var terms: [TermEntry] = []
      terms.reserveCapacity(count)
      for _ in 0..<count {
        let token = try reader.u32()
        let frequency = try reader.u32()
        let first = try reader.u64()
        let row = try reader.u32()
        _ = try reader.u32()
        let maximum = try reader.u8()
        var kth: UInt64 = 0
        for rank in SegmentLayout.kthRanks.indices { kth |= UInt64(try reader.u8()) << UInt64(8 * rank) }
        _ = try reader.u8()
        _ = try reader.u8()
        // Keeps every later sum of offsets far from overflow; the exact range is checked when the term is opened.
        let bounded = min(first, UInt64(postings))
        terms.append(
          TermEntry(
            token: token, documentFrequency: frequency, firstPosting: bounded, boundsRow: row, maximum: maximum,
            kthImpacts: kth))
      }
      return terms
    }
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

  func inconsistent(section: String, detail: String) -> InvertedIndexError {
    .inconsistent(file: path, section: section, detail: detail)
  }
}
