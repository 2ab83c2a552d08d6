/// Chooses what the documents of a dump are called: by one field of their metadata, or by their row numbers when none of them
/// has such a field. Never by both, because a row number may be the key of another document.
///
/// The records of one dump are given to it in their order.
public struct DocumentKeys: Sendable {
  /// What a document is called.
  public struct Key: Sendable, Equatable {
    /// The key.
    public let text: String
    /// Whether it was made up from the row number.
    public let isRowNumber: Bool

    /// A key.
    public init(text: String, isRowNumber: Bool) {
      self.text = text
      self.isRowNumber = isRowNumber
    }
  }

  private enum Choice {
    case none
    /// - Parameter isNamed: whether the user chose it.
    case field(String, isNamed: Bool)
    /// The place of the first record, which has no usable field.
    case rowNumbers(path: String, line: Int)
  }

  /// Tried in this order when no field is named.
  public static let usualFields = ["id", "key", "image_path"]

  private var choice: Choice

  /// - Parameter field: the field to take; `nil` takes the first of ``usualFields`` that the first record has.
  public init(field: String?) {
    choice = field.map { .field($0, isNamed: true) } ?? .none
  }

  /// The key of the next record.
  ///
  /// - Parameter row: the row of the record, which is its key when no record has a usual field.
  /// - Throws: ``DumpError/line(path:line:reason:)`` for a record without a text or a number in the chosen field, and for one with
  ///   a usual field after some without.
  public mutating func key(for record: MetadataRecord, row: Int) throws(DumpError) -> Key {
    try key(in: record.object, path: record.path, line: record.line, row: row)
  }

  /// The key of the next record, whose members are `object` and stand in a line of a file.
  public mutating func key(in object: JSONObject, path: String, line: Int, row: Int) throws(DumpError) -> Key {
    if case .none = choice {
      choice =
        DocumentKeys.usualField(of: object).map { .field($0, isNamed: false) } ?? .rowNumbers(path: path, line: line)
    }
    switch choice {
    case .field(let field, let isNamed):
      if let text = DocumentKeys.text(object[field]) { return Key(text: text, isRowNumber: false) }
      let advice =
        isNamed
        ? "give every record one, or name another field with --key-field"
        : "the records before it are called by that field: give every record one, name another field with --key-field, or "
          + "take '\(field)' out of all records to have their rows numbered"
      throw .line(
        path: path, line: line,
        reason: "the key field '\(field)' is missing or is neither text nor number; \(advice)")
    case .rowNumbers(let firstPath, let firstLine):
      if let field = DocumentKeys.usualField(of: object) {
        throw .line(
          path: firstPath, line: firstLine,
          reason: "there is no key, but '\(path)' line \(line) has one in '\(field)'; give every record one, "
            + "name another field with --key-field, or take '\(field)' out of all records to have their rows numbered")
      }
      return Key(text: String(row), isRowNumber: true)
    case .none: return Key(text: String(row), isRowNumber: true)
    }
  }

  private static func usualField(of object: JSONObject) -> String? {
    usualFields.first { text(object[$0]) != nil }
  }

  /// What can be a key: a text that is not empty, or a number.
  private static func text(_ value: JSONValue?) -> String? {
    switch value {
    case .string(let text): text.isEmpty ? nil : text
    case .integer, .bigInteger, .number: value?.scalarText
    case nil, .null, .bool, .array, .object: nil
    }
  }
}
