/// How unevenly tokens are spread over a collection of sparse vectors.
///
/// A token that most documents have is read for most queries and tells documents apart for none: a head whose tokens
/// have collapsed shows here before it shows in recall.
public struct FrequencySkew: Sendable, Equatable {
  /// A token in more than this share of the documents is worth an alarm.
  public static let alarmShare = 0.3

  /// Tokens that at least one document has.
  public let usedCount: Int
  /// Non-zeros per document.
  public let meanNonZeros: Double
  /// The largest share of the documents that one token has; 0...1.
  public let maximumShare: Double
  /// The share of the documents that 99 of 100 used tokens do not exceed (nearest rank).
  public let share99: Double
  /// The Gini coefficient of the document frequencies of the used tokens: 0 when all have the same, towards 1 when few
  /// have everything.
  public let gini: Double
  /// The tokens above ``alarmShare``, the most frequent first.
  public let alarms: [Int]

  /// Measures document frequencies.
  ///
  /// - Parameters:
  ///   - frequencies: in how many documents each token is, by token.
  ///   - documentCount: the documents.
  /// - Complexity: O(tokens · log tokens).
  public init(frequencies: [Int], documentCount: Int) {
    let used = frequencies.filter { $0 > 0 }.sorted()
    let total = used.reduce(0, +)
    let documents = Double(max(1, documentCount))
    usedCount = used.count
    meanNonZeros = Double(total) / documents
    maximumShare = Double(used.last ?? 0) / documents
    let place = Int((0.99 * Double(used.count)).rounded(.up)) - 1
    share99 = used.isEmpty ? 0 : Double(used[max(0, place)]) / documents
    var weighted = 0.0
    for (number, frequency) in used.enumerated() { weighted += Double(2 * number + 1 - used.count) * Double(frequency) }
    gini = total == 0 ? 0 : weighted / (Double(used.count) * Double(total))
    alarms = frequencies.indices.filter { Double(frequencies[$0]) > Self.alarmShare * documents }
      .sorted { (frequencies[$1], $0) < (frequencies[$0], $1) }
  }

  /// The mean number of tokens that a query and a document share, over all pairs: what scoring a pair costs, and what the
  /// FLOPs regulariser of sparse training keeps small.
  ///
  /// - Parameters:
  ///   - queryFrequencies: in how many queries each token is, by token.
  ///   - documentFrequencies: in how many documents, by the same numbers.
  /// - Source: Paria and others (2020), ICLR, arXiv 2004.05665.
  public static func coactiveTokens(
    queryFrequencies: [Int], queryCount: Int, documentFrequencies: [Int], documentCount: Int
  ) -> Double {
    let pairs = Double(queryCount) * Double(documentCount)
    guard pairs > 0 else { return 0 }
    return zip(queryFrequencies, documentFrequencies).reduce(0) { $0 + Double($1.0) * Double($1.1) } / pairs
  }
}
