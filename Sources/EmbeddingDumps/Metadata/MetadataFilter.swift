/// Conditions on metadata, all of which must hold: `field=value`, `field!=value`, `field<value` and so on
/// (``MetadataCondition``).
///
/// A field that is missing equals nothing. A dot reaches into objects (`exif.model`) unless a field has the dot in its name.
public struct MetadataFilter: Sendable, Hashable {
  /// The conditions, in the order they were given.
  public let conditions: [MetadataCondition]

  /// Reads conditions; white space around field and value is dropped.
  ///
  /// - Throws: ``DumpError/filter(text:reason:)``.
  public init(parsing texts: [String]) throws(DumpError) {
    var conditions: [MetadataCondition] = []
    for text in texts { conditions.append(try MetadataCondition(parsing: text)) }
    self.conditions = conditions
  }

  /// A filter of conditions that were read before.
  public init(_ conditions: [MetadataCondition]) { self.conditions = conditions }

  /// Whether every condition holds.
  public func accepts(_ object: JSONObject) -> Bool {
    conditions.allSatisfy { $0.accepts(MetadataFilter.find($0.field, in: object)) }
  }

  /// Whether every condition holds for the record.
  public func accepts(_ record: MetadataRecord) -> Bool { accepts(record.object) }

  private static func find(_ field: String, in object: JSONObject) -> JSONValue? {
    for member in object.members where member.key.hasBytes(of: field) { return member.value }
    var dot = field.startIndex
    while let next = field[dot...].firstIndex(of: ".") {
      dot = field.index(after: next)
      let name = String(field[..<next])
      for case .object(let inner) in object.members.lazy.filter({ $0.key.hasBytes(of: name) }).map(\.value) {
        if let value = find(String(field[dot...]), in: inner) { return value }
      }
    }
    return nil
  }
}
