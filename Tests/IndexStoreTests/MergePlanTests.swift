import Testing

@testable import IndexStore

@Suite("Merges put neighbours together, within the limits of a segment")
struct MergePlanTests {
  static let limits = MergePlan.Size(documents: 100_000, postings: 1_000_000, keyBytes: 10_000)

  static func runs(_ documents: [Int], _ goal: MergeGoal, postingsEach: Int = 2) -> [Range<Int>] {
    MergePlan.runs(
      documents.map { MergePlan.Size(documents: $0, postings: $0 * postingsEach) }, goal: goal, limits: limits)
  }

  /// The sizes after a merge.
  static func merged(_ documents: [Int], _ goal: MergeGoal) -> [Int] {
    var result = documents
    for run in runs(documents, goal).reversed() { result.replaceSubrange(run, with: [documents[run].reduce(0, +)]) }
    return result
  }

  @Test func nothingIsMergedWhereThereIsNothingToMerge() {
    for goal in [MergeGoal.fewest, .segments(1), .tiers] {
      #expect(Self.runs([], goal) == [])
      #expect(Self.runs([5], goal) == [])
    }
    #expect(Self.runs([60_000, 60_000, 60_000], .fewest) == [])
    #expect(Self.runs([3, 4, 5], .segments(3)) == [])
  }

  @Test func theFewestSegmentsFillTheirLimits() {
    #expect(Self.merged([30_000, 30_000, 30_000, 30_000, 5], .fewest) == [90_000, 30_005])
    #expect(Self.merged([100_000, 1, 1, 100_000], .fewest) == [100_000, 2, 100_000])
    // Postings count as well: 50,000 documents have them all.
    #expect(Self.runs([40_000, 10_000, 1], .fewest, postingsEach: 20) == [0..<2])
  }

  @Test func keysCountAsWell() {
    let sizes = [4000, 4000, 4000, 1].map { MergePlan.Size(documents: 10, postings: 10, keyBytes: $0) }
    #expect(MergePlan.runs(sizes, goal: .fewest, limits: Self.limits) == [0..<2, 2..<4])
    #expect(MergePlan.runs(sizes, goal: .segments(1), limits: Self.limits) == [0..<2, 2..<4])
  }

  @Test func aNumberOfSegmentsMergesTheSmallestNeighbours() {
    #expect(Self.merged([50_000, 10, 20, 40_000], .segments(3)) == [50_000, 30, 40_000])
    #expect(Self.merged([50_000, 10, 20, 40_000], .segments(2)) == [50_000, 40_030])
    #expect(Self.merged([50_000, 10, 20, 60_000], .segments(1)) == [50_030, 60_000])
  }

  @Test(arguments: [1, 37, 500, 5000])
  func appendsOfOneSizeLeaveFewSegmentsAndWriteEachDocumentFewTimes(step: Int) {
    var sizes: [Int] = []
    var written = 0
    var documents = 0
    for _ in 0..<600 {
      sizes.append(step)
      documents += step
      let after = Self.merged(sizes, .tiers)
      if after.count < sizes.count { written += after.last ?? 0 }
      sizes = after
      #expect(sizes.allSatisfy { $0 <= Self.limits.documents })
    }
    #expect(sizes.reduce(0, +) == documents)
    // Seven of each tier below the limit, and what is too large to be merged.
    #expect(sizes.count <= 7 * 3 + 1 + documents / (Self.limits.documents / 8), "\(sizes)")
    #expect(Double(written) <= Double(documents) * 75, "\(written) for \(documents)")
    if step >= 500 { #expect(written <= documents * 4, "\(written) for \(documents)") }
  }

  @Test func aLargeSegmentIsNotWrittenAgainForAFewSmallOnes() {
    #expect(Self.runs([90_000] + Array(repeating: 1, count: 7), .tiers) == [])
    #expect(Self.runs([90_000] + Array(repeating: 1, count: 8), .tiers) == [1..<9])
    #expect(Self.runs(Array(repeating: 5000, count: 7) + [1, 1], .tiers) == [])
    // Smaller ones between and behind those of a tier go with them.
    #expect(
      Self.runs(Array(repeating: 5000, count: 4) + [3] + Array(repeating: 5000, count: 4) + [1], .tiers) == [0..<10])
  }
}
