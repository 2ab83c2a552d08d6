internal import ByteStorage

/// Writes the forward file: each document's tokens and impacts side by side (FORMAT.md §7.2).
enum ForwardSerializer {
  /// Bytes of a token number: 2 where the vocabulary allows.
  static func tokenWidth(vocabularyCount: Int) -> Int {
    vocabularyCount <= 1 << 16 ? 2 : 4
  }

  static func write(
    _ vectors: ForwardVectors, vocabularyCount: Int, keepsFineImpacts: Bool = false, to writer: EnvelopeWriter
  ) throws(StorageError) {
    let width = tokenWidth(vocabularyCount: vocabularyCount)
    var summary = ByteWriter()
    summary.u32(UInt32(vectors.documentCount))
    summary.u32(UInt32(vocabularyCount))
    summary.u64(UInt64(vectors.postingCount))
    summary.u32(UInt32(width))
    summary.u32(0)
    try writer.write(.summary, summary.bytes)

    try writer.write(.forwardStarts, vectors.starts)

    try writer.begin(.forwardVectors)
    var chunk: [UInt8] = []
    for document in 0..<vectors.documentCount {
      let range = vectors.range(of: document)
      for token in vectors.tokens[range] {
        for byte in 0..<width { chunk.append(UInt8(truncatingIfNeeded: token >> UInt32(8 * byte))) }
      }
      chunk.append(contentsOf: vectors.impacts[range])
      if chunk.count >= 1 << 20 {
        try writer.append(chunk)
        chunk.removeAll(keepingCapacity: true)
      }
    }
    try writer.append(chunk)
    writer.end()

    if keepsFineImpacts {
      try writer.begin(.fineImpacts)
      try writer.append(vectors.fineImpacts)
      writer.end()
      try writer.write(
        .fineErrors, FineImpacts.errors(of: vectors, vocabularyCount: vocabularyCount).map(\.bitPattern))
    }
  }
}
