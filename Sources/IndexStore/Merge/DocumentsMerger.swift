import ByteStorage

/// Puts the documents files of neighbouring segments together. Frames are copied as they are, with the dictionaries they
/// need, where all of their documents live; those of small files are made anew, because they are few and hardly compressed.
struct DocumentsMerger {
  /// Files with less content than this are written anew.
  static let minimumContentByteCount = 1_048_576

  private let segments: [SegmentSnapshot]
  private let sources: [DocumentsReader]
  /// For each source, whether its frames are copied.
  private let isCopied: [Bool]
  private let dictionaries: [ZstdDictionary]

  init(_ segments: [SegmentSnapshot]) {
    self.segments = segments
    let sources = segments.map(\.documents)
    self.sources = sources
    var isCopied = sources.map { _ in false }
    var dictionaries: [ZstdDictionary] = []
    let large = sources.indices.filter { sources[$0].contentByteCount >= Self.minimumContentByteCount }
    for number in large.sorted(by: { (sources[$0].contentByteCount, $1) > (sources[$1].contentByteCount, $0) }) {
      let new = sources[number].dictionaries.filter { one in !dictionaries.contains { $0.bytes == one.bytes } }
      // Dictionaries are told apart by their numbers; two of the same number cannot be in one file.
      let isAmbiguous = new.contains { one in dictionaries.contains { $0.identifier == one.identifier } }
      guard !isAmbiguous, dictionaries.count + new.count <= DocumentsLayout.maximumDictionaryCount else { continue }
      isCopied[number] = true
      dictionaries += new
    }
    self.isCopied = isCopied
    self.dictionaries = dictionaries
  }

  /// Writes all live documents, in order, to a writer of an empty file; the caller finishes it.
  ///
  /// - Parameter progress: called with the documents written so far.
  func write(to file: EnvelopeWriter, progress: (Int) throws(IndexStoreError) -> Void) throws(IndexStoreError)
    -> DocumentsWriter
  {
    let writer = try storing { () throws(StorageError) in
      isCopied.contains(true) ? try DocumentsWriter(file, reusing: dictionaries) : DocumentsWriter(file)
    }
    var done = 0
    for (number, segment) in segments.enumerated() {
      // Offsets count from the first ordinal of the first segment.
      let before = segment.firstOrdinal.rawValue - segments[0].firstOrdinal.rawValue
      if isCopied[number] {
        try copy(segment, before, to: writer, done, progress)
      } else {
        try segment.documents.forEach(
          { (document, content) throws(IndexStoreError) in
            if document % 1024 == 0 { try progress(done) }
            guard segment.isLive(document) else { return }
            try append(document, content.key, content.metadata, of: segment, before, to: writer)
            done += 1
          }, failure: { .storage($0) })
        done -= segment.liveCount
      }
      done += segment.liveCount
      try progress(done)
    }
    return writer
  }

  /// Writes a segment frame by frame.
  private func copy(
    _ segment: SegmentSnapshot, _ before: UInt64, to writer: DocumentsWriter, _ done: Int,
    _ progress: (Int) throws(IndexStoreError) -> Void
  ) throws(IndexStoreError) {
    let source = segment.documents
    var done = done
    for number in 0..<source.frameCount {
      let frame = try storing { () throws(StorageError) in try source.frame(number) }
      let all = frame.firstDocument..<frame.firstDocument + frame.documentCount
      let live = all.filter { segment.isLive($0) }
      if live.count == all.count {
        try storing { () throws(StorageError) in
          try writer.copy(
            frame, keys: try all.map { document throws(StorageError) in try source.key(document) },
            offsets: try all.map { document throws(StorageError) in before + (try source.offset(of: document)) })
        }
      } else {
        for document in live {
          try append(
            document, try segment.key(of: document), try segment.metadata(of: document), of: segment, before, to: writer
          )
        }
      }
      done += live.count
      try progress(done)
    }
  }

  private func append(
    _ document: Int, _ key: String, _ metadata: [UInt8], of segment: SegmentSnapshot, _ before: UInt64,
    to writer: DocumentsWriter
  ) throws(IndexStoreError) {
    let source = segment.documents
    try storing { () throws(StorageError) in
      try writer.append(key: key, metadata: metadata, offset: before + (try source.offset(of: document)))
    }
  }
}
