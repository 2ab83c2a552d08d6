import LinearAlgebra
import Testing

@testable import InvertedIndex

@Suite("Queries are quantised without overflow and without losing a term")
struct SparseQueryTests {
  @Test func wholeNumbersAreKept() throws {
    let query = try SparseQuery(weights: [(5, 3), (2, 700), (9, -12)])
    #expect(query.terms.map(\.token) == [2, 5, 9])
    #expect(query.terms.map(\.weight) == [700, 3, 12])
    #expect(query.terms.map(\.role) == [.plain, .plain, .negative])
    #expect(query.factor == 1)
  }

  @Test func repeatedTokensAddUpAndZeroSumsVanish() throws {
    let query = try SparseQuery(weights: [(1, 2), (1, 3), (4, 1), (4, -1)])
    #expect(query.terms == [SparseQuery.Term(token: 1, weight: 5, magnitude: 5, role: .plain)])
  }

  @Test func aRequiredTokenWithoutWeightTakesPart() throws {
    let query = try SparseQuery(weights: [(1, 0.5)], required: [7])
    #expect(query.terms.map(\.role) == [.plain, .required])
    #expect(query.terms[1].weight == 1)
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity])
  func weightsThatAreNoNumbersAreRefused(weight: Float) {
    #expect(throws: InvertedIndexError.self) { try SparseQuery(weights: [(3, weight)]) }
  }

  @Test func moreTermsThanTheLimitAreRefused() {
    let weights = (0...UInt32(SparseQuery.maximumTerms)).map { (token: $0, weight: Float(1)) }
    #expect(throws: InvertedIndexError.tooManyTerms(found: 65_537, limit: 65_536)) { try SparseQuery(weights: weights) }
  }

  @Test(arguments: 0..<300)
  func everySumStaysBelowTheLimit(seed: Int) throws {
    var random = SplitMix64(seed: UInt64(seed))
    let count = Int.random(in: 1...[3, 60, 5000, 60_000].randomElement(using: &random)!, using: &random)
    let scale = Float([1e-30, 1e-3, 1, 1000, 1e30].randomElement(using: &random)!)
    let weights = (0..<UInt32(count)).map { (token: $0, weight: Float.random(in: 0.0001...1, using: &random) * scale) }
    let query = try SparseQuery(weights: weights)
    #expect(query.terms.count == count)
    #expect(query.terms.allSatisfy { (1...65_535).contains($0.weight) })
    let most = query.terms.reduce(0) { $0 + Int($1.weight) * 255 }
    #expect(most <= Int(Int32.max), "seed \(seed)")
  }
}

@Suite("Impacts are linear, through zero, and never vanish")
struct ImpactQuantiserTests {
  @Test func everyStepRoundsToTheNearest() throws {
    let quantiser = try ImpactQuantiser(ceiling: 3)
    var random = SplitMix64(seed: 1)
    for _ in 0..<10_000 {
      let weight = Float.random(in: 0.006...3, using: &random)
      let back = quantiser.weight(of: quantiser.impact(of: weight))
      #expect(abs(back - weight) <= 3 / 510 + 1e-6)
    }
  }

  @Test func theEndsOfTheScale() throws {
    let quantiser = try ImpactQuantiser(ceiling: 2)
    #expect(quantiser.impact(of: 0) == 0)
    #expect(quantiser.impact(of: -1) == 0)
    #expect(quantiser.impact(of: .leastNonzeroMagnitude) == 1)
    #expect(quantiser.impact(of: 2) == 255)
    #expect(quantiser.impact(of: .infinity) == 255)
    #expect(quantiser.impact(of: .nan) == 0)
  }

  @Test func aCeilingOf255KeepsWholeNumbers() throws {
    let quantiser = try ImpactQuantiser(ceiling: 255)
    for impact in 1...255 { #expect(quantiser.impact(of: Float(impact)) == UInt8(impact)) }
  }

  @Test(arguments: [Float.nan, .infinity, 0, -1])
  func ceilingsThatAreNoScaleAreRefused(ceiling: Float) {
    #expect(throws: InvertedIndexError.self) { try ImpactQuantiser(ceiling: ceiling) }
  }
}
