internal import Alignment
internal import ByteStorage
internal import EmbeddingDumps
internal import IndexStore
internal import InvertedIndex
internal import LinearAlgebra
internal import TokenSpace

/// Dense rows, turned into tokens by a head.
extension BuildJob {
  /// Rows encoded at a time: enough to keep matrix multiplication busy.
  private static let batchSize = 2048

  func runDense(images: String, metadata: String, head path: String?) throws -> BuildReport {
    let dump = try EmbeddingDump.open(images: images, metadata: metadata, fileSystem: fileSystem)
    let head = try chooseHead(path)
    guard dump.rowCount == 0 || dump.dimension == head.dimension else {
      throw NewelError(
        .invalidInput,
        "The rows of '\(images)' have \(dump.dimension) dimensions, but the head was trained on \(head.dimension); use "
          + "embeddings of the same model.")
    }
    guard dump.rowCount > 0 else {
      throw NewelError(.invalidInput, "There is nothing to index: '\(images)' has no rows.")
    }
    let map = try chooseAlignment(dimension: head.dimension)
    let top = self.top ?? head.defaultTop
    let writer = try openWriter(
      ceiling: head.ceiling, fingerprint: head.vocabulary.fingerprint,
      denseDimension: keepsDenseRows ? head.dimension : nil, coordinateCount: map?.coordinateCount,
      tokenizer: head.tokenizer.name,
      settings: ["head": head.method, "top": "\(top)"])
    do {
      if existing == nil {
        try writer.setVocabulary(head.vocabulary.tokens)
        try writer.setHead(head.encoded())
        if let map { try writer.setAlignment(map.encoded()) }
      }
      try addRows(of: dump, through: head, map, top: top, to: writer)
      rowsSkipped = dump.rowCount - documentsAdded
      return try commit(writer)
    } catch {
      writer.abandon()
      throw error
    }
  }

  private func addRows(
    of dump: EmbeddingDump, through head: TokenHead, _ map: AlignmentMap?, top: Int, to writer: IndexWriter
  ) throws {
    let quantiser = try ImpactQuantiser(ceiling: writer.configuration.ceiling)
    let keepsRows = writer.configuration.denseDimension != nil
    var keys = DocumentKeys(field: keyField)
    func report(_ done: Int) throws {
      try clock.report(JobProgress(stage: "encoding", done: done, total: dump.rowCount, unit: "rows"))
    }
    try report(0)
    var batches = dump.batches(size: Self.batchSize, where: filter)
    while let batch = try batches.next() {
      let coordinates = try map.map { try align(batch, by: $0) }
      let hubness = try coordinates.flatMap { try map?.hubness(of: $0) }
      for (number, tokens) in try encode(batch, through: head, top: top).enumerated() {
        let record = batch.records[number]
        try add(
          to: writer, "'\(record.path)' line \(record.line)",
          key: try keys.key(for: record, row: batch.rowNumbers[number]), metadata: record.bytes,
          object: record.object,
          weights: tokens.map { (token: $0.token, weight: $0.weight) }, quantiser: quantiser,
          denseRow: keepsRows ? Array(batch.rows.row(number)) : nil,
          coordinates: coordinates.map { Array($0.row(number)) }, hubness: hubness?[number])
      }
      try report(batches.rowsRead)
    }
    try report(dump.rowCount)
  }

  private func encode(_ batch: DumpBatch, through head: TokenHead, top: Int) throws(NewelError) -> [[TokenWeight]] {
    do {
      return try head.encode(batch.rows, top: top)
    } catch {
      guard case .notFinite(let row) = error else { throw NewelError(wrapping: error) }
      throw tooLarge(row: row, of: batch)
    }
  }

  /// The error about a row whose tokens overflow although its numbers are finite, which reading made sure of.
  private func tooLarge(row: Int, of batch: DumpBatch) -> NewelError {
    let record = batch.records[row]
    let largest = batch.rows.row(row).reduce(Float(0)) { max($0, $1.magnitude) }
    return NewelError(
      .invalidInput,
      "'\(record.path)' line \(record.line): the embedding (row \(batch.rowNumbers[row])) has numbers up to \(largest), so "
        + "large that its tokens cannot be computed; scale the embeddings as those that the head was trained on.")
  }

  private func chooseHead(_ path: String?) throws -> TokenHead {
    let stored = try existing.flatMap { try StoredWords($0).head }
    if existing != nil, stored == nil {
      throw NewelError(
        .invalidArgument, "'\(request.index)' holds sparse vectors made elsewhere; append to it with --sparse.")
    }
    guard let path else {
      if let stored { return stored }
      throw NewelError(.invalidArgument, "A new index needs a head; train one with 'newel train', then give --head.")
    }
    let given = try TokenHead.load(path, fileSystem: fileSystem)
    if let stored, stored.encoded() != given.encoded() {
      throw NewelError(
        .invalidArgument,
        "'\(request.index)' was built with another head than '\(path)'; leave --head out, or build a new index.")
    }
    return given
  }
}
