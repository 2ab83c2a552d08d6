internal import ByteStorage
internal import EmbeddingDumps
internal import IndexStore
internal import InvertedIndex
internal import TokenSpace

#if canImport(Glibc)
  internal import Glibc
#endif

/// An index opened for reading: one snapshot of it, unaffected by later builds.
///
/// ```swift
/// let index = try NewelIndex.open("photos.index")
/// for hit in try index.search(SearchRequest("red shoe -kids")).hits { print(hit.key, hit.score) }
/// ```
///
/// Safe to use from any number of threads at once.
public final class NewelIndex: Sendable {
  public let path: String
  let snapshot: IndexSnapshot
  let vocabulary: Vocabulary
  let encoder: QueryEncoder
  /// Nil for an index of sparse vectors made elsewhere.
  let head: TokenHead?
  let segments: [PlacedSegment]
  let quantiser: ImpactQuantiser
  let filters = CompiledFilters()
  let storedAlignment = StoredAlignment()

  /// Opens the last committed state of an index.
  ///
  /// - Throws: ``NewelError`` with code `notFound` for a folder that is no index, `unsupportedVersion` for one written by
  ///   a newer version, `damaged` naming the file otherwise.
  public static func open(_ path: String) throws(NewelError) -> NewelIndex {
    try NewelIndex(path)
  }

  private init(_ path: String) throws(NewelError) {
    self.path = path
    do {
      let snapshot = try IndexSnapshot.open(path, fileSystem: PosixFileSystem())
      self.snapshot = snapshot
      quantiser = try ImpactQuantiser(ceiling: snapshot.configuration.ceiling)
      segments = snapshot.segments.map {
        PlacedSegment(index: $0.index, firstOrdinal: UInt32(truncatingIfNeeded: $0.firstOrdinal))
      }
      let words = try QueryWords(snapshot)
      vocabulary = words.vocabulary
      encoder = words.encoder
      head = words.head
    } catch {
      throw NewelError(wrapping: error)
    }
  }

  /// Documents of the snapshot.
  public var documentCount: Int { Int(snapshot.documentCount) }

  /// The metadata field that holds captions.
  public var captionField: String { snapshot.configuration.settings["captionField"] ?? "caption" }

  /// In how many documents a token occurs.
  func documentFrequency(of token: UInt32) -> Int {
    segments.reduce(0) { $0 + $1.index.documentFrequency(of: token) }
  }

  /// The segment that holds a document, and its number in there.
  func locate(_ ordinal: UInt64) throws(NewelError) -> (segment: SegmentIndex, document: Int) {
    for segment in segments.reversed() where UInt64(segment.firstOrdinal) <= ordinal {
      let document = Int(ordinal - UInt64(segment.firstOrdinal))
      if document < segment.index.documentCount { return (segment.index, document) }
    }
    throw NewelError(.damaged, "Document \(ordinal) of '\(path)' is in no segment; run 'newel verify'.")
  }

  /// Whether a document has this key.
  public func contains(key: String) throws(NewelError) -> Bool {
    do { return try snapshot.ordinal(ofKey: key) != nil } catch { throw NewelError(wrapping: error) }
  }

  /// The ordinal of a key.
  func ordinal(of key: String) throws(NewelError) -> UInt64 {
    let found: UInt64?
    do { found = try snapshot.ordinal(ofKey: key) } catch { throw NewelError(wrapping: error) }
    guard let found else { throw NewelError(.notFound, "No document of '\(path)' has the key '\(key)'.") }
    return found
  }
}

/// The vocabulary of an index and how its queries are read: by its head, or by document frequencies without one.
struct QueryWords {
  let vocabulary: Vocabulary
  let encoder: QueryEncoder
  let head: TokenHead?

  init(_ snapshot: IndexSnapshot) throws {
    let stored = try StoredWords(snapshot)
    vocabulary = stored.vocabulary
    head = stored.head
    if let head = stored.head {
      encoder = try head.queryEncoder()
      return
    }
    let documents = Int(snapshot.documentCount)
    let weights = (0..<UInt32(vocabulary.count)).map { token -> Float in
      let frequency = snapshot.segments.reduce(0) { $0 + $1.index.documentFrequency(of: token) }
      return Self.weight(documents: documents, frequency: frequency)
    }
    let tokenizer: Tokenizer = WordPiece.recognises(vocabulary) ? .wordPiece(try WordPiece(vocabulary)) : .word
    encoder = try QueryEncoder(vocabulary: vocabulary, tokenizer: tokenizer, weights: weights)
  }

  /// The inverse document frequency of BM25 (Robertson and Spärck Jones 1976, kept positive): what a query word counts
  /// when no head says otherwise.
  private static func weight(documents: Int, frequency: Int) -> Float {
    let rest = Double(max(0, documents - frequency))
    return Float(log1p((rest + 0.5) / (Double(frequency) + 0.5)))
  }
}
