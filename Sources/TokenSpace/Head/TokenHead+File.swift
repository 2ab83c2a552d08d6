public import ByteStorage
import EmbeddingDumps
import LinearAlgebra

/// A head is a safetensors file, so that other programs can read its tensors:
///
/// | tensor | type | shape |
/// |---|---|---|
/// | `weight` | F32 | tokens × dimension, or tokens × hidden units |
/// | `bias` | F32 | tokens |
/// | `hidden_weight`, `hidden_bias` | F32 | hidden units × dimension, hidden units; only with a hidden layer |
/// | `text_weight`, … | F32 | the same for rows of texts; only with a text side |
/// | `words` | F32 | tokens × dimension; `projection` and `splice` have this and the next instead of the networks above |
/// | `mean`, `text_mean` | F32 | dimension |
/// | `token_means`, `token_deviations`, `text_token_…` | F32 | tokens; only `projection` |
/// | `query_weights` | F32 | tokens |
/// | `expansion_starts` | U32 | tokens + 1; this and the next two only with related tokens |
/// | `expansion_tokens`, `expansion_weights` | U32, F32 | all related tokens |
/// | `bank_starts`, `bank_tokens` | U32 | captions + 1, all their tokens; this and the next only with a bank |
/// | `bank_means` | F32 | 2: mean answer, mean length |
/// | `vocabulary` | U8 | the tokens in UTF-8, joined by line feeds |
/// | `tokenizer_vocabulary` | U8 | only for WordPiece: all pieces of the tokenizer, joined by line feeds |
///
/// `__metadata__` holds `format` (`newel-head`), `version`, `method`, `tokenizer`, `vocabulary_fingerprint`,
/// `tokenizer_fingerprint` (WordPiece), `ceiling`, `default_top`, `threshold` or `penalty`, `checksum`, and `provenance.…` for people. The checksum is
/// the CRC-32C of the whole file with eight zeros in its place, in hexadecimal; a program that changes a head leaves it out.
extension TokenHead {
  /// The version of the layout written.
  static let version = "2"
  /// The versions read. A head of version 1 is one of version 2 that is linear and has neither a text side nor related tokens.
  static let readableVersions = ["1", "2"]
  static let formatName = "newel-head"
  static let methods = ["ridge", "stair", "projection", "splice"]

  /// The file as bytes; the same head gives the same bytes.
  public func encoded() -> [UInt8] {
    var metadata = [
      "format": Self.formatName, "version": Self.version, "method": method, "tokenizer": tokenizer.name,
      "vocabulary_fingerprint": vocabulary.fingerprint, "ceiling": ceiling.description,
      "default_top": String(defaultTop),
    ]
    if case .words(let dictionary) = images {
      switch dictionary.rule {
      case .projection(_, _, let threshold): metadata["threshold"] = threshold.description
      case .decomposition(let penalty): metadata["penalty"] = penalty.description
      }
    }
    for (key, value) in provenance { metadata["provenance." + key] = value }
    if case .wordPiece(let wordPiece) = tokenizer {
      metadata["tokenizer_fingerprint"] = wordPiece.vocabulary.fingerprint
    }
    return Safetensors.encode(metadata: metadata, contents: tensorContents)
  }

  /// The head in the bytes of a file; `source` is what errors name.
  ///
  /// - Throws: ``TokenSpaceError`` for every damage; never traps.
  public static func decode(_ bytes: [UInt8], source: String = "the head") throws(TokenSpaceError) -> TokenHead {
    try decode(MappedFile(copying: bytes, path: source))
  }

  /// The head in a mapped file.
  public static func decode(_ file: MappedFile) throws(TokenSpaceError) -> TokenHead {
    try HeadReader(file).head()
  }

  /// Reads a head file.
  public static func load(_ path: String, fileSystem: any FileSystem) throws(TokenSpaceError) -> TokenHead {
    let file: MappedFile
    do {
      file = try fileSystem.map(path)
    } catch {
      throw .storage(error)
    }
    return try decode(file)
  }

  /// Whether a file says of itself that it is a head, of whatever version. Its contents are not checked.
  public static func isHead(_ path: String, fileSystem: any FileSystem) -> Bool {
    guard let file = try? fileSystem.map(path), let header = try? Safetensors.readHeader(file, source: path) else {
      return false
    }
    return header.metadata["format"] == formatName
  }

  /// Writes a head file durably: under a temporary name beside it, then renamed over what was there.
  public func save(_ path: String, fileSystem: any FileSystem) throws(TokenSpaceError) {
    do {
      try fileSystem.replace(path, with: encoded())
    } catch {
      throw .storage(error)
    }
  }
}
