import ByteStorage
import EmbeddingDumps
import LinearAlgebra

/// Reads the parts of a head from a file and checks them against each other.
struct HeadReader {
  let file: SafetensorsFile

  private var source: String { file.source }
  private var header: Safetensors.Header { file.header }

  init(_ file: MappedFile) throws(TokenSpaceError) {
    self.file = try readingHead { () throws(SafetensorsError) in try SafetensorsFile(file) }
  }

  func head() throws(TokenSpaceError) -> TokenHead {
    guard header.metadata["format"] == TokenHead.formatName else {
      throw .notAHead(source: source, reason: "its metadata does not say format = \(TokenHead.formatName)")
    }
    try readingHead { () throws(SafetensorsError) in try file.verify() }
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
    return try TokenHead(
      method: method, vocabulary: vocabulary, tokenizer: tokenizer, images: try network(""),
      text: try hasAny(of: ["weight", "bias", "hidden_weight", "hidden_bias"].map { "text_" + $0 })
        ? network("text_") : nil,
      queryWeights: try floats("query_weights"), expansions: try expansions(), ceiling: ceiling,
      defaultTop: top, provenance: file.texts(prefix: "provenance."), source: source)
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
        weights: try matrix(prefix + "hidden_weight"), bias: try floats(prefix + "hidden_bias"))
    }
    return TokenNetwork(
      hidden: hidden, weights: try matrix(prefix + "weight"), bias: try floats(prefix + "bias"))
  }

  private func expansions() throws(TokenSpaceError) -> ExpansionTable? {
    guard hasAny(of: Self.expansionNames) else { return nil }
    return ExpansionTable(
      starts: try integers("expansion_starts"), tokens: try integers("expansion_tokens"),
      weights: try floats("expansion_weights"))
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
    let bytes = try readingHead { () throws(SafetensorsError) in try file.bytes(name) }
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
    try readingHead { () throws(SafetensorsError) in try file.matrix(name) }
  }

  private func integers(_ name: String) throws(TokenSpaceError) -> [UInt32] {
    try readingHead { () throws(SafetensorsError) in try file.integers(name) }
  }

  private func floats(_ name: String) throws(TokenSpaceError) -> [Float] {
    try readingHead { () throws(SafetensorsError) in try file.floats(name, dimensions: 1).values }
  }

  private func text(_ key: String) throws(TokenSpaceError) -> String {
    try readingHead { () throws(SafetensorsError) in try file.text(key) }
  }

  private func refuse(_ section: String, _ reason: String) -> TokenSpaceError {
    .damagedHead(source: source, section: section, reason: reason)
  }
}

/// Runs `body` and says of what is wrong with the file that it is wrong with a head.
func readingHead<R>(_ body: () throws(SafetensorsError) -> R) throws(TokenSpaceError) -> R {
  do {
    return try body()
  } catch {
    switch error {
    case .notSafetensors(let source, let reason): throw .notAHead(source: source, reason: reason)
    case .damaged(let source, let section, let reason):
      throw .damagedHead(source: source, section: section, reason: reason)
    case .storage(let error): throw .storage(error)
    }
  }
}
