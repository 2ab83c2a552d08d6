import ByteStorage
import LinearAlgebra

/// Reads the parts of a head from a file and checks them against each other.
struct HeadReader {
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
    guard TokenHead.readableVersions.contains(version) else {
      let supported = TokenHead.readableVersions.joined(separator: " and ")
      throw .unsupportedHead(source: source, what: "version", found: version, supported: supported)
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
    let names = tensorNames(version: version, tokenizer: tokenizer)
    if let stranger = header.tensors.keys.sorted().first(where: { !names.contains($0) }) {
      throw refuse(stranger, "a head of version \(version) has no such tensor")
    }
    let vocabulary = try vocabulary("vocabulary", fingerprint: "vocabulary_fingerprint")
    guard let ceiling = Float(try text("ceiling")), let top = Int(try text("default_top")) else {
      throw refuse("metadata", "the ceiling or default_top is not a number")
    }
    var provenance: [String: String] = [:]
    for (key, value) in header.metadata where key.hasPrefix("provenance.") {
      provenance[String(key.dropFirst("provenance.".count))] = value
    }
    return try TokenHead(
      method: method, vocabulary: vocabulary, tokenizer: tokenizer, images: try network(""),
      text: try hasAny(of: ["weight", "bias", "hidden_weight", "hidden_bias"].map { "text_" + $0 })
        ? network("text_") : nil,
      queryWeights: try floats("query_weights", dimensions: 1).values, expansions: try expansions(), ceiling: ceiling,
      defaultTop: top, provenance: provenance, source: source)
  }

  /// All tensors that a head of a version may have.
  private func tensorNames(version: String, tokenizer: Tokenizer) -> Set<String> {
    var names: Set = ["weight", "bias", "query_weights", "vocabulary"]
    if tokenizer != .word { names.insert("tokenizer_vocabulary") }
    guard version != "1" else { return names }
    for name in ["weight", "bias", "hidden_weight", "hidden_bias"] { names.formUnion([name, "text_" + name]) }
    return names.union(Self.expansionNames)
  }

  private static let expansionNames = ["expansion_starts", "expansion_tokens", "expansion_weights"]

  private func hasAny(of names: [String]) -> Bool { names.contains { header.tensors[$0] != nil } }

  private func network(_ prefix: String) throws(TokenSpaceError) -> TokenNetwork {
    var hidden: TokenNetwork.HiddenLayer?
    if hasAny(of: [prefix + "hidden_weight", prefix + "hidden_bias"]) {
      hidden = TokenNetwork.HiddenLayer(
        weights: try matrix(prefix + "hidden_weight"), bias: try floats(prefix + "hidden_bias", dimensions: 1).values)
    }
    return TokenNetwork(
      hidden: hidden, weights: try matrix(prefix + "weight"), bias: try floats(prefix + "bias", dimensions: 1).values)
  }

  private func expansions() throws(TokenSpaceError) -> ExpansionTable? {
    guard hasAny(of: Self.expansionNames) else { return nil }
    return ExpansionTable(
      starts: try integers("expansion_starts"), tokens: try integers("expansion_tokens"),
      weights: try floats("expansion_weights", dimensions: 1).values)
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

  private func matrix(_ name: String) throws(TokenSpaceError) -> Matrix {
    let (shape, values) = try floats(name, dimensions: 2)
    return Matrix(rows: shape[0], columns: shape[1], values: values)
  }

  private func integers(_ name: String) throws(TokenSpaceError) -> [UInt32] {
    let tensor = try tensor(name, .u32, dimensions: 1)
    do {
      var reader = try reader(of: tensor)
      return try reader.u32Array(tensor.range.count / 4)
    } catch {
      throw .storage(error)
    }
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
