internal import ByteStorage
internal import EmbeddingDumps
internal import IndexStore
internal import InvertedIndex
internal import TokenSpace

/// Sparse vectors made elsewhere. They are read twice: first for the tokens and the largest weight, then to be indexed.
extension BuildJob {
  func runSparse(vectors: String, metadata: String?, vocabulary path: String?) throws -> BuildReport {
    guard request.alignment == nil, request.denseType == nil else {
      throw NewelError(
        .invalidArgument, "Sparse vectors have no dense rows; leave --alignment and --dense-type out.")
    }
    let stored = try existing.map { try StoredWords($0) }
    if stored?.head != nil {
      throw NewelError(
        .invalidArgument, "'\(request.index)' was built with a head; append dense rows to it with --images.")
    }
    let fixed = try path.map {
      try Vocabulary.parse(try fileSystem.readAll($0, limit: 1 << 28), source: $0)
    }
    let collection = try SparseCollection.open(
      vectors, metadata: metadata, vocabulary: fixed?.tokens, fileSystem: fileSystem)
    var table = SparseTokens(stored?.vocabulary.tokens ?? fixed?.tokens ?? [])
    var survey = WeightSurvey()
    try forEachRecord(of: collection, stage: "reading") { record in
      survey.begin()
      for (token, weight) in record.weights {
        _ = table.number(of: token)
        survey.see(weight)
      }
    }
    guard survey.documents > 0, !table.tokens.isEmpty else {
      let reason =
        survey.documents > 0
        ? "no document of '\(vectors)' has a token"
        : request.conditions.isEmpty
          ? "'\(vectors)' has no documents" : "no document meets \(request.conditions.joined(separator: " and "))"
      throw NewelError(.invalidInput, "There is nothing to index: \(reason).")
    }
    let fingerprint = try Vocabulary(table.tokens, source: vectors).fingerprint
    let writer = try openWriter(
      ceiling: survey.ceiling, fingerprint: fingerprint, denseDimension: nil, tokenizer: Tokenizer.word.name,
      settings: [:])
    do {
      try writer.setVocabulary(table.tokens)
      try writer.update(vocabularyFingerprint: fingerprint)
      try addRecords(of: collection, numbers: &table, to: writer)
      rowsSkipped = collection.documentCount - documentsAdded
      return try commit(writer)
    } catch {
      writer.abandon()
      throw error
    }
  }

  private func addRecords(
    of collection: SparseCollection, numbers table: inout SparseTokens, to writer: IndexWriter
  ) throws {
    let quantiser = try ImpactQuantiser(ceiling: writer.configuration.ceiling)
    try forEachRecord(of: collection, stage: "indexing") { record in
      var weights = record.weights.map { (token: table.number(of: $0.token), weight: $0.weight) }
      if let top, weights.count > top {
        weights.sort { ($0.weight, $1.token) > ($1.weight, $0.token) }
        weights.removeLast(weights.count - top)
      }
      let members = Self.members(of: record)
      try add(
        to: writer, Self.place(of: record), key: try key(of: record), metadata: members.serialized(), object: members,
        weights: weights, quantiser: quantiser, denseRow: nil)
    }
  }

  private func forEachRecord(
    of collection: SparseCollection, stage: String, _ body: (SparseRecord) throws -> Void
  ) throws {
    var count = 0
    func report() throws {
      try clock.report(JobProgress(stage: stage, done: count, total: collection.documentCount, unit: "documents"))
    }
    try report()
    try collection.forEach { record in
      count += 1
      if count % 1024 == 0 { try report() }
      if let filter, !filter.accepts(Self.members(of: record)) { return }
      try body(record)
    }
    try report()
  }

  private func key(of record: SparseRecord) throws -> DocumentKeys.Key {
    guard let keyField else { return DocumentKeys.Key(text: record.key, isRowNumber: record.isKeyRowNumber) }
    // The field of one record is the same whatever the others have.
    var keys = DocumentKeys(field: keyField)
    let line = record.metadataLine
    return try keys.key(
      in: Self.members(of: record), path: line?.path ?? record.path, line: line?.line ?? record.line,
      row: 0)
  }

  /// What conditions look at and what is stored: the metadata, or the members beside the vector, and always an `id`.
  private static func members(of record: SparseRecord) -> JSONObject {
    guard var object = record.metadata else { return JSONObject([("id", .string(record.key))]) }
    if object["id"] == nil { object["id"] = .string(record.key) }
    return object
  }

  private static func place(of record: SparseRecord) -> String {
    let isMatrix = record.path.hasSuffix(".csr") || record.path.hasSuffix(".npz")
    return "'\(record.path)' \(isMatrix ? "row" : "line") \(record.line)"
  }
}

/// Gives tokens of sparse vectors their numbers, in order of first appearance; existing numbers never change.
struct SparseTokens {
  private(set) var tokens: [String]
  private var numbers: [String: UInt32]

  init(_ tokens: [String]) {
    self.tokens = tokens
    numbers = [:]
    numbers.reserveCapacity(tokens.count)
    for (number, token) in tokens.enumerated() { numbers[token] = UInt32(number) }
  }

  mutating func number(of token: String) -> UInt32 {
    if let number = numbers[token] { return number }
    let number = UInt32(tokens.count)
    numbers[token] = number
    tokens.append(token)
    return number
  }
}

/// Chooses the impact ceiling of sparse vectors made elsewhere.
struct WeightSurvey {
  private(set) var documents = 0
  private var largest: Float = 0
  private var areWhole = true

  mutating func begin() { documents += 1 }

  mutating func see(_ weight: Float) {
    largest = max(largest, weight)
    if weight != weight.rounded() { areWhole = false }
  }

  /// Whole-numbered weights up to 255 are kept as they are; others are scaled by their maximum.
  var ceiling: Float {
    areWhole && largest <= 255 ? 255 : max(largest, .leastNormalMagnitude)
  }
}
