public import ByteStorage
import Glibc
import LinearAlgebra

/// A head is a safetensors file, so that other programs can read its tensors:
///
/// | tensor | type | shape |
/// |---|---|---|
/// | `weight` | F32 | tokens × dimension |
/// | `bias` | F32 | tokens |
/// | `query_weights` | F32 | tokens |
/// | `vocabulary` | U8 | the tokens in UTF-8, joined by line feeds |
/// | `tokenizer_vocabulary` | U8 | only for WordPiece: all pieces of the tokenizer, joined by line feeds |
///
/// `__metadata__` holds `format` (`newel-head`), `version`, `method`, `tokenizer`, `vocabulary_fingerprint`,
/// `tokenizer_fingerprint` (WordPiece), `ceiling`, `default_top`, `checksum`, and `provenance.…` for people. The checksum is
/// the CRC-32C of the whole file with eight zeros in its place, in hexadecimal; a program that changes a head leaves it out.
extension TokenHead {
  /// The version of the layout written and read.
  static let version = "1"
  static let formatName = "newel-head"
  static let methods = ["ridge"]

  /// The file as bytes; the same head gives the same bytes.
  public func encoded() -> [UInt8] {
    var metadata = [
      "format": Self.formatName, "version": Self.version, "method": method, "tokenizer": tokenizer.name,
      "vocabulary_fingerprint": vocabulary.fingerprint, "ceiling": ceiling.description,
      "default_top": String(defaultTop), Safetensors.checksumKey: Safetensors.noChecksum,
    ]
    for (key, value) in provenance { metadata["provenance." + key] = value }
    var tensors: [Safetensors.Tensor] = []
    var end = 0
    func add(_ name: String, _ type: Safetensors.ElementType, _ shape: [Int]) {
      let count = shape.reduce(type.byteCount, *)
      tensors.append(Safetensors.Tensor(name: name, type: type, shape: shape, range: end..<end + count))
      end += count
    }
    let words = Array(vocabulary.tokens.joined(separator: "\n").utf8)
    var pieces: [UInt8]?
    if case .wordPiece(let wordPiece) = tokenizer {
      pieces = Array(wordPiece.vocabulary.tokens.joined(separator: "\n").utf8)
      metadata["tokenizer_fingerprint"] = wordPiece.vocabulary.fingerprint
    }
    add("weight", .f32, [vocabulary.count, dimension])
    add("bias", .f32, [vocabulary.count])
    add("query_weights", .f32, [vocabulary.count])
    add("vocabulary", .u8, [words.count])
    if let pieces { add("tokenizer_vocabulary", .u8, [pieces.count]) }

    var writer = ByteWriter()
    let header = Safetensors.header(metadata: metadata, tensors: tensors)
    writer.reserveCapacity(header.count + end)
    writer.append(header)
    for values in [weights.values, bias, queryWeights] {
      for value in values { writer.f32(value) }
    }
    writer.append(words)
    if let pieces { writer.append(pieces) }
    var bytes = writer.bytes
    Safetensors.seal(&bytes, headerCount: header.count)
    return bytes
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

  /// Writes a head file durably: under a temporary name beside it, then renamed over what was there.
  public func save(_ path: String, fileSystem: any FileSystem) throws(TokenSpaceError) {
    let temporary = "\(path).\(getpid()).partial"
    do throws(StorageError) {
      // Renaming would replace a device or a pipe by a file.
      let kind = try fileSystem.kind(of: path)
      if kind == .other { throw .notAFile(path: path, found: "a pipe, a device or a socket") }
      if kind == .folder { throw .notAFile(path: path, found: "a folder") }
      let file = try fileSystem.create(temporary)
      do throws(StorageError) {
        let bytes = encoded()
        try file.append(RawSpan(_elements: bytes.span))
        try file.synchronize()
        try file.close()
        try fileSystem.rename(temporary, to: path)
      } catch {
        try? file.close()
        try? fileSystem.remove(temporary)
        throw error
      }
      let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
      try fileSystem.syncFolder(folder)
    } catch {
      throw .storage(Self.naming(path, insteadOf: temporary, error))
    }
  }

  /// The error about the temporary file as one about the file that was asked for.
  private static func naming(
    _ path: String, insteadOf temporary: String, _ error: StorageError
  ) -> StorageError {
    switch error {
    case .io(let operation, temporary, let code): .io(operation: operation, path: path, code: code)
    // A new file is not found when its folder is not, or when the folder takes no files.
    case .notFound(temporary): .io(operation: "create", path: path, code: ENOENT)
    default: error
    }
  }
}

/// Reads the parts of a head from a file and checks them against each other.
private struct HeadReader {
  let file: MappedFile
  let source: String
  let header: Safetensors.Header

  init(_ file: MappedFile) throws(TokenSpaceError) {
    self.file = file
    source = file.path
    header = try Safetensors.readHeader(file, source: file.path)
  }

