import EmbeddingDumps
import LinearAlgebra
import Testing

@Suite struct JSONParserTests {
  private func parse(_ json: String) throws -> JSONValue { try JSONValue.parse(Array(json.utf8)) }

  private func problem(_ bytes: [UInt8]) -> JSONError.Problem? {
    do {
      _ = try JSONValue.parse(bytes)
      return nil
    } catch { return error.problem }
  }

  private func problem(_ json: String) -> JSONError.Problem? { problem(Array(json.utf8)) }

  @Test func everyKindOfValueIsRead() throws {
    let value = try parse(#" { "a" : [ 1 , -2.5 , true , false , null , "x" , {} , [] ] , "b" : { "c" : "d" } } "#)
    let inner = JSONValue.object(JSONObject([("c", .string("d"))]))
    #expect(
      value
        == .object(
          JSONObject([
            (
              "a",
              .array([
                .integer(1), .number(-2.5), .bool(true), .bool(false), .null, .string("x"), .object(JSONObject()),
                .array([]),
              ])
            ), ("b", inner),
          ])))
  }

  @Test(
    "Integers stay exact at every size",
    arguments: [
      ("0", JSONValue.integer(0)), ("-1", .integer(-1)), ("9007199254740993", .integer(9_007_199_254_740_993)),
      ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
      ("9223372036854775808", .bigInteger("9223372036854775808")),
      ("-9223372036854775809", .bigInteger("-9223372036854775809")),
      ("18446744073709551615", .bigInteger("18446744073709551615")),
      ("18446744073709551617", .bigInteger("18446744073709551617")),
      ("123456789012345678901234567890", .bigInteger("123456789012345678901234567890")),
    ])
  func integers(_ text: String, _ value: JSONValue) throws {
    #expect(try parse(text) == value)
    #expect(String(decoding: value.serialized(), as: UTF8.self) == text)
  }

  @Test(
    "Fractions and exponents round like the language does",
    arguments: [
      "0.0", "0.1", "1.5e3", "1E+2", "1e-2", "-0.0", "123456789.987654321", "1e22", "1e23", "4.9e-324", "5e-324",
      "1.7976931348623157e308", "2.2250738585072014e-308", "0.30000000000000004", "9007199254740993.0", "1e-400",
      "0e999999999999999999999", "0.000000000000000000000000000000001e33", "12345678901234567890.5",
      "2.2250738585072011e-308", "179769313486231580793728971405301e276",
    ])
  func fractions(_ text: String) throws {
    let value = try #require(try parse(text).doubleValue)
    #expect(value == Double(text) ?? 0, "\(text)")
    #expect(try JSONValue.parse(JSONValue.number(value).serialized()).doubleValue == value)
  }

  @Test func minusZeroKeepsItsSign() throws {
    #expect(try parse("-0").doubleValue?.sign == .minus)
    #expect(try parse("-0.0").doubleValue?.sign == .minus)
  }

  @Test func randomDoublesSurviveTheRoundTrip() throws {
    var random = SplitMix64(seed: 5)
    for _ in 0..<5000 {
      let value = Double(bitPattern: random.next())
      guard value.isFinite else { continue }
      #expect(try JSONValue.parse(JSONValue.number(value).serialized()).doubleValue == value, "\(value)")
    }
  }

  @Test func numbersTooLargeAreRefused() throws {
    #expect(problem("1e309") == .numberOutOfRange)
    #expect(problem("-1e999999999999999999999999") == .numberOutOfRange)
    let digits = "1" + String(repeating: "0", count: 5000)
    #expect(try parse(digits) == .bigInteger(digits))
    #expect(try parse(digits).doubleValue == nil)
    #expect(problem(digits + ".5") == .numberOutOfRange)
  }

