/// Recall against latency: what approximate searches give for their time, beside exact ones.
package struct CurveReport: Sendable, Codable {
  /// One setting of one way to search.
  package struct Point: Sendable, Codable {
    /// What was set: "64 blocks", "0.5 ms", "200 candidates"; empty when there is nothing to set.
    package let setting: String
    package let microseconds: LatencySummary
    /// The share of the truth's best documents that were found, equally good ones counting alike.
    package let recall: Double
  }

  /// One way to search, from less to more work.
  package struct Line: Sendable, Codable {
    package let mode: String
    package let points: [Point]
  }

  package let index: String
  package let documentCount: Int
  package let queryCount: Int
  package let meanQueryTokens: Double
  /// Number of results asked for.
  package let count: Int
  /// What recall is measured against: the exact integer answer, or a file.
  package let truth: String
  package let lines: [Line]
}
