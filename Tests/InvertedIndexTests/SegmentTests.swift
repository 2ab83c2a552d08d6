import ByteStorage
import LinearAlgebra
import Testing

@testable import InvertedIndex

@Suite("A segment gives back what was put in")
struct SegmentTests {
  @Test(arguments: 0..<40)
  func forwardVectorsAndFrequenciesSurvive(seed: Int) throws {
    var random = SplitMix64(seed: UInt64(seed))
    let collection = try RandomCollection(
      documents: Int.random(in: 0...3000, using: &random), vocabulary: Int.random(in: 1...12, using: &random),
      density: Double.random(in: 0.02...0.9, using: &random), using: &random)
    let index = collection.segments[0].index
    #expect(index.documentCount == collection.documents.count)
    #expect(index.postingCount == collection.documents.reduce(0) { $0 + $1.count })
    for (number, document) in collection.documents.enumerated() {
      #expect(try index.forwardVector(of: number) == document, "seed \(seed)")
    }
    for token in 0..<UInt32(collection.vocabularyCount) {
      let expected = collection.documents.filter { $0.contains { $0.token == token } }.count
      #expect(index.documentFrequency(of: token) == expected)
    }
    #expect(index.documentFrequency(of: .max) == 0)
    try index.verifyDeep()
  }

  @Test func wideVocabulariesUseFourByteTokens() throws {
    var random = SplitMix64(seed: 3)
    let documents = [
      [Posting(token: 1, impact: 4), Posting(token: 99_999, impact: 200)], [], [Posting(token: 70_000, impact: 1)],
    ]
    let collection = try RandomCollection(documents: documents, vocabulary: 100_000, using: &random)
    for (number, document) in documents.enumerated() {
      #expect(try collection.segments[0].index.forwardVector(of: number) == document)
    }
    try collection.segments[0].index.verifyDeep()
  }

  @Test func postingsThatNoIndexCanHoldAreRefused() throws {
    var builder = SegmentBuilder(vocabularyCount: 10)
    for postings in [
      [Posting(token: 10, impact: 1)], [Posting(token: 1, impact: 0)],
      [Posting(token: 4, impact: 1), Posting(token: 4, impact: 2)],
    ] {
      #expect(throws: InvertedIndexError.self) { try builder.append(postings) }
    }
    #expect(builder.documentCount == 0)
    #expect(builder.postingCount == 0)
  }

  @Test(arguments: 0..<30)
  func cursorsReachEveryPostingByEveryStep(seed: Int) throws {
    var random = SplitMix64(seed: 500 + UInt64(seed))
    let collection = try RandomCollection(
      documents: 9000, vocabulary: 3, density: [0.005, 0.05, 0.3].randomElement(using: &random)!, ordering: .insertion,
      using: &random)
    let index = collection.segments[0].index
    for token in 0..<UInt32(3) {
      let holders = collection.documents.indices.filter { number in
        collection.documents[number].contains { $0.token == token }
      }
      guard let list = try index.postingList(of: token) else {
        #expect(holders.isEmpty)
        continue
      }
      for step in [1, 7, 63, 64, 300, 5000] {
        var cursor = PostingCursor(list, weight: 1)
        var target = 0
        while target < 9000 {
          cursor.advance(to: UInt32(target))
          let expected = holders.first { $0 >= target }
          #expect(cursor.document == expected.map(UInt32.init) ?? PostingCursor.end, "seed \(seed) step \(step)")
          if let expected {
            let block = expected / 64
            let most = collection.documents[block * 64..<min(9000, block * 64 + 64)].flatMap { $0 }
              .filter { $0.token == token }.map(\.impact).max()!
            #expect(cursor.blockMaximum(at: UInt32(expected)) == UInt32(most))
            #expect(cursor.blockEnd(at: UInt32(expected)) == UInt32(block * 64 + 63))
          }
          target = max(target + step, expected.map { $0 + Int.random(in: 0...step, using: &random) } ?? 9000)
        }
      }
    }
  }

  @Test func damagedFilesGiveErrorsOrTheSameAnswers() throws {
    var random = SplitMix64(seed: 77)
    let collection = try RandomCollection(documents: 900, vocabulary: 9, density: 0.4, using: &random)
    let system = PosixFileSystem()
    let query = try SparseQuery(weights: (0..<9).map { (token: $0, weight: Float($0 + 1)) })
    let expected = collection.bruteForce(query, k: 20)
    var refused = 0
    for kind in ["postings", "forward"] {
      let original = try system.readAll("\(collection.folder.path)/0.\(kind)", limit: 1 << 30)
      for _ in 0..<700 {
        var bytes = original
        bytes[Int.random(in: 0..<bytes.count, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        let outcome = try Self.answer(query, kind: kind, bytes: bytes, like: collection)
        if let outcome { #expect(outcome == expected) } else { refused += 1 }
      }
    }
    #expect(refused > 500)
  }

  /// The answer over a damaged file, nil when it was refused with an error.
  private static func answer(
    _ query: SparseQuery, kind: String, bytes: [UInt8], like collection: RandomCollection
  ) throws -> [ScoredDocument]? {
    let system = PosixFileSystem()
    let folder = try TemporaryFolder()
    for name in ["postings", "forward"] {
      let content =
        name == kind ? bytes : try system.readAll("\(collection.folder.path)/0.\(name)", limit: 1 << 30)
      let file = try system.create("\(folder.path)/0.\(name)")
      try file.append(content.span.bytes)
      try file.close()
    }
    do {
      let index = try SegmentIndex.open(
        postings: try EnvelopeFile.open(
          "0.postings", in: folder.path, kind: .postings, expecting: nil, fileSystem: system),
        forward: try EnvelopeFile.open(
          "0.forward", in: folder.path, kind: .forward, expecting: nil, fileSystem: system))
      for document in 0..<index.documentCount { _ = try index.forwardVector(of: document) }
      return try TopKSearch.search(query, k: 20, in: [PlacedSegment(index: index, firstPosition: 0)]).hits
    } catch is InvertedIndexError {
      return nil
    } catch is StorageError {
      return nil
    }
  }
}
