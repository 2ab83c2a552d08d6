/// The few Python literals a `.npy` header is made of. Nothing is ever evaluated.
enum PythonLiteral: Equatable, Sendable {
  case string(String)
  case bool(Bool)
  case integer(Int)
  /// A tuple or a list.
  case sequence([PythonLiteral])

  /// Why a header is not such a literal.
  struct Failure: Error {
    let reason: String
  }

  /// Reads `{'name': literal, …}` with nothing after it but white space; names are unique.
  static func parseDictionary(_ text: [UInt8]) throws(Failure) -> [(name: String, value: PythonLiteral)] {
    var parser = PythonLiteralParser(text: text)
    return try parser.parseDictionary()
  }
}

private struct PythonLiteralParser {
  let text: [UInt8]
  var position = 0

  init(text: [UInt8]) {
    self.text = text
  }

  private func unexpected(_ what: String) -> PythonLiteral.Failure {
    PythonLiteral.Failure(reason: "\(what) at byte \(position) of the header text")
  }

  private mutating func skipSpace() {
    while position < text.count, text[position] == 0x20 || (0x09...0x0D).contains(text[position]) { position += 1 }
  }

  private func peek() -> UInt8? { position < text.count ? text[position] : nil }

  /// Moves over `byte`, after white space, when it comes next.
  private mutating func take(_ byte: UInt8) -> Bool {
    skipSpace()
    guard peek() == byte else { return false }
    position += 1
    return true
  }

  mutating func parseDictionary() throws(PythonLiteral.Failure) -> [(name: String, value: PythonLiteral)] {
    guard take(UInt8(ascii: "{")) else { throw unexpected("no dictionary") }
    var fields: [(name: String, value: PythonLiteral)] = []
    while !take(UInt8(ascii: "}")) {
      skipSpace()
      guard case .string(let name) = try parseValue(depth: 0) else { throw unexpected("a key that is no string") }
      guard !fields.contains(where: { $0.name == name }) else {
        throw unexpected("the key '\(name)' for the second time")
      }
      // No writer has more than three keys; the bound keeps hostile headers cheap.
      guard fields.count < 16 else { throw unexpected("too many keys") }
      guard take(UInt8(ascii: ":")) else { throw unexpected("no ':'") }
      fields.append((name, try parseValue(depth: 0)))
      if !take(UInt8(ascii: ",")) {
        guard take(UInt8(ascii: "}")) else { throw unexpected("no ',' or '}'") }
        break
      }
    }
    skipSpace()
    while peek() == 0 { position += 1 }  // some writers pad with zeros
    guard position == text.count else { throw unexpected("something after the dictionary") }
    return fields
  }

  private mutating func parseValue(depth: Int) throws(PythonLiteral.Failure) -> PythonLiteral {
    skipSpace()
    guard let byte = peek() else { throw unexpected("the end") }
    switch byte {
    case UInt8(ascii: "'"), UInt8(ascii: "\""): return .string(try parseString(quote: byte))
    case UInt8(ascii: "("): return .sequence(try parseSequence(closing: UInt8(ascii: ")"), depth: depth))
    case UInt8(ascii: "["): return .sequence(try parseSequence(closing: UInt8(ascii: "]"), depth: depth))
    case UInt8(ascii: "0")...UInt8(ascii: "9"): return .integer(try parseInteger())
    case UInt8(ascii: "T") where takeWord("True"): return .bool(true)
    case UInt8(ascii: "F") where takeWord("False"): return .bool(false)
    default: throw unexpected("something that is no literal")
    }
  }

  private mutating func takeWord(_ word: String) -> Bool {
    guard text[position...].starts(with: word.utf8) else { return false }
    position += word.utf8.count
    return true
  }

  private mutating func parseString(quote: UInt8) throws(PythonLiteral.Failure) -> String {
    position += 1
    let start = position
    while let byte = peek(), byte != quote {
      guard byte != UInt8(ascii: "\\"), byte >= 0x20 else { throw unexpected("an escape") }
      position += 1
    }
    guard peek() != nil else { throw unexpected("the end of the text inside a string") }
    guard let string = String(validating: text[start..<position], as: UTF8.self) else {
      throw unexpected("a string that is not UTF-8")
    }
    position += 1
    return string
  }

  private mutating func parseInteger() throws(PythonLiteral.Failure) -> Int {
    var value = 0
    while let byte = peek(), (0x30...0x39).contains(byte) {
      let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = tens.addingReportingOverflow(Int(byte) - 0x30)
      guard !overflow, !carry else { throw unexpected("a number beyond 64 bits") }
      value = sum
      position += 1
    }
    if peek() == UInt8(ascii: "L") { position += 1 }  // Python 2 wrote long integers so
    return value
  }

  private mutating func parseSequence(
    closing: UInt8, depth: Int
  ) throws(PythonLiteral.Failure) -> [PythonLiteral] {
    guard depth < 8 else { throw unexpected("too many brackets") }
    position += 1
    var elements: [PythonLiteral] = []
    while !take(closing) {
      elements.append(try parseValue(depth: depth + 1))
      if !take(UInt8(ascii: ",")) {
        guard take(closing) else { throw unexpected("no ',' or closing bracket") }
        break
      }
    }
    return elements
  }
}
