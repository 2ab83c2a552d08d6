internal import EmbeddingDumps
internal import IndexStore
internal import InvertedIndex

/// An index that is open for changes and stays open: documents come, change and go by key, and each commit makes all of it
/// visible at once and durable. While it is open nobody else can write to the index; anybody can read.
///
/// ```swift
/// let session = try IndexSession.open("photos.index")
/// try session.add([NewDocument(key: "a", content: .embedding(row))], replacing: true)
/// try session.delete(keys: ["b"])
/// try session.commit()
/// ```
///
/// Segments are merged in the background; neither changes nor searches wait for it. Safe to use from any number of threads:
/// changes happen one after the other.
public final class IndexSession: Sendable {
  public let path: String
  let state: Guarded<SessionState>
  let merger: BackgroundMerger

  /// Opens an index that exists.
  ///
  /// - Parameter mergesInBackground: whether segments are put together by themselves while the session is open.
  /// - Throws: ``NewelError``: `notFound` when there is no index, `locked` while somebody else writes to it, `damaged`.
  public static func open(_ path: String, mergesInBackground: Bool = true) throws(NewelError) -> IndexSession {
    do {
      let writer = try IndexWriter.open(path, creating: nil)
      do {
        return IndexSession(path, try SessionState(writer), mergesInBackground: mergesInBackground)
      } catch {
        writer.close()
        throw error
      }
    } catch {
      throw NewelError(wrapping: error)
    }
  }

  private init(_ path: String, _ state: SessionState, mergesInBackground: Bool) {
    self.path = path
    self.state = Guarded(state)
    merger = BackgroundMerger(isOn: mergesInBackground)
  }

  /// Documents of the index with all changes so far, committed or not.
  public var documentCount: Int { state.withLock { $0.writer.liveCount } }

  /// The number of the last commit.
  public var generation: UInt64 { state.withLock { $0.writer.generation } }

  /// What kept the last background merge from being done: one sentence; nil when nothing did.
  public var mergeProblem: String? { merger.problem }

  /// Adds documents, in their order.
  ///
  /// - Parameter replacing: whether a document with the same key is replaced; otherwise such a key is refused. Of several with
  ///   one key the last stays.
  /// - Throws: ``NewelError``: `invalidInput` for a document that the index cannot take, `locked` and `io` as for a commit. Those
  ///   before the refused one are added.
  @discardableResult
  public func add(_ documents: [NewDocument], replacing: Bool = false) throws(NewelError) -> ChangeReport {
    try changing { state in try state.add(documents, replacing: replacing) }
  }

  /// Deletes the documents with these keys. Keys that no document has are told, and are no error.
  @discardableResult
  public func delete(keys: [String]) throws(NewelError) -> ChangeReport {
    try changing { state in
      var report = ChangeReport()
      for key in keys {
        if try state.writer.delete(key: key) { report.deleted += 1 } else { report.unknownKeys.append(key) }
      }
      return report
    }
  }

  /// Changes metadata without new vectors, by JSON merge patches (RFC 7396): members that are given take the place of those
  /// there, null removes one. The document counts as inserted last.
  ///
  /// - Parameter patches: a key and one JSON object each.
  @discardableResult
  public func updateMetadata(_ patches: [(key: String, patch: String)]) throws(NewelError) -> ChangeReport {
    try changing { state in
      var report = ChangeReport()
      for (key, patch) in patches {
        if try state.update(key, patch) { report.replaced += 1 } else { report.unknownKeys.append(key) }
      }
      return report
    }
  }

  /// Makes all changes since the last commit visible and durable.
  ///
  /// - Throws: ``NewelError`` when it could not be done; the session takes nothing more then, and the index is as it was before,
  ///   unless the message says that this is unknown.
  @discardableResult
  public func commit() throws(NewelError) -> CommitSummary {
    let summary = try changing { state in try state.commit() }
    merger.start(self)
    return summary
  }

  /// Waits until background merges are done, commits what they made and nothing else, and gives the index free. Changes that
  /// were not committed are lost. Calling it again does nothing.
  public func close() {
    merger.stop()
    state.withLock { $0.writer.close() }
  }

  deinit { close() }

  func changing<Result>(_ body: (inout SessionState) throws -> Result) throws(NewelError) -> Result {
    do {
      return try state.withLock { state in try body(&state) }
    } catch {
      throw NewelError(wrapping: error)
    }
  }
}

/// What a session changes, one change after the other.
struct SessionState {
  let writer: IndexWriter
  var encoding: DocumentEncoding

  init(_ writer: IndexWriter) throws {
    self.writer = writer
    guard let committed = writer.committed else { throw IndexStoreError.writerClosed }
    encoding = try DocumentEncoding(committed)
  }

  /// Rows that are encoded at a time.
  private static let batchSize = 1024

  mutating func add(_ documents: [NewDocument], replacing: Bool) throws -> ChangeReport {
    var report = ChangeReport()
    for start in stride(from: 0, to: documents.count, by: Self.batchSize) {
      let batch = Array(documents[start..<min(start + Self.batchSize, documents.count)])
      let encoded = try encoding.encode(batch, for: writer.configuration)
      report.weightsClipped += encoded.weightsClipped
      try growVocabulary()
      for document in encoded.documents {
        do {
          if try writer.add(document, replacing: replacing) { report.replaced += 1 }
          report.added += 1
        } catch IndexStoreError.duplicateKey(let key) {
          throw NewelError(
            .invalidInput, "The key '\(key)' is in the index already; replace the document, or give it another key.")
        }
      }
    }
    return report
  }

  /// New tokens of sparse vectors join the vocabulary.
  private mutating func growVocabulary() throws {
    let tokens = encoding.tokens.tokens
    guard tokens.count > writer.vocabulary.count else { return }
    try writer.setVocabulary(tokens)
    try writer.update(vocabularyFingerprint: try StoredWords.fingerprint(of: tokens, source: writer.path))
  }

  mutating func update(_ key: String, _ patch: String) throws -> Bool {
    guard case .object(let changes)? = try? JSONValue.parse(Array(patch.utf8)) else {
      throw NewelError(.invalidInput, "The patch for '\(key)' is no JSON object.")
    }
    guard var document = try writer.document(ofKey: key) else { return false }
    guard case .object(let before) = try JSONValue.parse(document.metadata) else {
      throw NewelError(.damaged, "The metadata of '\(key)' are no JSON object; run 'newel verify --deep'.")
    }
    let merged = before.merging(patch: changes)
    document.metadata = merged.serialized()
    document.object = merged
    try writer.add(document, replacing: true)
    return true
  }

  mutating func commit() throws -> CommitSummary {
    guard !writer.hasNothingPending else {
      return CommitSummary(
        generation: writer.generation, documentsAdded: 0, documentsDeleted: 0, documentCount: writer.liveCount,
        bytesAdded: 0)
    }
    let report = try writer.commit()
    return CommitSummary(
      generation: report.generation, documentsAdded: report.documentsAdded, documentsDeleted: report.documentsDeleted,
      documentCount: report.documentCount, bytesAdded: report.bytesAdded)
  }
}
