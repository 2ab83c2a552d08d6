import Foundation
import LinearAlgebra
import Testing

@testable import InvertedIndex

@Suite("Every top-k algorithm returns what brute force returns")
struct TopKEqualityTests {
  static let algorithms = TopKAlgorithm.allCases

  /// How many times more random collections than usual are tried: `tools/test-exactness` sets it.
  static let rounds = ProcessInfo.processInfo.environment["NEWEL_EXACTNESS_ROUNDS"].flatMap { Int($0) } ?? 1

  /// 200 collections × 110 queries: 22,000 random queries, each by every algorithm, half of them under a filter.
  @Test(arguments: 0..<200 * rounds)
  func onRandomCollections(seed: Int) throws {
    var random = SplitMix64(seed: UInt64(seed))
    let collection = try RandomCollection(
      documents: Int.random(in: 0...[5, 100, 700].randomElement(using: &random)!, using: &random),
      vocabulary: Int.random(in: 1...[40, 40, 300].randomElement(using: &random)!, using: &random),
      segments: [1, 1, 3, 17].randomElement(using: &random)!,
      impacts: [1, 3, 255].randomElement(using: &random)!,
      density: Double.random(in: 0.01...0.6, using: &random),
      using: &random)
    var (filter, segments): ([Bool]?, [PlacedSegment]) = (nil, collection.segments)
    for number in 0..<110 {
      // A filter stays for a few queries, as it does in life.
      if number % 5 == 0 {
        filter = Bool.random(using: &random) ? collection.randomFilter(using: &random) : nil
        segments = filter.map { collection.segments(under: $0) } ?? collection.segments
      }
      let query = try collection.randomQuery(using: &random)
      let k = [1, 2, 10, 100, collection.documents.count + 5].randomElement(using: &random)!
      let expected = collection.bruteForce(query, k: k, filter: filter)
      for algorithm in Self.algorithms {
        let found = try TopKSearch.search(query, k: k, algorithm: algorithm, in: segments)
        if found.hits != expected {
          Issue.record(
            "seed \(seed), query \(number), k \(k), \(algorithm): \(query), filter \(String(describing: filter))")
          return
        }
      }
      #expect(try Self.allPlansFind(expected, query, k: k, in: segments), "seed \(seed), query \(number)")
    }
  }

  /// Whether the superblock search has the same answer in whatever order it computes bounds: small segments take one of them only.
  private static func allPlansFind(
    _ expected: [ScoredDocument], _ query: SparseQuery, k: Int, in segments: [PlacedSegment]
  ) throws -> Bool {
    let accepted = segments.reduce(0) { $0 + $1.acceptedCount }
    for plan in BlockBounds.Plan.allCases {
      var collector = TopKCollector(
        capacity: max(1, min(k, accepted)), seed: TopKSearch.seedThreshold(query, k: k, in: segments))
      var counters = SearchCounters()
      for segment in segments {
        guard let bound = try SegmentQuery(query, in: segment) else { continue }
        SuperblockSearch.run(bound, into: &collector, counters: &counters, plan: plan)
      }
      if collector.sorted() != expected { return false }
    }
    return true
  }

  /// Several windows, so that bounds leave some out: tokens in clusters, few documents that have many, up to all of k.
  @Test(arguments: 0..<4 * rounds)
  func onCollectionsOfManyWindows(seed: Int) throws {
    var random = SplitMix64(seed: 5000 + UInt64(seed))
    let vocabulary = Int.random(in: 3...60, using: &random)
    let cluster = 1 << Int.random(in: 5...11, using: &random)
    let documents = (0..<Int.random(in: 5000...30_000, using: &random)).map { number in
      (0..<vocabulary).compactMap { token -> Posting? in
        // A token is frequent in its clusters, and rare elsewhere.
        let chance: UInt64 = number / cluster % vocabulary == token ? 600 : token % 7 == 0 ? 2 : 25
        guard random.next() % 1000 < chance else { return nil }
        let most: UInt64 = number / cluster % 5 == 0 ? 255 : 9
        return Posting(token: UInt32(token), impact: UInt8(truncatingIfNeeded: 1 + random.next() % most))
      }
    }
    let collection = try RandomCollection(
      documents: documents, vocabulary: vocabulary, segments: [1, 1, 3].randomElement(using: &random)!, using: &random)
    for number in 0..<20 {
      let filter = number % 3 == 0 ? collection.randomFilter(using: &random) : nil
      let segments = filter.map { collection.segments(under: $0) } ?? collection.segments
      let query = try collection.randomQuery(using: &random)
      let k = [1, 10, 100, 1000, documents.count].randomElement(using: &random)!
      let expected = collection.bruteForce(query, k: k, filter: filter)
      for algorithm in Self.algorithms {
        let found = try TopKSearch.search(query, k: k, algorithm: algorithm, in: segments)
        if found.hits != expected {
          Issue.record("seed \(seed), query \(number), k \(k), \(algorithm): \(query)")
          return
        }
      }
      #expect(try Self.allPlansFind(expected, query, k: k, in: segments), "seed \(seed), query \(number)")
    }
  }

