public import ByteStorage
import InvertedIndex

/// Changes the index in a folder: documents are added, replaced and deleted by key, and all of it counts at once with
/// ``commit()``. Holds the writer lock from ``open(_:creating:fileSystem:)`` to ``close()`` and may commit any number of times.
///
/// After a failed write the writer takes nothing more, the files of the unfinished commit are removed as far as
/// possible, and the last commit stays as it was. Not for use from several threads at once; merges may be worked on elsewhere
/// (``planMerges(_:)``).
public final class IndexWriter {
  /// When a segment is ended and the next begun.
  struct SegmentLimits {
    var documents = 4_000_000
    var postings = 2_147_483_648
    /// So that 32 bits count the bytes of its keys.
    var keyBytes = 4_294_967_295
  }

  let folder: String
  let fileSystem: any FileSystem
  private let lock: any FileLock
  let catalog: CatalogWriter
  let limits: SegmentLimits
  private let isNewFolder: Bool

  /// The folder of the index.
  public var path: String { folder }
  /// What the index is made with.
  public internal(set) var configuration: IndexConfiguration
  /// The tokens, as committed or as set since.
  public private(set) var vocabulary: [String]
  /// How segments are written from now on.
  public var work = SegmentWork()
  /// The number of the last commit; 0 before the first.
  public var generation: UInt64 { committed?.generation ?? 0 }
  /// Documents in the index, those added and without those deleted since the last commit.
  public private(set) var liveCount: Int

  /// The last commit; `nil` before the first.
  public internal(set) var committed: IndexSnapshot?
  var pending = PendingCommit()
  /// Segments that a merge is reading at the moment.
  var merging: Set<UInt64> = []
  var nextNumber: UInt64
  var nextOrdinal: UInt64
  private(set) var segment: SegmentWriter?
  /// Added segments, open, by their numbers.
  private var openAdded: [UInt64: OpenSegment] = [:]
  private var failure: IndexStoreError?
  private var isClosed = false
  /// Whether it is unknown which commit there is, so that only the next open finds out.
  private var isOutcomeUnknown = false

  /// Opens the index in `folder` for writing, or begins a new one.
  ///
  /// Files of commits that never happened are removed first; a commit that the catalog lost although its record is whole is put
  /// back. Nothing is touched when the folder holds something else than an index, or an index of another format.
  ///
  /// - Parameter creating: what a new index is made with; `nil` when there must be one already. An index that exists
  ///   keeps its own configuration.
  public static func open(
    _ folder: String, creating configuration: IndexConfiguration?, fileSystem: any FileSystem = PosixFileSystem()
  ) throws(IndexStoreError) -> IndexWriter {
    try open(folder, creating: configuration, fileSystem: fileSystem, limits: SegmentLimits())
  }

  static func open(
    _ folder: String, creating configuration: IndexConfiguration?, fileSystem: any FileSystem, limits: SegmentLimits
  ) throws(IndexStoreError) -> IndexWriter {
    let opening = try WriterOpening(folder, creating: configuration, fileSystem: fileSystem)
    return IndexWriter(opening, limits: limits)
  }

  private init(_ opening: WriterOpening, limits: SegmentLimits) {
    folder = opening.folder
    fileSystem = opening.fileSystem
    lock = opening.lock
    catalog = opening.catalog
    configuration = opening.configuration
    committed = opening.snapshot
    vocabulary = opening.vocabulary
    nextNumber = opening.snapshot?.manifest.nextNumber ?? 1
    isNewFolder = opening.isNewFolder
    nextOrdinal = opening.snapshot?.manifest.nextOrdinal.rawValue ?? 0
    liveCount = opening.snapshot?.liveCount ?? 0
    self.limits = limits
  }

  deinit { close() }

