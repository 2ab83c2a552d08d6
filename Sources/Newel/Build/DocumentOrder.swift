internal import InvertedIndex

/// How documents are ordered inside a segment's postings. Answers never depend on it: ties break by insertion order.
public enum DocumentOrder: String, Sendable, CaseIterable, Codable {
  /// Light bisection from 50,000 documents, insertion order below.
  case automatic = "auto"
  /// The order in which documents were added.
  case insertion = "none"
  /// Like documents next to each other, by recursive graph bisection: searches skip more.
  case bisection = "bp"
  /// The same to smaller partitions: a little sharper at a third more time.
  case fullBisection = "bp-full"

  var ordering: DocumentOrdering {
    switch self {
    case .automatic: .automatic
    case .insertion: .insertion
    case .bisection: .bisection
    case .fullBisection: .fullBisection
    }
  }
}
