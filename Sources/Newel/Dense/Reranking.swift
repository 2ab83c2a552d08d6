/// How the first hits of a search are ordered anew by a second opinion: the cosines of dense rows.
///
/// The documents are those that the words found; only the order of the first ``pool`` changes. What is compared are the
/// coordinates that an index built with an alignment has, otherwise the dense rows themselves. From cosines with coordinates half
/// of what a document has with every query, its hubness, is taken away, where the alignment has a sample of queries.
public struct Reranking: Sendable, Equatable {
  /// How two scores become one.
  public enum Fusion: String, Sendable, Codable, CaseIterable {
    /// The cosine alone, less half the hubness.
    case replace
    /// `(1 − weight) · score + weight · cosine`, the cosines (less half the hubness) brought to the range of the pool's scores.
    case weighted
    /// `1 / (60 + rank) + 1 / (60 + rank by cosine)` (Cormack, Clarke and Büttcher 2009).
    case reciprocalRanks = "rrf"
  }

  /// How many of the first hits are ordered anew, at least as many as are asked for.
  public var pool: Int
  public var fusion: Fusion
  /// What the cosine counts in a weighted fusion, 0...1; 0 leaves order and scores as they are.
  public var weight: Double
  /// The embedding of the query's text; nil takes the query's own embedding, or its words.
  public var vector: [Float]?
  /// Whether the query's words are compared together with its vector, by an alignment that knows both; words and vector then
  /// count alike.
  public var comparesWords = true

  /// What gained most, at worst, over words and over cosines alone on held-out parts of three collections.
  public static let defaultWeight = 0.6

  public init(
    pool: Int = 200, fusion: Fusion = .weighted, weight: Double = Reranking.defaultWeight, vector: [Float]? = nil
  ) {
    self.pool = pool
    self.fusion = fusion
    self.weight = weight
    self.vector = vector
  }

  /// Refuses what no re-ranking can be done with.
  ///
  /// - Parameter depth: the number of the last hit that is asked for.
  package func check(depth: Int = 1) throws(NewelError) {
    guard pool >= 1 else {
      throw NewelError(.invalidArgument, "\(pool) hits were to be re-ranked, but it must be at least 1.")
    }
    guard pool >= depth else {
      throw NewelError(
        .invalidArgument,
        "Hits up to number \(depth) are asked for and only the first \(pool) are re-ranked; re-rank at least \(depth).")
    }
    guard weight >= 0, weight <= 1 else {
      throw NewelError(.invalidArgument, "The weight of the dense part is \(weight), but it must be from 0 to 1.")
    }
  }
}

/// The two parts of the score of a hit that was re-ranked.
public struct RerankedScore: Sendable, Codable, Equatable {
  /// The score before: the sum of the contributions of the query's tokens.
  public let sparseScore: Double
  /// The rank before, 1 for the best.
  public let sparseRank: Int
  /// The cosine of the document's dense row with the query, -1...1.
  public let cosine: Double
  /// How near the document is to everything: its mean cosine with the ten nearest of some queries that the alignment was fitted
  /// on, of which half is taken from the cosine; nil where the alignment tells nothing.
  public let hubness: Double?
  /// The rank by the cosine less half the hubness among the hits that were re-ranked, 1 for the best; equal ones have the same.
  public let denseRank: Int
  /// What the tokens give to the new score.
  public let sparseAmount: Double
  /// What the cosine gives to it; the two add up to the score.
  public let denseAmount: Double
}

/// What was done to the first hits of a search.
public struct RerankReport: Sendable, Codable, Equatable {
  /// How many hits were ordered anew.
  public let count: Int
  public let fusion: Reranking.Fusion
  /// Nil unless the fusion is weighted.
  public let weight: Double?
  /// What of the documents was compared: `coordinates` or `vectors`.
  public let rows: String
  /// What it was compared with: the `words` of the query, a `vector`, `words and vector`, or a `document`.
  public let query: String
  /// Why no hit was re-ranked: one sentence; nil when some were, or there were none.
  public let obstacle: String?
}
