/// Which pictures an atlas shows.
package struct AtlasRequest: Sendable {
  /// How many pictures, at least 1.
  package var count: Int
  /// Of the random choice.
  package var seed: UInt64
  /// What pictures must have; see ``SearchRequest/conditions``.
  package var conditions: [String]
  /// Words whose best hits are shown instead of a random choice.
  package var query: String?
  /// Most tokens of a picture.
  package var limit: Int
  /// The metadata field with the path of a picture.
  package var pictureField: String

  package init(
    count: Int, seed: UInt64, conditions: [String], query: String?, limit: Int, pictureField: String
  ) {
    self.count = count
    self.seed = seed
    self.conditions = conditions
    self.query = query
    self.limit = limit
    self.pictureField = pictureField
  }
}

/// Some pictures with their words, and how the words are spread over all pictures that meet the conditions.
package struct Atlas: Sendable {
  package let path: String
  /// Documents of the index.
  package let documentCount: Int
  /// Documents that meet the conditions.
  package let galleryCount: Int
  package let vocabularyCount: Int
  package let meanTokens: Double
  /// Document frequencies of the tokens that are used, the most frequent first.
  package let frequencies: [Int]
  /// The most frequent tokens.
  package let mostFrequent: [IndexStatistics.TokenCount]
  package let pictures: [Picture]
  /// Words of the query that the vocabulary does not have.
  package let unknownWords: [String]

  package struct Picture: Sendable {
    package let inspection: Inspection
    /// What the metadata say of where the picture is.
    package let imagePath: String?
    /// With a query: how well it fits, and why.
    package let score: Double?
    package let contributions: [TokenContribution]
  }
}
