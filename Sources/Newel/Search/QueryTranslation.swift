internal import InvertedIndex
internal import TokenSpace

/// A query in the terms of one index: integers for the engine, names for people.
struct TranslatedQuery {
  let query: SparseQuery
  let unknownWords: [String]
  let ignoredWords: [String]
  /// Real score of one unit of the integer score.
  let scoreUnit: Double
}

extension NewelIndex {
  /// Turns a request's words or weights into an integer query.
  ///
  /// - Throws: `invalidArgument` for a query that cannot be read; `nothingToSearch` when it has no positive token or
  ///   names nothing the vocabulary knows, with a message that says which words are unknown.
  func translate(_ query: SearchRequest.Query) throws(NewelError) -> TranslatedQuery {
    var weights: [(token: UInt32, weight: Float)] = []
    var required: [UInt32] = []
    var unknown: [String] = []
    var ignored: [String] = []
    do {
      switch query {
      case .text(let text):
        let encoded = try encoder.encode(text)
        weights = encoded.terms.map { (token: $0.token, weight: $0.weight) }
        required = encoded.required.flatMap { $0 }
        unknown = encoded.unknown
        ignored = encoded.ignored
        try check(required: encoded.unknownRequired)
      case .plain(let text):
        weights = encoder.encode(caption: text).map { (token: $0.token, weight: $0.weight) }
      case .tokens(let tokens):
        for (token, weight) in tokens {
          if let id = vocabulary.id(of: token) {
            weights.append((token: id, weight: weight))
          } else {
            unknown.append(token)
          }
        }
      }
      let sparse = try SparseQuery(weights: weights, required: required)
      try check(sparse, unknown: unknown)
      return TranslatedQuery(
        query: sparse, unknownWords: unknown, ignoredWords: ignored,
        scoreUnit: Double(quantiser.ceiling) / 255 / sparse.factor)
    } catch {
      throw NewelError(wrapping: error)
    }
  }

  private func check(required unknown: [String]) throws(NewelError) {
    guard !unknown.isEmpty else { return }
    let names = unknown.map { "'\($0)'" }.joined(separator: ", ")
    throw NewelError(
      .nothingToSearch,
      "No document can match: the required \(names) \(unknown.count == 1 ? "is" : "are") not in the vocabulary; leave out "
        + "the '+'.")
  }

  private func check(_ query: SparseQuery, unknown: [String]) throws(NewelError) {
    if query.hasPositiveTerms { return }
    let names = unknown.map { "'\($0)'" }.joined(separator: ", ")
    if query.terms.isEmpty, !unknown.isEmpty {
      throw NewelError(
        .nothingToSearch, "The vocabulary has none of the query's words (\(names)); try others, see 'newel tokens'.")
    }
    if query.terms.isEmpty {
      throw NewelError(
        .nothingToSearch, "The query has no word to search for (stop words and punctuation do not count); add one.")
    }
    throw NewelError(
      .nothingToSearch, "The query only says what not to find; add a word that a hit should have.")
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
