import Foundation
internal import InvertedIndex

/// What an index is made with; stored as JSON in its manifest.
public struct IndexConfiguration: Codable, Equatable, Sendable {
  /// The weight that becomes the largest impact; positive and finite.
  public var ceiling: Float
  /// Identifies the vocabulary, so that a head made for another one is refused.
  public var vocabularyFingerprint: String
  /// The length of the dense rows; `nil` for an index without.
  public var denseDimension: Int?
  /// How the numbers of dense rows and coordinates are stored; `nil` is 16-bit floats.
  public var denseElement: DenseElement?
  /// How many coordinates the index's alignment gives each document; `nil` for an index without an alignment.
  public var coordinateCount: Int?
  /// The name of the tokenizer that queries go through.
  public var tokenizer: String
  /// The metadata field the keys came from; `nil` when they were made up.
  public var keyField: String?
  /// How the numbers of dense rows and coordinates are stored.
  public var element: DenseElement { denseElement ?? .float16 }
  /// Whether documents keep their weights in real numbers beside the impacts; `nil` is no.
  public var floatWeights: Bool?
  /// Whether postings have weights of 12 bits beside the impacts; `nil` is no.
  public var fineWeights: Bool?
  /// The share of each document's weight in head lists; `nil` for an index without.
  public var headMass: Double?
  /// Most postings of a term in head lists; `nil` for all.
  public var headCap: Int?
  /// Metadata fields that can be filtered by however many values they have.
  public var filterFields: [String]?
  /// Anything else that the layers above want to remember.
  public var settings: [String: String]

  public init(
    ceiling: Float, vocabularyFingerprint: String, denseDimension: Int? = nil,
    denseElement: DenseElement = .float16, coordinateCount: Int? = nil, tokenizer: String = "word",
    keyField: String? = nil, filterFields: [String]? = nil, floatWeights: Bool = false, fineWeights: Bool = false,
    headMass: Double? = nil, headCap: Int? = nil, settings: [String: String] = [:]
  ) {
    self.ceiling = ceiling
    self.vocabularyFingerprint = vocabularyFingerprint
    self.denseDimension = denseDimension
    self.denseElement = denseElement == .float16 ? nil : denseElement
    self.coordinateCount = coordinateCount
    self.tokenizer = tokenizer
    self.keyField = keyField
    self.filterFields = filterFields
    // Left out where there are none, so that the configuration of most indexes stays as it is.
    self.floatWeights = floatWeights ? true : nil
    self.fineWeights = fineWeights ? true : nil
    self.headMass = headMass
    self.headCap = headCap
    self.settings = settings
  }

  /// Whether documents keep their weights in real numbers.
  public var keepsFloatWeights: Bool { floatWeights == true }
  /// Whether postings have weights of 12 bits.
  public var keepsFineWeights: Bool { fineWeights == true }

  /// What head lists hold; nil for an index without.
  func headLists() throws(IndexStoreError) -> HeadListOptions? {
    try headMass.map { mass throws(IndexStoreError) in
      try indexing { () throws(InvertedIndexError) in try HeadListOptions(mass: mass, cap: headCap) }
    }
  }

  /// The largest length of dense rows.
  public static let maximumDenseDimension = 65_536

  /// JSON with sorted keys, so that equal configurations have equal bytes.
  func encoded() -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    // Numbers, texts and a dictionary of texts always have a JSON form.
    return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
  }

  init?(decoding text: String) {
    guard let value = try? JSONDecoder().decode(IndexConfiguration.self, from: Data(text.utf8)) else { return nil }
    self = value
  }
}
