internal import ByteStorage

/// Document-major sparse vectors, read in place: what merges, explanations and verification read.
struct ForwardIndex: Sendable {
  private let starts: Section
  private let vectors: Section
  private let documentCount: Int
  private let tokenWidth: Int
  private let path: String

  init(_ file: EnvelopeFile, documentCount: Int, postingCount: Int) throws(InvertedIndexError) {
    path = file.file.path
    self.documentCount = documentCount
    let numbers = try storing { () throws(StorageError) in
      var summary = try file.section(.summary).reader(nil)
      return (
        documents: Int(try summary.u32()), vocabulary: Int(try summary.u32()), postings: try summary.u64(),
        width: Int(try summary.u32())
      )
    }
    starts = try storing { () throws(StorageError) in try file.section(.forwardStarts) }
    vectors = try storing { () throws(StorageError) in try file.section(.forwardVectors) }
    tokenWidth = numbers.width
    func wrong(_ section: String, _ detail: String) -> InvertedIndexError {
      .inconsistent(file: file.file.path, section: section, detail: detail)
    }
    guard numbers.documents == documentCount, numbers.postings == UInt64(postingCount) else {
      throw wrong(
        "SUMM",
        "it holds \(numbers.documents) documents and \(numbers.postings) postings, the postings file "
          + "\(documentCount) and \(postingCount)")
    }
    guard numbers.width == ForwardSerializer.tokenWidth(vocabularyCount: numbers.vocabulary) else {
      throw wrong("SUMM", "\(numbers.width) bytes per token do not fit \(numbers.vocabulary) tokens")
    }
    guard starts.byteCount == 4 * (documentCount + 1) else {
      throw wrong("FOFF", "\(starts.byteCount) bytes do not hold \(documentCount + 1) starts")
    }
    guard vectors.byteCount == postingCount * (numbers.width + 1) else {
      throw wrong("FVEC", "\(vectors.byteCount) bytes do not hold \(postingCount) postings")
    }
  }

  func vector(of document: Int) throws(InvertedIndexError) -> [Posting] {
    precondition((0..<documentCount).contains(document), "the document must be one of the segment's")
    let range = try storing { () throws(StorageError) in
      var reader = try starts.reader(4 * document..<4 * document + 8)
      return (first: Int(try reader.u32()), end: Int(try reader.u32()))
    }
    let size = tokenWidth + 1
    guard range.first <= range.end, range.end * size <= vectors.byteCount else {
      throw .inconsistent(file: path, section: "FOFF", detail: "the starts of document \(document) do not ascend")
    }
    let count = range.end - range.first
    let bytes = try storing { () throws(StorageError) in
      try vectors.bytes(range.first * size..<range.end * size)
    }
    var postings: [Posting] = []
    postings.reserveCapacity(count)
    for number in 0..<count {
      var token: UInt32 = 0
      for byte in 0..<tokenWidth { token |= UInt32(bytes[number * tokenWidth + byte]) << UInt32(8 * byte) }
      postings.append(Posting(token: token, impact: bytes[count * tokenWidth + number]))
    }
    return postings
  }
}
