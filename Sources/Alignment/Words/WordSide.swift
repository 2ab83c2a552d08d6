public import LinearAlgebra

/// What typed words are worth in the space of a map: a row of coordinates for every word, so that a text becomes
/// coordinates with no encoder at all.
///
/// The coordinates of a bag are those of its words, times what each counts, plus the intercept, brought to length 1. How
/// telling a word is (its inverse document frequency, say) is folded into its row.
public struct WordSide: Sendable, Equatable {
  /// The words: distinct, not empty, without line feeds.
  public let tokens: [String]
  /// What cut the captions into these words, and must cut queries: a name, and for pieces the fingerprint of the vocabulary.
  public let tokenizer: String
  /// `[tokens × coordinates]`.
  public let table: Matrix
  /// What every text has in common; one number for each coordinate.
  public let intercept: [Float]

  /// The row of each word, by its bytes: composed and decomposed letters differ, as in vocabularies.
  private let numbers: [[UInt8]: UInt32]

  /// Checks that the parts fit together.
  ///
  /// - Throws: ``AlignmentError/damagedAlignment(source:section:reason:)``.
  public init(
    tokens: [String], tokenizer: String, table: Matrix, intercept: [Float], source: String = "the alignment"
  ) throws(AlignmentError) {
    func refuse(_ section: String, _ reason: String) -> AlignmentError {
      .damagedAlignment(source: source, section: section, reason: reason)
    }
    guard !tokens.isEmpty else { throw refuse("words_vocabulary", "it has no words") }
    guard tokens.count == table.rows, table.columns >= 1, table.values.count == table.rows * table.columns else {
      throw refuse("words_weight", "it has \(table.rows) rows for \(tokens.count) words")
    }
    guard intercept.count == table.columns else {
      throw refuse("words_bias", "it has \(intercept.count) numbers instead of \(table.columns)")
    }
    guard table.values.allSatisfy(\.isFinite) else {
      throw refuse("words_weight", "it holds a number that is not finite")
    }
    guard intercept.allSatisfy(\.isFinite) else { throw refuse("words_bias", "it holds a number that is not finite") }
    var numbers: [[UInt8]: UInt32] = [:]
    numbers.reserveCapacity(tokens.count)
    for (number, token) in tokens.enumerated() {
      guard !token.isEmpty, !token.utf8.contains(10) else {
        throw refuse("words_vocabulary", "word \(number) is empty or holds a line feed")
      }
      guard numbers.updateValue(UInt32(number), forKey: Array(token.utf8)) == nil else {
        throw refuse("words_vocabulary", "the word '\(token)' is there twice")
      }
    }
    self.tokens = tokens
    self.tokenizer = tokenizer
    self.table = table
    self.intercept = intercept
    self.numbers = numbers
  }

  /// The row of a word in ``table``; nil for a word that the captions did not have often enough.
  ///
  /// - Complexity: O(length of the word) expected.
  public func number(of token: String) -> Int? { numbers[Array(token.utf8)].map { Int($0) } }

  /// The sum over known words before it is brought to length 1, with the intercept; nil when no word is known.
  func sum(_ words: some Sequence<(token: String, weight: Float)>) -> [Float]? {
    var sum: [Float]?
    for (token, weight) in words {
      guard weight != 0, let number = number(of: token) else { continue }
      var next = sum ?? intercept
      let start = number * table.columns
      for column in next.indices { next[column] += weight * table.values[start + column] }
      sum = next
    }
    return sum
  }
}
