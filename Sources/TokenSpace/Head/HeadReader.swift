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
      "default_top", "threshold", "penalty", Safetensors.checksumKey,
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
    let names = tensorNames(version: version, method: method, tokenizer: tokenizer)
    if let stranger = header.tensors.keys.sorted().first(where: { !names.contains($0) }) {
      throw refuse(stranger, "a \(method) head of version \(version) has no such tensor")
    }
    for (member, owner) in [("threshold", "projection"), ("penalty", "splice")]
    where header.metadata[member] != nil && method != owner {
      throw refuse("metadata", "a \(method) head has no '\(member)'")
    }
    let vocabulary = try vocabulary("vocabulary", fingerprint: "vocabulary_fingerprint")
    guard let ceiling = Float(try text("ceiling")), let top = Int(try text("default_top")) else {
      throw refuse("metadata", "the ceiling or default_top is not a number")
    }
    let (images, text) = try encoders(method)
    let head = try TokenHead(
      method: method, vocabulary: vocabulary, tokenizer: tokenizer, imageEncoder: images, textEncoder: text,
      queryWeights: try floats("query_weights"), expansions: try expansions(), ceiling: ceiling, defaultTop: top,
      provenance: file.texts(prefix: "provenance."), source: source)
    return try head.with(bank: try bank(vocabularyCount: vocabulary.count), source: source)
  }

  private static let bankNames = ["bank_starts", "bank_tokens", "bank_means"]

  private func bank(vocabularyCount: Int) throws(TokenSpaceError) -> CaptionBank? {
    guard hasAny(of: Self.bankNames) else { return nil }
    let means = try floats("bank_means")
    guard means.count == 2 else { throw refuse("bank_means", "it has \(means.count) values instead of 2") }
    return CaptionBank(
      starts: try integers("bank_starts"), tokens: try integers("bank_tokens"), meanAnswer: means[0],
      meanLength: means[1], vocabularyCount: vocabularyCount)
  }

  private static let networkNames = ["weight", "bias", "hidden_weight", "hidden_bias"]
  private static let dictionaryNames = ["mean", "token_means", "token_deviations"]

  /// All tensors that a head of a version and method may have.
  private func tensorNames(version: String, method: String, tokenizer: Tokenizer) -> Set<String> {
    var names: Set = ["query_weights", "vocabulary"]
    if tokenizer != .word { names.insert("tokenizer_vocabulary") }
    guard version != "1" else { return names.union(["weight", "bias"]) }
    names.formUnion(Self.expansionNames)
    if method == "stair" { names.formUnion(Self.bankNames) }
    switch method {
    case "projection": names.formUnion(["words"] + Self.dictionaryNames + Self.dictionaryNames.map { "text_" + $0 })
    case "splice": names.formUnion(["words", "mean", "text_mean"])
    default: names.formUnion(Self.networkNames + Self.networkNames.map { "text_" + $0 })
    }
    return names
  }

  private func encoders(_ method: String) throws(TokenSpaceError) -> (images: TokenEncoder, text: TokenEncoder?) {
    if ["projection", "splice"].contains(method) {
      let words = try matrix("words")
      let hasText = hasAny(of: Self.dictionaryNames.map { "text_" + $0 })
      let text = hasText ? TokenEncoder.words(try dictionary("text_", words: words, method)) : nil
      return (.words(try dictionary("", words: words, method)), text)
    }
    let hasText = hasAny(of: Self.networkNames.map { "text_" + $0 })
    return (.network(try network("")), hasText ? .network(try network("text_")) : nil)
  }

  private func dictionary(
    _ prefix: String, words: Matrix, _ method: String
  ) throws(TokenSpaceError) -> WordDictionary {
    let rule: WordDictionary.Rule
    if method == "splice" {
      rule = .decomposition(penalty: try number("penalty"))
    } else {
      rule = .projection(
        means: try floats(prefix + "token_means"),
        deviations: try floats(prefix + "token_deviations"), threshold: try number("threshold"))
    }
    return WordDictionary(words: words, mean: try floats(prefix + "mean"), rule: rule)
  }

  private func number(_ key: String) throws(TokenSpaceError) -> Float {
    guard let value = Float(try text(key)) else { throw refuse("metadata", "the \(key) is not a number") }
    return value
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
