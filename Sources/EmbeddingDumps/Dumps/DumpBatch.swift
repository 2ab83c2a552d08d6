public import LinearAlgebra

/// Some rows of a dump with their metadata.
public struct DumpBatch: Sendable {
  /// The number of the first row, counted over the whole dump from 0.
  public let firstRow: Int
  /// The number of every row; they ascend, without gaps where no filter was given.
  public let rowNumbers: [Int]
  /// The embeddings, one per row.
  public let rows: Matrix
  /// The metadata, one per row; empty when the dump was opened without.
  public let records: [MetadataRecord]
}

/// Reads a dump batch by batch, in memory bounded by one batch. Not for use from several threads at once.
public struct DumpBatchReader {
  private let dump: EmbeddingDump
  private let size: Int
  private let filter: MetadataFilter?
  private var shard = 0
  private var rowInShard = 0
  private var metadata: MetadataReader?

  init(_ dump: EmbeddingDump, size: Int, filter: MetadataFilter?) {
    precondition(size > 0, "a batch has at least one row")
    self.dump = dump
    self.size = size
    self.filter = filter
  }

  /// How many rows have been read, accepted or not: for progress against ``EmbeddingDump/rowCount``.
  public var rowsRead: Int {
    shard < dump.shards.count ? dump.shards[shard].firstRow + rowInShard : dump.rowCount
  }

  /// The next batch, with at least one row; `nil` after the last.
  ///
  /// - Throws: ``DumpError`` naming file and line or row.
  public mutating func next() throws(DumpError) -> DumpBatch? {
    var numbers: [Int] = []
    var records: [MetadataRecord] = []
    var values: [Float] = []
    while numbers.count < size, shard < dump.shards.count {
      let current = dump.shards[shard]
      if rowInShard == current.array.rows {
        try finishShard(current)
        continue
      }
      let run = try nextRun(current, atMost: size - numbers.count, into: &records)
      guard !run.isEmpty else { continue }
      let start = values.count
      values.append(contentsOf: repeatElement(0, count: run.count * dump.dimension))
      try current.array.rows(run, into: &values, at: start)
      for row in run { numbers.append(current.firstRow + row) }
    }
    guard let first = numbers.first else { return nil }
    return DumpBatch(
      firstRow: first, rowNumbers: numbers,
      rows: Matrix(rows: numbers.count, columns: dump.dimension, values: values), records: records)
  }

  /// The next rows of the shard that lie side by side and are all accepted; empty when none is left in it.
  private mutating func nextRun(
    _ current: EmbeddingDump.Shard, atMost limit: Int, into records: inout [MetadataRecord]
  ) throws(DumpError) -> Range<Int> {
    guard let path = current.metadata else {
      let start = rowInShard
      rowInShard = filter == nil ? min(current.array.rows, start + limit) : current.array.rows
      return filter == nil ? start..<rowInShard : start..<start
    }
    if metadata == nil {
      metadata = MetadataReader(paths: [path], fileSystem: dump.fileSystem, firstRow: current.firstRow)
    }
    var start: Int?
    while rowInShard < current.array.rows {
      guard let record = try metadata?.next() else {
        throw .rowCounts(embeddings: current.array.path, rows: current.array.rows, metadata: path, lines: rowInShard)
      }
      rowInShard += 1
      if filter?.accepts(record.object) ?? true {
        records.append(record)
        if start == nil { start = rowInShard - 1 }
        if let start, rowInShard - start == limit { return start..<rowInShard }
      } else if let start {
        return start..<rowInShard - 1
      }
    }
    return (start ?? rowInShard)..<rowInShard
  }

  /// Goes to the next shard; the metadata must be used up, or the file grew since it was counted.
  private mutating func finishShard(_ current: EmbeddingDump.Shard) throws(DumpError) {
    if let path = current.metadata, metadata != nil {
      if try metadata?.next() != nil {
        throw .rowCounts(
          embeddings: current.array.path, rows: current.array.rows, metadata: path, lines: current.array.rows + 1)
      }
    }
    metadata = nil
    rowInShard = 0
    shard += 1
  }
}
