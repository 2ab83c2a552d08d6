/// Turns query texts into weighted tokens through a table of weights, without a neural network.
///
/// The weight of a word is its weight in the table times its boost; repeated words add up; negative words count with the
/// opposite sign. Words the vocabulary lacks are reported, never dropped silently.
public struct QueryEncoder: Sendable {
  /// The tokens a query can have.
  public let vocabulary: Vocabulary
  /// How texts are cut into tokens.
  public let tokenizer: Tokenizer
  /// One weight per token, finite and 0 or more; 0 leaves the token out.
  public let weights: [Float]

  /// An encoder from its parts.
  ///
  /// - Throws: ``TokenSpaceError/badQueryWeights(expected:found:)``.
  public init(vocabulary: Vocabulary, tokenizer: Tokenizer, weights: [Float]) throws(TokenSpaceError) {
    let good = weights.count { $0 >= 0 && $0.isFinite }
    guard good == weights.count, good == vocabulary.count else {
      throw .badQueryWeights(expected: vocabulary.count, found: good)
    }
    self.vocabulary = vocabulary
    self.tokenizer = tokenizer
    self.weights = weights
  }

  /// The tokens of a query text in the language of ``QueryText``.
  ///
  /// - Throws: ``TokenSpaceError/query(_:)`` when the text cannot be read. A query of unknown words only is no error: its
  ///   terms are empty and ``EncodedQuery/unknown`` names the words.
  /// - Complexity: O(length of the text).
  public func encode(_ text: String) throws(TokenSpaceError) -> EncodedQuery {
    do {
      return encode(try QueryText.parse(text))
    } catch {
      throw .query(error)
    }
  }

  /// The tokens of a plain text, such as a caption, without the query language: every word adds, repeats add up.
  ///
  /// - Complexity: O(length of the text).
  public func encode(plain text: String) -> EncodedQuery {
    let words = text.unicodeScalars.split { $0 == " " || $0 == "\n" || $0 == "\r" || $0 == "\t" }
    return encode(ParsedQuery(clauses: words.map { QueryClause(text: String($0)) }))
  }

  /// The tokens of a parsed query.
  public func encode(_ query: ParsedQuery) -> EncodedQuery {
    var result = EncodedQuery()
    var unknown = DistinctWords()
    var unknownRequired = DistinctWords()
    var ignored = DistinctWords()
    var required: Set<UInt32> = []
    var sums: [UInt32: Double] = [:]
    var order: [UInt32] = []
    for clause in query.clauses {
      let found = look(up: clause)
      for word in found.unknown + found.missingPieces { unknown.append(word) }
      for word in found.ignored { ignored.append(word) }
      if clause.sign == .required {
        if !found.tokens.isEmpty { result.required.append(distinct(found.tokens)) }
        for word in found.unknown { unknownRequired.append(word) }
        required.formUnion(found.tokens)
      }
      for token in found.tokens {
        let weight = Double(weights[Int(token)]) * Double(clause.boost)
        if sums[token] == nil { order.append(token) }
        sums[token, default: 0] += clause.sign == .negative ? -weight : weight
      }
    }
    for token in order {
      guard let sum = sums[token] else { continue }
      if sum != 0 {
        result.terms.append(TokenWeight(token: token, weight: Float(sum)))
      } else if weights[Int(token)] > 0, !required.contains(token) {
        result.cancelled.append(token)
      }
    }
    result.unknown = unknown.words
    result.unknownRequired = unknownRequired.words
    result.ignored = ignored.words
    return result
  }

  /// What a clause is made of.
  private struct Findings {
    var tokens: [UInt32] = []
    /// Words without any token.
    var unknown: [String] = []
    /// Pieces without a token, of words that have others.
    var missingPieces: [String] = []
    var ignored: [String] = []
  }

  private func look(up clause: QueryClause) -> Findings {
    var found = Findings()
    let words = tokenizer.words(in: clause.text)
    for word in words {
      var known: [UInt32] = []
      var missing: [String] = []
      for piece in word.tokens {
        if let token = vocabulary.id(of: piece) { known.append(token) } else { missing.append(piece) }
      }
      found.tokens.append(contentsOf: known)
      if !known.isEmpty {
        if known.allSatisfy({ weights[Int($0)] == 0 }) { found.ignored.append(word.text) }
        found.missingPieces.append(contentsOf: missing.map { "\($0) (in \(word.text))" })
      } else if StopWords.english.contains(word.text) || Self.isPunctuation(word.text) {
        found.ignored.append(word.text)
      } else {
        found.unknown.append(word.text)
      }
    }
    if words.isEmpty {
      // Nothing a word is made of: punctuation is noise, anything else (an emoji) is a word nobody knows.
      if Self.isPunctuation(clause.text) {
        found.ignored.append(clause.text)
      } else {
        found.unknown.append(clause.text)
      }
    }
    return found
  }

  private static func isPunctuation(_ text: String) -> Bool {
    text.unicodeScalars.allSatisfy { scalar in
      if scalar.isASCII {
        return !("a"..."z").contains(scalar) && !("A"..."Z").contains(scalar) && !("0"..."9").contains(scalar)
      }
      switch scalar.properties.generalCategory {
      case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
        .finalPunctuation, .otherPunctuation, .mathSymbol, .spaceSeparator, .control, .format:
        return true
      default: return false
      }
    }
  }

  private func distinct(_ tokens: [UInt32]) -> [UInt32] {
    var seen = Set<UInt32>()
    return tokens.filter { seen.insert($0).inserted }
  }
}

/// Words in the order of their first appearance, each once.
private struct DistinctWords {
  private(set) var words: [String] = []
  private var seen: Set<String> = []

  mutating func append(_ word: String) {
    if seen.insert(word).inserted { words.append(word) }
  }
}
