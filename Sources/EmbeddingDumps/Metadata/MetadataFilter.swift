/// Conditions on metadata, all of which must hold: `field=value` and `field!=value`.
///
/// Text is compared exactly. A number equals a value of the same spelling or of the same numeric value (`3` and `3.0`),
/// a truth value equals `true` or `false`, null equals `null`. An array equals what any of its elements equals. A field
/// that is missing equals nothing. A dot reaches into objects (`exif.model`) unless a field has the dot in its name.
public struct MetadataFilter: Sendable, Equatable {
  private struct Clause: Sendable, Equatable {
    let field: String
    let value: String
    let number: Double?
    let isNegated: Bool
  }

  private let clauses: [Clause]

  /// Reads conditions; white space around field and value is dropped.
  ///
  /// - Throws: ``DumpError/filter(text:reason:)``.
  public init(parsing texts: [String]) throws(DumpError) {
    var clauses: [Clause] = []
    for text in texts {
      guard let sign = text.firstIndex(of: "=") else { throw .filter(text: text, reason: "it has no '='") }
      let isNegated = sign > text.startIndex && text[text.index(before: sign)] == "!"
      let field = MetadataFilter.trimmed(text[..<(isNegated ? text.index(before: sign) : sign)])
      guard !field.isEmpty else { throw .filter(text: text, reason: "it names no field") }
      let value = MetadataFilter.trimmed(text[text.index(after: sign)...])
      clauses.append(
        Clause(field: field, value: value, number: MetadataFilter.number(value), isNegated: isNegated))
    }
    self.clauses = clauses
  }

  /// Whether every condition holds.
  public func accepts(_ object: JSONObject) -> Bool {
    clauses.allSatisfy { clause in
      let value = MetadataFilter.find(clause.field, in: object)
      return (value.map { MetadataFilter.matches($0, clause) } ?? false) != clause.isNegated
    }
  }

  /// Whether every condition holds for the record.
  public func accepts(_ record: MetadataRecord) -> Bool { accepts(record.object) }

  private static func find(_ field: String, in object: JSONObject) -> JSONValue? {
    if let value = object[field] { return value }
    var dot = field.startIndex
    while let next = field[dot...].firstIndex(of: ".") {
      dot = field.index(after: next)
      if case .object(let inner)? = object[String(field[..<next])], let value = find(String(field[dot...]), in: inner) {
        return value
      }
    }
    return nil
  }

  private static func matches(_ value: JSONValue, _ clause: Clause) -> Bool {
    switch value {
    case .string(let text): return text == clause.value
    case .bool(let flag): return clause.value == (flag ? "true" : "false")
    case .null: return clause.value == "null"
    case .integer(let integer):
      if let exact = Int64(clause.value) { return exact == integer }
      return String(integer) == clause.value || clause.number == Double(integer)
    case .bigInteger(let digits): return digits == clause.value
    case .number(let number): return number.description == clause.value || clause.number == number
    case .array(let elements): return elements.contains { matches($0, clause) }
    case .object: return false
    }
  }

  /// The value of text that is a JSON number.
  private static func number(_ text: String) -> Double? {
    (try? JSONValue.parse(Array(text.utf8)))?.doubleValue
  }

  private static func trimmed(_ text: Substring) -> String {
    var rest = text.drop { $0 == " " || $0 == "\t" }
    while rest.last == " " || rest.last == "\t" { rest.removeLast() }
    return String(rest)
  }
}
