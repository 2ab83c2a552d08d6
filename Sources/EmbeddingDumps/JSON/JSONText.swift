extension JSONValue {
  /// Reads one JSON text.
  ///
  /// - Parameters:
  ///   - bytes: the whole text, UTF-8, without byte order mark.
  ///   - limits: how long and how deep it may be.
  /// - Throws: ``JSONError`` with the first byte that is wrong.
  /// - Complexity: O(bytes).
  public static func parse(_ bytes: Span<UInt8>, limits: JSONLimits = JSONLimits()) throws(JSONError) -> JSONValue {
    guard bytes.count <= limits.byteCount else {
      throw JSONError(offset: limits.byteCount, problem: .tooLong(limit: limits.byteCount))
    }
    var parser = JSONParser(bytes, maximumDepth: limits.depth)
    return try parser.parseDocument()
  }

  /// Reads one JSON text; see ``parse(_:limits:)-(Span<UInt8>,_)``.
  public static func parse(_ bytes: [UInt8], limits: JSONLimits = JSONLimits()) throws(JSONError) -> JSONValue {
    try parse(bytes.span, limits: limits)
  }

  /// Reads one JSON text; see ``parse(_:limits:)-(Span<UInt8>,_)``.
  public static func parse(_ bytes: RawSpan, limits: JSONLimits = JSONLimits()) throws(JSONError) -> JSONValue {
    try parse(Span<UInt8>(_bytes: bytes), limits: limits)
  }

  /// The value as compact UTF-8 JSON, members in order; what ``parse(_:limits:)`` reads gives an equal value.
  ///
  /// Numbers that JSON cannot write (NaN, infinities) become `null`.
  public func serialized() -> [UInt8] {
    var bytes: [UInt8] = []
    serialize(into: &bytes)
    return bytes
  }

  /// Appends ``serialized()`` to `bytes`.
  public func serialize(into bytes: inout [UInt8]) {
    switch self {
    case .null: bytes.append(contentsOf: "null".utf8)
    case .bool(let value): bytes.append(contentsOf: (value ? "true" : "false").utf8)
    case .integer(let value): bytes.append(contentsOf: String(value).utf8)
    case .bigInteger(let digits): bytes.append(contentsOf: digits.utf8)
    case .number(let value): bytes.append(contentsOf: (value.isFinite ? value.description : "null").utf8)
    case .string(let text): JSONValue.serialize(text, into: &bytes)
    case .array(let elements):
      bytes.append(UInt8(ascii: "["))
      for (place, element) in elements.enumerated() {
        if place > 0 { bytes.append(UInt8(ascii: ",")) }
        element.serialize(into: &bytes)
      }
      bytes.append(UInt8(ascii: "]"))
    case .object(let object): object.serialize(into: &bytes)
    }
  }

  /// Appends `text` as a JSON string: quotes, backslash and control characters escaped, everything else as it is.
  static func serialize(_ text: String, into bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(byte)
      case 0x0A: bytes.append(contentsOf: "\\n".utf8)
      case 0x0D: bytes.append(contentsOf: "\\r".utf8)
      case 0x09: bytes.append(contentsOf: "\\t".utf8)
      case 0..<0x20:
        bytes.append(contentsOf: (byte < 16 ? "\\u000" : "\\u00").utf8)
        bytes.append(contentsOf: String(byte, radix: 16).utf8)
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }
}

extension JSONObject {
  /// The object as compact UTF-8 JSON, members in order.
  public func serialized() -> [UInt8] {
    var bytes: [UInt8] = []
    serialize(into: &bytes)
    return bytes
  }

  /// Appends ``serialized()`` to `bytes`.
  public func serialize(into bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "{"))
    for (place, member) in members.enumerated() {
      if place > 0 { bytes.append(UInt8(ascii: ",")) }
      JSONValue.serialize(member.key, into: &bytes)
      bytes.append(UInt8(ascii: ":"))
      member.value.serialize(into: &bytes)
    }
    bytes.append(UInt8(ascii: "}"))
  }
}