  @Test(
    "What RFC 8259 does not allow is refused",
    arguments: [
      "", " ", "01", "-01", "-", "+1", "1.", ".5", "1.e5", "1e", "1e+", "0x10", "--1", "1a", "1 2", "tru", "True",
      "nul",
      "nulll", "[", "]", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "{", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,}",
      "{a:1}", "{'a':1}", "{\"a\" 1}", "{1:2}", "{,}", "\"", "\"a", "'a'", "\"\\x\"", "\"\\u12\"", "\"\\u12G4\"",
      "\"\\\"", "\"a\tb\"", "\"a\nb\"", "// x\n1", "/**/1", "[1]x", "{}{}", "NaN", "Infinity", "-Infinity", "[NaN]",
      "\u{FEFF}1", "\u{A0}1", "[1]\u{0}",
    ])
  func refused(_ text: String) {
    #expect(problem(text) != nil)
  }

  @Test func pythonsNaNIsNamed() {
    #expect(problem("[NaN]") == .notANumber("NaN"))
    #expect(problem("-Infinity") == .notANumber("-Infinity"))
  }

  @Test func escapesAndSurrogatesAreDecoded() throws {
    #expect(try parse(#""\"\\\/\b\f\n\r\t""#) == .string("\"\\/\u{8}\u{C}\n\r\t"))
    #expect(try parse(#""\u00e9\u20AC\ud83d\ude00\u0000x""#) == .string("é€😀\u{0}x"))
    #expect(try parse(#""é€😀 \u0041 é""#) == .string("é€😀 A é"))
    for lone in [#""\ud83d""#, #""\ud83dx""#, #""\ude00""#, #""\ud83d\u0041""#, #""\ud83d\ud83d""#, #""\ud83d\n""#] {
      #expect(problem(lone) == .loneSurrogate, "\(lone)")
    }
  }

  @Test(
    "Bytes that are not UTF-8 are refused",
    arguments: [
      [0x80], [0xC3], [0xC0, 0x80], [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xFF], [0xF8, 0x88],
    ] as [[UInt8]])
  func notUTF8(_ bytes: [UInt8]) {
    #expect(problem([0x22] + bytes + [0x22]) == .invalidUTF8)
    #expect(problem([0x22, 0x5C, 0x6E] + bytes + [0x22]) == .invalidUTF8)
    #expect(problem(Array("{\"".utf8) + bytes + Array("\":1}".utf8)) == .invalidUTF8)
  }

  @Test func duplicateNamesAreRefusedInSmallAndLargeObjects() {
    #expect(problem(#"{"a":1,"b":2,"a":3}"#) == .duplicateName("a"))
    #expect(problem(#"{"a":1,"\u0061":3}"#) == .duplicateName("a"))
    let many = (0..<100).map { "\"k\($0)\":\($0)" }.joined(separator: ",")
    #expect(problem("{\(many)}") == nil)
    #expect(problem("{\(many),\"k57\":1}") == .duplicateName("k57"))
    #expect(problem(#"{"a":{"a":1},"b":{"a":1}}"#) == nil)
    // Canonically equivalent, but other code points: two names.
    #expect(problem("{\"\u{E9}\":1,\"e\u{301}\":2}") == nil)
  }

  @Test func depthIsLimited() {
    func nested(_ depth: Int) -> String { String(repeating: "[", count: depth) + String(repeating: "]", count: depth) }
    #expect(problem(nested(64)) == nil)
    #expect(problem(nested(65)) == .tooDeep(limit: 64))
    #expect(problem(String(repeating: "[", count: 1_000_000)) == .tooDeep(limit: 64))
    #expect(problem(String(repeating: "{\"a\":", count: 1_000_000)) == .tooDeep(limit: 64))
  }

  @Test func lengthIsLimited() {
    #expect(throws: JSONError(offset: 3, problem: .tooLong(limit: 3))) {
      try JSONValue.parse(Array("1234".utf8), limits: JSONLimits(byteCount: 3))
    }
  }

  @Test func errorsSayTheByte() {
    #expect(throws: JSONError(offset: 6, problem: .unexpectedByte(0x7D))) {
      try JSONValue.parse(Array(#"{"a": }"#.utf8))
    }
    #expect(JSONError(offset: 6, problem: .unexpectedByte(0x7D)).description == "unexpected '}' in JSON (byte 6)")
  }

  @Test func objectsAreEditedByName() {
    var object = JSONObject([("a", .integer(1)), ("b", .integer(2)), ("a", .integer(3))])
    #expect(object.keys == ["a", "b"])
    #expect(object["a"] == .integer(3))
    object["c"] = .null
    object["a"] = nil
    #expect(String(decoding: object.serialized(), as: UTF8.self) == #"{"b":2,"c":null}"#)
  }

  @Test func whatIsWrittenIsReadBackForRandomValues() throws {
    for seed in 0..<3000 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      let value = RandomJSON.value(depth: 0, using: &random)
      #expect(try JSONValue.parse(value.serialized()) == value, "seed \(seed)")
    }
  }
}

/// Values of every kind, with names and text that are hard to escape.
enum RandomJSON {
  static func value(depth: Int, using random: inout SplitMix64) -> JSONValue {
    switch Int.random(in: 0..<(depth > 4 ? 6 : 8), using: &random) {
    case 0: return .null
    case 1: return .bool(Bool.random(using: &random))
    case 2: return .integer(Int64.random(in: .min ... .max, using: &random))
    case 3: return .number(Double.random(in: -1e6...1e6, using: &random))
    case 4: return .bigInteger("-9" + String(repeating: "1", count: Int.random(in: 19...40, using: &random)))
    case 5: return .string(text(using: &random))
    case 6:
      return .array((0..<Int.random(in: 0...6, using: &random)).map { _ in value(depth: depth + 1, using: &random) })
    default:
      var object = JSONObject()
      for _ in 0..<Int.random(in: 0...20, using: &random) {
        object[text(using: &random)] = value(depth: depth + 1, using: &random)
      }
      return .object(object)
    }
  }

  static func text(using random: inout SplitMix64) -> String {
    let alphabet: [Character] = ["a", "b", "\"", "\\", "/", "\n", "\u{0}", "\u{1F}", "é", "€", "😀", " ", "\u{7F}", "京"]
    return String(
      (0..<Int.random(in: 0...20, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? "x" })
  }
}
