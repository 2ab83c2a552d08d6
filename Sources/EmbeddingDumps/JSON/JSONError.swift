/// What is wrong with a JSON text, and at which byte.
public struct JSONError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The kinds of damage.
  public enum Problem: Equatable, Sendable {
    /// The text ends inside a value.
    case unexpectedEnd
    /// A byte that no JSON text has at this place.
    case unexpectedByte(UInt8)
    /// `NaN` or `Infinity`, which Python writes although JSON has no such number.
    case notANumber(String)
    /// A number beyond float64's range.
    case numberOutOfRange
    /// `\` followed by something that is no escape.
    case badEscape
    /// Half of a surrogate pair.
    case loneSurrogate
    /// A control character inside a string that should have been escaped.
    case controlCharacter(UInt8)
    /// Bytes that are not UTF-8.
    case invalidUTF8
    /// Arrays and objects nested deeper than the limit.
    case tooDeep(limit: Int)
    /// A text longer than the limit.
    case tooLong(limit: Int)
    /// Two members of one object with the same name.
    case duplicateName(String)
    /// Something after the value.
    case trailingBytes
  }

  /// The byte, counted from 0 at the start of the text.
  public let offset: Int
  /// What is wrong there.
  public let problem: Problem

  /// An error at `offset`.
  public init(offset: Int, problem: Problem) {
    self.offset = offset
    self.problem = problem
  }

  /// The problem in words, without the place.
  public var reason: String {
    switch problem {
    case .unexpectedEnd: "the JSON text ends too early"
    case .unexpectedByte(let byte): "unexpected \(JSONError.name(of: byte)) in JSON"
    case .notANumber(let text): "\(text) is not JSON; write null instead"
    case .numberOutOfRange: "the number is beyond the range of float64"
    case .badEscape: "unknown escape in a JSON string"
    case .loneSurrogate: "half a surrogate pair in a JSON string"
    case .controlCharacter(let byte): "unescaped \(JSONError.name(of: byte)) in a JSON string"
    case .invalidUTF8: "bytes that are not UTF-8"
    case .tooDeep(let limit): "nested deeper than \(limit) levels"
    case .tooLong(let limit): "longer than \(limit) bytes"
    case .duplicateName(let name): "the name \"\(name)\" stands twice in one JSON object"
    case .trailingBytes: "something follows the JSON value"
    }
  }

  /// The problem and its place in one sentence.
  public var description: String { "\(reason) (byte \(offset))" }

  private static func name(of byte: UInt8) -> String {
    if byte > 0x20 && byte < 0x7F { return "'\(Character(UnicodeScalar(byte)))'" }
    return "byte 0x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
  }
}

/// How large a JSON text may be.
public struct JSONLimits: Sendable, Equatable {
  /// Levels of arrays and objects.
  public var depth: Int
  /// Bytes of the text.
  public var byteCount: Int

  /// Limits; by default 64 levels and 16 MiB.
  public init(depth: Int = 64, byteCount: Int = 16 << 20) {
    self.depth = depth
    self.byteCount = byteCount
  }
}
