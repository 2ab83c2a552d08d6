internal import ByteStorage
internal import EmbeddingDumps
internal import IndexStore

extension NewelIndex {
  /// Reads queries with known answers: lines as ``BatchQueries`` reads them, each with a list of keys, `"relevant"`, unless
  /// the answers are given beside.
  ///
  /// - Parameters:
  ///   - grades: the grade of each judged key, by the id of the query; nil to read `"relevant"` from the lines.
  ///   - gallery: documents that can be found; nil for all.
  /// - Throws: ``NewelError`` naming file and line: for a line that is no query, an id that comes twice, a key in
  ///   `"relevant"` that no document has, no query at all, or none with a relevant document in the gallery.
  package func judgedQueries(
    in path: String, grades: [String: [String: Int]]? = nil, gallery: Gallery? = nil
  ) throws(NewelError) -> JudgedQueries {
    var result = JudgedQueries()
    var ids: Set<String> = []
    // Looked up once each, however many queries share a document; nil for a key that no document has.
    var positions: [String: UInt32?] = [:]
    func position(_ key: String) throws -> UInt32? {
      if let known = positions[key] { return known }
      let found = try snapshot.position(ofKey: key).flatMap { UInt32(exactly: $0) }
      positions[key] = .some(found)
      return found
    }
    do {
      var lines = try MetadataReader(path, fileSystem: PosixFileSystem())
      while let line = try lines.next() {
        func failure(_ reason: String) -> NewelError {
          NewelError(.invalidInput, "'\(path)' line \(line.line): \(reason).")
        }
        let id = try BatchQueries.id(of: line)
        guard ids.insert(id).inserted else { throw failure("the id '\(id)' comes twice; give every query its own") }
        var judged: [UInt32: Int] = [:]
        for (key, grade) in try grades.map({ $0[id] ?? [:] }) ?? Self.relevantKeys(of: line, failure) {
          let found = try position(key)
          if found == nil, grades == nil { throw failure("no document of the index has the relevant key '\(key)'") }
          guard let found, gallery?.contains(found) ?? true else {
            if grade > 0 { result.judgementsOutside += 1 }
            continue
          }
          judged[found] = grade
        }
        result.add(id, try QueryFile.query(line), judgements: judged)
      }
    } catch {
      throw NewelError(wrapping: error)
    }
    guard result.readCount > 0 else {
      throw NewelError(.invalidInput, "'\(path)' has no queries; write one JSON object per line.")
    }
    guard !result.queries.isEmpty else {
      throw NewelError(
        .invalidInput,
        "None of the \(result.readCount) queries of '\(path)' has a relevant document "
          + (gallery?.conditions.isEmpty ?? true
            ? "in '\(self.path)'; give judgements of these queries."
            : "that meets the conditions; take others with --where."))
    }
    return result
  }

  private static func relevantKeys(
    of line: MetadataRecord, _ failure: (String) -> NewelError
  ) throws(NewelError) -> [String: Int] {
    guard case .array(let values)? = line.object["relevant"], !values.isEmpty else {
      throw failure("\"relevant\" must be a list of keys, with at least one")
    }
    var keys: [String: Int] = [:]
    for value in values {
      guard let key = value.scalarText, !key.isEmpty else {
        throw failure("\"relevant\" has a key that is neither text nor number")
      }
      keys[key] = 1
    }
    return keys
  }

  /// The captions of the documents as queries, each for its own document, in insertion order.
  ///
  /// - Parameters:
  ///   - grades: the grade of each judged key, by the id of the query (the key, with `#` and a number where a document has
  ///     several captions); nil when each caption means its own document and no other.
  ///   - gallery: the documents to take; nil for all.
  /// - Throws: `invalidArgument` when no document has a caption, or `invalidInput` when no caption was judged.
  package func captionQueries(
    grades: [String: [String: Int]]? = nil, gallery: Gallery? = nil
  ) throws(NewelError) -> JudgedQueries {
    var result = JudgedQueries()
    let documents: Gallery
    if let gallery { documents = gallery } else { documents = try self.gallery() }
    for position in documents.positions {
      do {
        let stored = try snapshot.document(of: position)
        let captions = try captions(in: stored.metadata)
        for (number, caption) in captions.enumerated() {
          let id = captions.count == 1 ? stored.key : "\(stored.key)#\(number)"
          guard let grades else {
            result.add(id, .plain(caption), judgements: [position: 1], document: position)
            continue
          }
          var judged: [UInt32: Int] = [:]
          for (key, grade) in grades[id] ?? [:] {
            if let found = try snapshot.position(ofKey: key).flatMap({ UInt32(exactly: $0) }),
              gallery?.contains(found) ?? true
            {
              judged[found] = grade
            } else if grade > 0 {
              result.judgementsOutside += 1
            }
          }
          result.add(id, .plain(caption), judgements: judged, document: position)
        }
      } catch {
        throw NewelError(wrapping: error)
      }
    }
    guard result.readCount > 0 else {
      throw NewelError(.invalidArgument, "No document of '\(path)' has a caption in the field '\(captionField)'.")
    }
    guard !result.queries.isEmpty else {
      throw NewelError(
        .invalidInput,
        "The judgements name none of the \(result.readCount) captions of '\(path)'; a caption's id is the key of its "
          + "document, or KEY#0, KEY#1 and so on where there are several.")
    }
    return result
  }
}
