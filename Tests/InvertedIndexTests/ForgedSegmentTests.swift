import ByteStorage
import LinearAlgebra
import Testing

@testable import InvertedIndex

/// Postings files whose checksums are right and whose numbers lie: somebody wrote them on purpose.
@Suite("A forged segment gives an error or an answer, never a trap")
struct ForgedSegmentTests {
  private static let sections: [StaticString] = [
    "SUMM", "POST", "TERM", "RARE", "WDIR", "BMAX", "CMAX", "ORDR", "RFIN", "PLAC",
  ]

  @Test(arguments: 0..<12)
  func whateverNumbersLie(seed: Int) throws {
    var random = SplitMix64(seed: 900 + UInt64(seed))
    let documents = (0..<4500).map { document in
      (0..<5).compactMap { token -> Posting? in
        let chance = token == 4 ? 0.01 : document / 400 % 4 == token ? 0.6 : 0.05
        guard Double.random(in: 0..<1, using: &random) < chance else { return nil }
        return Posting(token: UInt32(token), impact: UInt8.random(in: 1...255, using: &random))
      }
    }
    let collection = try RandomCollection(
      documents: documents, vocabulary: 5, ordering: .bisection, hasRefinements: true, using: &random)
    let original = try EnvelopeFile.open(
      "0.postings", in: collection.folder.path, kind: .postings, expecting: nil, fileSystem: PosixFileSystem())
    var contents: [[UInt8]] = []
    for tag in Self.sections {
      let section = try original.section(SectionTag(tag))
      contents.append(try section.bytes(0..<section.byteCount))
    }
    let queries = [
      try SparseQuery(weights: (0..<5).map { (token: $0, weight: Float($0 + 1)) }),
      try SparseQuery(weights: [(token: 0, weight: 2), (token: 1, weight: 1), (token: 4, weight: -1)], required: [0]),
      try SparseQuery(weights: [(token: 4, weight: 3), (token: 3, weight: 1)], required: [4]),
    ]
    var refused = 0
    for round in 0..<81 {
      var forged = contents
      // Every section in turn; small sections byte by byte, long ones anywhere.
      let section = round % Self.sections.count
      for _ in 0..<Int.random(in: 1...3, using: &random) where !forged[section].isEmpty {
        let place = Int.random(in: 0..<forged[section].count, using: &random)
        forged[section][place] =
          switch Int.random(in: 0..<4, using: &random) {
          case 0: 0
          case 1: 255
          case 2: forged[section][place] ^ 1 << UInt8.random(in: 0..<8, using: &random)
          default: UInt8.random(in: 0...255, using: &random)
          }
      }
      if round % 10 == 9 { forged[section].removeLast(min(forged[section].count, 4)) }
      if try !Self.answers(queries, forged, like: collection) { refused += 1 }
    }
    #expect(refused > 10)
  }

  /// - Returns: whether every query was answered; false when one was refused with an error.
  private static func answers(
    _ queries: [SparseQuery], _ contents: [[UInt8]], like collection: RandomCollection
  ) throws -> Bool {
    let system = PosixFileSystem()
    let folder = try TemporaryFolder()
    let writer = try EnvelopeWriter(
      creating: "0.postings", in: folder.path, kind: .postings, fileSystem: system)
    for (tag, bytes) in zip(sections, contents) {
      try writer.begin(SectionTag(tag))
      try writer.append(bytes)
      writer.end()
    }
    _ = try writer.finish()
    let forward = try EnvelopeFile.open(
      "0.forward", in: collection.folder.path, kind: .forward, expecting: nil, fileSystem: system)
    do {
      let index = try SegmentIndex.open(
        postings: try EnvelopeFile.open(
          "0.postings", in: folder.path, kind: .postings, expecting: nil, fileSystem: system),
        forward: forward)
      let placed = [PlacedSegment(index: index, firstPosition: 0)]
      for query in queries {
        for algorithm in TopKAlgorithm.allCases {
          _ = try TopKSearch.search(query, k: 20, algorithm: algorithm, in: placed)
        }
        _ = try FloatSearchTests.search(query, k: 20, by: .postings, in: placed)
        _ = try TopKSearch.count(query, scoringAtLeast: 5, in: placed)
      }
      try? index.verifyDeep()
      _ = try? SegmentContents(index, withRefinements: true)
      return true
    } catch is InvertedIndexError {
      return false
    } catch is StorageError {
      return false
    }
  }
}
