internal import Alignment
internal import TokenSpace

/// Reads the words of a query as those of an alignment, which knows others than the index does.
struct DenseWords {
  let words: WordSide
  let encoder: QueryEncoder

  /// How texts are cut into the words of the alignment; nil when only somebody else's pieces could do it.
  private var tokenizer: Tokenizer? {
    if words.tokenizer == Tokenizer.word.name { return .word }
    guard case .wordPiece(let pieces) = encoder.tokenizer,
      words.tokenizer == "\(encoder.tokenizer.name) \(pieces.vocabulary.fingerprint)"
    else { return nil }
    return encoder.tokenizer
  }

  /// The words of a query text that the alignment knows, with what each counts: 1 and its boost, below 0 where it is
  /// unwanted. A word that it lacks is read as the index reads it, or as its singular or plural.
  ///
  /// - Parameter substituted: how the index reads words that its vocabulary lacks.
  /// - Returns: each word once, in the order of the query; nil when the text cannot be cut into words of the alignment.
  func read(_ query: ParsedQuery, substituted: [SubstitutedWord]) -> [(token: String, weight: Float)]? {
    guard let tokenizer else { return nil }
    var order: [String] = []
    var sums: [String: Float] = [:]
    for clause in query.clauses {
      let weight = clause.sign == .negative ? -clause.boost : clause.boost
      for token in tokenizer.tokens(in: clause.text).flatMap({ known($0, substituted) }) {
        if sums[token] == nil { order.append(token) }
        sums[token, default: 0] += weight
      }
    }
    return order.compactMap { token in sums[token].flatMap { $0 == 0 ? nil : (token, $0) } }
  }

  private func known(_ token: String, _ substituted: [SubstitutedWord]) -> [String] {
    func isKnown(_ token: String) -> Bool { words.number(of: token) != nil }
    if isKnown(token) { return [token] }
    if let other = substituted.first(where: { $0.word == token }) {
      let tokens = other.tokens.filter(isKnown)
      if !tokens.isEmpty { return tokens }
    }
    return WordForms.candidates(token).first(where: isKnown).map { [$0] } ?? []
  }
}

extension NewelIndex {
  /// The words of a request for an alignment, with what each counts. How telling a word is must not be in it: alignments
  /// know that themselves. Related tokens that words brought along are left out.
  func words(
    of query: SearchRequest.Query, parts: QueryParts, for side: WordSide
  ) -> [(token: String, weight: Float)] {
    let reader = DenseWords(words: side, encoder: encoder)
    var read: [(token: String, weight: Float)]?
    switch query {
    case .text(let text):
      read = (try? QueryText.parse(text)).flatMap { reader.read($0, substituted: parts.substituted) }
    case .plain(let text): read = reader.read(ParsedQuery(plain: text), substituted: parts.substituted)
    case .tokens, .embedding: read = nil
    }
    return read
      ?? parts.weights.compactMap { token, weight in
        guard parts.broughtBy[token] == nil, Int(token) < encoder.weights.count else { return nil }
        let own = encoder.weights[Int(token)]
        return own > 0 ? (name(of: token), weight / own) : nil
      }
  }
}
