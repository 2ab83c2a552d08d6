import ByteStorage
import LinearAlgebra
import Testing

@testable import InvertedIndex

@Suite("Scoring documents by their own vectors returns what brute force returns")
struct ForwardSearchTests {
  /// 150 collections × 80 queries: 12,000 random queries, every other one under a filter.
  @Test(arguments: 0..<150)
  func onRandomCollections(seed: Int) throws {
    var random = SplitMix64(seed: 7000 + UInt64(seed))
    let collection = try RandomCollection(
      documents: Int.random(in: 0...[5, 100, 700].randomElement(using: &random)!, using: &random),
      vocabulary: Int.random(in: 1...40, using: &random), segments: [1, 1, 3, 17].randomElement(using: &random)!,
      impacts: [1, 3, 255].randomElement(using: &random)!, density: Double.random(in: 0.01...0.6, using: &random),
      using: &random)
    for number in 0..<80 {
      let query = try collection.randomQuery(using: &random)
      let k = [1, 2, 10, 100, collection.documents.count + 5].randomElement(using: &random)!
      let share = number % 2 == 0 ? 1 : Double.random(in: 0...1, using: &random)
      let accepted = (0..<collection.documents.count).map { _ in Double.random(in: 0..<1, using: &random) < share }
      let expected = collection.bruteForce(query, k: .max).filter { accepted[Int($0.position)] }.prefix(k)
      let segments = collection.segments.map { Self.filtered($0, accepted) }
      let found = try Self.search(query, k: k, in: segments)
      if found.hits != Array(expected) {
        Issue.record("seed \(seed), query \(number), k \(k): \(query)")
        return
      }
    }
  }

  @Test func tokensBeyondSixteenBitsAreScored() throws {
    var random = SplitMix64(seed: 7200)
    let tokens: [UInt32] = [0, 3, 65_535, 65_536, 70_000, 99_999]
    let documents = (0..<200).map { _ in
      tokens.filter { _ in Bool.random(using: &random) }.map {
        Posting(token: $0, impact: UInt8.random(in: 1...255, using: &random))
      }
    }
    let collection = try RandomCollection(documents: documents, vocabulary: 100_000, segments: 2, using: &random)
    for round in 0..<50 {
      let weights = tokens.shuffled(using: &random).prefix(4).map {
        (token: $0, weight: Float.random(in: -1...3, using: &random))
      }
      let query = try SparseQuery(weights: weights, required: round % 3 == 0 ? [weights[0].token] : [])
      #expect(try Self.search(query, k: 20, in: collection.segments).hits == collection.bruteForce(query, k: 20))
    }
  }

  @Test func largestSumsAndNegativesAreExact() throws {
    var random = SplitMix64(seed: 7300)
    let all = (0..<300).map { Posting(token: UInt32($0), impact: 255) }
    let collection = try RandomCollection(
      documents: [all, Array(all.dropFirst(150)), Array(all.prefix(3))], vocabulary: 300, using: &random)
    for sign in [Float(1), -1] {
      let query = try SparseQuery(
        weights: (0..<300).map { (token: UInt32($0), weight: $0 < 150 ? 1e6 : sign * 1e6) })
      #expect(try Self.search(query, k: 3, in: collection.segments).hits == collection.bruteForce(query, k: 3))
    }
  }

  @Test func nothingButAcceptedDocumentsIsRead() throws {
    var random = SplitMix64(seed: 7400)
    let collection = try RandomCollection(documents: 5000, vocabulary: 20, density: 0.5, using: &random)
    let query = try SparseQuery(weights: [(token: 3, weight: 1), (token: 7, weight: 2)])
    let accepted = (0..<5000).map { $0 % 100 == 17 }
    let found = try Self.search(query, k: 5, in: collection.segments.map { Self.filtered($0, accepted) })
    #expect(found.counters.documentsScored == 50)
    #expect(found.hits.allSatisfy { $0.position % 100 == 17 })
  }

