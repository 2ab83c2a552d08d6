public import ByteStorage

/// Collects the sparse vectors of one segment in memory and writes its two files.
///
/// Documents are numbered 0, 1, 2, … in the order they are appended; that order is also how equal scores are ordered,
/// whatever order the postings use inside.
/// Memory: 5 bytes per posting (2 more with fine impacts, 1 with refinements) and 4 per document until ``write(postings:forward:ordering:)``, 4 more per
/// posting during it.
public struct SegmentBuilder: Sendable {
  /// Number of tokens of the vocabulary; every token of a posting is below it.
  public let vocabularyCount: Int
  /// Whether the forward file also holds each posting's impact before rounding, for scores in real numbers.
  public let keepsFineImpacts: Bool
  /// Whether the postings file also holds 4 bits that make a 12-bit weight of each impact.
  public let keepsRefinements: Bool
  /// What the head lists hold; nil for a segment without, which approximate search by heads cannot use.
  public let headLists: HeadListOptions?
  private(set) var vectors = ForwardVectors()

  public init(
    vocabularyCount: Int, keepsFineImpacts: Bool = false, keepsRefinements: Bool = false,
    headLists: HeadListOptions? = nil
  ) {
    self.vocabularyCount = vocabularyCount
    self.keepsFineImpacts = keepsFineImpacts
    self.keepsRefinements = keepsRefinements
    self.headLists = headLists
  }

  public var documentCount: Int { vectors.documentCount }
  public var postingCount: Int { vectors.postingCount }

  /// Appends one document.
  ///
  /// - Parameters:
  ///   - postings: in any order, each token once; an empty vector is allowed (the document is never found).
  ///   - fineImpacts: the impact of each posting before rounding (``ImpactQuantiser/fineImpact(of:)``), when the segment
  ///     keeps them or refinements.
  /// - Throws: ``InvertedIndexError/invalidPosting(document:detail:)`` for a token outside the vocabulary, a token given
  ///   twice, an impact of 0, or fine impacts that are missing or beyond 16-bit floats; ``InvertedIndexError/segmentFull(documents:postings:)`` when nothing more fits. The
  ///   builder is unchanged after an error.
  /// - Complexity: O(n log n) for n postings.
  public mutating func append(
    _ postings: [Posting], fineImpacts: [Float]? = nil
  ) throws(InvertedIndexError) {
    let keepsFineImpacts = keepsFineImpacts
    try append(postings) { document throws(InvertedIndexError) in
      let halves = try FineImpacts.halves(
        fineImpacts, of: postings, document: document, mustBeFinite: keepsFineImpacts)
      return FineBits(halves: halves, refinements: halves.map { Refinement.of(half: $0) })
    }
  }

  /// Appends a document of another segment as it is, to the last bit of its fine impacts and refinements when this one
  /// keeps them.
  ///
  /// - Throws: as ``append(_:fineImpacts:)``; `noFineImpacts` or `noRefinements` when the other segment has none; `storage`
  ///   for damage.
  public mutating func append(document: Int, of source: SegmentContents) throws(InvertedIndexError) {
    let (keepsFineImpacts, keepsRefinements) = (keepsFineImpacts, keepsRefinements)
    try append(try source.segment.forwardVector(of: document)) { _ throws(InvertedIndexError) in
      FineBits(
        halves: keepsFineImpacts ? try source.segment.fineHalves(of: document) : [],
        refinements: keepsRefinements ? try source.refinements(of: document) : [])
    }
  }

  /// Appends a vector of another segment as it is.
  ///
  /// - Throws: as ``append(_:fineImpacts:)``; `invalidPosting` when it lacks the fine impacts or refinements that this segment
  ///   keeps.
  public mutating func append(_ vector: ExactVector) throws(InvertedIndexError) {
    let (keepsFineImpacts, keepsRefinements) = (keepsFineImpacts, keepsRefinements)
    try append(vector.postings) { document throws(InvertedIndexError) in
      guard !keepsFineImpacts || vector.halves.count == vector.postings.count,
        !keepsRefinements || vector.refinements.count == vector.postings.count
      else {
        throw .invalidPosting(
          document: document, detail: "it has no weights beside its impacts, which this index keeps")
      }
      return FineBits(halves: vector.halves, refinements: vector.refinements)
    }
  }

  /// What a document has beside its impacts, by ascending token.
  private struct FineBits {
    var halves: [UInt16]
    var refinements: [UInt8]
  }

