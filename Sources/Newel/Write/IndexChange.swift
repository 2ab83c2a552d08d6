internal import EmbeddingDumps

/// One change of an index, as it stands on a line of JSON:
///
/// ```
/// {"key": "a", "embedding": [0.12, …], "metadata": {"category": "shoe"}}
/// {"key": "b", "vector": {"red": 1.5, "shoe": 0.7}, "metadata": {}}
/// {"key": "a", "patch": {"category": null, "sale": true}}
/// {"delete": "b"}
/// ```
public enum IndexChange: Sendable {
  /// A document, new or in the place of the one with its key.
  case put(NewDocument)
  /// A JSON merge patch (RFC 7396) for the metadata of a document.
  case patch(key: String, patch: String)
  /// The end of a document.
  case delete(key: String)

  /// The key of the document that is changed.
  public var key: String {
    switch self {
    case .put(let document): document.key
    case .patch(let key, _), .delete(let key): key
    }
  }

  /// Reads a line. Members that are not known are refused by name.
  ///
  /// - Throws: ``NewelError`` `invalidInput`, whose sentence begins in the middle: "this line …".
  public init(line: [UInt8]) throws(NewelError) {
    let object = try Self.object(line)
    if let deleted = object["delete"] {
      try Self.refuse(object, except: ["delete"])
      self = .delete(key: try Self.text(deleted, "delete"))
      return
    }
    guard let named = object["key"] else {
      throw Self.problem("has no \"key\"; give {\"key\": \"…\", \"embedding\": […]} or {\"delete\": \"…\"}")
    }
    let key = try Self.text(named, "key")
    if let patch = object["patch"] {
      try Self.refuse(object, except: ["key", "patch"])
      guard case .object(let members) = patch else { throw Self.problem("has a \"patch\" that is no JSON object") }
      self = .patch(key: key, patch: String(decoding: members.serialized(), as: UTF8.self))
      return
    }
    try Self.refuse(object, except: ["key", "embedding", "vector", "metadata"])
    var metadata = "{}"
    if let given = object["metadata"] {
      guard case .object(let members) = given else { throw Self.problem("has \"metadata\" that are no JSON object") }
      metadata = String(decoding: members.serialized(), as: UTF8.self)
    }
    self = .put(NewDocument(key: key, content: try Self.content(object), metadata: metadata))
  }

  private static func content(_ object: JSONObject) throws(NewelError) -> NewDocument.Content {
    switch (object["embedding"], object["vector"]) {
    case (.some(.array(let values)), nil):
      var row: [Float] = []
      row.reserveCapacity(values.count)
      for value in values {
        guard let number = value.doubleValue else {
          throw problem("has an \"embedding\" with something that is no number")
        }
        row.append(Float(number))
      }
      return .embedding(row)
    case (nil, .some(.object(let members))):
      var tokens: [(token: String, weight: Float)] = []
      for member in members.members {
        guard let weight = member.value.doubleValue else {
          throw problem("gives the token '\(member.key)' a weight that is no number")
        }
        tokens.append((member.key, Float(weight)))
      }
      return .tokens(tokens)
    case (nil, nil):
      throw problem("has neither \"embedding\" nor \"vector\"; to change metadata alone give \"patch\"")
    case (.some, .some): throw problem("has both \"embedding\" and \"vector\"; give one")
    case (.some, nil): throw problem("has an \"embedding\" that is no list of numbers")
    case (nil, .some): throw problem("has a \"vector\" that is no object of tokens and weights")
    }
  }

  private static func object(_ line: [UInt8]) throws(NewelError) -> JSONObject {
    let value: JSONValue
    do {
      value = try JSONValue.parse(line)
    } catch {
      throw problem("is no JSON: \(error.description)")
    }
    guard case .object(let object) = value else { throw problem("is no JSON object") }
    return object
  }

  private static func text(_ value: JSONValue, _ name: String) throws(NewelError) -> String {
    guard let text = value.scalarText, !text.isEmpty else { throw problem("has a \"\(name)\" that names no document") }
    return text
  }

  private static func refuse(_ object: JSONObject, except known: [String]) throws(NewelError) {
    guard let other = object.keys.first(where: { !known.contains($0) }) else { return }
    let names = known.map { "\"\($0)\"" }.joined(separator: ", ")
    throw problem("has \"\(other)\", which is not known; here it may have \(names)")
  }

  private static func problem(_ what: String) -> NewelError { NewelError(.invalidInput, "this line \(what).") }
}
