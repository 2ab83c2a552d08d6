import Foundation
import Newel

/// JSON for programs: names sorted, numbers as they are, and a document's metadata as the object that its owner wrote, in
/// its order and with its numbers untouched.
enum JSONOutput {
  /// A value over several lines.
  static func print(_ value: some Encodable) throws {
    Console.write(try text(of: value, pretty: true) + "\n")
  }

  /// One object on one line.
  static func printLine(_ value: some Encodable) throws {
    Console.write(try text(of: value, pretty: false) + "\n")
  }

  static func text(of value: some Encodable, pretty: Bool) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if pretty { encoder.outputFormatting.insert(.prettyPrinted) }
    let plain = try encoder.encode(value)
    return withoutControls(String(decoding: withMetadataObjects(plain), as: UTF8.self))
  }

  /// Replaces every text `"metadata": "{…}"` by the object in it.
  ///
  /// A name is recognised by its quotes and colon: inside a JSON text, quotes never stand without a backslash.
  private static func withMetadataObjects(_ json: Data) -> Data {
    let name = Data("\"metadata\"".utf8)
    var result = Data(capacity: json.count)
    var copied = json.startIndex
    while let found = json.range(of: name, in: copied..<json.endIndex) {
      var at = found.upperBound
      while at < json.endIndex, json[at] == UInt8(ascii: " ") || json[at] == UInt8(ascii: ":") { at += 1 }
      result.append(json[copied..<at])
      copied = at
      guard at < json.endIndex, json[at] == UInt8(ascii: "\"") else { continue }
      var end = at + 1
      while end < json.endIndex, json[end] != UInt8(ascii: "\"") { end += json[end] == UInt8(ascii: "\\") ? 2 : 1 }
      let string = json[at..<min(json.endIndex, end + 1)]
      if let text = try? JSONDecoder().decode(String.self, from: string) {
        result.append(Data(text.utf8))
        copied = string.endIndex
      }
    }
    result.append(json[copied...])
    return result
  }

  /// Escapes the control characters that JSON allows but a terminal may obey: DEL and C1.
  private static func withoutControls(_ json: String) -> String {
    guard json.unicodeScalars.contains(where: { (0x7F..<0xA0).contains($0.value) }) else { return json }
    return json.unicodeScalars.reduce(into: "") { clean, scalar in
      if (0x7F..<0xA0).contains(scalar.value) {
        clean += "\\u00" + String(scalar.value, radix: 16)
      } else {
        clean.unicodeScalars.append(scalar)
      }
    }
  }
}
