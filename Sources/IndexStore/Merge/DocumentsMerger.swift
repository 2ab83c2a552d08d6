import ByteStorage

/// Puts the documents files of neighbouring segments together. Frames are copied as they are, with the dictionaries they
/// need; only those of small files are made anew, because they are few and hardly compressed.
struct DocumentsMerger {
  /// Files with less content than this are written anew.
  static let minimumContentByteCount = 1_048_576

  private let sources: [DocumentsReader]
  /// For each source, whether its frames are copied.
  private let isCopied: [Bool]
  private let dictionaries: [ZstdDictionary]

  init(_ sources: [DocumentsReader]) {
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

  /// Writes all documents, in order, to a writer of an empty file; the caller finishes it.
  ///
  /// - Parameter progress: called with the documents written so far.
  func write(to file: EnvelopeWriter, progress: (Int) throws(IndexStoreError) -> Void) throws(IndexStoreError)
    -> DocumentsWriter
  {
    let writer = try storing { () throws(StorageError) in
      isCopied.contains(true) ? try DocumentsWriter(file, reusing: dictionaries) : DocumentsWriter(file)
    }
    var done = 0
    for (source, isCopied) in zip(sources, isCopied) {
      if isCopied {
        for number in 0..<source.frameCount {
          let frame = try storing { () throws(StorageError) in try source.frame(number) }
          try storing { () throws(StorageError) in
            let documents = frame.firstDocument..<frame.firstDocument + frame.documentCount
            try writer.copy(frame, keys: try documents.map { number throws(StorageError) in try source.key(number) })
          }
          try progress(done + frame.firstDocument)
        }
      } else {
        try source.forEach(
          { (number, document) throws(IndexStoreError) in
            try storing { () throws(StorageError) in
              try writer.append(key: document.key, metadata: document.metadata)
            }
            if number % 1024 == 0 { try progress(done + number) }
          }, failure: { .storage($0) })
      }
      done += source.documentCount
      try progress(done)
    }
    return writer
  }
}