  /// - Parameter fineBits: called only when some of them are kept.
  private mutating func append(
    _ postings: [Posting], fineBits: (_ document: Int) throws(InvertedIndexError) -> FineBits
  ) throws(InvertedIndexError) {
    let document = documentCount
    guard document < SegmentLayout.maximumDocuments,
      postings.count <= SegmentLayout.maximumPostings - postingCount
    else { throw .segmentFull(documents: documentCount, postings: postingCount) }
    let sorted = postings.sorted { $0.token < $1.token }
    for (position, posting) in sorted.enumerated() {
      guard Int(posting.token) < vocabularyCount else {
        throw .invalidPosting(
          document: document, detail: "token \(posting.token) is outside the vocabulary of \(vocabularyCount) tokens")
      }
      guard posting.impact > 0 else {
        throw .invalidPosting(document: document, detail: "token \(posting.token) has impact 0; leave it out instead")
      }
      guard position == 0 || sorted[position - 1].token != posting.token else {
        throw .invalidPosting(document: document, detail: "token \(posting.token) is given twice")
      }
    }
    vectors.append(sorted)
    if keepsFineImpacts || keepsRefinements {
      do throws(InvertedIndexError) {
        let bits = try fineBits(document)
        if keepsFineImpacts { vectors.append(fine: bits.halves) }
        if keepsRefinements { vectors.append(refinements: bits.refinements) }
      } catch {
        vectors.removeLast()
        throw error
      }
    }
  }

  /// Writes the postings file (FORMAT.md §7.1) and the forward file (§7.2), sections only: the caller finishes or
  /// abandons both writers.
  ///
  /// - Parameters:
  ///   - ordering: how documents are numbered inside the postings. Answers do not depend on it, speed does.
  ///   - threads: how many may work on the ordering; it does not depend on their number.
  /// - Throws: ``InvertedIndexError/stopped`` when `progress` returned false.
  /// - Complexity: O(postings + frequent terms · documents / 4096) time, and that of the ordering.
  public func write(
    postings: EnvelopeWriter, forward: EnvelopeWriter, ordering: DocumentOrdering = .automatic, threads: Int = 1,
    progress: SegmentProgressHandler = { _ in true }
  ) throws(InvertedIndexError) {
    let ordering = ordering.resolved(documentCount: documentCount)
    let order = try order(ordering, threads: threads, progress: progress)
    guard progress(SegmentProgress(stage: .inverting, done: 0, total: 0)) else { throw .stopped }
    let lists = InvertedLists(
      inverting: vectors, vocabularyCount: vocabularyCount, order: order, hasRefinements: keepsRefinements)
    var goesOn = true
    try storing { () throws(StorageError) in
      try PostingsSerializer(lists: lists, vocabularyCount: vocabularyCount, ordering: ordering, order: order)
        .write(to: postings) { done in
          goesOn = goesOn && progress(SegmentProgress(stage: .writing, done: done, total: postingCount))
        }
    }
    guard goesOn else { throw .stopped }
    try storing { () throws(StorageError) in
      try ForwardSerializer.write(
        vectors, vocabularyCount: vocabularyCount, keepsFineImpacts: keepsFineImpacts, to: forward)
      if let headLists {
        try HeadListSerializer(vectors, vocabularyCount: vocabularyCount, options: headLists).write(to: forward)
      }
    }
  }

  /// The document at each place, nil for insertion order.
  private func order(
    _ ordering: DocumentOrdering, threads: Int, progress: SegmentProgressHandler
  ) throws(InvertedIndexError) -> [UInt32]? {
    guard let bisection = ordering.bisection(of: vectors, vocabularyCount: vocabularyCount) else { return nil }
    let total = bisection.workCount
    func report(_ done: Int) -> Bool { progress(SegmentProgress(stage: .ordering, done: done, total: total)) }
    guard report(0), let order = bisection.order(threads: threads, progress: report), report(total) else {
      throw .stopped
    }
    return order
  }
}

/// Document-major sparse vectors: the forward index in memory.
struct ForwardVectors: Sendable {
  /// `[documents + 1]`: where each document's postings start.
  private(set) var starts: [UInt32] = [0]
  private(set) var tokens: [UInt32] = []
  private(set) var impacts: [UInt8] = []
  /// What rounding took from each posting, as bits of a 16-bit float; empty when not kept.
  private(set) var fineImpacts: [UInt16] = []
  /// The refinement of each posting; empty when not kept.
  private(set) var refinements: [UInt8] = []

  var documentCount: Int { starts.count - 1 }
  var postingCount: Int { tokens.count }

  func range(of document: Int) -> Range<Int> {
    Int(starts[document])..<Int(starts[document + 1])
  }

  mutating func append(_ postings: [Posting]) {
    for posting in postings {
      tokens.append(posting.token)
      impacts.append(posting.impact)
    }
    starts.append(UInt32(tokens.count))
  }

  mutating func append(fine halves: [UInt16]) { fineImpacts += halves }

  mutating func append(refinements new: [UInt8]) { refinements += new }

  /// Removes the last document, whose fine impacts and refinements were not appended.
  mutating func removeLast() {
    let range = range(of: documentCount - 1)
    tokens.removeSubrange(range)
    impacts.removeSubrange(range)
    starts.removeLast()
  }
}
