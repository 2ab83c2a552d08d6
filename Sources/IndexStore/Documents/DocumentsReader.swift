import ByteStorage
import Synchronization

/// Reads keys and metadata of a segment. Usable from many threads.
final class DocumentsReader: Sendable {
  /// A document as it was stored.
  struct Document: Sendable, Equatable {
    var key: String
    var metadata: [UInt8]
  }

  private struct Frame: Sendable {
    var range: Range<Int>
    var contentByteCount: Int
    var firstDocument: Int
    var documentCount: Int
  }

  /// The content of a frame with the place of the metadata of each record.
  private struct Content: Sendable {
    var bytes: [UInt8]
    var records: [Range<Int>]
    var lastUse: UInt64
  }

  /// Contexts and the last frames, shared by threads.
  private struct Shared: ~Copyable {
    var idle: [IdleDecompressor] = []
    var contents: [Int: Content] = [:]
    var clock: UInt64 = 0
  }

  /// A context that nobody uses at the moment.
  private struct IdleDecompressor: @unchecked Sendable {
    // Unchecked: it is taken out of the pool under the lock and used by the one who took it.
    let value: ZstdDecompressor
  }

  private static let cachedFrameCount = 16

  let documentCount: Int
  private let frames: Section
  private let directory: [Frame]
  /// The length of what all frames hold.
  let contentByteCount: Int
  /// The dictionaries of the frames; their identifiers differ.
  let dictionaries: [ZstdDictionary]
  private let keys: DocumentKeys
  private let ordinals: OrdinalOffsets
  private let shared = Mutex(Shared())

  /// Checks the summary and the whole directory of frames; frames and keys are checked when they are read.
  init(_ file: EnvelopeFile) throws(StorageError) {
    let summarySection = try file.section(DocumentsLayout.summary)
    var summary = try summarySection.reader()
    let documentCount = try summary.length()
    let frameCount = try summary.length()
    let contentByteCount = try summary.length()
    let dictionaryID = try summary.u32()
    let zeros = try summary.u32()
    let ordinalSpan = try summary.length()
    guard zeros == 0, summary.isAtEnd else {
      throw summarySection.damage(
        at: 0, expected: "\(DocumentsLayout.summaryByteCount) bytes, zeros where they are reserved",
        found: "\(summarySection.byteCount) bytes of others")
    }

    dictionaries = try Self.dictionaries(file)
    guard (dictionaries.first?.identifier ?? 0) == dictionaryID else {
      throw summarySection.damage(
        at: DocumentsLayout.Summary.dictionaryID, expected: "dictionary \(dictionaries.first?.identifier ?? 0)",
        found: "\(dictionaryID)")
    }

    keys = try DocumentKeys(file, documentCount: documentCount)
    ordinals = try OrdinalOffsets(file, documentCount: documentCount, span: ordinalSpan, summary: summarySection)
    frames = try file.section(DocumentsLayout.frames)
    self.contentByteCount = contentByteCount
    self.documentCount = documentCount
    directory = try Self.directory(
      try file.section(DocumentsLayout.directory), frameCount: frameCount, documentCount: documentCount,
      contentByteCount: contentByteCount, framesByteCount: frames.byteCount)
  }

  /// The key of a document of the segment, without a look at its frame.
  ///
  /// - Parameter document: `0 ..< documentCount`.
  func key(_ document: Int) throws(StorageError) -> String {
    precondition(document >= 0 && document < documentCount, "The document is not in the segment.")
    return try keys.key(document)
  }

  /// The documents of the segment that have this key, ascending; several when it was given again before the segment was
  /// written, of which the last one counts.
  ///
  /// - Throws: `damaged` when a block that was looked at is. The answer is proved by checksums, that there is none as well.
  /// - Complexity: O(length + log documents).
  func documents(ofKey key: String) throws(StorageError) -> [Int] { try keys.documents(of: key) }

  /// How many ordinals the segment takes up: every offset is below.
  var ordinalSpan: UInt64 { ordinals.span }

  /// The ordinal of a document less the first ordinal of the segment.
  ///
  /// - Parameter document: `0 ..< documentCount`.
  /// - Complexity: O(1).
  func offset(of document: Int) throws(StorageError) -> UInt64 { try ordinals.offset(of: document) }