  /// Sets the tokens. Those of the index stay as they are; new ones may follow.
  public func setVocabulary(_ tokens: [String]) throws(IndexStoreError) {
    try checkUsable()
    if tokens.elementsEqual(vocabulary, by: { $0.utf8.elementsEqual($1.utf8) }) { return }
    if let obstacle = VocabularyFile.obstacle(tokens) { throw .invalidVocabulary(reason: obstacle) }
    guard tokens.count >= vocabulary.count else {
      throw .invalidVocabulary(
        reason: "it has \(tokens.count) tokens and the index has \(vocabulary.count); it may only grow")
    }
    if let place = vocabulary.indices.first(where: { !vocabulary[$0].utf8.elementsEqual(tokens[$0].utf8) }) {
      throw .invalidVocabulary(
        reason: "token \(place) is '\(tokens[place])' and in the index '\(vocabulary[place])'; it may only grow")
    }
    // A segment knows its vocabulary's size from the start.
    try failing { () throws(IndexStoreError) in try cutSegment() }
    vocabulary = tokens
    pending.vocabulary = tokens
  }

  /// Sets the token head that is kept with the index.
  public func setHead(_ bytes: [UInt8]) throws(IndexStoreError) {
    try checkUsable()
    pending.head = bytes
  }

  /// Sets the alignment that is kept with the index, by which the coordinates of its documents were made.
  public func setAlignment(_ bytes: [UInt8]) throws(IndexStoreError) {
    try checkUsable()
    pending.alignment = bytes
  }

  /// Replaces the free settings of the configuration, its vocabulary fingerprint, or the fields that are always kept in columns
  /// (from the next segment on).
  public func update(
    vocabularyFingerprint: String? = nil, settings: [String: String]? = nil, filterFields: [String]? = nil
  ) throws(IndexStoreError) {
    try checkUsable()
    let before = configuration
    if let filterFields { configuration.filterFields = filterFields }
    if let vocabularyFingerprint { configuration.vocabularyFingerprint = vocabularyFingerprint }
    if let settings { configuration.settings = settings }
    if configuration != before { pending.hasNewConfiguration = true }
  }

  /// Adds a document, as the last one in the order of insertion.
  ///
  /// A document that is refused (`invalidDocument`, `duplicateKey`) leaves the writer as it was; every other error
  /// ends it.
  ///
  /// - Parameter replacing: whether a document with the same key, committed or not, is deleted in the same commit; otherwise
  ///   such a key is refused.
  /// - Returns: whether there was one.
  @discardableResult
  public func add(_ document: StoredDocument, replacing: Bool = false) throws(IndexStoreError) -> Bool {
    try checkUsable()
    if let obstacle = document.obstacle(configuration) { throw .invalidDocument(key: document.key, reason: obstacle) }
    let open = try failing { () throws(IndexStoreError) in try openSegment(for: document) }
    let before = try failing { () throws(IndexStoreError) in try place(ofKey: document.key) }
    if before != nil, !replacing { throw .duplicateKey(document.key) }
    do throws(IndexStoreError) {
      try open.addPostings(document)
    } catch {
      guard case .invalidDocument = error else { throw fail(error) }
      throw error
    }
    if let before { bury(before) }
    try failing { () throws(IndexStoreError) in
      try storing { () throws(StorageError) in try open.store(document) }
    }
    nextOrdinal += 1
    liveCount += 1
    pending.addedCount += 1
    return before != nil
  }

  /// Deletes the document with this key, committed or not.
  ///
  /// - Returns: whether there was one.
  public func delete(key: String) throws(IndexStoreError) -> Bool {
    try checkUsable()
    guard let place = try failing({ () throws(IndexStoreError) in try place(ofKey: key) }) else { return false }
    bury(place)
    return true
  }

  /// Deletes documents of ``view()``; those that are deleted already do not count.
  ///
  /// - Parameter documents: for segments, by their numbers, bitmaps of local numbers.
  /// - Returns: how many were deleted.
  public func delete(_ documents: [UInt64: [UInt64]]) throws(IndexStoreError) -> Int {
    try checkUsable()
    var count = 0
    for segment in try view() {
      guard let words = documents[segment.number] else { continue }
      for (number, word) in words.enumerated() {
        var rest = word
        while rest != 0 {
          let document = number << 6 | rest.trailingZeroBitCount
          rest &= rest - 1
          guard document < segment.documentCount, segment.isLive(document) else { continue }
          bury(DocumentPlace(segment: segment.number, document: document))
          count += 1
        }
      }
    }
    return count
  }

