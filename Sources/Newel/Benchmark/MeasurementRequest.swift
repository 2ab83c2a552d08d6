/// What to measure: every algorithm for every number of results, over all queries.
public struct MeasurementRequest: Sendable {
  /// Read by ``QueryFile`` or made by hand.
  public var queries: [SearchRequest.Query]
  /// Numbers of results, each at least 1.
  public var counts: [Int]
  public var algorithms: [TopKAlgorithm]
  /// How often each query is timed; the median counts. At least 1.
  public var passes: Int
  /// Seconds of processor time after which an algorithm begins no new pass over the queries at the same number of results;
  /// one pass is always timed. Nil for no limit.
  public var budget: Double?
  /// What recall is measured against; its queries are those of the request, in order.
  public var truth: GroundTruth?
  /// What hits must have in their metadata; see ``SearchRequest/conditions``.
  public var conditions: [String]

  public init(
    queries: [SearchRequest.Query], counts: [Int] = [10, 100, 1000],
    algorithms: [TopKAlgorithm] = TopKAlgorithm.allCases, passes: Int = 3, budget: Double? = nil,
    truth: GroundTruth? = nil, conditions: [String] = []
  ) {
    self.queries = queries
    self.counts = counts
    self.algorithms = algorithms
    self.passes = passes
    self.budget = budget
    self.truth = truth
    self.conditions = conditions
  }
}
