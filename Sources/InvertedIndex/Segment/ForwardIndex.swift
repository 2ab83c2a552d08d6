internal import ByteStorage

/// Document-major sparse vectors, read in place: what merges, explanations, verification and forward scoring read.
struct ForwardIndex: Sendable {
  let starts: SegmentBytes
  let vectors: SegmentBytes
  let documentCount: Int
  let vocabularyCount: Int
  let tokenWidth: Int
  let path: String

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
    starts = SegmentBytes(try storing { () throws(StorageError) in try file.section(.forwardStarts) })
    vectors = SegmentBytes(try storing { () throws(StorageError) in try file.section(.forwardVectors) })
    tokenWidth = numbers.width
    vocabularyCount = numbers.vocabulary
    guard numbers.documents == documentCount, numbers.postings == UInt64(postingCount) else {
      throw inconsistent(
        "SUMM",
        "it holds \(numbers.documents) documents and \(numbers.postings) postings, the postings file "
          + "\(documentCount) and \(postingCount)")
    }
    guard numbers.width == ForwardSerializer.tokenWidth(vocabularyCount: numbers.vocabulary) else {
      throw inconsistent("SUMM", "\(numbers.width) bytes per token do not fit \(numbers.vocabulary) tokens")
    }
    guard starts.count == 4 * (documentCount + 1) else {
      throw inconsistent("FOFF", "\(starts.count) bytes do not hold \(documentCount + 1) starts")
    }
    guard vectors.count == postingCount * (numbers.width + 1) else {
      throw inconsistent("FVEC", "\(vectors.count) bytes do not hold \(postingCount) postings")
    }
  }

  func vector(of document: Int) throws(InvertedIndexError) -> [Posting] {
    var reader = ForwardReader(self)
    let vector = try reader.vector(of: document)
    return (0..<vector.count).map { Posting(token: vector.token($0), impact: vector.impact($0)) }
  }

  func inconsistent(_ section: String, _ detail: String) -> InvertedIndexError {
    .inconsistent(file: path, section: section, detail: detail)
  }
}
