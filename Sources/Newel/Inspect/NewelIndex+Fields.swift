internal import EmbeddingDumps
internal import IndexStore

/// A metadata field that documents of an index have.
public struct MetadataField: Sendable, Encodable {
  /// As conditions name it, dots of inner objects included.
  public let name: String
  /// Different values; nil when they are too many to be kept, so that conditions read the documents.
  public let valueCount: Int?
  /// The values of most documents; nil unless they were asked for.
  public let values: [Value]?

  public struct Value: Sendable, Encodable {
    /// As conditions write it.
    public let value: String
    /// What JSON calls it: `null`, `boolean`, `number` or `string`.
    public let type: String
    /// Documents that have it.
    public let documentCount: Int
  }
}

extension NewelIndex {
  /// The metadata fields of the documents, by name.
  ///
  /// - Throws: ``NewelError`` `damaged` when what the index knows of them cannot be trusted.
  public func fields() throws(NewelError) -> [MetadataField] {
    do {
      return try snapshot.filterFields().map { MetadataField(name: $0.name, valueCount: $0.valueCount, values: nil) }
    } catch {
      throw NewelError(wrapping: error)
    }
  }

  /// One metadata field and its values, those of most documents first.
  ///
  /// - Parameter limit: most values.
  /// - Throws: ``NewelError``: `invalidArgument` for a field that no document has.
  public func field(_ name: String, limit: Int = 50) throws(NewelError) -> MetadataField {
    let values: [FieldValueCount]?
    do { values = try snapshot.values(of: name) } catch { throw NewelError(wrapping: error) }
    return MetadataField(
      name: name, valueCount: values?.count,
      values: values?.prefix(max(0, limit)).map {
        MetadataField.Value(value: Self.text($0.value), type: Self.type($0.value), documentCount: $0.documentCount)
      })
  }

  private static func text(_ value: JSONValue) -> String { value.scalarText ?? "null" }

  private static func type(_ value: JSONValue) -> String {
    switch value {
    case .bool: "boolean"
    case .string: "string"
    case .integer, .number, .bigInteger: "number"
    case .null, .array, .object: "null"
    }
  }
}
