internal import Alignment
internal import ByteStorage
internal import EmbeddingDumps
internal import LinearAlgebra

extension AlignmentModel {
  /// Brings rows into the space of the alignment and writes them, all or nothing: coordinates as `.npy`, or, by an alignment of
  /// anchors, vectors `{"id", "vector": {"a17": weight}}` as `.jsonl`, that an index of sparse vectors holds.
  ///
  /// - Parameter progress: what it throws stops the job; nothing is then written.
  /// - Throws: ``NewelError`` naming the file and row at fault; `invalidArgument` for an output of another kind, and for vectors
  ///   of an alignment without anchors.
  /// - Complexity: O(rows · dimension · coordinates); memory is bounded by a batch.
  public func map(_ request: MapRequest, progress: ProgressHandler? = nil) throws(NewelError) -> MapReport {
    do { return try MapJob(map, request, progress).run() } catch { throw NewelError(wrapping: error) }
  }
}

/// Rows on their way from a file to another.
private struct MapJob {
  /// Rows at a time: with anchors each has some ten thousand coordinates on its way.
  private static let batchSize = 256

  private let map: AlignmentMap
  private let request: MapRequest
  private let progress: ProgressHandler?
  private let fileSystem = PosixFileSystem()

  private var side: AlignedSide { request.side == .images ? .images : .texts }

  init(_ map: AlignmentMap, _ request: MapRequest, _ progress: ProgressHandler?) {
    self.map = map
    self.request = request
    self.progress = progress
  }

  func run() throws -> MapReport {
    let isVectors = request.output.hasSuffix(".jsonl")
    guard isVectors || request.output.hasSuffix(".npy") else {
      throw NewelError(
        .invalidArgument,
        "'\(request.output)' ends with neither .npy, for coordinates, nor .jsonl, for vectors of anchors; give one of these "
          + "names.")
    }
    let dump =
      side == .images
      ? try EmbeddingDump.open(images: request.rows, metadata: request.metadata, fileSystem: fileSystem)
      : try PairReader.texts(request.rows, metadata: request.metadata, fileSystem)
    guard let expected = map.dimension(side) else { throw AlignmentError.noTexts(method: map.method) }
    guard dump.dimension == expected || dump.rowCount == 0 else {
      throw NewelError(
        .invalidInput,
        "The rows of '\(request.rows)' have \(dump.dimension) numbers, but the alignment was fitted on \(side) of \(expected); "
          + "use embeddings of the same model.")
    }
    let inputs = [request.rows] + [request.metadata].compactMap { $0 } + dump.embeddingPaths + dump.metadataPaths
    let file = try OutputFile(request.output, kind: .rows, inputs: inputs)
    do {
      let anchors = isVectors ? try writeVectors(of: dump, to: file) : try writeCoordinates(of: dump, to: file)
      try file.finish()
      return MapReport(
        output: request.output, method: map.method, side: request.side.rawValue, rows: dump.rowCount,
        coordinates: map.coordinateCount,
        meanAnchors: anchors.map { dump.rowCount > 0 ? Double($0) / Double(dump.rowCount) : 0 })
    } catch {
      file.abandon()
      throw error
    }
  }

  private func writeCoordinates(of dump: EmbeddingDump, to file: OutputFile) throws -> Int? {
    try file.append(NpyWriter.header(rows: dump.rowCount, columns: map.coordinateCount, type: .float32))
    try forEachBatch(of: dump) { batch in
      var bytes = ByteWriter()
      for value in try map.coordinates(batch.rows, of: side).values { bytes.f32(value) }
      try file.append(bytes.bytes)
    }
    return nil
  }

  /// Returns how many anchors all vectors have together.
  private func writeVectors(of dump: EmbeddingDump, to file: OutputFile) throws -> Int? {
    var keys = DocumentKeys(field: request.keyField)
    var count = 0
    try forEachBatch(of: dump) { batch in
      for (place, vector) in try map.anchorVectors(batch.rows, of: side).enumerated() {
        let row = batch.rowNumbers[place]
        let key = dump.hasMetadata ? try keys.key(for: batch.records[place], row: row).text : String(row)
        let weights = zip(vector.anchors, vector.weights).map { anchor, weight in
          // By way of its digits, as 0.1 and not 0.10000000149011612.
          ("a\(anchor)", JSONValue.number(Double("\(weight)") ?? Double(weight)))
        }
        var line: [UInt8] = []
        JSONValue.object(JSONObject([("id", .string(key)), ("vector", .object(JSONObject(weights)))]))
          .serialize(into: &line)
        line.append(UInt8(ascii: "\n"))
        try file.append(line)
        count += vector.anchors.count
      }
    }
    return count
  }

  private func forEachBatch(of dump: EmbeddingDump, _ body: (DumpBatch) throws -> Void) throws {
    func report(_ done: Int) throws {
      try progress?(JobProgress(stage: "mapping", done: done, total: dump.rowCount, unit: "rows"))
    }
    try report(0)
    var batches = dump.batches(size: Self.batchSize)
    while let batch = try batches.next() {
      do { try body(batch) } catch { throw located(error, batch) }
      try report(batches.rowsRead)
    }
  }

  /// An error about a row of a batch, about the row of the file.
  private func located(_ error: any Error, _ batch: DumpBatch) -> any Error {
    guard let error = error as? AlignmentError else { return error }
    let (row, reason): (Int, String)
    switch error {
    case .zeroRow(_, let number): (row, reason) = (number, "is all zeros and has no direction")
    case .overflow(_, let number): (row, reason) = (number, "has numbers too large for the alignment")
    default: return error
    }
    return NewelError(
      .invalidInput,
      "Row \(batch.rowNumbers[row]) of '\(request.rows)' \(reason); compute the embedding again or leave it out.")
  }
}
