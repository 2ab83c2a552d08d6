internal import EmbeddingDumps

/// The key of a document, and whether it was made up from the row number.
struct ChosenKey {
  let text: String
  let isRowNumber: Bool
}

/// Finds the key of a row in its metadata.
struct KeyChooser {
  /// Tried in this order when no field is named.
  static let usualFields = ["id", "key", "image_path"]

  private let field: String?

  init(field: String?) {
    self.field = field
  }

  /// The text of the key field; the row number when no usual field is there.
  ///
  /// - Throws: `invalidInput` when the named field is missing or is no text or number.
  func key(for record: MetadataRecord, row: Int) throws(NewelError) -> ChosenKey {
    if let field {
      guard let text = record.object[field]?.scalarText, !text.isEmpty else {
        throw NewelError(
          .invalidInput,
          "'\(record.path)' line \(record.line): the key field '\(field)' is missing or is neither text nor number.")
      }
      return ChosenKey(text: text, isRowNumber: false)
    }
    for field in Self.usualFields {
      if let text = record.object[field]?.scalarText, !text.isEmpty { return ChosenKey(text: text, isRowNumber: false) }
    }
    return ChosenKey(text: "\(row)", isRowNumber: true)
  }
}
