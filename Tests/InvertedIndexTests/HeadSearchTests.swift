import ByteStorage
import LinearAlgebra
import Testing

@testable import InvertedIndex

@Suite("Search by head lists: what it returns is true, and it knows what it may have missed")
struct HeadSearchTests {
  private static func integerHits(
    _ collection: FloatCollection, _ query: SparseQuery, accepted: [Bool]?
  ) -> [ScoredDocument] {
    collection.bruteForce(query, accepted: accepted)
      .map { ScoredDocument(position: $0.position, score: $0.integerScore) }
      .sorted { ($0.score, $1.position) > ($1.score, $0.position) }
  }

  @Test(arguments: 0..<120)
  func everyScoreIsTrueAndEveryBoundHolds(seed: Int) throws {
    var random = SplitMix64(seed: 9700 + UInt64(seed))
    let count = Int.random(in: 0...[20, 300, 1500].randomElement(using: &random)!, using: &random)
    let mass = [0.05, 0.3, 0.7, 1].randomElement(using: &random)!
    let collection = try FloatCollection(
      documents: count, vocabulary: Int.random(in: 1...20, using: &random),
      segments: [1, 1, 3].randomElement(using: &random)!, steps: [3, 1 << 20].randomElement(using: &random)!,
      density: Double.random(in: 0.05...0.8, using: &random), keepsFineImpacts: false,
      heads: try HeadListOptions(mass: mass, cap: [nil, nil, 1, 40].randomElement(using: &random)!), using: &random)
    for number in 0..<60 {
      let query = try collection.randomQuery(using: &random)
      let k = [1, 2, 10, 100, count + 5].randomElement(using: &random)!
      let options = HeadSearchOptions(
        candidates: [1, 20, 200, count + 1].randomElement(using: &random)!,
        cut: [nil, 1, 3].randomElement(using: &random)!)
      let accepted = number % 3 == 0 ? (0..<count).map { _ in Bool.random(using: &random) } : nil
      let segments = collection.segments.map { segment in
        accepted.map { ForwardSearchTests.filtered(segment, $0) } ?? segment
      }
      let all = Self.integerHits(collection, query, accepted: accepted)
      let found = try HeadSearch.search(query, k: k, options: options, in: segments)
      let scores = Dictionary(uniqueKeysWithValues: all.map { ($0.position, $0.score) })
      #expect(found.hits.allSatisfy { scores[$0.position] == $0.score }, "seed \(seed), query \(number)")
      #expect(Set(found.hits.map(\.position)).count == found.hits.count)
      #expect(found.hits == found.hits.sorted { ($0.score, $1.position) > ($1.score, $0.position) })
      #expect(found.hits.count <= k)
      let returned = Set(found.hits.map(\.position))
      if found.isExact {
        #expect(found.hits == Array(all.prefix(k)), "seed \(seed), query \(number)")
      } else {
        // What was left out among the candidates scores no more than the last hit.
        let limit = max(found.missedBound, found.hits.count == k ? found.hits.last?.score ?? 0 : 0)
        #expect(all.allSatisfy { returned.contains($0.position) || $0.score <= limit }, "seed \(seed), query \(number)")
      }
    }
  }

  @Test(arguments: 0..<30)
  func nothingIsMissedWhenTheHeadsHoldEverything(seed: Int) throws {
    var random = SplitMix64(seed: 9900 + UInt64(seed))
    let collection = try FloatCollection(
      documents: 900, vocabulary: 15, segments: 2, density: 0.4, keepsFineImpacts: false,
      heads: try HeadListOptions(mass: 1), using: &random)
    #expect(
      try collection.segments.map { try #require($0.index.forward.heads).postingCount }
        == collection.segments.map(\.index.postingCount))
    for _ in 0..<30 {
      let query = try collection.randomQuery(using: &random)
      let all = Self.integerHits(collection, query, accepted: nil)
      let everything = try HeadSearch.search(
        query, k: 10, options: HeadSearchOptions(candidates: 900), in: collection.segments)
      #expect(everything.isExact)
      #expect(everything.hits == Array(all.prefix(10)))
      // Without terms that the first stage does not see, k candidates are enough.
      guard query.terms.allSatisfy({ $0.role == .plain }) else { continue }
      let few = try HeadSearch.search(
        query, k: 10, options: HeadSearchOptions(candidates: 10), in: collection.segments)
      #expect(few.hits.map(\.score) == all.prefix(10).map(\.score))
    }
  }

