/// How documents are numbered inside a segment's postings.
///
/// Putting like documents next to each other makes bounds sharp and whole blocks skippable. Answers never depend on it:
/// ties break by insertion order, which is kept beside the postings.
public enum DocumentOrdering: String, Sendable, CaseIterable {
  /// Light bisection from 50,000 documents, insertion order below.
  case automatic = "auto"
  /// The order in which documents were added.
  case insertion = "none"
  /// Recursive graph bisection, a few rounds: most of the gain at less than half the time.
  case bisection = "bp"
  /// Recursive graph bisection to small partitions.
  case fullBisection = "bp-full"

  /// Below it one window holds everything and order gains nothing.
  static let automaticThreshold = 50_000

  /// The document at each place, nil for insertion order.
  func order(of vectors: ForwardVectors, vocabularyCount: Int) -> [UInt32]? {
    switch self {
    case .insertion: nil
    case .automatic:
      vectors.documentCount >= Self.automaticThreshold
        ? GraphBisection(.light, vectors, vocabularyCount: vocabularyCount).order() : nil
    case .bisection: GraphBisection(.light, vectors, vocabularyCount: vocabularyCount).order()
    case .fullBisection: GraphBisection(.full, vectors, vocabularyCount: vocabularyCount).order()
    }
  }
}
