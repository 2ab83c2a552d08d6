/// A JSON value as RFC 8259 defines it, with integers kept exact.
///
/// Numbers without fraction and exponent stay integers: ``integer(_:)`` where they fit 64 bits, ``bigInteger(_:)``
/// (their decimal digits) where they do not. `-0` is the number −0.0. Two values are equal when their kinds are:
/// `.integer(1)` is not `.number(1)`.
public enum JSONValue: Sendable, Equatable {
  /// `null`.
  case null
  /// `true` or `false`.
  case bool(Bool)
  /// A number with fraction or exponent; always finite when it came from ``parse(_:limits:)``.
  case number(Double)
  /// A whole number that fits 64 bits.
  case integer(Int64)
  /// A whole number beyond 64 bits, as its decimal digits, with a leading `-` where it is negative.
  case bigInteger(String)
  /// A string; valid Unicode, escapes decoded.
  case string(String)
  /// An array, in order.
  case array([JSONValue])
  /// An object, members in the order of the text.
  case object(JSONObject)

  /// The text of a string, `nil` for every other kind.
  public var stringValue: String? {
    if case .string(let text) = self { text } else { nil }
  }

  /// The exact integer, `nil` for every other kind and for integers beyond 64 bits.
  public var integerValue: Int64? {
    if case .integer(let value) = self { value } else { nil }
  }

  /// The value of any number, rounded to float64; `nil` for other kinds and for integers beyond float64's range.
  public var doubleValue: Double? {
    switch self {
    case .number(let value): value
    case .integer(let value): Double(value)
    case .bigInteger(let digits): Double(digits).flatMap { $0.isFinite ? $0 : nil }
    default: nil
    }
  }

  /// The truth value, `nil` for every other kind.
  public var boolValue: Bool? {
    if case .bool(let value) = self { value } else { nil }
  }

  /// The elements of an array, `nil` for every other kind.
  public var arrayValue: [JSONValue]? {
    if case .array(let elements) = self { elements } else { nil }
  }

  /// The object, `nil` for every other kind.
  public var objectValue: JSONObject? {
    if case .object(let object) = self { object } else { nil }
  }

  /// The text a person would write for a string, a number or a truth value; `nil` for null, arrays and objects.
  ///
  /// Used where documents are named: the integer 17 and the string "17" give the same text.
  public var scalarText: String? {
    switch self {
    case .string(let text): text
    case .integer(let value): String(value)
    case .bigInteger(let digits): digits
    case .number(let value): value.description
    case .bool(let value): value ? "true" : "false"
    case .null, .array, .object: nil
    }
  }
}

/// The members of a JSON object in the order of the text; names are unique.
public struct JSONObject: Sendable, Equatable {
  /// One name with its value.
  public struct Member: Sendable, Equatable {
    /// The name, unique in its object.
    public let key: String
    /// The value.
    public var value: JSONValue

    /// A member.
    public init(key: String, value: JSONValue) {
      self.key = key
      self.value = value
    }
  }

  /// The members, in order.
  public private(set) var members: [Member]

  /// An object without members.
  public init() {
    members = []
  }

  /// The object with these members, in order; of several with one name the last wins, at the place of the first.
  public init(_ members: [(String, JSONValue)]) {
    self.members = []
    for (key, value) in members { self[key] = value }
  }

  /// Takes members whose names the caller has checked to be unique.
  init(unique members: [Member]) {
    self.members = members
  }

  /// How many members there are.
  public var count: Int { members.count }

  /// Whether there are none.
  public var isEmpty: Bool { members.isEmpty }

  /// The names, in order.
  public var keys: [String] { members.map(\.key) }

  /// The value of the member named `key`; `nil` when there is none. Setting `nil` removes the member.
  ///
  /// - Complexity: O(members): objects of metadata are small.
  public subscript(key: String) -> JSONValue? {
    get {
      for member in members where member.key == key { return member.value }
      return nil
    }
    set {
      let place = members.firstIndex { $0.key == key }
      if let newValue {
        if let place { members[place].value = newValue } else { members.append(Member(key: key, value: newValue)) }
      } else if let place {
        members.remove(at: place)
      }
    }
  }
}
