/// Latencies, work and agreement of the algorithms over one set of queries.
package struct MeasurementReport: Sendable, Codable {
  /// One algorithm at one number of results.
  package struct Cell: Sendable, Codable {
    /// Number of results asked for.
    package let count: Int
    package let algorithm: String
    /// From query vector to positions and scores of the best documents, on one thread. Keys are not looked up.
    package let microseconds: LatencySummary
    /// How often each query was timed.
    package let passes: Int
    /// Mean work of a query; repeats exactly where times do not.
    package let postingsScored: Double
    package let documentsScored: Double
    /// Block bounds that were summed.
    package let blocksChecked: Double
    /// Windows of 4,096 documents that were visited in the order of their bounds.
    package let windowsVisited: Double
    /// Blocks of 64 documents that were scored.
    package let blocksScored: Double
    /// Hash of the positions and scores of all answers, in hexadecimal: equal exactly when the answers are.
    package let checksum: String
    /// The share of the truth's best documents that were found, equally good ones counting alike; nil without a truth.
    package let recall: Double?
    /// The algorithms that ran and for how many queries: more than one when the engine chose.
    package let algorithmsRun: [String: Int]
  }

  package let index: String
  package let documentCount: Int
  package let queryCount: Int
  /// Mean number of known tokens of a query.
  package let meanQueryTokens: Double
  /// Tokens or words of the queries that the vocabulary does not have, each once per query; they were left out.
  package let unknownTokens: Int
  /// Queries that no document can match, such as those without a known token. They are timed like the others.
  package let emptyQueries: Int
  /// Which scores decided.
  package let exactness: Exactness
  /// By number of results, then by algorithm, in the order of the request.
  package let cells: [Cell]
  /// One sentence for each algorithm whose answers differ from the first one's; empty when all agree.
  package let disagreements: [String]
}
