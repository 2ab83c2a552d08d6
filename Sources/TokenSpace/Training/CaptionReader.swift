package import EmbeddingDumps

/// Finds the caption of a record and cuts it into distinct tokens.
package struct CaptionReader {
  let field: String
  let tokenizer: Tokenizer

  /// - Parameters:
  ///   - field: of the metadata, a text or a list of texts.
  ///   - tokenizer: what cuts them.
  package init(field: String, tokenizer: Tokenizer) {
    self.field = field
    self.tokenizer = tokenizer
  }

  /// The distinct tokens of all captions of a record; nil when it has none.
  func tokens(of record: MetadataRecord) throws(TokenSpaceError) -> Set<String>? {
    guard let captions = try captions(of: record) else { return nil }
    var tokens = Set<String>()
    for caption in captions { tokens.formUnion(tokenizer.tokens(in: caption)) }
    return tokens
  }

  /// The distinct tokens of each caption of a record; nil when it has none.
  package func tokensOfEach(of record: MetadataRecord) throws(TokenSpaceError) -> [Set<String>]? {
    try captions(of: record)?.map { Set(tokenizer.tokens(in: $0)) }
  }

  private func captions(of record: MetadataRecord) throws(TokenSpaceError) -> [String]? {
    guard let value = record.object[field], value != .null else { return nil }
    switch value {
    case .string(let caption): return [caption]
    case .array(let elements):
      let captions = elements.compactMap(\.stringValue)
      guard captions.count == elements.count else {
        throw .badCaption(path: record.path, line: record.line, field: field)
      }
      return captions.isEmpty ? nil : captions
    default: throw .badCaption(path: record.path, line: record.line, field: field)
    }
  }
}