  func head() throws(TokenSpaceError) -> TokenHead {
    guard header.metadata["format"] == TokenHead.formatName else {
      throw .notAHead(source: source, reason: "its metadata does not say format = \(TokenHead.formatName)")
    }
    try Safetensors.verify(file, header: header, source: source)
    let known = [
      "format", "version", "method", "tokenizer", "vocabulary_fingerprint", "tokenizer_fingerprint", "ceiling",
      "default_top", Safetensors.checksumKey,
    ]
    let version = try text("version")
    guard version == TokenHead.version else {
      throw .unsupportedHead(source: source, what: "version", found: version, supported: TokenHead.version)
    }
    if let stranger = header.metadata.keys.sorted().first(where: { !known.contains($0) && !$0.hasPrefix("provenance.") }
    ) {
      throw refuse("metadata", "a head of this version has no '\(stranger)'")
    }
    let method = try text("method")
    guard TokenHead.methods.contains(method) else {
      let supported = TokenHead.methods.joined(separator: ", ")
      throw .unsupportedHead(source: source, what: "method", found: method, supported: supported)
    }
    let tokenizer = try tokenizer()
    let names =
      ["weight", "bias", "query_weights", "vocabulary"] + (tokenizer == .word ? [] : ["tokenizer_vocabulary"])
    if let stranger = header.tensors.keys.sorted().first(where: { !names.contains($0) }) {
      throw refuse(stranger, "a head of this version has no such tensor")
    }
    let vocabulary = try vocabulary("vocabulary", fingerprint: "vocabulary_fingerprint")
    let (shape, weights) = try floats("weight", dimensions: 2)
    guard let ceiling = Float(try text("ceiling")), let top = Int(try text("default_top")) else {
      throw refuse("metadata", "the ceiling or default_top is not a number")
    }
    var provenance: [String: String] = [:]
    for (key, value) in header.metadata where key.hasPrefix("provenance.") {
      provenance[String(key.dropFirst("provenance.".count))] = value
    }
    return try TokenHead(
      method: method, vocabulary: vocabulary, tokenizer: tokenizer,
      weights: Matrix(rows: shape[0], columns: shape[1], values: weights),
      bias: try floats("bias", dimensions: 1).values, queryWeights: try floats("query_weights", dimensions: 1).values,
      ceiling: ceiling, defaultTop: top, provenance: provenance, source: source)
  }

  private func tokenizer() throws(TokenSpaceError) -> Tokenizer {
    switch try text("tokenizer") {
    case "word": return .word
    case "bert-wordpiece":
      let pieces = try vocabulary("tokenizer_vocabulary", fingerprint: "tokenizer_fingerprint")
      return .wordPiece(try WordPiece(pieces, source: source))
    case let other:
      throw .unsupportedHead(source: source, what: "tokenizer", found: other, supported: "word and bert-wordpiece")
    }
  }

  private func vocabulary(_ name: String, fingerprint: String) throws(TokenSpaceError) -> Vocabulary {
    let tensor = try tensor(name, .u8, dimensions: 1)
    let bytes: [UInt8]
    do {
      var reader = try reader(of: tensor)
      bytes = try reader.bytes(tensor.range.count)
    } catch {
      throw .storage(error)
    }
    var tokens: [String] = []
    for line in bytes.split(separator: 10, omittingEmptySubsequences: false) {
      guard let token = String(validating: line, as: UTF8.self) else {
        throw .notUTF8(source: "\(source) (\(name))", line: tokens.count + 1)
      }
      tokens.append(token)
    }
    let vocabulary = try Vocabulary(tokens, source: "\(source) (\(name))")
    let expected = try text(fingerprint)
    guard vocabulary.fingerprint == expected else {
      throw .vocabularyMismatch(source: source, expected: expected, found: vocabulary.fingerprint)
    }
    return vocabulary
  }

  private func floats(_ name: String, dimensions: Int) throws(TokenSpaceError) -> (shape: [Int], values: [Float]) {
    let tensor = try tensor(name, .f32, dimensions: dimensions)
    do {
      var reader = try reader(of: tensor)
      return (tensor.shape, try reader.f32Array(tensor.range.count / 4))
    } catch {
      throw .storage(error)
    }
  }

  private func tensor(
    _ name: String, _ type: Safetensors.ElementType, dimensions: Int
  ) throws(TokenSpaceError) -> Safetensors.Tensor {
    guard let tensor = header.tensors[name] else { throw refuse(name, "the tensor is missing") }
    guard tensor.type == type, tensor.shape.count == dimensions else {
      throw refuse(
        name,
        "it is \(tensor.type.rawValue) with \(tensor.shape.count) dimensions instead of \(type.rawValue) with \(dimensions)"
      )
    }
    return tensor
  }

  private func reader(of tensor: Safetensors.Tensor) throws(StorageError) -> ByteReader {
    // The header was checked: the range lies inside the file.
    let start = header.dataStart + tensor.range.lowerBound
    return try ByteReader(file, start..<start + tensor.range.count, section: tensor.name)
  }

  private func text(_ key: String) throws(TokenSpaceError) -> String {
    guard let value = header.metadata[key] else { throw refuse("metadata", "'\(key)' is missing") }
    return value
  }

  private func refuse(_ section: String, _ reason: String) -> TokenSpaceError {
    .damagedHead(source: source, section: section, reason: reason)
  }
}