  /// The document whose ordinal is that of the segment and `offset`; `nil` when there is none.
  ///
  /// - Complexity: O(log documents), O(1) unless a merge dropped some.
  func local(ofOffset offset: UInt64) throws(StorageError) -> Int? { try ordinals.document(at: offset) }

  /// Proves that every key is found, under its own hash and no other.
  ///
  /// - Complexity: O(bytes of the keys).
  func checkKeyIndex() throws(StorageError) { try keys.checkIndex() }

  /// Proves that ordinals ascend.
  ///
  /// - Complexity: O(documents).
  func checkOrdinals() throws(StorageError) { try ordinals.check() }

  /// The metadata of a document of the segment.
  ///
  /// - Parameter document: `0 ..< documentCount`.
  func metadata(_ document: Int) throws(StorageError) -> [UInt8] {
    precondition(document >= 0 && document < documentCount, "The document is not in the segment.")
    let number = frameNumber(of: document)
    let content = try cached(number)
    return Array(content.bytes[content.records[document - directory[number].firstDocument]])
  }

  /// Key and metadata of a document of the segment.
  ///
  /// - Parameter document: `0 ..< documentCount`.
  func document(_ document: Int) throws(StorageError) -> Document {
    Document(key: try key(document), metadata: try metadata(document))
  }

  /// Every document in order, without touching the cache.
  func forEach<E: Error>(
    _ body: (Int, Document) throws(E) -> Void, failure: (StorageError) -> E
  ) throws(E) {
    for number in directory.indices {
      let content: Content
      do { content = try load(number) } catch { throw failure(error) }
      for record in content.records.indices {
        let document = directory[number].firstDocument + record
        let key: String
        do { key = try self.key(document) } catch { throw failure(error) }
        try body(document, Document(key: key, metadata: Array(content.bytes[content.records[record]])))
      }
    }
  }

  /// The bytes of all keys.
  var keyByteCount: Int { keys.byteCount }

  /// A frame as it is stored.
  struct StoredFrame {
    var bytes: [UInt8]
    var contentByteCount: Int
    var firstDocument: Int
    var documentCount: Int
  }

  var frameCount: Int { directory.count }

  /// A frame, verified but not decoded.
  func frame(_ number: Int) throws(StorageError) -> StoredFrame {
    let frame = directory[number]
    return StoredFrame(
      bytes: try frames.bytes(frame.range), contentByteCount: frame.contentByteCount,
      firstDocument: frame.firstDocument, documentCount: frame.documentCount)
  }

  /// The dictionaries, one after the other in `DICT`; `DDIR` divides them when there are several.
  private static func dictionaries(_ file: EnvelopeFile) throws(StorageError) -> [ZstdDictionary] {
    guard let section = file.optionalSection(DocumentsLayout.dictionary) else { return [] }
    var ends: [(identifier: UInt32?, end: Int)] = [(nil, section.byteCount)]
    if let entries = file.optionalSection(DocumentsLayout.dictionaryDirectory) {
      let count = entries.byteCount / DocumentsLayout.dictionaryEntryByteCount
      guard entries.byteCount % DocumentsLayout.dictionaryEntryByteCount == 0,
        2...DocumentsLayout.maximumDictionaryCount ~= count
      else { throw entries.damage(at: 0, expected: "2 to 64 entries", found: "\(entries.byteCount) bytes") }
      var reader = try entries.reader()
      ends = []
      var end = 0
      for _ in 0..<count {
        let identifier = try reader.u32()
        end += Int(try reader.u32())
        ends.append((identifier, end))
      }
      guard end == section.byteCount, Set(ends.map { $0.identifier ?? 0 }).count == count else {
        throw entries.damage(
          at: 0, expected: "different dictionaries in \(section.byteCount) bytes", found: "others in \(end) bytes")
      }
    }
    var start = 0
    return try ends.map { identifier, end throws(StorageError) in
      defer { start = end }
      guard let value = ZstdDictionary(try section.bytes(start..<end)),
        identifier == nil || identifier == value.identifier
      else { throw section.damage(at: start, expected: "a zstd dictionary", found: "other bytes") }
      return value
    }
  }

