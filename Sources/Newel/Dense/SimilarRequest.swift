/// Which documents are like one of the index.
public struct SimilarRequest: Sendable {
  /// What documents are compared by.
  public enum Basis: String, Sendable, Codable, CaseIterable {
    /// Their tokens: the document's own sparse vector is the query.
    case sparse
    /// The cosine of their dense rows, or of their coordinates in an index that keeps no rows; all documents are compared.
    case dense
    /// Tokens find, and the cosines re-rank what they found.
    case both
  }

  /// The key of the document.
  public var key: String
  public var basis: Basis
  /// Number of hits to return, at least 1. The document itself is none.
  public var count: Int
  /// Number of best hits to leave out, for the next page.
  public var offset: Int
  /// What hits must have in their metadata; see ``SearchRequest/conditions``.
  public var conditions: [String]
  /// How tokens and cosines are put together; its vector is not used. For both only.
  public var rerank: Reranking
  /// Whether hits carry the documents' metadata.
  public var includesMetadata: Bool

  public init(
    _ key: String, basis: Basis = .sparse, count: Int = 10, offset: Int = 0, conditions: [String] = [],
    rerank: Reranking = Reranking(), includesMetadata: Bool = true
  ) {
    self.key = key
    self.basis = basis
    self.count = count
    self.offset = offset
    self.conditions = conditions
    self.rerank = rerank
    self.includesMetadata = includesMetadata
  }

  /// Refuses numbers that no search can be done with.
  func check() throws(NewelError) {
    try SearchRequest("", count: count, offset: offset).check()
    guard basis == .both else { return }
    let (depth, isTooLarge) = offset.addingReportingOverflow(count)
    try rerank.check(depth: isTooLarge ? .max : depth)
  }
}

/// The documents that are like one.
public struct SimilarResponse: Sendable, Codable {
  /// The document they are like.
  public let key: String
  public let basis: SimilarRequest.Basis
  /// Best first. Their contributions are the tokens that they share with the document, by tokens the largest first.
  public let hits: [SearchHit]
  /// Documents in the snapshot that was searched.
  public let documentCount: Int
  /// Documents that the request's conditions accept; nil without conditions.
  public let documentsAccepted: Int?
  /// What the cosines did; nil unless documents are compared by both.
  public let reranking: RerankReport?
}
