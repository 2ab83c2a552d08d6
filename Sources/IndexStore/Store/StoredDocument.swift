public import EmbeddingDumps
public import InvertedIndex

/// A document on its way into an index.
public struct StoredDocument: Sendable {
  /// The name the user knows it by; unique in the index, compared byte by byte.
  public var key: String
  /// What is shown of it: one JSON object in UTF-8, stored as it is.
  public var metadata: [UInt8]
  /// Its words; any order, each token once. May be empty: then no query finds it.
  public var postings: [Posting]
  /// The impact of each posting before rounding, in an index that keeps float or fine weights; `nil` in others.
  public var fineImpacts: [Float]?
  /// Its embedding, exactly as long as the index's dense dimension; `nil` in an index without.
  public var denseRow: [Float]?
  /// What the index's alignment makes of its embedding, as many numbers as the configuration says; `nil` in an index without.
  public var coordinates: [Float]?
  /// How near the coordinates are to everything, -1...1, of which half is taken from every cosine; given for all documents of an
  /// alignment or for none.
  public var hubness: Float?
  /// The metadata as an object, when the caller has parsed them; must be what the bytes say.
  public var object: JSONObject?
  /// Where it comes from, when it is in the index already: its vector and rows are then copied to the last bit, whatever the
  /// fields above say of them.
  var source: Source?

  struct Source: Sendable {
    let segment: SegmentSnapshot
    let document: Int
  }

  public init(
    key: String, metadata: [UInt8], postings: [Posting], fineImpacts: [Float]? = nil, denseRow: [Float]? = nil,
    coordinates: [Float]? = nil, hubness: Float? = nil, object: JSONObject? = nil
  ) {
    self.key = key
    self.metadata = metadata
    self.postings = postings
    self.fineImpacts = fineImpacts
    self.denseRow = denseRow
    self.coordinates = coordinates
    self.hubness = hubness
    self.object = object
  }

  /// The longest key in bytes.
  public static let maximumKeyByteCount = 4096
  /// The longest metadata in bytes.
  public static let maximumMetadataByteCount = 16_777_216
}
