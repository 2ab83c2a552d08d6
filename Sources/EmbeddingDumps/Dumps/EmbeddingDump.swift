public import ByteStorage

/// An embedding dump: matrices of embeddings and, line for row, their metadata, in one or several shards.
///
/// Opening compares the number of rows with the number of lines of every pair before anything else, because a shift by
/// one line gives plausible, wrong captions. Rows count over all shards, in the order of the shards' numbers.
public final class EmbeddingDump: Sendable {
  /// One matrix and its metadata.
  struct Shard: Sendable {
    let array: NpyArray
    /// `nil` when the dump was opened without metadata.
    let metadata: String?
    let firstRow: Int
  }

  let shards: [Shard]
  let fileSystem: any FileSystem
  /// The length of an embedding; 0 when the dump has no rows.
  public let dimension: Int
  /// The number of embeddings.
  public let rowCount: Int

  /// The embedding files, in order.
  public var embeddingPaths: [String] { shards.map(\.array.path) }
  /// The metadata files, in the order of ``embeddingPaths``; empty when opened without metadata.
  public var metadataPaths: [String] { shards.compactMap(\.metadata) }
  /// Whether there is metadata.
  public var hasMetadata: Bool { shards.contains { $0.metadata != nil } }

  /// Opens a dump.
  ///
  /// - Parameters:
  ///   - images: a `.npy` file, a `.npz` file (with `#member` where it has several), a folder of `.npy` files, or a dump
  ///     with `img_emb/` or `text_emb/`.
  ///   - metadata: a `.jsonl` or `.jsonl.gz` file, a folder of them, or a dump with `metadata/`; `nil` for embeddings
  ///     alone.
  /// - Throws: ``DumpError/rowCounts(embeddings:rows:metadata:lines:)`` naming both files, and whatever else is wrong
  ///   with names, headers and dimensions.
  /// - Complexity: O(bytes of metadata): the lines are counted; embeddings are only mapped.
  public static func open(
    images: String, metadata: String?, fileSystem: any FileSystem
  ) throws(DumpError) -> EmbeddingDump {
    let layout = DumpLayout(fileSystem: fileSystem)
    let embeddings = try layout.embeddingFiles(images)
    var shards: [Shard] = []
    var firstRow = 0
    func add(_ array: NpyArray, _ metadata: String?) throws(DumpError) {
      shards.append(Shard(array: array, metadata: metadata, firstRow: firstRow))
      let (sum, overflow) = firstRow.addingReportingOverflow(array.rows)
      guard !overflow else { throw .arrayShape(path: array.path, shape: array.shape) }
      firstRow = sum
    }
    if let metadata {
      for (embedding, partner) in try layout.pair(embeddings, try layout.metadataFiles(metadata)) {
        let array = try NpyArray.open(embedding.path, fileSystem: fileSystem)
        let lines = try MetadataReader.countRecords(partner.path, fileSystem: fileSystem)
        guard array.rows == lines else {
          throw .rowCounts(embeddings: array.path, rows: array.rows, metadata: partner.path, lines: lines)
        }
        try add(array, partner.path)
      }
    } else {
      for embedding in embeddings { try add(try NpyArray.open(embedding.path, fileSystem: fileSystem), nil) }
    }
    return try EmbeddingDump(shards, rowCount: firstRow, fileSystem: fileSystem)
  }

  private init(_ shards: [Shard], rowCount: Int, fileSystem: any FileSystem) throws(DumpError) {
    // An empty shard of no columns at all agrees with every dimension.
    let wide = shards.filter { $0.array.columns > 0 }
    if let first = wide.first, let other = wide.first(where: { $0.array.columns != first.array.columns }) {
      throw .dimensions(
        path: other.array.path, columns: other.array.columns, first: first.array.path,
        firstColumns: first.array.columns)
    }
    self.shards = shards
    self.fileSystem = fileSystem
    self.rowCount = rowCount
    dimension = wide.first?.array.columns ?? 0
  }

  /// A reader of the rows that `filter` accepts, in batches of at most `size`.
  public func batches(size: Int, where filter: MetadataFilter? = nil) -> DumpBatchReader {
    DumpBatchReader(self, size: size, filter: filter)
  }

  /// Calls `body` with batches of at most `size` rows that `filter` accepts, in order; never with an empty batch.
  ///
  /// Memory is bounded by one batch. Without metadata a filter accepts nothing.
  /// - Throws: ``DumpError``, and what `body` throws.
  public func forEachBatch(
    size: Int, where filter: MetadataFilter? = nil, _ body: (DumpBatch) throws -> Void
  ) throws {
    var reader = batches(size: size, where: filter)
    while let batch = try reader.next() { try body(batch) }
  }

  /// The metadata alone, in row order.
  public func metadataReader() -> MetadataReader {
    MetadataReader(paths: metadataPaths, fileSystem: fileSystem)
  }

  /// Decodes rows `range`, counted over all shards.
  ///
  /// Traps when the range is not within `0..<rowCount`.
  public func rows(_ range: Range<Int>) throws(DumpError) -> [Float] {
    precondition(range.lowerBound >= 0 && range.upperBound <= rowCount, "the row range lies outside the dump")
    var values = [Float](repeating: 0, count: range.count * dimension)
    for shard in shards {
      let part = range.clamped(to: shard.firstRow..<shard.firstRow + shard.array.rows)
      guard !part.isEmpty else { continue }
      let local = part.lowerBound - shard.firstRow..<part.upperBound - shard.firstRow
      try shard.array.rows(local, into: &values, at: (part.lowerBound - range.lowerBound) * dimension)
    }
    return values
  }
}
