import Glibc
public import LinearAlgebra

/// The words of captions, one bag for each pair of a training.
public struct WordBags: Sendable, Equatable {
  /// The words that are learned: distinct, not empty, without line feeds.
  public let tokens: [String]
  /// What cut the captions; see ``WordSide/tokenizer``.
  public let tokenizer: String
  /// The numbers of the words of each caption, none twice; a caption may have none.
  public let bags: SparseTargets
  /// In how many captions each word is.
  let frequencies: [Int]

  /// The number of captions.
  public var count: Int { bags.rowCount }

  /// Bags over a vocabulary.
  ///
  /// - Throws: ``AlignmentError/badWords(reason:)`` when a bag names a word that is not there or one twice, and when no caption
  ///   has any word.
  public init(tokens: [String], tokenizer: String, bags: SparseTargets) throws(AlignmentError) {
    var frequencies = [Int](repeating: 0, count: tokens.count)
    var last = [Int](repeating: -1, count: tokens.count)
    for row in 0..<bags.rowCount {
      for token in bags.row(row) {
        guard let token = Int(exactly: token), token < tokens.count else {
          throw .badWords(reason: "caption \(row) names word \(token) of \(tokens.count)")
        }
        guard last[token] != row else { throw .badWords(reason: "caption \(row) has word \(token) twice") }
        last[token] = row
        frequencies[token] += 1
      }
    }
    guard frequencies.contains(where: { $0 > 0 }) else {
      throw .badWords(reason: "no caption has any of the \(tokens.count) words")
    }
    self.tokens = tokens
    self.tokenizer = tokenizer
    self.bags = bags
    self.frequencies = frequencies
  }

  /// How telling each word is: `ln(1 + (n − df + ½) / (df + ½))`, as queries of heads weigh them.
  var telling: [Double] {
    frequencies.map { frequency in
      let (n, df) = (Double(count), Double(frequency))
      return log1p((n - df + 0.5) / (df + 0.5))
    }
  }
}
