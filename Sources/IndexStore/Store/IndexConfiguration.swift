import Foundation

/// What an index is made with; stored as JSON in its manifest.
public struct IndexConfiguration: Codable, Equatable, Sendable {
  /// The weight that becomes the largest impact; positive and finite.
  public var ceiling: Float
  /// Identifies the vocabulary, so that a head made for another one is refused.
  public var vocabularyFingerprint: String
  /// The length of the dense rows; `nil` for an index without.
  public var denseDimension: Int?
  /// The name of the tokenizer that queries go through.
  public var tokenizer: String
  /// The metadata field the keys came from; `nil` when they were made up.
  public var keyField: String?
  /// Metadata fields that can be filtered by however many values they have.
  public var filterFields: [String]?
  /// Anything else that the layers above want to remember.
  public var settings: [String: String]

  public init(
    ceiling: Float, vocabularyFingerprint: String, denseDimension: Int? = nil, tokenizer: String = "word",
    keyField: String? = nil, filterFields: [String]? = nil, settings: [String: String] = [:]
  ) {
    self.ceiling = ceiling
    self.vocabularyFingerprint = vocabularyFingerprint
    self.denseDimension = denseDimension
    self.tokenizer = tokenizer
    self.keyField = keyField
    self.filterFields = filterFields
    self.settings = settings
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
