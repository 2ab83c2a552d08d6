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

  /// The tokens of a parsed query.
  public func encode(_ query: ParsedQuery) -> EncodedQuery {
    var result = EncodedQuery()
    var sums: [UInt32: Double] = [:]
    var order: [UInt32] = []
    for clause in query.clauses {
      let found = look(up: clause)
      append(found.unknown, to: &result.unknown)
      append(found.ignored, to: &result.ignored)
      if clause.sign == .required {
        if !found.tokens.isEmpty { result.required.append(distinct(found.tokens)) }
        append(found.unknown, to: &result.unknownRequired)
      }
      for token in found.tokens {
        let weight = Double(weights[Int(token)]) * Double(clause.boost)
        if sums[token] == nil { order.append(token) }
        sums[token, default: 0] += clause.sign == .negative ? -weight : weight
      }
    }
    for token in order {
      guard let sum = sums[token], sum != 0 else { continue }
      result.terms.append(TokenWeight(token: token, weight: Float(sum)))
    }
    return result
  }

  /// The tokens of a plain text, such as a caption, without the query language: repeats add up, unknown words are dropped.
  public func encode(caption: String) -> [TokenWeight] {
    var sums: [UInt32: Double] = [:]
    var order: [UInt32] = []
    for token in tokenizer.tokens(in: caption).compactMap({ vocabulary.id(of: $0) }) {
      if sums[token] == nil { order.append(token) }
      sums[token, default: 0] += Double(weights[Int(token)])
    }
    return order.compactMap { token in
      sums[token].flatMap { $0 > 0 ? TokenWeight(token: token, weight: Float($0)) : nil }
    }
  }

  private func look(up clause: QueryClause) -> (tokens: [UInt32], unknown: [String], ignored: [String]) {
    var tokens: [UInt32] = []
    var unknown: [String] = []
    var ignored: [String] = []
    let words = tokenizer.words(in: clause.text)
    for word in words {
      let known = word.tokens.compactMap { vocabulary.id(of: $0) }
      tokens.append(contentsOf: known)
      if !known.isEmpty {
        if known.allSatisfy({ weights[Int($0)] == 0 }) { ignored.append(word.text) }
        continue
      }
      if StopWords.english.contains(word.text) || Self.isPunctuation(word.text) {
        ignored.append(word.text)
      } else {
        unknown.append(word.text)
      }
    }
    if words.isEmpty {
      // Nothing a word is made of: punctuation is noise, anything else (an emoji) is a word nobody knows.
      if Self.isPunctuation(clause.text) { ignored.append(clause.text) } else { unknown.append(clause.text) }
    }
    return (tokens, unknown, ignored)
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

  private func append(_ words: [String], to list: inout [String]) {
    for word in words where !list.contains(word) { list.append(word) }
  }

  private func distinct(_ tokens: [UInt32]) -> [UInt32] {
    var seen = Set<UInt32>()
    return tokens.filter { seen.insert($0).inserted }
  }
}