  /// Queries longer than any vocabulary of the other tests.
  @Test func thousandsOfTermsUnderFilters() throws {
    var random = SplitMix64(seed: 31)
    let collection = try RandomCollection(
      documents: 300, vocabulary: 3000, segments: 3, impacts: 3, density: 0.05, using: &random)
    for length in [61, 500, 3000] {
      let query = try SparseQuery(
        weights: (0..<length).map { (token: UInt32($0), weight: Float(Int.random(in: -1...9, using: &random))) })
      #expect(query.terms.count > 60 * length / 100)
      for _ in 0..<6 {
        let filter = collection.randomFilter(using: &random)
        let segments = collection.segments(under: filter)
        let expected = collection.bruteForce(query, k: 20, filter: filter)
        for algorithm in Self.algorithms {
          #expect(try TopKSearch.search(query, k: 20, algorithm: algorithm, in: segments).hits == expected)
        }
      }
    }
  }

  /// Documents beyond one 65,536-document window, frequent and rare terms, dense and sparse bounds.
  @Test(arguments: 0..<3)
  func acrossWindows(seed: Int) throws {
    var random = SplitMix64(seed: 1000 + UInt64(seed))
    let count = 140_000
    let vocabulary = 12
    var documents: [[Posting]] = []
    documents.reserveCapacity(count)
    for number in 0..<count {
      var postings: [Posting] = []
      // Token 0 everywhere, 1 in one document of three, 2…5 in clusters, the others rare.
      for token in 0..<vocabulary {
        let has: Bool
        switch token {
        case 0: has = true
        case 1: has = random.next() % 3 == 0
        case 2...5: has = (number >> 9) % 16 == token && random.next() % 2 == 0
        default: has = random.next() % 2000 == 0
        }
        if has {
          postings.append(Posting(token: UInt32(token), impact: UInt8(truncatingIfNeeded: random.next() % 9 + 1)))
        }
      }
      documents.append(postings)
    }
    let collection = try RandomCollection(
      documents: documents, vocabulary: vocabulary, segments: seed == 2 ? 3 : 1, using: &random)
    for number in 0..<12 {
      let query = try collection.randomQuery(using: &random)
      let k = [1, 10, 1000].randomElement(using: &random)!
      let filter = number % 3 == 0 ? nil : collection.randomFilter(using: &random)
      let segments = filter.map { collection.segments(under: $0) } ?? collection.segments
      let expected = collection.bruteForce(query, k: k, filter: filter)
      for algorithm in Self.algorithms {
        let found = try TopKSearch.search(query, k: k, algorithm: algorithm, in: segments)
        #expect(found.hits == expected, "seed \(seed), \(algorithm), k \(k), \(query)")
      }
    }
    for segment in collection.segments { try segment.index.verifyDeep() }
  }

