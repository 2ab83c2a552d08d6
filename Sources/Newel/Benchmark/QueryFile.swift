internal import ByteStorage
internal import EmbeddingDumps

/// Queries kept in a file.
package enum QueryFile {
  /// Reads a file of queries, in its order.
  ///
  /// - `.csr` and `.npz`: sparse rows, one query each; columns are tokens by their decimal number, as in an index that was
  ///   built from such a file without names for its columns.
  /// - `.npy`: embeddings of texts, one query per row.
  /// - `.jsonl`, `.jsonl.gz`: one object per line with exactly one of `"vector"` (an object of token and weight),
  ///   `"text"` (plain words), `"query"` (the query language) and `"embedding"` (of a text: a list of numbers).
  ///
  /// - Parameter limit: at most this many queries, from the beginning; nil for all.
  /// - Throws: ``NewelError`` naming file and line.
  package static func read(_ path: String, limit: Int? = nil) throws(NewelError) -> [SearchRequest.Query] {
    var queries: [SearchRequest.Query] = []
    do {
      if path.hasSuffix(".csr") || path.hasSuffix(".npz") {
        var rows = try SparseCollection.open(path, fileSystem: PosixFileSystem()).records()
        while queries.count < limit ?? .max, let record = try rows.next() { queries.append(.tokens(record.weights)) }
      } else if path.hasSuffix(".npy") {
        var rows = EmbeddingRows(try NpyArray.open(path, acceptsVector: true, fileSystem: PosixFileSystem()))
        while queries.count < limit ?? .max, let row = try rows.next() { queries.append(.embedding(row)) }
      } else {
        var lines = try MetadataReader(path, fileSystem: PosixFileSystem())
        while queries.count < limit ?? .max, let line = try lines.next() { queries.append(try query(line)) }
      }
    } catch {
      throw NewelError(wrapping: error)
    }
    guard !queries.isEmpty else {
      throw NewelError(.invalidInput, "'\(path)' has no queries; write one JSON object per line.")
    }
    return queries
  }

  /// The query of one line.
  static func query(_ line: MetadataRecord) throws(NewelError) -> SearchRequest.Query {
    func failure(_ reason: String) -> NewelError {
      NewelError(.invalidInput, "'\(line.path)' line \(line.line): \(reason).")
    }
    let forms = ["vector", "text", "query", "embedding"].filter { line.object[$0] != nil }
    guard forms.count == 1 else {
      throw failure("exactly one of \"vector\", \"text\", \"query\" and \"embedding\" is needed, found \(forms.count)")
    }
    if let value = line.object["embedding"] {
      guard let embedding = QueryVector.numbers(value) else {
        throw failure("\"embedding\" is a list of finite numbers")
      }
      return .embedding(embedding)
    }
    if let text = line.object["text"]?.stringValue { return .plain(text) }
    if let text = line.object["query"]?.stringValue { return .text(text) }
    guard let vector = line.object["vector"]?.objectValue else {
      throw failure("\"text\" and \"query\" are texts, \"vector\" is an object of token and weight")
    }
    var weights: [(token: String, weight: Float)] = []
    for member in vector.members {
      guard let weight = member.value.doubleValue.map({ Float($0) }), weight.isFinite else {
        throw failure("the weight of '\(member.key)' is not a finite number")
      }
      weights.append((token: member.key, weight: weight))
    }
    return .tokens(weights)
  }
}
