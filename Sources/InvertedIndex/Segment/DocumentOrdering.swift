/// How documents are numbered inside a segment's postings.
///
/// Putting like documents next to each other makes bounds sharp and whole blocks skippable. Answers never depend on it:
/// ties break by insertion order, which is kept beside the postings.
public enum DocumentOrdering: String, Sendable, CaseIterable {
  /// Light bisection from 50,000 documents, insertion order below.
  case automatic = "auto"
  /// The order in which documents were added.
  case insertion = "none"
  /// Recursive graph bisection, a few rounds.
  case bisection = "bp"
  /// Recursive graph bisection to small partitions: a little sharper at a third more time.
  case fullBisection = "bp-full"

  /// Below it one window holds everything and order gains nothing.
  static let automaticThreshold = 50_000

  /// What ``automatic`` means for a segment of this size; the others mean themselves.
  func resolved(documentCount: Int) -> DocumentOrdering {
    guard self == .automatic else { return self }
    return documentCount >= Self.automaticThreshold ? .bisection : .insertion
  }

  /// The bisection of `vectors`, nil for insertion order.
  func bisection(of vectors: ForwardVectors, vocabularyCount: Int) -> GraphBisection? {
    switch resolved(documentCount: vectors.documentCount) {
    case .automatic, .insertion: nil
    case .bisection: GraphBisection(.light, vectors, vocabularyCount: vocabularyCount)
    case .fullBisection: GraphBisection(.full, vectors, vocabularyCount: vocabularyCount)
    }
  }

  /// The number that stands for it in a segment's summary (FORMAT.md §7.1.1).
  var code: UInt32 {
    switch self {
    case .automatic, .insertion: 0
    case .bisection: 1
    case .fullBisection: 2
    }
  }

  /// The ordering that ``code`` stands for.
  init?(code: UInt32) {
    switch code {
    case 0: self = .insertion
    case 1: self = .bisection
    case 2: self = .fullBisection
    default: return nil
    }
  }
}
