/// What can go wrong between texts, vectors and tokens.
public enum TokenSpaceError: Error, Equatable, Sendable, CustomStringConvertible {
  // Vocabularies.
  /// A vocabulary without tokens.
  case emptyVocabulary(source: String)
  /// A vocabulary with more tokens than 31 bits count.
  case vocabularyTooLarge(source: String, count: Int)
  /// An empty line in a vocabulary.
  case emptyToken(source: String, line: Int)
  /// A token with a line break or a zero byte.
  case lineBreakInToken(source: String, line: Int)
  /// A token given twice.
  case duplicateToken(source: String, token: String, line: Int, firstLine: Int)
  /// A line that is not UTF-8.
  case notUTF8(source: String, line: Int)
  /// A vocabulary of pieces without `[UNK]`.
  case notWordPiece(source: String)
  /// No token of the captions is frequent enough.
  case noFrequentToken(documents: Int, minimum: Int)

  // Queries.
  /// A query that cannot be read.
  case query(QueryProblem)
  /// A query table with another number of weights than the vocabulary has tokens, or one that is negative or not finite.
  case badQueryWeights(expected: Int, found: Int)

  /// One sentence: what, where, expected, found, how to fix.
  public var description: String {
    switch self {
    case .emptyVocabulary(let source): "No token in \(source); it needs one token per line."
    case .vocabularyTooLarge(let source, let count): "\(count) tokens in \(source) are more than an index can number."
    case .emptyToken(let source, let line): "Line \(line) of \(source) is empty; remove it: one token per line."
    case .lineBreakInToken(let source, let line):
      "Token \(line) of \(source) holds a line break or a zero byte; remove it."
    case .duplicateToken(let source, let token, let line, let firstLine):
      "Line \(line) of \(source) repeats the token '\(token)' of line \(firstLine); remove one of them."
    case .notUTF8(let source, let line): "Line \(line) of \(source) is not valid UTF-8; convert the file to UTF-8."
    case .notWordPiece(let source):
      "No '[UNK]' in \(source), so it is not a WordPiece vocabulary; use the vocab.txt of a BERT model."
    case .noFrequentToken(let documents, let minimum):
      "No word stands in at least \(minimum) of the \(documents) captions; lower the minimum document frequency."
    case .query(let problem): problem.description
    case .badQueryWeights(let expected, let found):
      "A query table needs \(expected) finite weights of 0 or more, one per token, and has \(found) such weights."
    }
  }
}
