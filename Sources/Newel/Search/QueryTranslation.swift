internal import InvertedIndex
internal import TokenSpace

/// A query in the terms of one index: integers for the engine, names for people.
struct TranslatedQuery {
  let query: SparseQuery
  let unknownWords: [String]
  let ignoredWords: [String]
  let substitutedWords: [SubstitutedWord]
  let expandedTokens: [ExpandedToken]
  /// The words that brought the tokens among ``expandedTokens``.
  let broughtBy: [UInt32: [String]]
  /// Real score of one unit of the integer score.
  let scoreUnit: Double

  /// What a term does in the query.
  func role(of term: SparseQuery.Term) -> TokenContribution.Role {
    broughtBy[term.token] == nil ? TokenContribution.Role(term.role) : .expanded
  }
}

/// The tokens of a query in one index, before they are integers, and what of it is left out.
struct QueryParts {
  var weights: [(token: UInt32, weight: Float)] = []
  var required: [UInt32] = []
  /// Words and tokens that the vocabulary does not have, each once.
  var unknown: [String] = []
  /// Required words that the vocabulary does not have.
  var unknownRequired: [String] = []
  /// Stop words, punctuation, what has the weight 0 and what cancels out.
  var ignored: [String] = []
  /// Tokens wanted as much as unwanted; they are among the ignored.
  var cancelled: [String] = []
  var substituted: [SubstitutedWord] = []
  var expanded: [ExpandedToken] = []
  var broughtBy: [UInt32: [String]] = [:]
}

extension NewelIndex {
  /// Turns a request's words or weights into an integer query.
  ///
  /// - Throws: `invalidArgument` for a query that cannot be read; `nothingToSearch` when it has no positive token or
  ///   names nothing the vocabulary knows, with a message that says which words are unknown.
  /// - Parameter suggests: whether the message also says what is near; that takes a look at the whole vocabulary.
  func translate(
    _ query: SearchRequest.Query, expand: Int = 0, suggests: Bool = false
  ) throws(NewelError) -> TranslatedQuery {
    try translate(try parts(of: query, expand: expand), suggests: suggests)
  }

  /// Looks up the words or tokens of a request.
  ///
  /// - Throws: `invalidArgument` for a query that cannot be read, and for related tokens of a head that knows none;
  ///   `invalidInput` for an embedding that the head cannot read.
  func parts(of query: SearchRequest.Query, expand: Int = 0) throws(NewelError) -> QueryParts {
    if expand > 0 { try checkExpansion(of: query) }
    switch query {
    case .text(let text):
      do { return parts(of: try encoder.encode(text, expand: expand)) } catch { throw NewelError(wrapping: error) }
    case .plain(let text):
      return parts(of: encoder.encode(plain: text, expand: expand))
    case .embedding(let embedding):
      return QueryParts(weights: try tokens(ofText: embedding))
    case .tokens(let tokens):
      var parts = QueryParts()
      var unknown: Set<String> = []
      for (token, weight) in tokens {
        if let id = vocabulary.id(of: token) {
          parts.weights.append((token: id, weight: weight))
          if weight == 0 { parts.ignored.append(token) }
        } else if unknown.insert(token).inserted {
          parts.unknown.append(token)
        }
      }
      return parts
    }
  }

  private func parts(of encoded: EncodedQuery) -> QueryParts {
    let cancelled = encoded.cancelled.map { name(of: $0) }
    return QueryParts(
      weights: encoded.terms.map { (token: $0.token, weight: $0.weight) }, required: encoded.required.flatMap { $0 },
      unknown: encoded.unknown, unknownRequired: encoded.unknownRequired, ignored: encoded.ignored + cancelled,
      cancelled: cancelled,
      substituted: encoded.substitutions.map { other in
        SubstitutedWord(
          word: other.word, tokens: other.tokens.map { name(of: $0) }, kind: SubstitutedWord.Kind(other.kind))
      },
      expanded: encoded.expanded.map { term in
        ExpandedToken(
          token: name(of: term.token), weight: Double(term.weight), broughtBy: term.words.map { name(of: $0) })
      },
      broughtBy: Dictionary(
        encoded.expanded.map { ($0.token, $0.words.map { name(of: $0) }) }, uniquingKeysWith: { first, _ in first }))
  }

