/// What only the methods that compare embeddings with words read: ``TrainRequest/Method/projection`` and
/// ``TrainRequest/Method/splice``.
public struct ProjectionSettings: Sendable {
  /// Embeddings of the vocabulary's words, one row per line of the vocabulary file: a `.npy` or `.npz` file.
  public var words: String?
  /// Embeddings of texts like those that will be searched with: a `.npy` or `.npz` file, or a folder of `.npy` files. Nil to
  /// take the words for typical texts.
  public var texts: String?
  /// Only projection: how many deviations above its mean a token must be; nil for 0.
  public var threshold: Double?
  /// Only splice: what a word costs, above 0; the larger, the fewer words. Nil for 0.25.
  public var penalty: Double?
  /// How many related tokens the table keeps for each token; 0 for no table. Nil for 16.
  public var related: Int?

  /// All defaults.
  public init() {}
}
