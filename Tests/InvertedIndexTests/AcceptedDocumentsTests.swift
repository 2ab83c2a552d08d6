import LinearAlgebra
import Testing

@testable import InvertedIndex

@Suite("A filter is the same documents by insertion number and by place")
struct AcceptedDocumentsTests {
  @Test(arguments: 0..<40)
  func placesHoldTheAcceptedDocuments(seed: Int) throws {
    var random = SplitMix64(seed: 700 + UInt64(seed))
    let collection = try RandomCollection(
      documents: Int.random(in: 1...3000, using: &random), vocabulary: 10, density: 0.4,
      ordering: DocumentOrdering.allCases[seed % DocumentOrdering.allCases.count], using: &random)
    let segment = collection.segments[0].index
    let order = try segment.documentOrder()
    for _ in 0..<8 {
      let filter = collection.randomFilter(using: &random)
      let accepted = AcceptedDocuments(
        documentCount: filter.count, accepting: filter.indices.filter { filter[$0] }.shuffled(using: &random))
      #expect(accepted.count == filter.filter { $0 }.count)
      #expect(filter.indices.allSatisfy { accepted.contains($0) == filter[$0] })
      var walked: [Int] = []
      accepted.forEach { walked.append($0) }
      #expect(walked == filter.indices.filter { filter[$0] })

      let places = try accepted.places(in: segment)
      let expected = filter.indices.map { place in filter[order.map { Int($0[place]) } ?? place] }
      #expect(expected.indices.allSatisfy { places.contains(UInt32($0)) == expected[$0] })
      for block in 0..<64 * segment.windowCount {
        let part = expected.indices.clamped(to: block * 64..<block * 64 + 64)
        #expect((places.blocks[block >> 6] >> UInt64(block & 63) & 1 == 1) == part.contains { expected[$0] })
      }
      #expect(places.hasAny(inChunk: 0) == expected.contains(true))
    }
  }

  @Test func whatLiesBeyondTheDocumentsIsDropped() {
    let accepted = AcceptedDocuments(documentCount: 70, words: [.max, .max, .max])
    #expect(accepted.words == [.max, 0x3F])
    #expect(accepted.count == 70)
    #expect(accepted.isAll)
    #expect(AcceptedDocuments(documentCount: 130, words: [1]).words == [1, 0, 0])
    #expect(AcceptedDocuments(documentCount: 0, words: [5]).words.isEmpty)
    #expect(AcceptedDocuments(documentCount: 0, accepting: []).isAll)
  }

  @Test func aFilterThatAcceptsEverythingIsNone() throws {
    var random = SplitMix64(seed: 3)
    let collection = try RandomCollection(documents: 90, vocabulary: 4, density: 0.5, using: &random)
    let all = collection.segments(under: [Bool](repeating: true, count: 90))
    #expect(all[0].accepted == nil)
    #expect(all[0].acceptedCount == 90)
    let none = collection.segments(under: [Bool](repeating: false, count: 90))
    #expect(none[0].accepted != nil)
    #expect(none[0].acceptedCount == 0)
    let query = try SparseQuery(weights: [(0, 1), (1, 1)])
    #expect(try TopKSearch.search(query, k: 5, in: none).counters.segmentsSearched == 0)
  }

  /// k documents reach a seed from k-th impacts, but perhaps none of them is accepted: a lower rank is taken, where there is one.
  @Test func thresholdsAreSeededByRanksThatAcceptedDocumentsReach() throws {
    var random = SplitMix64(seed: 4)
    let documents: [[Posting]] = (0..<400).map { [Posting(token: 0, impact: $0 < 200 ? 250 : 3)] }
    let collection = try RandomCollection(documents: documents, vocabulary: 1, using: &random)
    let query = try SparseQuery(weights: [(0, 1)])
    #expect(TopKSearch.seedThreshold(query, k: 10, in: collection.segments) == 250)
    let filtered = collection.segments(under: (0..<400).map { $0 >= 200 })
    #expect(TopKSearch.seedThreshold(query, k: 10, in: filtered) == 3)
    #expect(TopKSearch.seedThreshold(query, k: 120, in: filtered) == 3)
    #expect(TopKSearch.seedThreshold(query, k: 121, in: filtered) == 1)
    let few = collection.segments(under: (0..<400).map { $0 >= 20 })
    #expect(TopKSearch.seedThreshold(query, k: 10, in: few) == 250)
    #expect(TopKSearch.seedThreshold(query, k: .max, in: few) == 1)
    for algorithm in TopKAlgorithm.allCases {
      let found = try TopKSearch.search(query, k: 10, algorithm: algorithm, in: filtered)
      #expect(found.hits.map(\.position) == Array(200..<210))
    }
  }

  /// What no accepted document is in costs nothing: its blocks are not scored, its chunks not read.
  @Test func whatHoldsNoAcceptedDocumentIsSkipped() throws {
    var random = SplitMix64(seed: 5)
    let documents: [[Posting]] = (0..<140_000).map { _ in
      [Posting(token: 0, impact: UInt8(truncatingIfNeeded: random.next() % 9 + 1))]
    }
    let collection = try RandomCollection(documents: documents, vocabulary: 1, ordering: .insertion, using: &random)
    let query = try SparseQuery(weights: [(0, 1)])
    let filter = (0..<140_000).map { $0 >= 131_072 && $0 < 131_072 + 128 }
    let segments = collection.segments(under: filter)
    let expected = collection.bruteForce(query, k: 10, filter: filter)
    let superblock = try TopKSearch.search(query, k: 10, algorithm: .superblock, in: segments)
    #expect(superblock.hits == expected)
    #expect(superblock.counters.blocksScored <= 2)
    #expect(superblock.counters.windowsVisited == 1)
    let windowed = try TopKSearch.search(query, k: 10, algorithm: .windowed, in: segments)
    #expect(windowed.hits == expected)
    #expect(windowed.counters.postingsScored == 140_000 - 131_072)
  }
}
