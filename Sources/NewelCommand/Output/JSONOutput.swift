import Foundation
import Newel

/// JSON for programs: keys sorted, numbers as they are, a document's metadata as an object rather than a text.
enum JSONOutput {
  static func print(_ value: some Encodable) throws {
    Console.print(try text(of: value, pretty: true))
  }

  /// One object on one line.
  static func printLine(_ value: some Encodable) throws {
    Console.print(try text(of: value, pretty: false))
  }

  static func text(of value: some Encodable, pretty: Bool) throws -> String {
    let encoder = JSONEncoder()
    var object = try JSONSerialization.jsonObject(with: encoder.encode(value))
    object = withMetadataObjects(object)
    var options: JSONSerialization.WritingOptions = [.sortedKeys, .withoutEscapingSlashes]
    if pretty { options.insert(.prettyPrinted) }
    return String(decoding: try JSONSerialization.data(withJSONObject: object, options: options), as: UTF8.self)
  }

  private static func withMetadataObjects(_ value: Any) -> Any {
    if let array = value as? [Any] { return array.map(withMetadataObjects) }
    guard var object = value as? [String: Any] else { return value }
    for (key, member) in object {
      if key == "metadata", let text = member as? String,
        let parsed = try? JSONSerialization.jsonObject(with: Data(text.utf8))
      {
        object[key] = parsed
      } else {
        object[key] = withMetadataObjects(member)
      }
    }
    return object
  }
}