  /// The documents as the next commit would have them: every segment, also those that are not committed. Ends the segment that
  /// is being filled.
  ///
  /// Positions are not those that the next commit will have.
  public func view() throws(IndexStoreError) -> [SegmentSnapshot] {
    try endSegment()
    let replaced = pending.replacements.reduce(into: Set<UInt64>()) { $0.formUnion($1.old) }
    var view: [SegmentSnapshot] = []
    var position = 0
    func add(_ entry: Manifest.Segment, _ open: OpenSegment, _ liveWords: [UInt64]?) {
      var words = liveWords
      if let dead = pending.dead[entry.number], !dead.isEmpty {
        var live = words ?? LiveWords.all(entry.documentCount)
        for document in dead { live[Int(document >> 6)] &= ~(1 << UInt64(document & 63)) }
        words = live
      }
      var entry = entry
      entry.deadCount = entry.documentCount - (words.map { LiveWords.count($0) } ?? entry.documentCount)
      view.append(
        SegmentSnapshot(entry, open, firstPosition: UInt32(truncatingIfNeeded: position), liveWords: words))
      position += entry.documentCount
    }
    for segment in committed?.segments ?? [] where !replaced.contains(segment.number) {
      add(segment.entry, segment.open, segment.liveWords)
    }
    for written in pending.replacements.map(\.new) + pending.added {
      add(written.entry, try opened(written), nil)
    }
    return view.sorted { $0.firstOrdinal < $1.firstOrdinal }
  }

  /// The document with this key as the next commit would have it, so that it can be added again with other metadata; `nil` when
  /// there is none.
  public func document(ofKey key: String) throws(IndexStoreError) -> StoredDocument? {
    try checkUsable()
    guard var place = try failing({ () throws(IndexStoreError) in try place(ofKey: key) }) else { return nil }
    if place.segment == segment?.number {
      try endSegment()
      place.segment = pending.added.last?.entry.number ?? place.segment
    }
    return try view().first { $0.number == place.segment }?.storedDocument(place.document)
  }

  /// Documents came in with a segment made elsewhere.
  func count(attached count: Int) {
    liveCount += count
    pending.addedCount += count
  }

  /// Ends the segment that is being filled and writes it; the next document begins another. ``commit()`` does it by
  /// itself.
  public func endSegment() throws(IndexStoreError) {
    try checkUsable()
    try failing { () throws(IndexStoreError) in try cutSegment() }
  }

  /// Whether there is nothing that a commit would change.
  public var hasNothingPending: Bool { (segment?.documentCount ?? 0) == 0 && pending.isEmpty }

  /// Gives up what was not committed, its files included, and the lock. Calling it again does nothing.
  ///
  /// When there is no commit at all, nothing stays of the index, nor the folder if this writer made it.
  public func close() {
    if isClosed { return }
    isClosed = true
    if failure == nil { discard() }
    catalog.close()
    if committed == nil, !isOutcomeUnknown {
      UncommittedIndex.remove(folder, folderToo: isNewFolder, fileSystem: fileSystem)
    }
    lock.release()
  }

  /// The same as ``close()``, for callers that want to say what they mean.
  public func abandon() { close() }

  // MARK: - Steps

  func checkUsable() throws(IndexStoreError) {
    if isClosed { throw .writerClosed }
    if let failure { throw .writerFailed(cause: failure.description) }
  }

  /// Runs a step whose failure ends the writer.
  func failing<Result>(_ body: () throws(IndexStoreError) -> Result) throws(IndexStoreError) -> Result {
    do { return try body() } catch { throw fail(error) }
  }

  /// Ends the writer.
  ///
  /// - Parameter keepingFiles: whether the next open may find the commit, so that its files have to stay.
  func fail(_ error: IndexStoreError, keepingFiles: Bool = false) -> IndexStoreError {
    if failure == nil {
      failure = error
      if keepingFiles {
        isOutcomeUnknown = true
        segment = nil
        pending = PendingCommit()
        catalog.rollback()
      } else {
        discard()
      }
    }
    return error
  }

