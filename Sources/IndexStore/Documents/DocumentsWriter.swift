import ByteStorage

/// Writes metadata of a segment into zstd frames of about 16 KiB, and its keys as they are. FORMAT.md §7.3.
final class DocumentsWriter {
  private let file: EnvelopeWriter
  private var held: [[UInt8]] = []
  private var heldByteCount = 0
  private var compressor: ZstdCompressor?
  private var dictionaryID: UInt32 = 0
  private var frame: [UInt8] = []
  private var frameDocumentCount = 0
  private var documentCount = 0
  private var contentByteCount = 0
  private var directory = ByteWriter()
  private var frameCount = 0
  private var frameOffset = 0
  /// In memory until the frames are written, because sections are written one after the other.
  private var keys = ByteWriter()
  private var keyOffsets = ByteWriter()
  private var keyIndex = KeyIndexBuilder()
  /// The offsets of all documents; `nil` as long as they are their numbers.
  private var offsets: [UInt64]?
  /// The least offset that the next document can have.
  private var nextOffset: UInt64 = 0

  init(_ file: EnvelopeWriter) {
    self.file = file
    keyOffsets.u32(0)
  }

  /// Writes with dictionaries that are there already, the first of them for new frames.
  ///
  /// - Precondition: their identifiers differ.
  init(_ file: EnvelopeWriter, reusing dictionaries: [ZstdDictionary]) throws(StorageError) {
    self.file = file
    keyOffsets.u32(0)
    try begin(dictionaries)
  }

  /// The bytes of all keys so far.
  var keyByteCount: Int { keys.count }

  /// Appends a document. Key and metadata are within their limits; all keys together have less than 2³² bytes.
  ///
  /// - Parameter offset: its ordinal less the first one of the segment, above that of the document before; the next by
  ///   default.
  func append(key: String, metadata: [UInt8], offset: UInt64? = nil) throws(StorageError) {
    append(key: key, offset: offset)
    var record = ByteWriter()
    record.reserveCapacity(metadata.count + 4)
    record.varint(UInt64(metadata.count))
    record.append(metadata)
    if compressor != nil { return try add(record.bytes) }
    held.append(record.bytes)
    heldByteCount += record.count
    if heldByteCount >= DocumentsLayout.sampleByteCount { try startFrames() }
  }

  /// Appends a frame of another file whose dictionary, if it has one, was given to ``init(_:reusing:)``.
  ///
  /// - Parameters:
  ///   - keys: those of its documents.
  ///   - offsets: of these, as in ``append(key:metadata:offset:)``.
  func copy(
    _ copied: DocumentsReader.StoredFrame, keys copiedKeys: [String], offsets copiedOffsets: [UInt64]? = nil
  ) throws(StorageError) {
    try endFrame()
    for (number, key) in copiedKeys.enumerated() { append(key: key, offset: copiedOffsets?[number]) }
    try add(copied.bytes, contentByteCount: copied.contentByteCount, documentCount: copied.documentCount)
  }

  /// Writes what is left and the sections behind the frames, then finishes the file.
  ///
  /// - Parameter ordinalSpan: how many ordinals the segment takes up; as many as its documents need by default and at least.
  func finish(ordinalSpan: UInt64 = 0) throws(StorageError) -> FileSummary {
    if compressor == nil { try startFrames() }
    try endFrame()
    file.end()
    try file.begin(DocumentsLayout.directory)
    try file.append(directory.bytes)
    file.end()
    try file.begin(DocumentsLayout.keyOffsets)
    try file.append(keyOffsets.bytes)
    file.end()
    try file.begin(DocumentsLayout.keys)
    try file.append(keys.bytes)
    file.end()
    let index = keyIndex.sorted()
    try file.begin(DocumentsLayout.keyHashes)
    try file.append(index.hashes)
    file.end()
    try file.begin(DocumentsLayout.keyDocuments)
    try file.append(index.documents)
    file.end()
    let span = max(ordinalSpan, nextOffset)
    if let offsets {
      try file.begin(DocumentsLayout.ordinalOffsets)
      if OrdinalOffsets.width(span: span) == 4 {
        try file.append(offsets.map { UInt32(truncatingIfNeeded: $0) })
      } else {
        try file.append(offsets)
      }
      file.end()
    }
    var summary = ByteWriter()
    summary.u64(UInt64(documentCount))
    summary.u64(UInt64(frameCount))
    summary.u64(UInt64(contentByteCount))
    summary.u32(dictionaryID)
    summary.u32(0)
    summary.u64(span)
    try file.begin(DocumentsLayout.summary)
    try file.append(summary.bytes)
    file.end()
    return try file.finish()
  }

