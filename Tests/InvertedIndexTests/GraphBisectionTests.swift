import LinearAlgebra
import Testing

@testable import InvertedIndex

@Suite("Recursive graph bisection puts like documents together")
struct GraphBisectionTests {
  /// Documents of 64 topics in random order; each topic has tokens of its own.
  private static func topics(documents: Int, seed: UInt64) -> ForwardVectors {
    var random = SplitMix64(seed: seed)
    var vectors = ForwardVectors()
    for _ in 0..<documents {
      let topic = UInt32.random(in: 0..<64, using: &random)
      var tokens: Set<UInt32> = []
      for _ in 0..<6 { tokens.insert(topic * 8 + UInt32.random(in: 0..<8, using: &random)) }
      vectors.append(tokens.sorted().map { Posting(token: $0, impact: 1) })
    }
    return vectors
  }

  /// Sum over terms of the bits of the gaps between their documents.
  private static func gapBits(_ vectors: ForwardVectors, order: [UInt32]) -> Double {
    let lists = InvertedLists(inverting: vectors, vocabularyCount: 512, order: order)
    var documents: [UInt32] = []
    var bits = 0.0
    for slot in lists.tokens.indices {
      lists.expand(slot: slot, into: &documents)
      var previous: UInt32 = 0
      for document in documents {
        bits += Double(UInt32.bitWidth - (document - previous).leadingZeroBitCount)
        previous = document
      }
    }
    return bits
  }

  @Test(arguments: [DocumentOrdering.bisection, .fullBisection])
  func theOrderIsAPermutationThatShrinksGaps(ordering: DocumentOrdering) throws {
    let vectors = Self.topics(documents: 8000, seed: 3)
    let order = try #require(ordering.order(of: vectors, vocabularyCount: 512))
    let identity = (0..<UInt32(8000)).map { $0 }
    #expect(order.sorted() == identity)
    #expect(order != identity)
    let before = Self.gapBits(vectors, order: identity)
    let after = Self.gapBits(vectors, order: order)
    #expect(after < 0.6 * before, "\(before) bits before, \(after) after")
  }

  @Test func theSameDocumentsGiveTheSameOrder() {
    let vectors = Self.topics(documents: 3000, seed: 4)
    #expect(
      DocumentOrdering.bisection.order(of: vectors, vocabularyCount: 512)
        == DocumentOrdering.bisection.order(of: vectors, vocabularyCount: 512))
  }

  @Test(arguments: [0, 1, 2, 31, 33])
  func collectionsTooSmallToHalveKeepTheirOrder(count: Int) {
    let vectors = Self.topics(documents: count, seed: 5)
    let order = DocumentOrdering.bisection.order(of: vectors, vocabularyCount: 512)
    #expect(order == (0..<UInt32(count)).map { $0 })
  }

  @Test(arguments: 0..<200)
  func selectionPutsTheSmallestBeforeTheMiddle(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let count = Int.random(in: 1...300, using: &random)
    var keys = (0..<UInt64(count)).shuffled(using: &random)
    let middle = Int.random(in: 0..<count, using: &random)
    Selection.partition(&keys, in: 0..<count, at: middle)
    #expect(keys[middle] == UInt64(middle))
    #expect(keys[..<middle].allSatisfy { $0 < UInt64(middle) })
  }
}
