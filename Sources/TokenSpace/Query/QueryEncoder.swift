/// Turns query texts into weighted tokens through a table of weights, without a neural network.
///
/// The weight of a word is its weight in the table times its boost; repeated words add up; negative words count with the
/// opposite sign. Words the vocabulary lacks are read as their singular or plural or as two words where that is known, and
/// otherwise reported; never dropped silently. On request each word brings the tokens most related to it.
public struct QueryEncoder: Sendable {
  /// The tokens a query can have.
  public let vocabulary: Vocabulary
  /// How texts are cut into tokens.
  public let tokenizer: Tokenizer
  /// One weight per token, finite and 0 or more; 0 leaves the token out.
  public let weights: [Float]
  /// Which tokens are related; nil when that is not known.
  public let expansions: ExpansionTable?

  /// An encoder from its parts.
  ///
  /// - Throws: ``TokenSpaceError/badQueryWeights(expected:found:)``, ``TokenSpaceError/badExpansions(expected:found:)``.
  public init(
    vocabulary: Vocabulary, tokenizer: Tokenizer, weights: [Float], expansions: ExpansionTable? = nil
  ) throws(TokenSpaceError) {
    if let expansions, expansions.count != vocabulary.count {
      throw .badExpansions(expected: vocabulary.count, found: expansions.count)
    }
    let good = weights.count { $0 >= 0 && $0.isFinite }
    guard good == weights.count, good == vocabulary.count else {
      throw .badQueryWeights(expected: vocabulary.count, found: good)
    }
    self.vocabulary = vocabulary
    self.tokenizer = tokenizer
    self.weights = weights
    self.expansions = expansions
  }

  /// The tokens of a query text in the language of ``QueryText``.
  ///
  /// - Parameter expand: how many related tokens each word that adds brings along, the strongest; 0 for none. Without
  ///   ``expansions`` there are none. Negative words bring none, and required ones are required by themselves only.
  /// - Throws: ``TokenSpaceError/query(_:)`` when the text cannot be read. A query of unknown words only is no error: its
  ///   terms are empty and ``EncodedQuery/unknown`` names the words.
  /// - Complexity: O(length of the text).
  public func encode(_ text: String, expand: Int = 0) throws(TokenSpaceError) -> EncodedQuery {
    do {
      return encode(try QueryText.parse(text), expand: expand)
    } catch {
      throw .query(error)
    }
  }

  /// The tokens of a plain text, such as a caption, without the query language: every word adds, repeats add up.
  ///
  /// - Complexity: O(length of the text).
  public func encode(plain text: String, expand: Int = 0) -> EncodedQuery {
    encode(ParsedQuery(plain: text), expand: expand)
  }

  /// The tokens of a parsed query.
  public func encode(_ query: ParsedQuery, expand: Int = 0) -> EncodedQuery {
    var result = EncodedQuery()
    var unknown = DistinctWords()
    var unknownRequired = DistinctWords()
    var ignored = DistinctWords()
    var substituted: Set<String> = []
    var required: Set<UInt32> = []
    var sums: [UInt32: Double] = [:]
    var order: [UInt32] = []
    let lookup = WordLookup(vocabulary: vocabulary, tokenizer: tokenizer, weights: weights)
    for clause in query.clauses {
      let found = lookup.look(up: clause)
      for word in found.unknown + found.missingPieces { unknown.append(word) }
      for word in found.ignored { ignored.append(word) }
      for other in found.substitutions where substituted.insert(other.word).inserted {
        result.substitutions.append(other)
      }
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
    if let expansions, expand > 0 {
      let words = result.terms.map { (token: $0.token, factor: (sums[$0.token] ?? 0) / Double(weights[Int($0.token)])) }
      result.expanded = QueryExpansion(table: expansions, limit: expand).related(to: words, except: Set(order))
      for term in result.expanded { result.terms.append(TokenWeight(token: term.token, weight: term.weight)) }
    }
    result.unknown = unknown.words
    result.unknownRequired = unknownRequired.words
    result.ignored = ignored.words
    return result
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
