/// Which scores decide an exact answer.
public enum Exactness: String, Sendable, Codable, CaseIterable {
  /// Weights of documents in 8 bits, of queries in 16: sums of integers, the same for every algorithm to the bit.
  case integer
  /// Weights of documents in 12 bits, of queries as they were given; for indexes built with fine weights.
  case fine
  /// Weights of documents to about 20 bits, of queries as they were given; for indexes built with float weights.
  case float
}

/// How exact an answer is. In JSON `"integer"`, `"fine"`, `"float"` or `false`.
public enum AnswerExactness: Sendable, Equatable, Codable {
  /// The best documents, in order, by these scores.
  case exact(Exactness)
  /// Scores are true, but better documents may be missing.
  case approximate

  /// Whether these are the best documents, in order.
  public var isExact: Bool { self != .approximate }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    self = (try? container.decode(Exactness.self)).map { .exact($0) } ?? .approximate
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .exact(let exactness): try container.encode(exactness)
    case .approximate: try container.encode(false)
    }
  }
}

/// A search that reads only the heaviest postings of the documents, in indexes built with head lists, and scores the
/// documents that are best by these in full.
public struct HeadListSearch: Sendable, Equatable {
  /// Documents scored in full, at least 1; never fewer than are asked for.
  public var candidates: Int
  /// Tokens of the query whose lists are read, those that can add most first; nil for all, otherwise at least 1.
  public var cut: Int?

  public init(candidates: Int = 200, cut: Int? = nil) {
    self.candidates = candidates
    self.cut = cut
  }
}
