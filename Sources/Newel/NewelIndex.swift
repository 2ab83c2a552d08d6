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
  private let words: QueryWords

  /// Opens the last committed state of an index.
  ///
  /// - Throws: ``NewelError`` with code `notFound` for a folder that is no index, `unsupportedVersion` for one written by
  ///   a newer version, `damaged` naming the file otherwise.
  public static func open(_ path: String) throws(NewelError) -> NewelIndex {
    let snapshot: IndexSnapshot
    do { snapshot = try IndexSnapshot.open(path) } catch { throw NewelError(wrapping: error) }
    return try NewelIndex(path, snapshot, after: nil)
  }

  /// The last committed state of the index: this object when nothing was committed since, else a new one that shares every
  /// segment that is still there.
  ///
  /// - Throws: as ``open(_:)``; this object can be used on.
  /// - Complexity: O(segments + what was committed since), whatever the size of the index.
  public func refreshed() throws(NewelError) -> NewelIndex {
    let newest: IndexSnapshot
    do { newest = try snapshot.refreshed() } catch { throw NewelError(wrapping: error) }
    return newest === snapshot ? self : try NewelIndex(path, newest, after: self)
  }

  private init(_ path: String, _ snapshot: IndexSnapshot, after old: NewelIndex?) throws(NewelError) {
    self.path = path
    do {
      self.snapshot = snapshot
      quantiser = try ImpactQuantiser(ceiling: snapshot.configuration.ceiling)
      segments = snapshot.segments.map {
        PlacedSegment(index: $0.index, firstPosition: $0.firstPosition, accepted: $0.live)
      }
      let words = try QueryWords(snapshot, after: old.map { ($0.snapshot, $0.words) })
      self.words = words
      vocabulary = words.vocabulary
      encoder = words.encoder
      head = words.head
    } catch {
      throw NewelError(wrapping: error)
    }
  }

  /// The number of the commit, 1 for the first.
  public var generation: UInt64 { snapshot.generation }

  /// What a reader should know of the state of the index: one sentence; nil when there is nothing.
  public var warning: String? {
    guard snapshot.isRecovered else { return nil }
    return
      "The catalog of '\(path)' lost the last commit, which was taken from its record; the next command that writes puts "
      + "it back."
  }

  /// Documents of the snapshot, without those that are deleted.
  public var documentCount: Int { snapshot.liveCount }

  /// The metadata field that holds captions.
  public var captionField: String { snapshot.configuration.settings["captionField"] ?? "caption" }

  /// In how many documents a token occurs, deleted ones not counted.
  func documentFrequency(of token: UInt32) -> Int { words.documentFrequency(of: token, in: snapshot) }

  /// The segment that holds a document, and its local number.
  func locate(_ position: UInt32) throws(NewelError) -> (segment: SegmentIndex, document: Int) {
    do {
      let (segment, document) = try snapshot.locate(position)
      return (segment.index, document)
    } catch {
      throw NewelError(wrapping: error)
    }
  }

  /// Whether a document has this key.
  public func contains(key: String) throws(NewelError) -> Bool {
    do { return try snapshot.position(ofKey: key) != nil } catch { throw NewelError(wrapping: error) }
  }

  /// The position of a key's document.
  func position(of key: String) throws(NewelError) -> UInt32 {
    let found: UInt32?
    do { found = try snapshot.position(ofKey: key) } catch { throw NewelError(wrapping: error) }
    guard let found else { throw NewelError(.notFound, "No document of '\(path)' has the key '\(key)'.") }
    return found
  }
}

/// The vocabulary of an index and how its queries are read: by its head, or by document frequencies without one.
struct QueryWords {
  let vocabulary: Vocabulary
  let encoder: QueryEncoder
  let head: TokenHead?
  private let dead: DeadFrequencies

  /// - Parameter old: an earlier snapshot of the index and its words, of which what is still right is kept.
  init(_ snapshot: IndexSnapshot, after old: (snapshot: IndexSnapshot, words: QueryWords)? = nil) throws {
    dead = try DeadFrequencies(snapshot, after: old?.words.dead)
    if let old, old.words.head != nil, snapshot.shares(.head, with: old.snapshot),
      snapshot.shares(.vocabulary, with: old.snapshot), snapshot.configuration == old.snapshot.configuration
    {
      (vocabulary, head, encoder) = (old.words.vocabulary, old.words.head, old.words.encoder)
      return
    }
    let stored = try StoredWords(snapshot)
    vocabulary = stored.vocabulary
    head = stored.head
    if let head = stored.head {
      encoder = try head.queryEncoder()
      return
    }
    let dead = self.dead
    let documents = snapshot.liveCount
    let weights = (0..<UInt32(vocabulary.count)).map { token -> Float in
      let frequency = snapshot.segments.reduce(0) { $0 + $1.index.documentFrequency(of: token) } - dead.count(of: token)
      return Self.weight(documents: documents, frequency: frequency)
    }
    let tokenizer: Tokenizer = WordPiece.recognises(vocabulary) ? .wordPiece(try WordPiece(vocabulary)) : .word
    encoder = try QueryEncoder(vocabulary: vocabulary, tokenizer: tokenizer, weights: weights)
  }

  /// In how many documents of the snapshot a token occurs, deleted ones not counted.
  func documentFrequency(of token: UInt32, in snapshot: IndexSnapshot) -> Int {
    snapshot.segments.reduce(0) { $0 + $1.index.documentFrequency(of: token) } - dead.count(of: token)
  }

  /// The inverse document frequency of BM25 (Robertson and Spärck Jones 1976, kept positive): what a query word counts
  /// when no head says otherwise.
  private static func weight(documents: Int, frequency: Int) -> Float {
    let rest = Double(max(0, documents - frequency))
    return Float(log1p((rest + 0.5) / (Double(frequency) + 0.5)))
  }
}