  /// Scores far above 65,535 and bounds far above 32,767: where 16-bit arithmetic of other engines wraps.
  @Test func scoresNearTheLimitDoNotWrap() throws {
    var random = SplitMix64(seed: 7)
    let documents: [[Posting]] = (0..<300).map { number in
      (0..<128).filter { $0 <= number }.map { Posting(token: UInt32($0), impact: 255) }
    }
    let collection = try RandomCollection(documents: documents, vocabulary: 128, using: &random)
    let query = try SparseQuery(weights: (0..<128).map { (token: UInt32($0), weight: 65_535) })
    let expected = collection.bruteForce(query, k: 250)
    #expect(expected[0].score > 2_100_000_000)
    for algorithm in Self.algorithms {
      #expect(try TopKSearch.search(query, k: 250, algorithm: algorithm, in: collection.segments).hits == expected)
    }
  }

  @Test func theBestDocumentOfTheLastBlockIsFound() throws {
    var random = SplitMix64(seed: 8)
    var documents = [[Posting]](repeating: [Posting(token: 0, impact: 1)], count: 1000)
    documents[999] = [Posting(token: 0, impact: 2)]
    let collection = try RandomCollection(documents: documents, vocabulary: 1, using: &random)
    let query = try SparseQuery(weights: [(token: 0, weight: 1)])
    for algorithm in Self.algorithms {
      let result = try TopKSearch.search(query, k: 3, algorithm: algorithm, in: collection.segments)
      #expect(result.hits.map(\.position) == [999, 0, 1])
    }
  }

  @Test func tiesAreOrderedByInsertionAndNeverLost() throws {
    var random = SplitMix64(seed: 9)
    let documents = [[Posting]](repeating: [Posting(token: 3, impact: 77)], count: 500)
    for segments in [1, 3, 17] {
      let collection = try RandomCollection(
        documents: documents, vocabulary: 5, segments: segments, using: &random)
      let query = try SparseQuery(weights: [(token: 3, weight: 2.5)])
      for algorithm in Self.algorithms {
        let result = try TopKSearch.search(query, k: 40, algorithm: algorithm, in: collection.segments)
        #expect(result.hits.map(\.position) == Array(0..<40))
      }
    }
  }

  @Test func aQueryWithoutCandidatesFindsNothing() throws {
    var random = SplitMix64(seed: 10)
    let collection = try RandomCollection(documents: 50, vocabulary: 5, using: &random)
    for weights in [[], [(token: UInt32(99), weight: Float(1))], [(token: 0, weight: -1)]] {
      let query = try SparseQuery(weights: weights)
      for algorithm in Self.algorithms {
        #expect(try TopKSearch.search(query, k: 5, algorithm: algorithm, in: collection.segments).hits.isEmpty)
      }
    }
  }

  @Test func zeroResultsAreRefused() throws {
    let query = try SparseQuery(weights: [(token: 0, weight: 1)])
    #expect(throws: InvertedIndexError.invalidResultCount(0)) { try TopKSearch.search(query, k: 0, in: []) }
  }

  @Test func countingAgreesWithBruteForce() throws {
    var random = SplitMix64(seed: 11)
    let collection = try RandomCollection(documents: 400, vocabulary: 20, segments: 3, impacts: 4, using: &random)
    for _ in 0..<200 {
      let query = try collection.randomQuery(using: &random)
      let filter = collection.randomFilter(using: &random)
      let all = collection.bruteForce(query, k: .max, filter: filter)
      let score = all.randomElement(using: &random)?.score ?? 1
      let expected = all.filter { $0.score >= score }.count
      #expect(
        try TopKSearch.count(query, scoringAtLeast: score, in: collection.segments(under: filter)) == expected)
    }
  }

  @Test func pruningScoresFewerPostings() throws {
    var random = SplitMix64(seed: 12)
    let collection = try RandomCollection(documents: 3000, vocabulary: 30, density: 0.3, using: &random)
    let query = try SparseQuery(weights: [(0, 0.2), (1, 0.3), (20, 3), (25, 4)])
    let exhaustive = try TopKSearch.search(query, k: 10, algorithm: .exhaustive, in: collection.segments)
    for algorithm in [TopKAlgorithm.wand, .bmw, .maxscore, .bmm] {
      let pruned = try TopKSearch.search(query, k: 10, algorithm: algorithm, in: collection.segments)
      #expect(pruned.counters.postingsScored < exhaustive.counters.postingsScored / 2, "\(algorithm)")
    }
  }
}
