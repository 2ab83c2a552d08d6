/// A strict reader of one JSON text: one pass, no look back, every byte bounds-checked.
///
/// Strict means RFC 8259 to the letter: UTF-8 only, no comments, no trailing commas, no NaN, whole surrogate pairs;
/// and beyond it: an object never has a name twice.
struct JSONParser: ~Escapable {
  let bytes: Span<UInt8>
  let maximumDepth: Int
  var position = 0
  /// Decoded bytes of a string with escapes; kept to save allocations.
  var scratch: [UInt8] = []

  @_lifetime(copy bytes)
  init(_ bytes: Span<UInt8>, maximumDepth: Int) {
    self.bytes = bytes
    self.maximumDepth = maximumDepth
  }

  /// Reads the one value of the text and refuses anything but white space after it.
  mutating func parseDocument() throws(JSONError) -> JSONValue {
    let value = try parseValue(depth: 0)
    skipSpace()
    guard position == bytes.count else { throw failure(.trailingBytes) }
    return value
  }

  func failure(_ problem: JSONError.Problem) -> JSONError {
    JSONError(offset: position, problem: problem)
  }

  /// The error for whatever stands at the position.
  func unexpected() -> JSONError {
    position < bytes.count ? failure(.unexpectedByte(bytes[position])) : failure(.unexpectedEnd)
  }

  mutating func skipSpace() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x0A, 0x0D, 0x09: position += 1
      default: return
      }
    }
  }

  mutating func parseValue(depth: Int) throws(JSONError) -> JSONValue {
    skipSpace()
    guard position < bytes.count else { throw failure(.unexpectedEnd) }
    switch bytes[position] {
    case UInt8(ascii: "\""): return .string(try parseString())
    case UInt8(ascii: "{"): return .object(try parseObject(depth: depth + 1))
    case UInt8(ascii: "["): return .array(try parseArray(depth: depth + 1))
    case UInt8(ascii: "t"):
      try expect("true")
      return .bool(true)
    case UInt8(ascii: "f"):
      try expect("false")
      return .bool(false)
    case UInt8(ascii: "n"):
      try expect("null")
      return .null
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try parseNumber()
    case UInt8(ascii: "N") where matches("NaN"): throw failure(.notANumber("NaN"))
    case UInt8(ascii: "I") where matches("Infinity"): throw failure(.notANumber("Infinity"))
    default: throw unexpected()
    }
  }

  func matches(_ word: StaticString) -> Bool {
    let text = "\(word)".utf8
    guard bytes.count - position >= text.count else { return false }
    var at = position
    for byte in text {
      if bytes[at] != byte { return false }
      at += 1
    }
    return true
  }

  private mutating func expect(_ word: String) throws(JSONError) {
    for byte in word.utf8 {
      guard position < bytes.count, bytes[position] == byte else { throw unexpected() }
      position += 1
    }
  }

  private mutating func parseArray(depth: Int) throws(JSONError) -> [JSONValue] {
    guard depth <= maximumDepth else { throw failure(.tooDeep(limit: maximumDepth)) }
    position += 1
    var elements: [JSONValue] = []
    skipSpace()
    if position < bytes.count, bytes[position] == UInt8(ascii: "]") {
      position += 1
      return elements
    }
    while true {
      elements.append(try parseValue(depth: depth))
      skipSpace()
      guard position < bytes.count else { throw failure(.unexpectedEnd) }
      switch bytes[position] {
      case UInt8(ascii: ","): position += 1
      case UInt8(ascii: "]"):
        position += 1
        return elements
      default: throw unexpected()
      }
    }
  }

  private mutating func parseObject(depth: Int) throws(JSONError) -> JSONObject {
    guard depth <= maximumDepth else { throw failure(.tooDeep(limit: maximumDepth)) }
    position += 1
    var members: [JSONObject.Member] = []
    var names = JSONNames()
    skipSpace()
    if position < bytes.count, bytes[position] == UInt8(ascii: "}") {
      position += 1
      return JSONObject()
    }
    while true {
      skipSpace()
      guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else { throw unexpected() }
      let start = position
      let key = try parseString()
      names.append(key, at: start)
      skipSpace()
      guard position < bytes.count, bytes[position] == UInt8(ascii: ":") else { throw unexpected() }
      position += 1
      members.append(JSONObject.Member(key: key, value: try parseValue(depth: depth)))
      skipSpace()
      guard position < bytes.count else { throw failure(.unexpectedEnd) }
      switch bytes[position] {
      case UInt8(ascii: ","): position += 1
      case UInt8(ascii: "}"):
        position += 1
        if let twice = names.firstDuplicate(in: members) {
          throw JSONError(offset: twice.offset, problem: .duplicateName(twice.name))
        }
        return JSONObject(unique: members)
      default: throw unexpected()
      }
    }
  }
}

/// The names of one object, to find a name that stands twice without comparing every pair of strings.
///
/// Names are compared byte by byte (JSON compares code points), not by Unicode equivalence as `String` does.
private struct JSONNames {
  private var hashes: [UInt64] = []
  private var offsets: [Int] = []

  mutating func append(_ name: String, at offset: Int) {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    hashes.append(hash)
    offsets.append(offset)
  }

  /// - Complexity: O(n²) comparisons of integers up to 16 names, else O(n log n); equal hashes fall back to a set,
  ///   so that names made to collide cost no more than that.
  func firstDuplicate(in members: [JSONObject.Member]) -> (name: String, offset: Int)? {
    var suspicious = false
    if hashes.count <= 16 {
      for later in hashes.indices {
        for earlier in 0..<later where hashes[earlier] == hashes[later] { suspicious = true }
      }
    } else {
      let sorted = hashes.sorted()
      for place in 1..<sorted.count where sorted[place] == sorted[place - 1] { suspicious = true }
    }
    guard suspicious else { return nil }
    var seen: Set<[UInt8]> = []
    for (place, member) in members.enumerated() where !seen.insert(Array(member.key.utf8)).inserted {
      return (member.key, offsets[place])
    }
    return nil
  }
}
