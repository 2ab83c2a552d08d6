/// For every token the tokens related to it: what a query that asks for it may ask for as well.
///
/// A fixed table, learned with the head, so that queries need no network. The weights have the scale of the query weights:
/// what a related token counts when the token itself counts its query weight.
public struct ExpansionTable: Sendable, Equatable {
  /// Where the list of a token begins in ``tokens`` and ``weights``, and behind the last where it ends.
  public let starts: [UInt32]
  /// The related tokens, list after list, the strongest first.
  public let tokens: [UInt32]
  /// Their weights, finite and above 0.
  public let weights: [Float]

  /// The number of tokens that have a list, which may be empty.
  public var count: Int { max(0, starts.count - 1) }

  /// A table of lists, one per token of the vocabulary in its order.
  ///
  /// - Parameter limit: of each list only so many of the strongest are kept; ties go to the smaller token. What does not
  ///   weigh more than 0, and the token itself, is left out.
  public init(_ lists: [[TokenWeight]], limit: Int = .max) {
    var starts: [UInt32] = [0]
    var tokens: [UInt32] = []
    var weights: [Float] = []
    for (token, list) in lists.enumerated() {
      let kept = list.filter { $0.weight > 0 && $0.weight.isFinite && $0.token != UInt32(token) }
        .sorted { ($1.weight, $0.token) < ($0.weight, $1.token) }.prefix(limit)
      tokens.append(contentsOf: kept.map(\.token))
      weights.append(contentsOf: kept.map(\.weight))
      starts.append(UInt32(tokens.count))
    }
    self.starts = starts
    self.tokens = tokens
    self.weights = weights
  }

  /// A table from the arrays of a file, not checked yet.
  init(starts: [UInt32], tokens: [UInt32], weights: [Float]) {
    self.starts = starts
    self.tokens = tokens
    self.weights = weights
  }

  /// The tokens related to `token`, the strongest first.
  ///
  /// - Parameter limit: how many at most.
  public func related(to token: UInt32, limit: Int = .max) -> [TokenWeight] {
    guard Int(token) < count, limit > 0 else { return [] }
    let range = Int(starts[Int(token)])..<Int(starts[Int(token) + 1])
    return range.prefix(limit).map { TokenWeight(token: tokens[$0], weight: weights[$0]) }
  }

  /// What makes this no table for a vocabulary of `vocabularyCount` tokens: the tensor at fault and why; nil when all is well.
  func fault(vocabularyCount: Int) -> (section: String, reason: String)? {
    guard starts.count == vocabularyCount + 1, starts.first == 0 else {
      return ("expansion_starts", "it has \(starts.count) values and not a 0 and one more per token")
    }
    guard tokens.count == weights.count, starts.last == UInt32(exactly: tokens.count) else {
      return (
        "expansion_starts",
        "the lists end at \(starts.last ?? 0) and there are \(tokens.count) tokens, \(weights.count) weights"
      )
    }
    // First all starts: a list must not reach behind the end before it is read.
    for token in 0..<vocabularyCount where starts[token] > starts[token + 1] {
      return ("expansion_starts", "the list of token \(token) ends before it begins")
    }
    for token in 0..<vocabularyCount {
      var seen = Set<UInt32>()
      var before = Float.infinity
      for place in Int(starts[token])..<Int(starts[token + 1]) {
        let related = tokens[place]
        guard related < vocabularyCount, related != token, seen.insert(related).inserted else {
          return (
            "expansion_tokens",
            "the list of token \(token) has the token \(related), which is unknown, itself or a repetition"
          )
        }
        guard weights[place] > 0, weights[place].isFinite, weights[place] <= before else {
          return ("expansion_weights", "the weights of token \(token) are not finite, above 0 and descending")
        }
        before = weights[place]
      }
    }
    return nil
  }
}
