/// Latencies, work and agreement of the algorithms over one set of queries.
public struct MeasurementReport: Sendable, Codable {
  /// One algorithm at one number of results.
  public struct Cell: Sendable, Codable {
    /// Number of results asked for.
    public let count: Int
    public let algorithm: String
    /// From query vector to ordinals and scores of the best documents, on one thread. Keys are not looked up.
    public let microseconds: LatencySummary
    /// How often each query was timed.
    public let passes: Int
    /// Mean work of a query; repeats exactly where times do not.
    public let postingsScored: Double
    public let documentsScored: Double
    /// Block bounds that were summed.
    public let blocksChecked: Double
    /// Windows of 4,096 documents that were visited in the order of their bounds.
    public let windowsVisited: Double
    /// Blocks of 64 documents that were scored.
    public let blocksScored: Double
    /// Hash of the ordinals and scores of all answers, in hexadecimal: equal exactly when the answers are.
    public let checksum: String
    /// The share of the truth's best documents that were found, equally good ones counting alike; nil without a truth.
    public let recall: Double?
    /// The algorithms that ran and for how many queries: more than one when the engine chose.
    public let algorithmsRun: [String: Int]
  }

  public let index: String
  public let documentCount: Int
  public let queryCount: Int
  /// Mean number of known tokens of a query.
  public let meanQueryTokens: Double
  /// Tokens or words of the queries that the vocabulary does not have, counted with repeats; they were left out.
  public let unknownTokens: Int
  /// Queries that no document can match, such as those without a known token. They are timed like the others.
  public let emptyQueries: Int
  /// By number of results, then by algorithm, in the order of the request.
  public let cells: [Cell]
  /// One sentence for each algorithm whose answers differ from the first one's; empty when all agree.
  public let disagreements: [String]
}