  func abandon() { file.abandon() }

  /// The key of a document that was appended.
  func key(_ document: Int) -> String {
    func end(_ number: Int) -> Int {
      keyOffsets.bytes[4 * number..<4 * number + 4].reversed().reduce(0) { $0 << 8 | Int($1) }
    }
    return String(decoding: keys.bytes[end(document)..<end(document + 1)], as: UTF8.self)
  }

  private func append(key: String, offset: UInt64?) {
    let start = keys.count
    keys.append(utf8: key)
    keyOffsets.u32(UInt32(keys.count))
    keyIndex.append(keys.bytes.span.extracting(start..<keys.count))
    let offset = offset ?? nextOffset
    precondition(offset >= nextOffset && offset < Int.max, "Offsets ascend.")
    if offsets == nil, offset > nextOffset { offsets = (0..<nextOffset).map { $0 } }
    offsets?.append(offset)
    nextOffset = offset + 1
  }

  /// Learns a dictionary from the documents held back, if they are enough, and writes them.
  private func startFrames() throws(StorageError) {
    var dictionary: ZstdDictionary?
    if heldByteCount >= DocumentsLayout.minimumSampleByteCount {
      let capacity = min(DocumentsLayout.dictionaryByteCount, heldByteCount / DocumentsLayout.sampleShare)
      // Very long documents teach little for their length; the first bytes are enough.
      let samples = held.map { Array($0.prefix(4096)) }
      dictionary = Zstd.train(samples: samples, capacity: capacity)
        .flatMap { ZstdDictionary($0, level: DocumentsLayout.compressionLevel) }
    }
    try begin(dictionary.map { [$0] } ?? [])
    for record in held { try add(record) }
    held = []
  }

  /// Writes the dictionaries and begins the frames.
  private func begin(_ dictionaries: [ZstdDictionary]) throws(StorageError) {
    if !dictionaries.isEmpty {
      try file.begin(DocumentsLayout.dictionary)
      for dictionary in dictionaries { try file.append(dictionary.bytes) }
      file.end()
    }
    if dictionaries.count > 1 {
      var entries = ByteWriter()
      for dictionary in dictionaries {
        entries.u32(dictionary.identifier)
        entries.u32(UInt32(dictionary.bytes.count))
      }
      try file.begin(DocumentsLayout.dictionaryDirectory)
      try file.append(entries.bytes)
      file.end()
    }
    dictionaryID = dictionaries.first?.identifier ?? 0
    compressor = ZstdCompressor(level: DocumentsLayout.compressionLevel, dictionary: dictionaries.first)
    try file.begin(DocumentsLayout.frames)
  }

  private func add(_ record: [UInt8]) throws(StorageError) {
    frame += record
    frameDocumentCount += 1
    if frame.count >= DocumentsLayout.frameContentByteCount { try endFrame() }
  }

  private func endFrame() throws(StorageError) {
    guard frameDocumentCount > 0, let compressor else { return }
    try add(compressor.compress(frame), contentByteCount: frame.count, documentCount: frameDocumentCount)
    frame.removeAll(keepingCapacity: true)
    frameDocumentCount = 0
  }

  private func add(_ bytes: [UInt8], contentByteCount count: Int, documentCount: Int) throws(StorageError) {
    try file.append(bytes)
    directory.u64(UInt64(frameOffset))
    directory.u32(UInt32(bytes.count))
    directory.u32(UInt32(count))
    directory.u32(UInt32(self.documentCount))
    directory.u32(UInt32(documentCount))
    frameOffset += bytes.count
    frameCount += 1
    contentByteCount += count
    self.documentCount += documentCount
  }
}