  private static func directory(
    _ section: Section, frameCount: Int, documentCount: Int, contentByteCount: Int, framesByteCount: Int
  ) throws(StorageError) -> [Frame] {
    let size = frameCount.multipliedReportingOverflow(by: DocumentsLayout.directoryEntryByteCount)
    guard !size.overflow, size.partialValue == section.byteCount else {
      throw section.damage(at: 0, expected: "\(frameCount) frames", found: "\(section.byteCount) bytes")
    }
    var reader = try section.reader()
    var frames: [Frame] = []
    frames.reserveCapacity(frameCount)
    var offset = 0
    var document = 0
    var content = 0
    for number in 0..<frameCount {
      let start = try reader.length()
      let byteCount = Int(try reader.u32())
      let frameContent = Int(try reader.u32())
      let first = Int(try reader.u32())
      let count = Int(try reader.u32())
      guard start == offset, first == document, count > 0, byteCount <= framesByteCount - offset,
        frameContent <= DocumentsLayout.maximumFrameContentByteCount
      else {
        throw section.damage(
          at: number * DocumentsLayout.directoryEntryByteCount, expected: "frames one after the other",
          found: "another entry")
      }
      frames.append(
        Frame(
          range: offset..<offset + byteCount, contentByteCount: frameContent, firstDocument: first,
          documentCount: count))
      offset += byteCount
      document += count
      content += frameContent
    }
    guard offset == framesByteCount, document == documentCount, content == contentByteCount else {
      throw section.damage(
        at: 0, expected: "frames for \(documentCount) documents in \(framesByteCount) bytes",
        found: "\(document) documents in \(offset) bytes")
    }
    return frames
  }

  private func frameNumber(of document: Int) -> Int {
    var low = 0
    var high = directory.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if directory[middle].firstDocument <= document { low = middle } else { high = middle }
    }
    return low
  }

  private func cached(_ number: Int) throws(StorageError) -> Content {
    let hit = shared.withLock { shared -> Content? in
      shared.clock += 1
      let clock = shared.clock
      shared.contents[number]?.lastUse = clock
      return shared.contents[number]
    }
    if let hit { return hit }
    let content = try load(number)
    shared.withLock { shared in
      if shared.contents.count >= Self.cachedFrameCount,
        let oldest = shared.contents.min(by: { $0.value.lastUse < $1.value.lastUse })
      {
        shared.contents[oldest.key] = nil
      }
      shared.contents[number] = content
      shared.contents[number]?.lastUse = shared.clock
    }
    return content
  }

  private func load(_ number: Int) throws(StorageError) -> Content {
    let frame = directory[number]
    let bytes = try frames.bytes(frame.range)
    let context = shared.withLock { $0.idle.popLast() } ?? IdleDecompressor(value: ZstdDecompressor())
    defer { shared.withLock { $0.idle.append(context) } }
    let identifier = Zstd.dictionaryIdentifier(ofFrame: bytes)
    let content = try context.value.decompress(
      bytes, limit: frame.contentByteCount, dictionary: dictionaries.first { $0.identifier == identifier },
      path: frames.file.file.path,
      offset: frames.offset + frame.range.lowerBound)
    guard content.count == frame.contentByteCount else {
      throw damage(number, "\(frame.contentByteCount) bytes of content", "\(content.count)")
    }
    var reader = ByteReader(content, path: frames.file.file.path, section: "a frame of documents")
    var records: [Range<Int>] = []
    for _ in 0..<frame.documentCount {
      let length = try reader.varint()
      guard let count = Int(exactly: length) else { throw damage(number, "a length", "\(length)") }
      let start = reader.offset
      try reader.skip(count)
      records.append(start..<reader.offset)
    }
    guard reader.isAtEnd else {
      throw damage(number, "\(frame.documentCount) documents", "\(reader.remaining) bytes behind them")
    }
    return Content(bytes: content, records: records, lastUse: 0)
  }

  private func damage(_ number: Int, _ expected: String, _ found: String) -> StorageError {
    frames.damage(at: directory[number].range.lowerBound, expected: expected, found: found)
  }
}
