/// Gathers a vocabulary from the captions of a collection.
///
/// The result is ordered by document frequency, highest first, then by bytes, so that it depends only on the captions and
/// not on their order.
public struct VocabularyBuilder: Sendable {
  /// The number of captions counted.
  public private(set) var documentCount = 0

  private var frequencies: [String: Int] = [:]

  /// A builder that has seen nothing.
  public init() {}

  /// Counts the tokens of one document, each once however often it is given.
  public mutating func add(_ tokens: Set<String>) {
    documentCount += 1
    for token in tokens where token.utf8.count <= 200 { frequencies[token, default: 0] += 1 }
  }

  /// The tokens that stand in at least `minimumDocumentFrequency` documents, have a letter or a digit, and are not in
  /// `stopWords`; of more than `maximumCount` the most frequent.
  ///
  /// - Throws: ``TokenSpaceError/noFrequentToken(documents:minimum:)`` when none is left.
  public func finish(
    minimumDocumentFrequency: Int, maximumCount: Int = .max, stopWords: Set<String> = StopWords.english
  ) throws(TokenSpaceError) -> Vocabulary {
    let kept = frequencies.filter { token, frequency in
      frequency >= minimumDocumentFrequency && !stopWords.contains(token) && Self.hasContent(token)
    }
    guard !kept.isEmpty else {
      throw .noFrequentToken(documents: documentCount, minimum: minimumDocumentFrequency)
    }
    let ordered = kept.sorted { left, right in
      left.value != right.value ? left.value > right.value : left.key.utf8.lexicographicallyPrecedes(right.key.utf8)
    }
    return try Vocabulary(ordered.prefix(maximumCount).map(\.key), source: "the captions")
  }

  private static func hasContent(_ token: String) -> Bool {
    token.unicodeScalars.contains { $0.properties.isAlphabetic || $0.properties.numericType != nil }
  }
}
