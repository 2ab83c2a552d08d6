/// What a fit did.
public struct AlignReport: Sendable, Codable {
  /// Mean average precision over classes: AP is divided by the relevant items within the depth.
  public struct Classes: Sendable, Codable {
    /// Of whole rankings of the gallery.
    public let all: Double
    public let atCutoff: Double
    /// How deep the second goes.
    public let cutoff: Int
  }

  /// The share of queries whose answer is among the first 1, 5 and 10, and where it is; ties count against it.
  public struct Direction: Sendable, Codable {
    public let queries: Int
    /// What could be found.
    public let gallery: Int
    public let recallAt1: Double
    public let recallAt5: Double
    public let recallAt10: Double
    public let medianRank: Int
    public let meanReciprocalRank: Double
    /// The same queries over the same gallery; nil without a field of classes.
    public let classes: Classes?
  }

  /// What was found among rows that were not fitted.
  public struct Validation: Sendable, Codable {
    public let pictures: Int
    /// nil without rows of texts.
    public let textToImage: Direction?
    public let imageToText: Direction?
    /// The same with the captions' words as queries; nil without words.
    public let wordsToImage: Direction?
    public let imageToWords: Direction?
  }

  public let output: String
  /// How it was fitted.
  public let method: String
  /// Pairs of a picture and a text, or a caption.
  public let pairs: Int
  /// Different pictures among them.
  public let pictures: Int
  public let imageDimension: Int
  /// nil without rows of texts.
  public let textDimension: Int?
  /// What the dot product is taken over.
  public let coordinates: Int
  /// Words with coordinates; nil without.
  public let words: Int?
  /// nil when there were too few rows to hold any out.
  public let validation: Validation?
  public internal(set) var seconds: Double
  /// The part of ``seconds`` that fitting or training took, without reading, words and validation.
  public let fittingSeconds: Double
  /// The processor time of all cores in ``fittingSeconds``.
  public let fittingProcessorSeconds: Double
}
