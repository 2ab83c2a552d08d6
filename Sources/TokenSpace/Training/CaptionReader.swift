import EmbeddingDumps

/// Finds the caption of a record and cuts it into distinct tokens.
struct CaptionReader {
  let field: String
  let tokenizer: Tokenizer

  /// The distinct tokens of all captions of a record; nil when it has none.
  func tokens(of record: MetadataRecord) throws(TokenSpaceError) -> Set<String>? {
    guard let value = record.object[field], value != .null else { return nil }
    let captions: [String]
    switch value {
    case .string(let caption): captions = [caption]
    case .array(let elements):
      captions = elements.compactMap(\.stringValue)
      guard captions.count == elements.count else {
        throw .badCaption(path: record.path, line: record.line, field: field)
      }
      if captions.isEmpty { return nil }
    default: throw .badCaption(path: record.path, line: record.line, field: field)
    }
    var tokens = Set<String>()
    for caption in captions { tokens.formUnion(tokenizer.tokens(in: caption)) }
    return tokens
  }
}
