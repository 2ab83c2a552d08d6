/// What is wrong with a TREC run or judgement file, or with what should be written into one.
public enum TrecError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A line has the wrong number of fields.
  case fieldCount(line: Int, expected: Int, found: Int, layout: String)

  /// A score is not a finite decimal number.
  case badScore(line: Int, found: String)

  /// A grade is not a whole number.
  case badGrade(line: Int, found: String)

  /// A document comes twice for one query.
  case duplicate(line: Int, query: String, document: String)

  /// A name that TREC files cannot hold: it is empty or contains white space or a control character.
  case unwritableName(String)

  /// A score that TREC files cannot hold: infinite or not a number.
  case unwritableScore(query: String, document: String)

  /// One sentence: what, where, expected, found, how to put it right.
  public var description: String {
    switch self {
    case .fieldCount(let line, let expected, let found, let layout):
      "Line \(line) has \(found) fields where \(expected) are needed: '\(layout)', separated by spaces or tabs."
    case .badScore(let line, let found):
      "Line \(line) has the score '\(found)', which is not a finite decimal number."
    case .badGrade(let line, let found):
      "Line \(line) has the grade '\(found)', which is not a whole number such as 0, 1 or 2."
    case .duplicate(let line, let query, let document):
      "Line \(line) names document '\(document)' a second time for query '\(query)'; remove one of the two."
    case .unwritableName(let name):
      "The name '\(name)' cannot stand in a TREC file, which separates its fields by white space; rename it without any."
    case .unwritableScore(let query, let document):
      "The score of document '\(document)' for query '\(query)' is not a finite number."
    }
  }
}