  @Test func aDamagedBlockGivesAnErrorInTheMiddleOfASearch() throws {
    var random = SplitMix64(seed: 7500)
    let collection = try RandomCollection(
      documents: 20_000, vocabulary: 30, density: 0.4, ordering: .insertion, using: &random)
    let system = PosixFileSystem()
    let query = try SparseQuery(weights: [(token: 3, weight: 1), (token: 7, weight: 2)])
    let expected = collection.bruteForce(query, k: 10)
    let original = try system.readAll("\(collection.folder.path)/0.forward", limit: 1 << 30)
    var refused = 0
    for _ in 0..<60 {
      var bytes = original
      bytes[Int.random(in: 64..<bytes.count, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      let folder = try TemporaryFolder()
      let file = try system.create("\(folder.path)/0.forward")
      try file.append(bytes.span.bytes)
      try file.close()
      do {
        let index = try SegmentIndex.open(
          postings: try EnvelopeFile.open(
            "0.postings", in: collection.folder.path, kind: .postings, expecting: nil, fileSystem: system),
          forward: try EnvelopeFile.open(
            "0.forward", in: folder.path, kind: .forward, expecting: nil, fileSystem: system))
        // A search that does not come near the damage still answers, and rightly.
        let near = Self.filtered(PlacedSegment(index: index, firstPosition: 0), (0..<20_000).map { $0 < 100 })
        if let hits = try? Self.search(query, k: 10, in: [near]).hits {
          #expect(hits == collection.bruteForce(query, k: .max).filter { $0.position < 100 }.prefix(10).map { $0 })
        }
        #expect(try Self.search(query, k: 10, in: [PlacedSegment(index: index, firstPosition: 0)]).hits == expected)
      } catch is InvertedIndexError {
        refused += 1
      } catch is StorageError {
        refused += 1
      }
    }
    #expect(refused >= 58)
  }

  @Test func startsThatContradictThemselvesGiveAnError() throws {
    var random = SplitMix64(seed: 7600)
    let collection = try RandomCollection(documents: 10, vocabulary: 5, density: 0.9, using: &random)
    let folder = try TemporaryFolder()
    let system = PosixFileSystem()
    let count = collection.documents.reduce(0) { $0 + $1.count }
    let writer = try EnvelopeWriter(
      creating: "0.forward", in: folder.path, kind: .forward, fileSystem: system)
    var summary = ByteWriter()
    for number in [UInt32(10), 5] { summary.u32(number) }
    summary.u64(UInt64(count))
    for number in [UInt32(2), 0] { summary.u32(number) }
    try writer.write(.summary, summary.bytes)
    try writer.write(.forwardStarts, [0, 5, 3, .max, 0, 0, 0, 0, 0, 0, 9] as [UInt32])
    try writer.write(.forwardVectors, [UInt8](repeating: 255, count: 3 * count))
    _ = try writer.finish()
    let index = try SegmentIndex.open(
      postings: try EnvelopeFile.open(
        "0.postings", in: collection.folder.path, kind: .postings, expecting: nil, fileSystem: system),
      forward: try EnvelopeFile.open(
        "0.forward", in: folder.path, kind: .forward, expecting: nil, fileSystem: system))
    let query = try SparseQuery(weights: [(token: 1, weight: 1)])
    #expect(throws: InvertedIndexError.self) {
      try Self.search(query, k: 3, in: [PlacedSegment(index: index, firstPosition: 0)])
    }
  }

  static func filtered(_ segment: PlacedSegment, _ accepted: [Bool]) -> PlacedSegment {
    let first = Int(segment.firstPosition)
    let count = segment.index.documentCount
    return PlacedSegment(
      index: segment.index, firstPosition: segment.firstPosition,
      accepted: AcceptedDocuments(documentCount: count, accepting: (0..<count).filter { accepted[first + $0] }))
  }

  static func search(
    _ query: SparseQuery, k: Int, in segments: [PlacedSegment]
  ) throws -> (hits: [ScoredDocument], counters: SearchCounters) {
    var collector = TopKCollector(capacity: k)
    var counters = SearchCounters()
    for segment in segments { try ForwardSearch.run(query, in: segment, into: &collector, counters: &counters) }
    return (collector.sorted(), counters)
  }
}
