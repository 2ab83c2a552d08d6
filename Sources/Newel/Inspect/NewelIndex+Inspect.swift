internal import EmbeddingDumps
internal import IndexStore
internal import InvertedIndex
internal import TokenSpace

extension NewelIndex {
  /// The strongest tokens of a document.
  ///
  /// - Parameters:
  ///   - key: the document's key.
  ///   - limit: most tokens to list, at least 1.
  /// - Throws: `notFound` when no document has the key.
  public func inspect(_ key: String, limit: Int = 20) throws(NewelError) -> Inspection {
    try check(limit: limit)
    return try inspect(position: try position(of: key), limit: limit)
  }

  /// Inspects every document that meets all conditions, in insertion order.
  ///
  /// - Parameter conditions: see ``SearchRequest/conditions``; none for all documents.
  /// - Throws: `invalidArgument` for a condition that cannot be used, or that no document meets; what `body` throws.
  public func inspectAll(
    limit: Int = 20, conditions: [String] = [], _ body: (Inspection) throws -> Void
  ) throws {
    try check(limit: limit)
    for position in try gallery(where: conditions).positions {
      try body(try inspect(position: position, limit: limit))
    }
  }

  private func check(limit: Int) throws(NewelError) {
    guard limit >= 1 else { throw NewelError(.invalidArgument, "The limit is \(limit), but it must be at least 1.") }
  }

  func inspect(position: UInt32, limit: Int) throws(NewelError) -> Inspection {
    do {
      let stored = try snapshot.document(of: position)
      let (segment, document) = try locate(position)
      let postings = try segment.forwardVector(of: document)
        .sorted { ($0.impact, $1.token) > ($1.impact, $0.token) }
      let captions = try captions(in: stored.metadata)
      let spoken = tokens(of: captions.joined(separator: "\n"))
      let said = Set(spoken)
      let tokens = postings.prefix(max(0, limit)).enumerated().map { place, posting in
        ActivatedToken(
          token: name(of: posting.token), rank: place + 1, weight: Double(quantiser.weight(of: posting.impact)),
          impact: posting.impact,
          documentFrequency: documentFrequency(of: posting.token),
          inCaption: captions.isEmpty ? nil : said.contains(posting.token))
      }
      let held = Set(postings.map(\.token))
      let content = spoken.filter { !isStopWord($0) }
      let missing = content.filter { !held.contains($0) }
      return Inspection(
        key: stored.key, position: position, caption: captions.isEmpty ? nil : captions.joined(separator: "\n"),
        tokens: tokens, omittedTokens: postings.count - tokens.count,
        captionShare: content.isEmpty ? nil : 1 - Double(missing.count) / Double(content.count),
        missingWords: missing.map { name(of: $0) }, unknownWords: unknownWords(of: captions))
    } catch {
      throw NewelError(wrapping: error)
    }
  }

  /// The words of captions that the vocabulary does not have, each once.
  private func unknownWords(of captions: [String]) -> [String] {
    var seen: Set<String> = []
    return captions.flatMap { encoder.encode(plain: $0).unknown }.filter { seen.insert($0).inserted }
  }

  /// The captions in a document's metadata: one text or several.
  func captions(in metadata: [UInt8]) throws -> [String] {
    guard case .object(let object) = try JSONValue.parse(metadata) else { return [] }
    switch object[captionField] ?? object[captionField + "s"] {
    case .string(let text): return [text]
    case .array(let values):
      return values.compactMap { value in
        if case .string(let text) = value { return text }
        return nil
      }
    default: return []
    }
  }

  /// The tokens of a plain text that the vocabulary has, each once, in order.
  func tokens(of text: String) -> [UInt32] {
    var seen: Set<UInt32> = []
    return encoder.tokenizer.tokens(in: text).compactMap { vocabulary.id(of: $0) }.filter { seen.insert($0).inserted }
  }

  /// Why a document has the score it has for a query, whether or not a search would return it.
  ///
  /// - Parameters:
  ///   - conditions: what a search would ask of the metadata; see ``SearchRequest/conditions``.
  ///   - expand: how many related tokens each word brings along; see ``SearchRequest/expand``.
  ///   - rerank: a second opinion on the first hits; the search is then run to find out whether the document is among them.
  public func explain(
    _ query: String, key: String, conditions: [String] = [], expand: Int = 0, rerank: Reranking? = nil
  ) throws(NewelError) -> Explanation {
    var request = SearchRequest(query, conditions: conditions)
    request.expand = expand
    request.count = rerank?.pool ?? request.count
    request.rerank = rerank
    try request.check()
    let translated = try translate(request.query, expand: expand, suggests: true)
    let position = try position(of: key)
    let isAccepted = conditions.isEmpty ? nil : try accepts(position, where: conditions)
    let (segment, document) = try locate(position)
    let scored = try scoredContributions(translated, document: document, in: segment)
    var explanation = Explanation(
      query: query, key: key, score: Double(scored.total) * translated.scoreUnit, integerScore: scored.total,
      isHit: scored.isHit && isAccepted != false, isAccepted: isAccepted, missingRequired: scored.missing,
      contributions: scored.parts.sorted { ($0.integerAmount, $1.token) > ($1.integerAmount, $0.token) },
      unknownWords: translated.unknownWords, ignoredWords: translated.ignoredWords,
      substitutedWords: translated.substitutedWords, suggestions: suggestions(for: translated.unknownWords),
      expandedTokens: translated.expandedTokens)
    if rerank != nil {
      let ranked = try rank(request, threads: 1)
      explanation.reranking = ranked.reranking
      if let place = ranked.result.hits.firstIndex(where: { $0.position == position }),
        let parts = ranked.result.hits[place].reranked
      {
        explanation.rank = place + 1
        explanation.rerankedScore = ranked.result.hits[place].score
        explanation.reranked = parts
      }
    }
    return explanation
  }

  /// What the index knows of a word: how many documents have it, and which most of it.
  ///
  /// A word that is several tokens gives a report for each.
  ///
  /// - Throws: `notFound` when the vocabulary has no such token; the message suggests near ones.
  public func tokens(_ word: String, limit: Int = 10) throws(NewelError) -> [TokenReport] {
    try check(limit: limit)
    var ids = vocabulary.id(of: word).map { [$0] } ?? []
    if ids.isEmpty { ids = tokens(of: word) }
    guard !ids.isEmpty else {
      let near = NearWords.near(word, in: vocabulary, limit: 5)
      throw NewelError(
        .notFound,
        "The vocabulary has no token '\(word)'"
          + (near.isEmpty ? "." : "; near it are \(near.map { "'\($0)'" }.joined(separator: ", "))."))
    }
    var reports: [TokenReport] = []
    for id in ids {
      let response =
        documentFrequency(of: id) == 0
        ? nil
        : try search(SearchRequest(query: .tokens([(token: name(of: id), weight: Float(1))]), count: limit))
      reports.append(
        TokenReport(
          token: name(of: id), documentFrequency: documentFrequency(of: id), documentCount: documentCount,
          queryWeight: Double(encoder.weights[Int(id)]), strongest: response?.hits ?? []))
    }
    return reports
  }

  /// What of a word that ``tokens(_:limit:)`` reports on the vocabulary does not have.
  package func unknownParts(of word: String) -> [String] {
    vocabulary.id(of: word) == nil ? encoder.encode(plain: word).unknown : []
  }
}
