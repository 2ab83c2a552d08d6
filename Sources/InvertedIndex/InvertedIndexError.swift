public import ByteStorage

/// What can go wrong between postings and answers. Every case reads as one sentence.
public enum InvertedIndexError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A file of the segment could not be written, read or trusted.
  case storage(StorageError)
  /// A number in a segment file contradicts another one, although the checksums hold: the writer was at fault.
  case inconsistent(file: String, section: String, detail: String)
  /// The quantiser's ceiling must be a positive finite number.
  case invalidCeiling(Float)
  /// A posting that no index can hold.
  case invalidPosting(document: Int, detail: String)
  /// The segment holds as many documents or postings as its numbers can count.
  case segmentFull(documents: Int, postings: Int)
  /// A query weight that is not a finite number.
  case invalidQueryWeight(token: UInt32, weight: Float)
  /// More terms than one query may have.
  case tooManyTerms(found: Int, limit: Int)
  /// `k` must be at least 1.
  case invalidResultCount(Int)
  /// A budget that allows nothing, or goes with an algorithm that knows none.
  case invalidBudget
  /// Scores in real numbers from a segment that holds no weights in real numbers.
  case noFineImpacts(file: String)
  /// Scores by 12-bit weights from a segment that has 8 bits only.
  case noRefinements(file: String)
  /// A search by head lists in a segment that has none.
  case noHeadLists(file: String)
  /// Head lists of an impossible size.
  case invalidHeadLists(mass: Double, cap: Int?)
  /// A search by head lists with no candidates or no terms.
  case invalidHeadSearch(candidates: Int, cut: Int?)
  /// The one who watches the progress of a job stopped it.
  case stopped

  public var description: String {
    switch self {
    case .storage(let error):
      return error.description
    case .inconsistent(let file, let section, let detail):
      return
        "'\(file)' contradicts itself in section \(section): \(detail); it was not written by this program, so build "
        + "the index again."
    case .invalidCeiling(let ceiling):
      return "The impact ceiling is \(ceiling), but it must be a positive finite number."
    case .invalidPosting(let document, let detail):
      return "Document \(document) cannot be indexed: \(detail)."
    case .segmentFull(let documents, let postings):
      return "The segment is full with \(documents) documents and \(postings) postings; start a new segment."
    case .invalidQueryWeight(let token, let weight):
      return "Query token \(token) has the weight \(weight), but weights must be finite numbers."
    case .tooManyTerms(let found, let limit):
      return "The query has \(found) different tokens, more than the limit of \(limit); shorten it."
    case .invalidResultCount(let k):
      return "\(k) results were asked for, but there must be at least 1."
    case .invalidBudget:
      return "A search budget must allow at least one block and some time, and goes with the superblock search only."
    case .noFineImpacts(let file):
      return
        "'\(file)' holds no weights in real numbers, so scores are integers only; build the index again with float weights "
        + "(--float-weights)."
    case .noRefinements(let file):
      return "'\(file)' holds weights of 8 bits only; build the index again with fine weights (--fine-weights)."
    case .noHeadLists(let file):
      return
        "'\(file)' has no head lists, which this approximate search reads; build the index again with --head-lists."
    case .invalidHeadLists(let mass, let cap):
      return
        "Head lists with a mass of \(mass)\(cap.map { " and at most \($0) postings per term" } ?? "") cannot be made: the "
        + "mass must be above 0 and at most 1, the number of postings at least 1."
    case .invalidHeadSearch(let candidates, let cut):
      return
        "A search by head lists needs at least 1 candidate and 1 term, not \(candidates)\(cut.map { " and \($0)" } ?? "")."
    case .stopped:
      return "The writing of a segment was stopped on request."
    }
  }
}

/// Turns a storage error into this module's, for use with typed throws.
func storing<Result>(_ body: () throws(StorageError) -> Result) throws(InvertedIndexError) -> Result {
  do { return try body() } catch { throw .storage(error) }
}
