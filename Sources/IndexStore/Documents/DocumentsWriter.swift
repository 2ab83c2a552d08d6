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
  func append(key: String, metadata: [UInt8]) throws(StorageError) {
    keys.append(utf8: key)
    keyOffsets.u32(UInt32(keys.count))
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
  /// - Parameter keys: those of its documents.
  func copy(_ copied: DocumentsReader.StoredFrame, keys copiedKeys: [String]) throws(StorageError) {
    try endFrame()
    for key in copiedKeys {
      keys.append(utf8: key)
      keyOffsets.u32(UInt32(keys.count))
    }
    try add(copied.bytes, contentByteCount: copied.contentByteCount, documentCount: copied.documentCount)
  }

  /// Writes what is left and the sections behind the frames, then finishes the file.
  func finish() throws(StorageError) -> FileSummary {
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
    var summary = ByteWriter()
    summary.u64(UInt64(documentCount))
    summary.u64(UInt64(frameCount))
    summary.u64(UInt64(contentByteCount))
    summary.u32(dictionaryID)
    summary.u32(0)
    try file.begin(DocumentsLayout.summary)
    try file.append(summary.bytes)
    file.end()
    return try file.finish()
  }

  func abandon() { file.abandon() }

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
