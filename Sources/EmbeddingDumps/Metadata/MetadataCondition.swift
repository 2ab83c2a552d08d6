/// One condition on metadata: a field, a comparison and a value as it was typed.
///
/// Text is compared byte by byte. A number equals a value of the same spelling or of the same numeric value (`3` and `3.0`),
/// a truth value equals `true` or `false`, null equals `null`. Smaller and larger hold between numbers only. An array meets a
/// condition when any of its elements does; `!=` is true of what `=` is not true of.
public struct MetadataCondition: Sendable, Hashable {
  /// How the value of a document is compared.
  public enum Comparison: String, Sendable, CaseIterable {
    case equal = "="
    case notEqual = "!="
    case less = "<"
    case atMost = "<="
    case greater = ">"
    case atLeast = ">="
  }

  /// The name of the field; a dot may reach into objects.
  public let field: String
  public let comparison: Comparison
  /// The value as it was typed, without white space around it.
  public let value: String
  /// The value as a whole number of 64 bits, if it is one.
  public let integer: Int64?
  /// The value as a number, if it is one in JSON.
  public let number: Double?

  /// Reads `field=value`, `field!=value`, `field<value` and so on; white space around field and value is dropped.
  ///
  /// - Throws: ``DumpError/filter(text:reason:)``.
  public init(parsing text: String) throws(DumpError) {
    guard let sign = text.firstIndex(where: { $0 == "=" || $0 == "<" || $0 == ">" }) else {
      throw .filter(text: text, reason: "it has no '=', '<' or '>'")
    }
    var start = sign
    var end = text.index(after: sign)
    if text[sign] == "=" {
      if sign > text.startIndex, text[text.index(before: sign)] == "!" { start = text.index(before: sign) }
    } else if end < text.endIndex, text[end] == "=" {
      end = text.index(after: end)
    }
    field = Self.trimmed(text[..<start])
    value = Self.trimmed(text[end...])
    integer = Int64(value)
    number = (try? JSONValue.parse(Array(value.utf8)))?.doubleValue
    guard !field.isEmpty else { throw .filter(text: text, reason: "it names no field") }
    guard let comparison = Comparison(rawValue: String(text[start..<end])) else {
      throw .filter(text: text, reason: "it has no '=', '<' or '>'")
    }
    self.comparison = comparison
    if comparison != .equal, comparison != .notEqual, number == nil {
      throw .filter(text: text, reason: "'\(value)' is no number, and only numbers are smaller or larger")
    }
  }

  /// Whether the condition holds for a document whose field has this value; nil for one without the field.
  public func accepts(_ value: JSONValue?) -> Bool {
    let matches = value.map { self.matches($0) } ?? false
    return comparison == .notEqual ? !matches : matches
  }

  /// Whether the comparison, or for `!=` the equality that it denies, holds for a value.
  public func matches(_ value: JSONValue) -> Bool {
    if case .array(let elements) = value { return elements.contains { matches($0) } }
    switch comparison {
    case .equal, .notEqual: return equals(value)
    case .less: return compares(value, { $0 < $1 }, { $0 < $1 })
    case .atMost: return compares(value, { $0 <= $1 }, { $0 <= $1 })
    case .greater: return compares(value, { $0 > $1 }, { $0 > $1 })
    case .atLeast: return compares(value, { $0 >= $1 }, { $0 >= $1 })
    }
  }

  private func equals(_ found: JSONValue) -> Bool {
    switch found {
    case .string(let text): text.hasBytes(of: value)
    case .bool(let flag): value == (flag ? "true" : "false")
    case .null: value == "null"
    case .integer(let exact): integer.map { $0 == exact } ?? (number == Double(exact))
    case .bigInteger(let digits): digits == value
    case .number(let double): number == double
    case .array, .object: false
    }
  }

  private func compares(
    _ found: JSONValue, _ whole: (Int64, Int64) -> Bool, _ real: (Double, Double) -> Bool
  ) -> Bool {
    if case .integer(let exact) = found, let integer { return whole(exact, integer) }
    guard let number, let double = found.doubleValue else { return false }
    return real(double, number)
  }

  private static func trimmed(_ text: Substring) -> String {
    var rest = text.drop { $0 == " " || $0 == "\t" }
    while rest.last == " " || rest.last == "\t" { rest.removeLast() }
    return String(rest)
  }
}

extension String {
  /// Whether two texts are the same bytes; `==` also takes different spellings of one Unicode character for the same.
  func hasBytes(of other: String) -> Bool { self == other && utf8.elementsEqual(other.utf8) }
}
