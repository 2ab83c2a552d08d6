internal import ByteStorage
internal import EmbeddingDumps
internal import IndexStore
internal import InvertedIndex
internal import LinearAlgebra
internal import TokenSpace

extension NewelIndex {
  /// Builds an index, or appends to one: everything of the request becomes visible at once, or nothing does.
  ///
  /// - Parameter progress: called as rows are encoded and as the commit goes on.
  /// - Throws: ``NewelError`` naming the file and row at fault. The index is then as it was before.
  public static func build(_ request: BuildRequest, progress: ProgressHandler? = nil) throws(NewelError) -> BuildReport
  {
    let clock = ContinuousClock()
    let start = clock.now
    do {
      let job = try BuildJob(request, progress: progress ?? { _ in })
      var report: BuildReport
      switch request.source {
      case .dense(let images, let metadata, let head):
        report = try job.runDense(images: images, metadata: metadata, head: head)
      case .sparse(let vectors, let metadata, let vocabulary):
        report = try job.runSparse(vectors: vectors, metadata: metadata, vocabulary: vocabulary)
      }
      report.seconds = start.duration(to: clock.now) / .seconds(1)
      return report
    } catch {
      throw NewelError(wrapping: error)
    }
  }
}

/// One build: opens the inputs, then the writer, adds every row, commits.
final class BuildJob {
  let request: BuildRequest
  let progress: ProgressHandler
  let fileSystem = PosixFileSystem()
  private let filter: MetadataFilter?
  private let keys: KeyChooser
  private var postingsAdded = 0
  private var documentsAdded = 0
  private var rowsSkipped = 0
  private var weightsClipped = 0

  /// Rows encoded at a time: enough to keep matrix multiplication busy.
  private static let batchSize = 2048

  init(_ request: BuildRequest, progress: @escaping ProgressHandler) throws {
    self.request = request
    self.progress = progress
    if let top = request.top, top < 1 {
      throw NewelError(.invalidArgument, "--top is \(top), but a document needs at least 1 token")
    }
    filter = request.conditions.isEmpty ? nil : try MetadataFilter(parsing: request.conditions)
    keys = KeyChooser(field: request.keyField)
  }

  // MARK: Dense rows through a head

  func runDense(images: String, metadata: String, head path: String?) throws -> BuildReport {
    let dump = try EmbeddingDump.open(images: images, metadata: metadata, fileSystem: fileSystem)
    let existing = try existingSnapshot()
    let head = try chooseHead(path, existing: existing)
    guard dump.rowCount == 0 || dump.dimension == head.dimension else {
      throw NewelError(
        .invalidInput,
        "the rows of \(images) have \(dump.dimension) dimensions, but the head was trained on \(head.dimension); use "
          + "embeddings of the same model")
    }
    let top = request.top ?? head.defaultTop
    let quantiser = try ImpactQuantiser(ceiling: existing?.configuration.ceiling ?? head.ceiling)
    let writer = try IndexWriter.open(
      request.index,
      creating: IndexConfiguration(
        ceiling: head.ceiling, vocabularyFingerprint: head.vocabulary.fingerprint,
        denseDimension: request.keepsDenseRows ? head.dimension : nil, tokenizer: head.tokenizer.name,
        keyField: request.keyField, settings: settings(["head": head.method, "top": "\(top)"])),
      fileSystem: fileSystem)
    do {
      if existing == nil {
        try writer.setVocabulary(head.vocabulary.tokens)
        try writer.setHead(head.encoded())
      }
      let keepsRows = writer.configuration.denseDimension != nil
      var batches = dump.batches(size: Self.batchSize, where: filter)
      while let batch = try batches.next() {
        let encoded = try head.encode(batch.rows, top: top)
        for (number, tokens) in encoded.enumerated() {
          let row = keepsRows ? Array(batch.rows.row(number)) : nil
          try add(
            to: writer, key: try keys.key(for: batch.records[number], row: batch.rowNumbers[number]),
            metadata: batch.records[number].bytes,
            weights: tokens.map { (token: $0.token, weight: $0.weight) }, quantiser: quantiser, denseRow: row)
        }
        progress(JobProgress(stage: "encoding", done: batches.rowsRead, total: dump.rowCount, unit: "rows"))
      }
      rowsSkipped = dump.rowCount - documentsAdded
      return try commit(writer)
    } catch {
      writer.abandon()
      throw error
    }
  }

  private func chooseHead(_ path: String?, existing: IndexSnapshot?) throws -> TokenHead {
    let stored = try existing.flatMap { try $0.headBytes() }.map {
      try TokenHead.decode($0, source: "the head of \(request.index)")
    }
    if existing != nil, stored == nil {
      throw NewelError(
        .invalidArgument, "\(request.index) holds sparse vectors made elsewhere; append to it with --sparse")
    }
    guard let path else {
      if let stored { return stored }
      throw NewelError(.invalidArgument, "a new index needs a head: train one with 'newel train', then give --head")
    }
    let given = try TokenHead.load(path, fileSystem: fileSystem)
    if let stored, stored.encoded() != given.encoded() {
      throw NewelError(
        .invalidArgument,
        "\(request.index) was built with another head than \(path); leave --head out, or build a new index")
    }
    return given
  }

