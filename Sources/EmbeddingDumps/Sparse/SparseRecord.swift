/// One document as a sparse vector over tokens.
public struct SparseRecord: Sendable {
  /// What the document is called: its `id`, the key in its metadata, or the row number where no document has any.
  public let key: String
  /// Whether the key was made up from the row number.
  public let isKeyRowNumber: Bool
  /// Its tokens, each once, with weights that are finite and above 0; in the order of the file.
  public let weights: [(token: String, weight: Float)]
  /// The members of its line of the metadata file; without such a file those beside its vector, `id` and `contents` for
  /// example. `nil` for a row of a matrix without such a file.
  public let metadata: JSONObject?
  /// Its line of the metadata file; `nil` without such a file.
  public let metadataLine: MetadataRecord?
  /// The file.
  public let path: String
  /// The line of a JSON-lines file, from 1; the row of a matrix, from 0.
  public let line: Int

  /// A record; each token of `weights` once, with a weight that is finite and above 0.
  public init(
    key: String, isKeyRowNumber: Bool = false, weights: [(token: String, weight: Float)], metadata: JSONObject? = nil,
    metadataLine: MetadataRecord? = nil, path: String = "", line: Int = 0
  ) {
    self.key = key
    self.isKeyRowNumber = isKeyRowNumber
    self.weights = weights
    self.metadata = metadata
    self.metadataLine = metadataLine
    self.path = path
    self.line = line
  }

  /// Reads the object of one line `{"id": …, "vector": {token: weight}, …}`.
  static func read(_ object: JSONObject, path: String, line: Int) throws(DumpError) -> SparseRecord {
    guard let id = object["id"] else {
      throw .line(path: path, line: line, reason: "there is no \"id\"; write {\"id\": …, \"vector\": {token: weight}}")
    }
    let key: String
    switch id {
    case .string(let text) where !text.isEmpty: key = text
    case .integer(let number): key = String(number)
    case .bigInteger(let digits): key = digits
    default:
      throw .line(path: path, line: line, reason: "\"id\" is neither a string nor a whole number, or it is empty")
    }
    guard let vector = object["vector"] else {
      throw .line(path: path, line: line, reason: "there is no \"vector\" (an object of tokens and weights)")
    }
    guard case .object(let entries) = vector else {
      throw .line(path: path, line: line, reason: "\"vector\" is not an object of tokens and weights")
    }
    var weights: [(token: String, weight: Float)] = []
    weights.reserveCapacity(entries.count)
    for entry in entries.members {
      let weight: Float
      switch entry.value {
      case .integer(let number): weight = Float(number)
      case .number(let number): weight = Float(number)
      case .bigInteger(let digits): weight = Float(digits) ?? .infinity
      default:
        throw .line(path: path, line: line, reason: "the weight of the token \"\(entry.key)\" is not a number")
      }
      guard weight.isFinite, weight >= 0 else {
        throw .weight(
          path: path, place: "line \(line)", token: entry.key, weight: entry.value.scalarText ?? "\(weight)")
      }
      guard !entry.key.isEmpty else { throw .line(path: path, line: line, reason: "a token is empty") }
      if weight > 0 { weights.append((entry.key, weight)) }
    }
    let rest = JSONObject(unique: object.members.filter { $0.key != "vector" })
    return SparseRecord(key: key, weights: weights, metadata: rest, path: path, line: line)
  }

  /// The record as a line that this module and Anserini read: `id`, the metadata's members, `vector`; without line end.
  public func serialized() -> [UInt8] {
    var object = JSONObject([("id", .string(key))])
    for member in metadata?.members ?? [] where member.key != "id" && member.key != "vector" {
      object[member.key] = member.value
    }
    let entries = weights.map { entry in
      let isWhole = entry.weight == entry.weight.rounded() && entry.weight < 16_777_216
      return JSONObject.Member(
        key: entry.token,
        value: isWhole ? .integer(Int64(entry.weight)) : .number(Double(entry.weight.description) ?? 0))
    }
    object["vector"] = .object(JSONObject(unique: entries))
    return object.serialized()
  }
}
