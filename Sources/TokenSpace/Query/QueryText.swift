/// A query as it was written, taken apart but not yet looked up.
///
/// ```
/// query  := clause (space clause)*
/// clause := ("+" | "-")? (word | quoted) ("^" number)?
/// ```
/// A sign counts only at the beginning of a clause: the hyphen of `t-shirt` is part of the word. Quotes group several words
/// under one sign and boost; they do not ask for adjacency. Inside quotes `\"` is a quote and `\\` a backslash. A number is
/// decimal digits with at most one point, above 0 and at most 1000.
public struct ParsedQuery: Sendable, Equatable {
  /// The clauses in the order of the text; at least one.
  public var clauses: [QueryClause]
}

extension ParsedQuery {
  /// The words of a plain text, such as a caption: every word adds, and nothing is an operator.
  ///
  /// - Complexity: O(length of the text).
  public init(plain text: String) {
    let words = text.unicodeScalars.split { $0 == " " || $0 == "\n" || $0 == "\r" || $0 == "\t" }
    self.init(clauses: words.map { QueryClause(text: String($0)) })
  }
}

/// One word or one group of quoted words of a query.
public struct QueryClause: Sendable, Equatable {
  /// What a clause asks for.
  public enum Sign: Sendable, Equatable {
    /// A word that adds to the score.
    case plain
    /// `+word`: documents without it are left out; it adds to the score as well.
    case required
    /// `-word`: takes from the score of documents that have it.
    case negative
  }

  /// The text between the sign and the boost, without quotes; not empty.
  public var text: String
  /// What the clause asks for.
  public var sign: Sign
  /// The factor on the weights of its words, above 0 and at most 1000.
  public var boost: Float

  /// A clause from its parts.
  public init(text: String, sign: Sign = .plain, boost: Float = 1) {
    self.text = text
    self.sign = sign
    self.boost = boost
  }
}

/// Reads the query language.
public enum QueryText {
  /// The most clauses a query may have.
  public static let maximumClauses = 4096
  /// The longest query text in bytes of UTF-8.
  public static let maximumBytes = 65536
  /// The largest boost.
  public static let maximumBoost: Float = 1000

  /// The clauses of `text`.
  ///
  /// - Complexity: O(length of the text).
  public static func parse(_ text: String) throws(QueryProblem) -> ParsedQuery {
    guard text.utf8.count <= maximumBytes else { throw .tooLong(bytes: text.utf8.count) }
    var parser = QueryParser(scalars: Array(text.unicodeScalars))
    return ParsedQuery(clauses: try parser.clauses())
  }
}

/// A cursor over the scalars of a query.
private struct QueryParser {
  let scalars: [Unicode.Scalar]
  var at = 0

  private var current: Unicode.Scalar? { at < scalars.count ? scalars[at] : nil }

  init(scalars: [Unicode.Scalar]) {
    self.scalars = scalars
  }

  mutating func clauses() throws(QueryProblem) -> [QueryClause] {
    var clauses: [QueryClause] = []
    while true {
      while let scalar = current, Self.isSpace(scalar) { at += 1 }
      guard current != nil else { break }
      clauses.append(try clause())
      guard clauses.count <= QueryText.maximumClauses else { throw .tooManyClauses(clauses.count) }
    }
    guard !clauses.isEmpty else { throw .empty }
    return clauses
  }

  private mutating func clause() throws(QueryProblem) -> QueryClause {
    var sign = QueryClause.Sign.plain
    if let first = current, first == "+" || first == "-" {
      sign = first == "+" ? .required : .negative
      at += 1
      guard let next = current, !Self.isSpace(next) else { throw .loneSign(Character(first), position: at) }
      if next == "+" || next == "-" { throw .repeatedSign(position: at + 1) }
    }
    if current == "\"" { return try quoted(sign) }
    return try bare(sign)
  }

  private mutating func quoted(_ sign: QueryClause.Sign) throws(QueryProblem) -> QueryClause {
    let start = at + 1
    var text = String.UnicodeScalarView()
    at += 1
    while true {
      guard let scalar = current else { throw .openQuote(position: start) }
      at += 1
      if scalar == "\"" { break }
      if scalar == "\\", let escaped = current, escaped == "\"" || escaped == "\\" {
        text.append(escaped)
        at += 1
      } else {
        text.append(scalar)
      }
    }
    guard text.contains(where: { !Self.isSpace($0) }) else { throw .emptyQuote(position: start) }
    var boost: Float = 1
    if current == "^" {
      let position = at + 1
      at += 1
      var number: [Unicode.Scalar] = []
      while let scalar = current, !Self.isSpace(scalar) {
        number.append(scalar)
        at += 1
      }
      boost = try Self.boost(number[...], position: position)
    } else if let next = current, !Self.isSpace(next) {
      throw .textAfterQuote(position: at + 1)
    }
    return QueryClause(text: String(text), sign: sign, boost: boost)
  }

  private mutating func bare(_ sign: QueryClause.Sign) throws(QueryProblem) -> QueryClause {
    let start = at
    while let scalar = current, !Self.isSpace(scalar) { at += 1 }
    let word = scalars[start..<at]
    guard let caret = word.lastIndex(of: "^") else {
      return QueryClause(text: String(String.UnicodeScalarView(word)), sign: sign)
    }
    guard caret > start else { throw .boostWithoutWord(position: caret + 1) }
    let boost = try Self.boost(word[(caret + 1)...], position: caret + 1)
    return QueryClause(text: String(String.UnicodeScalarView(word[..<caret])), sign: sign, boost: boost)
  }

  private static func boost(_ digits: ArraySlice<Unicode.Scalar>, position: Int) throws(QueryProblem) -> Float {
    let text = String(String.UnicodeScalarView(digits))
    // Float's own parser also takes "inf", "nan" and hexadecimal, which nobody means.
    guard digits.allSatisfy({ ("0"..."9").contains($0) || $0 == "." }), let value = Float(text), value > 0,
      value <= QueryText.maximumBoost
    else { throw .badBoost(text, position: position) }
    return value
  }

  private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isWhitespace || scalar.value < 32 || scalar.value == 127
  }
}