  /// Rolls the transaction back and removes the files that were waiting for it.
  private func discard() {
    catalog.rollback()
    segment?.abandon()
    segment = nil
    openAdded = [:]
    for name in pending.names { try? fileSystem.remove(joinedPath(folder, name)) }
    pending = PendingCommit()
  }

  /// Forgets what was pending, after it was committed.
  func forgetPending() {
    pending = PendingCommit()
    openAdded = [:]
  }

  private func openSegment(for document: StoredDocument) throws(IndexStoreError) -> SegmentWriter {
    if let segment {
      if segment.documentCount < limits.documents,
        segment.postingCount + document.postings.count <= limits.postings,
        segment.keyByteCount + document.key.utf8.count <= limits.keyBytes
      {
        return segment
      }
      try cutSegment()
    }
    let number = try takeNumber()
    let headLists = try configuration.headLists()
    let opened = try storing { () throws(StorageError) in
      try SegmentWriter(
        number: number, firstOrdinal: Ordinal(nextOrdinal), vocabularyCount: vocabulary.count,
        configuration: configuration, headLists: headLists, folder: folder, fileSystem: fileSystem)
    }
    segment = opened
    return opened
  }

  /// The next number under which no file can be in the way, whoever may have put it there.
  func takeNumber() throws(IndexStoreError) -> UInt64 {
    while nextNumber < IndexFolder.maximumNumber {
      let number = nextNumber
      nextNumber += 1
      let isFree = try storing { () throws(StorageError) in
        for kind in FileKind.allCases {
          if try fileSystem.isNameTaken(joinedPath(folder, IndexFolder.name(number, kind))) { return false }
        }
        return true
      }
      if isFree { return number }
    }
    throw .numbersExhausted(path: folder, next: nextNumber)
  }

  /// Finishes the open segment; an empty one is thrown away.
  func cutSegment() throws(IndexStoreError) {
    guard let open = segment else { return }
    if open.documentCount == 0 {
      open.abandon()
      segment = nil
      return
    }
    pending.added.append(try open.finish(work))
    segment = nil
  }

  /// An added segment, open for reading.
  func opened(_ written: WrittenSegment) throws(IndexStoreError) -> OpenSegment {
    if let open = openAdded[written.entry.number] { return open }
    let open = try OpenSegment(
      written.entry, written.files, configuration, folder: folder, fileSystem: fileSystem)
    openAdded[written.entry.number] = open
    return open
  }
}

/// A document of a segment, by the segment's number and the local number.
struct DocumentPlace: Hashable, Sendable {
  var segment: UInt64
  var document: Int
}

extension IndexWriter {
  /// Where the live document with this key is, committed or not.
  func place(ofKey key: String) throws(IndexStoreError) -> DocumentPlace? {
    if let segment, let document = segment.document(ofKey: key), !pending.isDead(document, in: segment.number) {
      return DocumentPlace(segment: segment.number, document: document)
    }
    var replaced: Set<UInt64> = []
    for replacement in pending.replacements { replaced.formUnion(replacement.old) }
    for written in (pending.replacements.map(\.new) + pending.added).reversed() {
      let number = written.entry.number
      let documents = try opened(written).documents
      let found = try storing { () throws(StorageError) in try documents.documents(ofKey: key) }
        .last { !pending.isDead($0, in: number) }
      if let found { return DocumentPlace(segment: number, document: found) }
    }
    for segment in (committed?.segments ?? []).reversed() where !replaced.contains(segment.number) {
      if let found = try segment.document(ofKey: key), !pending.isDead(found, in: segment.number) {
        return DocumentPlace(segment: segment.number, document: found)
      }
    }
    return nil
  }

  /// Deletes a live document with the next commit.
  func bury(_ place: DocumentPlace) {
    if pending.dead[place.segment, default: []].insert(UInt32(truncatingIfNeeded: place.document)).inserted {
      liveCount -= 1
      pending.deletedCount += 1
    }
  }
}