  /// Turns the parts of a query into integers.
  ///
  /// - Throws: `nothingToSearch` when no document can match.
  func translate(_ parts: QueryParts, suggests: Bool = false) throws(NewelError) -> TranslatedQuery {
    try check(required: parts.unknownRequired, suggests: suggests)
    do {
      let sparse = try SparseQuery(weights: parts.weights, required: parts.required)
      try check(sparse, of: parts, suggests: suggests)
      return TranslatedQuery(
        query: sparse, unknownWords: parts.unknown, ignoredWords: parts.ignored,
        substitutedWords: parts.substituted, expandedTokens: parts.expanded, broughtBy: parts.broughtBy,
        scoreUnit: Double(quantiser.ceiling) / 255 / sparse.factor)
    } catch {
      throw NewelError(wrapping: error)
    }
  }

  private func check(required unknown: [String], suggests: Bool) throws(NewelError) {
    guard !unknown.isEmpty else { return }
    let names = unknown.map { "'\($0)'" }.joined(separator: ", ")
    throw NewelError(
      .nothingToSearch,
      "No document can match: the required \(names) \(unknown.count == 1 ? "is" : "are") not in the vocabulary; leave out "
        + "the '+'.\(suggests ? nearSentences(unknown) : "")")
  }

  /// What may have been meant, a sentence for each word with a space before it.
  private func nearSentences(_ words: [String]) -> String {
    suggestions(for: words).map { suggestion in
      " Near '\(suggestion.word)': \(suggestion.near.map { "'\($0)'" }.joined(separator: ", "))."
    }.joined()
  }

  private func check(_ query: SparseQuery, of parts: QueryParts, suggests: Bool) throws(NewelError) {
    func refuse(_ sentence: String) -> NewelError { NewelError(.nothingToSearch, sentence) }
    func names(_ words: [String]) -> String { words.map { "'\($0)'" }.joined(separator: ", ") }
    if query.hasPositiveTerms { return }
    if !query.terms.isEmpty { throw refuse("The query only says what not to find; add a word that a hit should have.") }
    if !parts.cancelled.isEmpty {
      throw refuse(
        "The words of the query cancel each other out: \(names(parts.cancelled)) \(parts.cancelled.count == 1 ? "is" : "are") "
          + "asked for as much as against; leave one of the two out.")
    }
    if !parts.unknown.isEmpty {
      throw refuse(
        "The vocabulary has none of the query's words (\(names(parts.unknown))); try others, see 'newel tokens'."
          + (suggests ? nearSentences(parts.unknown) : ""))
    }
    throw refuse("The query has no word to search for (stop words and punctuation do not count); add one.")
  }

  func name(of token: UInt32) -> String {
    Int(token) < vocabulary.count ? vocabulary.tokens[Int(token)] : "#\(token)"
  }
}

extension TokenContribution.Role {
  init(_ role: SparseQuery.Role) {
    switch role {
    case .plain: self = .plain
    case .required: self = .required
    case .negative: self = .negative
    }
  }
}

extension TopKAlgorithm {
  var engine: InvertedIndex.TopKAlgorithm {
    switch self {
    case .auto: .auto
    case .exhaustive: .exhaustive
    case .wand: .wand
    case .bmw: .bmw
    case .maxscore: .maxscore
    case .bmm: .bmm
    case .windowed: .windowed
    case .superblock: .superblock
    case .forward: .forward
    }
  }
}

extension SearchBudget {
  var engine: InvertedIndex.SearchBudget {
    // A number that is no time at all is passed on as none, and refused there.
    let time = milliseconds.map { $0 > 0 && $0.isFinite ? Duration.nanoseconds(Int64(min(1e15, $0 * 1e6))) : .zero }
    return InvertedIndex.SearchBudget(blocks: blocks, time: time)
  }
}
