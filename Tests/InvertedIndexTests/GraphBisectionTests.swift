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

  private static func order(_ ordering: DocumentOrdering, _ vectors: ForwardVectors, threads: Int = 1) -> [UInt32]? {
    ordering.bisection(of: vectors, vocabularyCount: 512)?.order(threads: threads)
  }

  @Test(arguments: [DocumentOrdering.bisection, .fullBisection])
  func theOrderIsAPermutationThatShrinksGaps(ordering: DocumentOrdering) throws {
    let vectors = Self.topics(documents: 8000, seed: 3)
    let order = try #require(Self.order(ordering, vectors))
    let identity = (0..<UInt32(8000)).map { $0 }
    #expect(order.sorted() == identity)
    #expect(order != identity)
    let before = Self.gapBits(vectors, order: identity)
    let after = Self.gapBits(vectors, order: order)
    #expect(after < 0.6 * before, "\(before) bits before, \(after) after")
  }

  @Test func theSameDocumentsGiveTheSameOrder() {
    let vectors = Self.topics(documents: 3000, seed: 4)
    #expect(Self.order(.bisection, vectors) == Self.order(.bisection, vectors))
  }

  @Test(arguments: [DocumentOrdering.bisection, .fullBisection], [2, 3, 16])
  func theOrderDoesNotDependOnTheNumberOfThreads(ordering: DocumentOrdering, threads: Int) {
    let vectors = Self.topics(documents: 5000, seed: 7)
    #expect(Self.order(ordering, vectors, threads: threads) == Self.order(ordering, vectors))
  }

  @Test func moreTokensThan16BitsCountAreOrderedAsWell() throws {
    // The same documents with token numbers of a vocabulary of 100,000, every token twice at least.
    var wide = ForwardVectors()
    for document in 0..<70_000 as Range<UInt32> {
      wide.append([Posting(token: document, impact: 1), Posting(token: (document + 1) % 70_000, impact: 1)])
    }
    let bisection = try #require(DocumentOrdering.fullBisection.bisection(of: wide, vocabularyCount: 70_000))
    let order = try #require(bisection.order(threads: 2))
    #expect(order.sorted() == (0..<70_000).map { UInt32($0) })
  }

  @Test func progressRisesToTheWholeWork() throws {
    let vectors = Self.topics(documents: 3001, seed: 8)
    let bisection = try #require(DocumentOrdering.fullBisection.bisection(of: vectors, vocabularyCount: 512))
    // Halves of 3,001 down to 32: seven levels, of which the last halves only the parts of at least 32.
    #expect(bisection.workCount >= 6 * 3001 && bisection.workCount <= 7 * 3001)
    var seen = 0
    let order = bisection.order(threads: 2) { done in
      #expect(done >= seen && done <= bisection.workCount)
      seen = done
      return true
    }
    #expect(order != nil)
  }

  @Test func stoppingGivesNoOrder() throws {
    let vectors = Self.topics(documents: 60_000, seed: 9)
    let bisection = try #require(DocumentOrdering.fullBisection.bisection(of: vectors, vocabularyCount: 512))
    #expect(bisection.order(threads: 2) { _ in false } == nil)
  }

  @Test(arguments: [0, 1, 2, 31, 33])
  func collectionsTooSmallToHalveKeepTheirOrder(count: Int) {
    let vectors = Self.topics(documents: count, seed: 5)
    let order = Self.order(.bisection, vectors)
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
