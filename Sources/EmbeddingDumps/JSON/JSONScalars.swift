extension JSONParser {
  /// Reads the string whose opening quote stands at the position.
  mutating func parseString() throws(JSONError) -> String {
    position += 1
    let start = position
    while position < bytes.count {
      let byte = bytes[position]
      if byte == UInt8(ascii: "\"") {
        let text = try decoded(start..<position)
        position += 1
        return text
      }
      if byte == UInt8(ascii: "\\") { return try parseEscapedString(from: start) }
      if byte < 0x20 { throw failure(.controlCharacter(byte)) }
      position += 1
    }
    throw failure(.unexpectedEnd)
  }

  private func decoded(_ range: Range<Int>) throws(JSONError) -> String {
    do {
      return String(copying: try UTF8Span(validating: bytes.extracting(range)))
    } catch {
      throw JSONError(offset: range.lowerBound + error.byteOffsets.lowerBound, problem: .invalidUTF8)
    }
  }

  /// Goes on with a string from its first escape; `start` is the first byte after the quote.
  private mutating func parseEscapedString(from start: Int) throws(JSONError) -> String {
    scratch.removeAll(keepingCapacity: true)
    for at in start..<position { scratch.append(bytes[at]) }
    while position < bytes.count {
      let byte = bytes[position]
      switch byte {
      case UInt8(ascii: "\""):
        let text: String
        do {
          text = String(copying: try UTF8Span(validating: scratch.span))
        } catch {
          throw JSONError(offset: start, problem: .invalidUTF8)
        }
        position += 1
        return text
      case UInt8(ascii: "\\"): try parseEscape()
      case 0..<0x20: throw failure(.controlCharacter(byte))
      default:
        scratch.append(byte)
        position += 1
      }
    }
    throw failure(.unexpectedEnd)
  }

  /// Reads one escape at the position into `scratch`.
  private mutating func parseEscape() throws(JSONError) {
    guard position + 1 < bytes.count else {
      position = bytes.count
      throw failure(.unexpectedEnd)
    }
    switch bytes[position + 1] {
    case UInt8(ascii: "\""): scratch.append(0x22)
    case UInt8(ascii: "\\"): scratch.append(0x5C)
    case UInt8(ascii: "/"): scratch.append(0x2F)
    case UInt8(ascii: "b"): scratch.append(0x08)
    case UInt8(ascii: "f"): scratch.append(0x0C)
    case UInt8(ascii: "n"): scratch.append(0x0A)
    case UInt8(ascii: "r"): scratch.append(0x0D)
    case UInt8(ascii: "t"): scratch.append(0x09)
    case UInt8(ascii: "u"):
      try parseUnicodeEscape()
      return
    default: throw failure(.badEscape)
    }
    position += 2
  }

  private mutating func parseUnicodeEscape() throws(JSONError) {
    var code = try hexadecimal(at: position + 2)
    var length = 6
    if (0xD800..<0xDC00).contains(code) {
      guard position + 7 < bytes.count, bytes[position + 6] == UInt8(ascii: "\\"),
        bytes[position + 7] == UInt8(ascii: "u")
      else { throw failure(.loneSurrogate) }
      let low = try hexadecimal(at: position + 8)
      guard (0xDC00..<0xE000).contains(low) else { throw failure(.loneSurrogate) }
      code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)
      length = 12
    }
    guard let scalar = UnicodeScalar(code) else { throw failure(.loneSurrogate) }
    scratch.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    position += length
  }

  private func hexadecimal(at start: Int) throws(JSONError) -> UInt32 {
    var value: UInt32 = 0
    for at in start..<start + 4 {
      guard at < bytes.count else { throw JSONError(offset: bytes.count, problem: .unexpectedEnd) }
      let byte = bytes[at]
      let digit: UInt8
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
      case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
      default: throw failure(.badEscape)
      }
      value = value << 4 | UInt32(digit)
    }
    return value
  }

  /// Reads the number at the position.
  ///
  /// Up to 19 digits and powers of ten up to 22 need no conversion routine: both are exact in float64 when the digits
  /// are below 2⁵³, and one multiplication or division rounds once (Clinger 1990, "How to Read Floating Point
  /// Numbers Accurately").
  mutating func parseNumber() throws(JSONError) -> JSONValue {
    let start = position
    let negative = bytes[position] == UInt8(ascii: "-")
    if negative { position += 1 }
    var digits: UInt64 = 0
    var digitCount = 0
    let whole = position
    takeDigits(&digits, &digitCount)
    let wholeCount = position - whole
    if negative, wholeCount == 0, matches("Infinity") {
      position = start
      throw failure(.notANumber("-Infinity"))
    }
    guard wholeCount > 0 else { throw unexpected() }
    if wholeCount > 1, bytes[whole] == UInt8(ascii: "0") {
      position = whole + 1
      throw unexpected()
    }
    var isInteger = true
    var exponent = 0
    if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
      isInteger = false
      position += 1
      let fraction = position
      takeDigits(&digits, &digitCount)
      guard position > fraction else { throw unexpected() }
      exponent = fraction - position
    }
    if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
      isInteger = false
      position += 1
      var down = false
      if position < bytes.count, bytes[position] == UInt8(ascii: "-") || bytes[position] == UInt8(ascii: "+") {
        down = bytes[position] == UInt8(ascii: "-")
        position += 1
      }
      var power: UInt64 = 0
      var powerCount = 0
      let first = position
      takeDigits(&power, &powerCount)
      guard position > first else { throw unexpected() }
      // Beyond 18 digits the fast way is closed anyway, by the huge exponent.
      let bounded = powerCount > 18 ? 1 << 40 : Int(power)
      exponent += down ? -bounded : bounded
    }
    if isInteger { return integer(digits, digitCount, negative, start) }
    if digitCount <= 19, digits < 1 << 53, exponent >= -22, exponent <= 22 {
      let magnitude = Double(digits)
      let value =
        exponent < 0 ? magnitude / JSONParser.powersOfTen[-exponent] : magnitude * JSONParser.powersOfTen[exponent]
      return .number(negative ? -value : value)
    }
    guard let value = Double(text(start..<position)), value.isFinite else {
      position = start
      throw failure(.numberOutOfRange)
    }
    return .number(value)
  }

  private func integer(_ digits: UInt64, _ digitCount: Int, _ negative: Bool, _ start: Int) -> JSONValue {
    // 19 significant digits always fit UInt64.
    if digitCount <= 19 {
      if !negative, digits <= UInt64(Int64.max) { return .integer(Int64(digits)) }
      if negative, digits == 0 { return .number(-0.0) }
      if negative, digits <= UInt64(Int64.max) { return .integer(-Int64(digits)) }
      if negative, digits == UInt64(Int64.max) + 1 { return .integer(Int64.min) }
    }
    return .bigInteger(text(start..<position))
  }

  /// Appends the digits at the position to `value` (wrapping beyond 19 significant ones, which `count` tells).
  private mutating func takeDigits(_ value: inout UInt64, _ count: inout Int) {
    while position < bytes.count {
      let digit = bytes[position] &- UInt8(ascii: "0")
      guard digit < 10 else { return }
      // Wraps only when `count` exceeds 19; callers then leave `value` alone.
      value = value &* 10 &+ UInt64(digit)
      if count > 0 || digit > 0 { count += 1 }
      position += 1
    }
  }

  /// ASCII bytes as text.
  private func text(_ range: Range<Int>) -> String {
    var text = ""
    text.reserveCapacity(range.count)
    for at in range { text.unicodeScalars.append(UnicodeScalar(bytes[at])) }
    return text
  }

  private static let powersOfTen: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
  ]
}
