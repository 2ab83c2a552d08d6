internal import InvertedIndex
internal import TokenSpace

/// All texts of an evaluation as bags of words on one scale, turned round: for each token the texts that have it.
///
/// With a document's sparse vector as the query, a text's score is the sum of `integer query weight · impact` over the tokens
/// they share: the sum that ranks documents for the text, but for one scale of the query weights over all texts, because
/// their scores are compared with each other here. Sums stay below 2⁵³, so that doubles hold them exactly.
package struct TextBags: Sendable {
  /// Texts, those without a known word included.
  package let count: Int
  /// The slots of token t are `starts[t] ..< starts[t + 1]`.
  private let starts: [Int]
  private let texts: [UInt32]
  private let weights: [Double]
  /// Texts with tokens that a document must have.
  private let required: [(text: Int, tokens: [UInt32])]

  /// - Parameters:
  ///   - parts: the tokens of each text with their weights; negative ones subtract.
  ///   - tokenCount: tokens of the vocabulary; every token is below.
  init(_ parts: [QueryParts], tokenCount: Int) {
    var bags: [[(token: UInt32, weight: Double)]] = []
    var largest = 0.0
    var isWhole = true
    for part in parts {
      var sums: [UInt32: Double] = [:]
      for (token, weight) in part.weights { sums[token, default: 0] += Double(weight) }
      let bag = sums.filter { $0.value != 0 && $0.key < tokenCount }.map { (token: $0.key, weight: $0.value) }
      for (_, weight) in bag {
        largest = max(largest, abs(weight))
        isWhole = isWhole && weight == weight.rounded()
      }
      bags.append(bag)
    }
    let factor = isWhole && largest <= Self.largestWeight || largest == 0 ? 1 : Self.largestWeight / largest
    var starts = [Int](repeating: 0, count: tokenCount + 1)
    for bag in bags { for (token, _) in bag { starts[Int(token) + 1] += 1 } }
    for token in 0..<tokenCount { starts[token + 1] += starts[token] }
    var next = starts
    var texts = [UInt32](repeating: 0, count: starts[tokenCount])
    var weights = [Double](repeating: 0, count: starts[tokenCount])
    for (text, bag) in bags.enumerated() {
      for (token, weight) in bag {
        let slot = next[Int(token)]
        next[Int(token)] += 1
        texts[slot] = UInt32(truncatingIfNeeded: text)
        // A weight is never rounded to nothing, as in SparseQuery.
        let whole = (abs(weight) * factor).rounded()
        weights[slot] = weight < 0 ? -max(1, whole) : max(1, whole)
      }
    }
    count = parts.count
    self.starts = starts
    self.texts = texts
    self.weights = weights
    required = parts.indices.filter { !parts[$0].required.isEmpty }.map { (text: $0, tokens: parts[$0].required) }
  }

  private static let largestWeight = 65_535.0

  /// Tokens of all texts, each once per text.
  package var tokenCount: Int { texts.count }

  /// In how many texts each token is, by token.
  package var frequencies: [Int] { zip(starts, starts.dropFirst()).map { $1 - $0 } }

  /// The score of each text for a document; not above 0 for one that the document cannot match.
  ///
  /// - Parameter scores: as many numbers as there are texts; overwritten.
  /// - Complexity: O(texts + postings of the document's tokens in the texts).
  func score(_ document: [Posting], into scores: inout [Double]) {
    for text in scores.indices { scores[text] = 0 }
    for posting in document where Int(posting.token) + 1 < starts.count {
      let impact = Double(posting.impact)
      for slot in starts[Int(posting.token)]..<starts[Int(posting.token) + 1] {
        scores[Int(texts[slot])] += weights[slot] * impact
      }
    }
    guard !required.isEmpty else { return }
    let tokens = Set(document.map(\.token))
    for (text, needed) in required where !needed.allSatisfy({ tokens.contains($0) }) { scores[text] = 0 }
  }
}

extension NewelIndex {
  /// The bags of words of texts. A text without a known word is an empty bag.
  ///
  /// - Parameter expand: how many related tokens each word brings along; see ``SearchRequest/expand``.
  /// - Throws: `invalidArgument` for a query that cannot be read.
  package func textBags(of queries: [JudgedQuery], expand: Int = 0) throws(NewelError) -> TextBags {
    var bags: [QueryParts] = []
    for query in queries {
      var found = try parts(of: query.query, expand: expand)
      // No document can have a required word that the vocabulary lacks.
      if !found.unknownRequired.isEmpty { found = QueryParts() }
      bags.append(found)
    }
    return TextBags(bags, tokenCount: vocabulary.count)
  }

  /// Scores all texts for each of many documents, on several threads.
  ///
  /// - Parameters:
  ///   - documents: positions.
  ///   - body: gets the place of a document in `documents` and the score of each text; called on any thread.
  /// - Returns: what `body` returned, in the order of the documents.
  /// - Complexity: memory for one row of scores per thread.
  package func mapScores<Value: Sendable>(
    of documents: ArraySlice<UInt32>, over bags: TextBags, threads: Int? = nil,
    _ body: @Sendable (_ place: Int, _ scores: [Double]) -> Value
  ) throws(NewelError) -> [Value] {
    let size = 32
    let chunks = WorkerThreads.map(
      (documents.count + size - 1) / size, threads: WorkerThreads.count(threads)
    ) { chunk -> Result<[Value], NewelError> in
      var scores = [Double](repeating: 0, count: bags.count)
      var values: [Value] = []
      let first = documents.startIndex + chunk * size
      for place in first..<min(first + size, documents.endIndex) {
        do {
          let (segment, document) = try locate(documents[place])
          bags.score(try segment.forwardVector(of: document), into: &scores)
        } catch {
          return .failure(NewelError(wrapping: error))
        }
        values.append(body(place, scores))
      }
      return .success(values)
    }
    var values: [Value] = []
    for chunk in chunks { values += try chunk.get() }
    return values
  }
}