  @Test func headsHoldTheAskedShareOfEachDocument() throws {
    var random = SplitMix64(seed: 9950)
    let collection = try FloatCollection(
      documents: 400, vocabulary: 25, density: 0.5, keepsFineImpacts: false, heads: try HeadListOptions(mass: 0.6),
      using: &random)
    let heads = try #require(collection.segments[0].index.forward.heads)
    var share = [Int: Int]()
    var listed = [UInt32: Set<Int>]()
    for token in 0..<UInt32(25) {
      guard let list = try heads.list(of: token) else { continue }
      let run = list.run(ofChunk: 0)
      for number in 0..<run.count {
        let document = Int(run.start.loadUnaligned(fromByteOffset: 2 * number, as: UInt16.self))
        share[document, default: 0] += Int(run.start.load(fromByteOffset: 2 * run.count + number, as: UInt8.self))
        listed[token, default: []].insert(document)
      }
      let tail =
        collection.documents.indices.filter { listed[token]?.contains($0) != true }
        .compactMap { collection.documents[$0].first { $0.posting.token == token }?.posting.impact }.max() ?? 0
      #expect(try heads.tail(of: token) == tail)
    }
    for (number, document) in collection.documents.enumerated() where !document.isEmpty {
      let total = document.reduce(0) { $0 + Int($1.posting.impact) }
      let impacts = document.map { Int($0.posting.impact) }.sorted(by: >)
      var least = 0
      for impact in impacts where Double(least) < 0.6 * Double(total) { least += impact }
      #expect(share[number] == least)
    }
  }

  @Test func searchingWithoutHeadListsSaysHowToBuild() throws {
    var random = SplitMix64(seed: 9960)
    let collection = try RandomCollection(documents: 20, vocabulary: 4, density: 0.5, using: &random)
    let query = try SparseQuery(weights: [(token: 1, weight: 1)])
    let error = #expect(throws: InvertedIndexError.self) { try HeadSearch.search(query, k: 3, in: collection.segments) }
    #expect(error?.description.contains("--head-lists") == true)
    for (mass, cap) in [(0, nil), (1.1, nil), (.nan, nil), (0.5, 0)] as [(Double, Int?)] {
      #expect(throws: InvertedIndexError.self) { try HeadListOptions(mass: mass, cap: cap) }
    }
    #expect(throws: InvertedIndexError.invalidHeadSearch(candidates: 0, cut: nil)) {
      try HeadSearch.search(query, k: 3, options: HeadSearchOptions(candidates: 0), in: [])
    }
    #expect(throws: InvertedIndexError.invalidResultCount(0)) { try HeadSearch.search(query, k: 0, in: []) }
  }

  @Test func damagedHeadListsGiveErrorsOrTrueScores() throws {
    var random = SplitMix64(seed: 9970)
    let collection = try FloatCollection(
      documents: 3000, vocabulary: 12, density: 0.5, keepsFineImpacts: false, heads: try HeadListOptions(mass: 0.5),
      using: &random)
    let system = PosixFileSystem()
    let original = try system.readAll("\(collection.folder.path)/0.forward", limit: 1 << 30)
    let query = try SparseQuery(weights: [(token: 1, weight: 1), (token: 4, weight: 0.7)])
    let expected = try HeadSearch.search(query, k: 10, in: collection.segments).hits
    var refused = 0
    for _ in 0..<200 {
      var bytes = original
      bytes[Int.random(in: 0..<bytes.count, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
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
        let segments = [PlacedSegment(index: index, firstPosition: 0)]
        #expect(try HeadSearch.search(query, k: 10, in: segments).hits == expected)
      } catch is InvertedIndexError {
        refused += 1
      } catch is StorageError {
        refused += 1
      }
    }
    #expect(refused > 100)
  }
}
