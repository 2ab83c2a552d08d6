internal import ByteStorage
internal import EmbeddingDumps

/// One query of a file.
package struct BatchQuery: Sendable {
  /// What its answer is filed under: the query's `"id"`; without one the number of its line, or of its row from 0.
  package let id: String
  package let query: SearchRequest.Query
}

/// Reads queries from a file one after the other: the forms of ``QueryFile``, with their names.
///
/// Lines are `{"id": "q1", "text": "red shoe"}`; `"query"` (the query language), `"vector"` (an object of token and weight) or
/// `"embedding"` (of a text: a list of numbers) may stand for `"text"`. Other members are left alone. Rows of `.csr` and
/// `.npz` files are vectors, rows of `.npy` files embeddings of texts.
///
/// Not for use from several threads at once.
package struct BatchQueries {
  /// Exactly one of the three is there.
  private var lines: MetadataReader?
  private var rows: SparseReader?
  private var embeddings: EmbeddingRows?

  /// Opens a file.
  ///
  /// - Throws: ``NewelError`` when it cannot be read.
  package static func open(_ path: String) throws(NewelError) -> BatchQueries {
    do {
      if path.hasSuffix(".csr") || path.hasSuffix(".npz") {
        return BatchQueries(rows: try SparseCollection.open(path, fileSystem: PosixFileSystem()).records())
      }
      if path.hasSuffix(".npy") {
        let array = try NpyArray.open(path, acceptsVector: true, fileSystem: PosixFileSystem())
        return BatchQueries(embeddings: EmbeddingRows(array))
      }
      return BatchQueries(lines: try MetadataReader(path, fileSystem: PosixFileSystem()))
    } catch {
      throw NewelError(wrapping: error)
    }
  }

  /// Reads all of a file, so that a mistake in it shows before any query is answered.
  ///
  /// - Parameter accept: looks at each query; what it throws ends the reading.
  /// - Returns: the number of queries, at least 1.
  /// - Throws: ``NewelError`` naming file and line: for a line that is no query, an id that comes twice, no query at all.
  package static func check(
    _ path: String, accept: (BatchQuery) throws(NewelError) -> Void = { _ in }
  ) throws(NewelError) -> Int {
    var queries = try open(path)
    var ids: Set<String> = []
    while let query = try queries.next() {
      guard ids.insert(query.id).inserted else {
        throw NewelError(.invalidInput, "'\(path)' has the query id '\(query.id)' twice; give every query its own.")
      }
      try accept(query)
    }
    guard !ids.isEmpty else {
      throw NewelError(.invalidInput, "'\(path)' has no queries; write one JSON object per line.")
    }
    return ids.count
  }

  /// The next query; nil after the last.
  package mutating func next() throws(NewelError) -> BatchQuery? {
    do {
      if let row = try rows?.next() { return BatchQuery(id: row.key, query: .tokens(row.weights)) }
      if let number = embeddings?.nextRow, let row = try embeddings?.next() {
        return BatchQuery(id: "\(number)", query: .embedding(row))
      }
      guard let line = try lines?.next() else { return nil }
      return BatchQuery(id: try Self.id(of: line), query: try QueryFile.query(line))
    } catch {
      throw NewelError(wrapping: error)
    }
  }

  /// The name of a line.
  static func id(of line: MetadataRecord) throws(NewelError) -> String {
    guard let value = line.object["id"] else { return "\(line.line)" }
    switch value {
    case .string(let text) where !text.isEmpty: return text
    case .integer(let number): return "\(number)"
    case .bigInteger(let digits): return digits
    default:
      throw NewelError(
        .invalidInput, "'\(line.path)' line \(line.line): \"id\" must be a text that is not empty or a whole number.")
    }
  }
}
