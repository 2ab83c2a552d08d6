/// Which rows to bring into the space of an alignment, and where to write them.
public struct MapRequest: Sendable {
  /// Rows of which side.
  public enum Side: String, Sendable, CaseIterable {
    case images
    case texts
  }

  public var side: Side
  /// A `.npy` or `.npz` file, or a dump folder.
  public var rows: String
  /// A JSONL file or a dump folder with the keys of the rows, for vectors; nil calls them by their numbers.
  public var metadata: String?
  /// The metadata field that is the key; nil for `id`, `key` or `image_path`.
  public var keyField: String?
  /// The file to write: `.npy` for coordinates, `.jsonl` for vectors of anchors. An existing file is never replaced.
  public var output: String

  public init(side: Side, rows: String, metadata: String? = nil, keyField: String? = nil, output: String) {
    self.side = side
    self.rows = rows
    self.metadata = metadata
    self.keyField = keyField
    self.output = output
  }
}

/// What was written.
public struct MapReport: Sendable, Codable {
  public let output: String
  /// How the alignment was fitted.
  public let method: String
  public let side: String
  public let rows: Int
  /// The length of the rows, or how many anchors there are.
  public let coordinates: Int
  /// The mean number of anchors of a vector; nil for coordinates.
  public let meanAnchors: Double?
}