  // MARK: Sparse vectors made elsewhere

  func runSparse(vectors: String, metadata: String?, vocabulary path: String?) throws -> BuildReport {
    let existing = try existingSnapshot()
    if try existing?.headBytes() != nil {
      throw NewelError(
        .invalidArgument, "\(request.index) was built with a head; append dense rows to it with --images")
    }
    let fixed = try path.map {
      try Vocabulary.parse(try fileSystem.readAll($0, limit: 1 << 28), source: $0)
    }
    let collection = try SparseCollection.open(
      vectors, metadata: metadata, vocabulary: fixed?.tokens, fileSystem: fileSystem)
    var table = SparseTokens(try existing?.vocabulary() ?? fixed?.tokens ?? [])
    var survey = WeightSurvey()
    try forEachRecord(of: collection, stage: "reading") { record in
      for (token, weight) in record.weights {
        _ = table.number(of: token)
        survey.see(weight)
      }
    }
    let ceiling = existing?.configuration.ceiling ?? survey.ceiling
    let quantiser = try ImpactQuantiser(ceiling: ceiling)
    let writer = try IndexWriter.open(
      request.index,
      creating: IndexConfiguration(
        ceiling: ceiling, vocabularyFingerprint: try Vocabulary(table.tokens, source: vectors).fingerprint,
        keyField: request.keyField, settings: settings(request.top.map { ["top": "\($0)"] } ?? [:])),
      fileSystem: fileSystem)
    do {
      try writer.setVocabulary(table.tokens)
      try forEachRecord(of: collection, stage: "indexing") { record in
        var weights = record.weights.map { (token: table.number(of: $0.token), weight: $0.weight) }
        if let top = request.top, weights.count > top {
          weights.sort { ($0.weight, $1.token) > ($1.weight, $0.token) }
          weights.removeLast(weights.count - top)
        }
        try add(
          to: writer, key: record.key, metadata: Self.metadata(of: record), weights: weights, quantiser: quantiser,
          denseRow: nil)
      }
      return try commit(writer)
    } catch {
      writer.abandon()
      throw error
    }
  }

  private func forEachRecord(
    of collection: SparseCollection, stage: String, _ body: (SparseRecord) throws -> Void
  ) throws {
    var count = 0
    try collection.forEach { record in
      if let filter, !filter.accepts(record.metadata ?? JSONObject()) { return }
      try body(record)
      count += 1
      if count % 1024 == 0 {
        progress(JobProgress(stage: stage, done: count, total: nil, unit: "documents"))
      }
    }
    progress(JobProgress(stage: stage, done: count, total: count, unit: "documents"))
  }

  private static func metadata(of record: SparseRecord) -> [UInt8] {
    let object = record.metadata ?? JSONObject([("id", .string(record.key))])
    return JSONValue.object(object).serialized()
  }

  // MARK: Common to both

  private func existingSnapshot() throws -> IndexSnapshot? {
    do {
      return try IndexSnapshot.open(request.index, fileSystem: fileSystem)
    } catch IndexStoreError.noIndex {
      return nil
    }
  }

  private func settings(_ more: [String: String]) -> [String: String] {
    var settings = more
    settings["captionField"] = request.captionField
    return settings
  }

  private func add(
    to writer: IndexWriter, key: String, metadata: [UInt8], weights: [(token: UInt32, weight: Float)],
    quantiser: ImpactQuantiser, denseRow: [Float]?
  ) throws {
    var postings: [Posting] = []
    postings.reserveCapacity(weights.count)
    for (token, weight) in weights {
      if weight > quantiser.ceiling { weightsClipped += 1 }
      let impact = quantiser.impact(of: weight)
      if impact > 0 { postings.append(Posting(token: token, impact: impact)) }
    }
    try writer.add(StoredDocument(key: key, metadata: metadata, postings: postings, denseRow: denseRow))
    documentsAdded += 1
    postingsAdded += postings.count
  }

  private func commit(_ writer: IndexWriter) throws -> BuildReport {
    guard documentsAdded > 0 else {
      let reason =
        request.conditions.isEmpty
        ? "the input has no rows" : "no row meets \(request.conditions.joined(separator: " and "))"
      throw NewelError(.invalidInput, "there is nothing to index: \(reason)")
    }
    progress(JobProgress(stage: "committing", done: 0, total: nil, unit: "documents"))
    let commit = try writer.commit()
    writer.close()
    return BuildReport(
      index: request.index, generation: commit.generation, documentsAdded: documentsAdded,
      documentsInAll: Int(commit.documentCount), postingsAdded: postingsAdded, rowsSkipped: rowsSkipped,
      weightsClipped: weightsClipped, seconds: 0)
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
  private var largest: Float = 0
  private var areWhole = true

  mutating func see(_ weight: Float) {
    largest = max(largest, weight)
    if weight != weight.rounded() { areWhole = false }
  }

  /// Whole-numbered weights up to 255 are kept as they are; others are scaled by their maximum.
  var ceiling: Float {
    areWhole && largest <= 255 ? 255 : max(largest, .leastNormalMagnitude)
  }
}
