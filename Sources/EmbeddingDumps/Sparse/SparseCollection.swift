public import ByteStorage

/// Documents that are sparse vectors already, made by SPLADE, sentence-transformers or another encoder.
///
/// Read are JSON lines in the form of Anserini and Pyserini (`{"id": …, "vector": {token: weight}}`, also gzip), big-ann
/// `.csr` files and `.npz` files of `scipy.sparse.save_npz`. Weights must be finite and not negative; zeros are dropped.
public final class SparseCollection: Sendable {
  enum Source: Sendable {
    case lines([String])
    case matrix(CSRMatrix)
  }

  let source: Source
  let metadata: [String]?
  let vocabulary: [String]?
  let fileSystem: any FileSystem
  /// The number of documents.
  public let documentCount: Int

  /// The number of columns of a matrix; `nil` for JSON lines.
  public var columnCount: Int? {
    if case .matrix(let matrix) = source { matrix.columns } else { nil }
  }

  /// Opens a collection.
  ///
  /// - Parameters:
  ///   - path: a `.jsonl`, `.jsonl.gz`, `.csr` or `.npz` file, or a folder of JSON-lines files.
  ///   - metadata: JSON lines with one line per document, in the same order; `nil` for none.
  ///   - vocabulary: the token of each column of a matrix; without it columns are called by their number.
  /// - Throws: ``DumpError/rowCounts(embeddings:rows:metadata:lines:)`` when documents and metadata differ in number,
  ///   ``DumpError/vocabularySize(path:columns:tokens:)``, and the errors of the formats.
  /// - Complexity: O(bytes) for JSON lines, whose lines are counted; O(documents) for matrices.
  public static func open(
    _ path: String, metadata: String? = nil, vocabulary: [String]? = nil, fileSystem: any FileSystem
  ) throws(DumpError) -> SparseCollection {
    let layout = DumpLayout(fileSystem: fileSystem)
    let source: Source
    var shards: [ShardFile] = []
    var documentCount = 0
    if path.hasSuffix(".csr") || path.hasSuffix(".npz") {
      let matrix = try CSRMatrix.open(path, fileSystem: fileSystem)
      if let vocabulary, vocabulary.count != matrix.columns {
        throw .vocabularySize(path: path, columns: matrix.columns, tokens: vocabulary.count)
      }
      documentCount = matrix.rows
      source = .matrix(matrix)
    } else {
      shards = try layout.lineFiles(path)
      for shard in shards { documentCount += try MetadataReader.countRecords(shard.path, fileSystem: fileSystem) }
      source = .lines(shards.map(\.path))
    }
    var metadataPaths: [String]?
    if let metadata {
      var files = try layout.metadataFiles(metadata)
      if shards.count > 1, files.count == shards.count {
        // As many files on both sides are shards of the same numbers; then not only their sums must agree.
        let pairs = try layout.pair(shards, files)
        for (vectors, partner) in pairs {
          let rows = try MetadataReader.countRecords(vectors.path, fileSystem: fileSystem)
          let lines = try MetadataReader.countRecords(partner.path, fileSystem: fileSystem)
          guard rows == lines else {
            throw .rowCounts(embeddings: vectors.path, rows: rows, metadata: partner.path, lines: lines)
          }
        }
        files = pairs.map(\.1)
      }
      let paths = files.map(\.path)
      var lines = 0
      for path in paths { lines += try MetadataReader.countRecords(path, fileSystem: fileSystem) }
      guard lines == documentCount else {
        throw .rowCounts(embeddings: path, rows: documentCount, metadata: metadata, lines: lines)
      }
      metadataPaths = paths
    }
    return SparseCollection(source, metadataPaths, vocabulary, documentCount, fileSystem)
  }

  private init(
    _ source: Source, _ metadata: [String]?, _ vocabulary: [String]?, _ documentCount: Int,
    _ fileSystem: any FileSystem
  ) {
    self.source = source
    self.metadata = metadata
    self.vocabulary = vocabulary
    self.documentCount = documentCount
    self.fileSystem = fileSystem
  }

  /// A reader of all documents, in order.
  public func records() -> SparseReader { SparseReader(self) }

  /// Calls `body` with each document, in order.
  ///
  /// - Throws: ``DumpError`` naming file and line or row, and what `body` throws.
  public func forEach(_ body: (SparseRecord) throws -> Void) throws {
    var reader = records()
    while let record = try reader.next() { try body(record) }
  }
}

/// Reads a sparse collection document by document, in bounded memory. Not for use from several threads at once.
public struct SparseReader {
  private let collection: SparseCollection
  private var lines: MetadataReader?
  private var metadata: MetadataReader?
  private var keys = DocumentKeys(field: nil)
  private var row = 0

  init(_ collection: SparseCollection) {
    self.collection = collection
    if case .lines(let paths) = collection.source {
      lines = MetadataReader(paths: paths, fileSystem: collection.fileSystem)
    }
    if let paths = collection.metadata { metadata = MetadataReader(paths: paths, fileSystem: collection.fileSystem) }
  }

  /// The next document; `nil` after the last.
  ///
  /// - Throws: ``DumpError`` naming file and line or row.
  public mutating func next() throws(DumpError) -> SparseRecord? {
    switch collection.source {
    case .lines:
      guard let line = try nextLine() else { return nil }
      let record = try SparseRecord.read(line.object, path: line.path, line: line.line)
      guard let details = try nextMetadata() else { return record }
      // An id in both files proves or disproves that they belong together.
      if let id = details.object["id"]?.scalarText, id != record.key {
        throw .line(
          path: details.path, line: details.line,
          reason: "its id is \"\(id)\" but the vector of \(line.path) line \(line.line) has the id \"\(record.key)\"")
      }
      return SparseRecord(
        key: record.key, weights: record.weights, metadata: details.object, metadataLine: details, path: line.path,
        line: line.line)
    case .matrix(let matrix):
      guard row < matrix.rows else { return nil }
      defer { row += 1 }
      let vocabulary = collection.vocabulary
      let name = { (column: Int) in vocabulary.map { $0[column] } ?? String(column) }
      let weights = try matrix.row(row, named: name).map { (token: name($0.column), weight: $0.weight) }
      let details = try nextMetadata()
      let key = try details.map { details throws(DumpError) in try keys.key(for: details, row: row) }
      return SparseRecord(
        key: key?.text ?? String(row), isKeyRowNumber: key?.isRowNumber ?? true, weights: weights,
        metadata: details?.object, metadataLine: details, path: matrix.path, line: row)
    }
  }

  private mutating func nextLine() throws(DumpError) -> MetadataRecord? {
    do {
      return try lines?.next()
    } catch DumpError.json(let path, let line, let error) {
      // In these files a name that stands twice is a token, unless it is one of the frame.
      if case .duplicateName(let name) = error.problem, !["id", "contents", "vector"].contains(name) {
        throw .duplicateToken(path: path, place: "line \(line)", token: name)
      }
      throw .json(path: path, line: line, error: error)
    }
  }

  private mutating func nextMetadata() throws(DumpError) -> MetadataRecord? {
    guard metadata != nil else { return nil }
    guard let record = try metadata?.next() else {
      throw .rowCounts(
        embeddings: collection.metadata?.first ?? "", rows: collection.documentCount,
        metadata: collection.metadata?.last ?? "", lines: row)
    }
    return record
  }
}
