internal import ByteStorage
internal import EmbeddingDumps
internal import IndexStore

/// A query whose answer is known.
package struct JudgedQuery: Sendable {
  /// What its ranking is filed under.
  package let id: String
  package let query: SearchRequest.Query
  /// The relevant documents by their ordinals, ascending and each once; at least one.
  package let relevant: [UInt32]

  init(id: String, query: SearchRequest.Query, relevant: [UInt32]) {
    self.id = id
    self.query = query
    self.relevant = Set(relevant).sorted()
  }
}

extension NewelIndex {
  /// Reads queries with known answers: lines as ``BatchQueries`` reads them, each with a list of keys, `"relevant"`.
  ///
  /// - Throws: ``NewelError`` naming file and line: for a line that is no query, an id that comes twice, a key that no
  ///   document has, no query at all.
  package func judgedQueries(in path: String) throws(NewelError) -> [JudgedQuery] {
    var queries: [JudgedQuery] = []
    var ids: Set<String> = []
    // Looked up once each, however many queries share a document.
    var ordinals: [String: UInt32] = [:]
    do {
      var lines = try MetadataReader(path, fileSystem: PosixFileSystem())
      while let line = try lines.next() {
        func failure(_ reason: String) -> NewelError {
          NewelError(.invalidInput, "'\(path)' line \(line.line): \(reason).")
        }
        let id = try BatchQueries.id(of: line)
        guard ids.insert(id).inserted else { throw failure("the id '\(id)' comes twice; give every query its own") }
        guard case .array(let values)? = line.object["relevant"], !values.isEmpty else {
          throw failure("\"relevant\" must be a list of keys, with at least one")
        }
        var relevant: [UInt32] = []
        for value in values {
          guard let key = value.scalarText, !key.isEmpty else {
            throw failure("\"relevant\" has a key that is neither text nor number")
          }
          if ordinals[key] == nil { ordinals[key] = try snapshot.ordinal(ofKey: key).flatMap { UInt32(exactly: $0) } }
          guard let ordinal = ordinals[key] else {
            throw failure("no document of the index has the relevant key '\(key)'")
          }
          relevant.append(ordinal)
        }
        queries.append(JudgedQuery(id: id, query: try QueryFile.query(line), relevant: relevant))
      }
    } catch {
      throw NewelError(wrapping: error)
    }
    guard !queries.isEmpty else {
      throw NewelError(.invalidInput, "'\(path)' has no queries; write one JSON object per line.")
    }
    return queries
  }

  /// The captions of the documents as queries, each for its own document, in insertion order.
  ///
  /// - Throws: `invalidArgument` when no document has a caption.
  package func captionQueries() throws(NewelError) -> [JudgedQuery] {
    var queries: [JudgedQuery] = []
    for ordinal in 0..<UInt64(documentCount) {
      do {
        let stored = try snapshot.document(of: ordinal)
        let captions = try captions(in: stored.metadata)
        for (number, caption) in captions.enumerated() {
          queries.append(
            JudgedQuery(
              id: captions.count == 1 ? stored.key : "\(stored.key)#\(number)", query: .plain(caption),
              relevant: [UInt32(truncatingIfNeeded: ordinal)]))
        }
      } catch {
        throw NewelError(wrapping: error)
      }
    }
    guard !queries.isEmpty else {
      throw NewelError(.invalidArgument, "No document of '\(path)' has a caption in the field '\(captionField)'.")
    }
    return queries
  }
}
