import LinearAlgebra
import Testing

@testable import InvertedIndex

@Suite("A search with a budget says what it may have missed")
struct SearchBudgetTests {
  /// Several windows of documents, so that there is something to leave out.
  private static func collection(_ seed: UInt64, segments: Int = 1) throws -> RandomCollection {
    var random = SplitMix64(seed: seed)
    let documents: [[Posting]] = (0..<70_000).map { _ in
      (0..<8).compactMap { token in
        random.next() % 4 == 0
          ? Posting(token: UInt32(token), impact: UInt8(truncatingIfNeeded: random.next() % 200 + 1)) : nil
      }
    }
    return try RandomCollection(
      documents: documents, vocabulary: 8, segments: segments, ordering: .insertion, using: &random)
  }

  @Test(arguments: [1, 3])
  func theBoundHoldsForEveryDocumentLeftOut(segments: Int) throws {
    let collection = try Self.collection(1, segments: segments)
    var random = SplitMix64(seed: 2)
    var inexact = 0
    for number in 0..<40 {
      let query = try collection.randomQuery(using: &random)
      let k = [1, 10, 200].randomElement(using: &random)!
      let budget = SearchBudget(blocks: [1, 20, 200, 2000].randomElement(using: &random)!)
      let filter = number % 2 == 0 ? nil : collection.randomFilter(using: &random)
      let searched = filter.map { collection.segments(under: $0) } ?? collection.segments
      let result = try TopKSearch.search(query, k: k, budget: budget, in: searched)
      let truth = collection.bruteForce(query, k: .max, filter: filter)
      if result.isExact {
        #expect(result.hits == Array(truth.prefix(k)), "query \(number)")
        continue
      }
      inexact += 1
      let returned = Set(result.hits.map(\.position))
      let missed = truth.prefix(k).filter { !returned.contains($0.position) }
      #expect(missed.allSatisfy { $0.score <= result.missedBound }, "query \(number)")
      // What it does return has true scores, in order.
      #expect(result.hits.allSatisfy { truth.contains($0) }, "query \(number)")
      #expect(result.hits == result.hits.sorted { ($0.score, $1.position) > ($1.score, $0.position) })
    }
    #expect(inexact > 5)
  }

  @Test func anAmpleBudgetIsExact() throws {
    let collection = try Self.collection(3)
    let query = try SparseQuery(weights: [(0, 1), (3, 2), (7, 1)])
    let exact = try TopKSearch.search(query, k: 20, algorithm: .exhaustive, in: collection.segments)
    for budget in [SearchBudget(blocks: .max), SearchBudget(time: .seconds(3600)), SearchBudget()] {
      let result = try TopKSearch.search(query, k: 20, budget: budget, in: collection.segments)
      #expect(result.isExact)
      #expect(result.hits == exact.hits)
      #expect(result.algorithm == .superblock)
    }
  }

  @Test func aDeadlineThatHasPassedStillAnswers() throws {
    let collection = try Self.collection(4)
    let query = try SparseQuery(weights: [(0, 1), (3, 2)])
    let result = try TopKSearch.search(
      query, k: 5, budget: SearchBudget(time: .nanoseconds(1)), in: collection.segments)
    #expect(!result.isExact)
    let best = collection.bruteForce(query, k: 1)[0]
    #expect(result.missedBound >= best.score)
  }

  @Test(arguments: [SearchBudget(blocks: 0), SearchBudget(blocks: -1), SearchBudget(time: .zero)])
  func budgetsThatAllowNothingAreRefused(budget: SearchBudget) throws {
    let query = try SparseQuery(weights: [(0, 1)])
    #expect(throws: InvertedIndexError.invalidBudget) {
      try TopKSearch.search(query, k: 5, budget: budget, in: [])
    }
  }

  @Test func otherAlgorithmsKnowNoBudget() throws {
    let query = try SparseQuery(weights: [(0, 1)])
    #expect(throws: InvertedIndexError.invalidBudget) {
      try TopKSearch.search(query, k: 5, algorithm: .wand, budget: SearchBudget(blocks: 5), in: [])
    }
  }
}
