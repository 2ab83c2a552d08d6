/// Why a query text cannot be read. Positions count characters from 1.
public enum QueryProblem: Error, Equatable, Sendable, CustomStringConvertible {
  /// Nothing but white space.
  case empty
  /// A `+` or `-` with no word after it.
  case loneSign(Character, position: Int)
  /// Two signs before one word.
  case repeatedSign(position: Int)
  /// A `"` that is never closed.
  case openQuote(position: Int)
  /// Quotes with nothing between them.
  case emptyQuote(position: Int)
  /// Something other than a boost or white space right after a closing quote.
  case textAfterQuote(position: Int)
  /// A `^` without a number from 0 (excluded) to 1000 after it.
  case badBoost(String, position: Int)
  /// A `^` without a word before it.
  case boostWithoutWord(position: Int)
  /// More clauses than ``QueryText/maximumClauses``.
  case tooManyClauses(Int)
  /// More bytes than ``QueryText/maximumBytes``.
  case tooLong(bytes: Int)

  /// One sentence: what, where, and what to write instead.
  public var description: String {
    switch self {
    case .empty: "The query is empty; write at least one word."
    case .loneSign(let sign, let position):
      "The '\(sign)' at character \(position) of the query has no word after it; write \(sign)word without a space."
    case .repeatedSign(let position):
      "The word at character \(position) of the query has two signs; write one '+' or one '-'."
    case .openQuote(let position):
      "The quote at character \(position) of the query is never closed; add a '\"', or write \\\" for the character."
    case .emptyQuote(let position): "The quotes at character \(position) of the query hold no word; remove them."
    case .textAfterQuote(let position):
      "A space or a boost such as ^2 must follow the closing quote before character \(position) of the query."
    case .badBoost(let text, let position):
      "The boost '^\(text)' at character \(position) of the query is not a number above 0 and at most 1000; "
        + "write for example word^2."
    case .boostWithoutWord(let position):
      "The boost at character \(position) of the query has no word before it; write word^2."
    case .tooManyClauses(let count):
      "The query has more than \(QueryText.maximumClauses) words (\(count)); shorten it."
    case .tooLong(let bytes):
      "The query has \(bytes) bytes, more than \(QueryText.maximumBytes); shorten it."
    }
  }
}
