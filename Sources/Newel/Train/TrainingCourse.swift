/// How a training went: its losses, and what it reached on rows it was not trained on.
public struct TrainingCourse: Sendable, Codable {
  /// The mean of some steps.
  public struct Losses: Sendable, Codable {
    /// Steps done, counted over all stages.
    public let step: Int
    /// All terms together.
    public let total: Double
    /// The contrastive term alone.
    public let contrastive: Double
  }

  /// The share of queries whose answer is among the first 1, 5 and 10; ties count against it.
  public struct Recall: Sendable, Codable {
    public let at1: Double
    public let at5: Double
    public let at10: Double
  }

  /// What the head gives on held-out rows as it would serve: the strongest tokens, 8-bit weights, words as queries.
  public struct Validation: Sendable, Codable {
    /// Steps done, counted over all stages.
    public let step: Int
    public let pictures: Int
    public let captions: Int
    /// From captions to pictures.
    public let textToImage: Recall
    /// From pictures to captions.
    public let imageToText: Recall
    /// From captions with their expansions to pictures; nil where there are none.
    public let expandedTextToImage: Recall?
    /// The share of a picture's five strongest tokens that one of its captions says.
    public let tokenPrecision: Double
    /// Tokens of a picture, on average.
    public let meanTokens: Double
    /// The share of pictures that have the most frequent token.
    public let largestFrequency: Double
  }

  public let losses: [Losses]
  public let validations: [Validation]
  /// The step with which each stage ended.
  public let stageEnds: [Int]
}
