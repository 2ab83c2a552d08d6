import ByteStorage
import Testing

@testable import IndexStore
@testable import InvertedIndex

@Suite("A merge keeps weights that are finer than impacts")
struct FineMergeTests {
  /// Alone and together: 12-bit weights do not need the weights before rounding.
  @Test(arguments: [false, true])
  func answersByFinerWeightsStay(withFloatWeights floatWeights: Bool) throws {
    let folder = try TemporaryFolder()
    let index = folder.file("index")
    var configuration = Workload.configuration()
    configuration.fineWeights = true
    configuration.floatWeights = floatWeights ? true : nil
    let writer = try IndexWriter.open(index, creating: configuration)
    try writer.setVocabulary(Workload.vocabulary)
    try writer.setHead([1])
    for start in stride(from: 0, to: 200, by: 30) {
      for number in start..<min(start + 30, 200) {
        var document = Workload.document(number)
        document.fineImpacts = document.postings.map {
          Float($0.impact) + Float((number * 7 + Int($0.token) * 11) % 100) / 100 - 0.5
        }
        try writer.add(document)
      }
      _ = try writer.commit()
    }
    writer.close()
    func merge(_ goal: MergeGoal, _ ordering: DocumentOrdering) throws {
      let writer = try IndexWriter.open(index, creating: nil)
      defer { writer.close() }
      _ = try writer.merge(goal, work: MergeWork(segments: SegmentWork(ordering: ordering)))
    }
    func answers(_ source: WeightSource) throws -> [[FloatScoredDocument]] {
      let segments = try IndexSnapshot.open(index).segments.map {
        PlacedSegment(index: $0.index, firstPosition: $0.firstPosition)
      }
      return try (0..<39 as Range<UInt32>).map { token in
        let query = try SparseQuery(weights: [(token: token, weight: 1), (token: token + 1, weight: 0.7)])
        return try FloatSearch.search(query, k: 20, by: source, in: segments) { count throws(InvertedIndexError) in
          try TopKSearch.search(query, k: count, in: segments)
        }.hits
      }
    }
    let sources = floatWeights ? WeightSource.allCases : [.postings]
    let expected = try sources.map(answers)
    #expect(expected[0].contains { $0.count > 10 })
    try merge(.segments(2), .bisection)
    #expect(try sources.map(answers) == expected)
    try merge(.fewest, .automatic)
    #expect(try sources.map(answers) == expected)
    try Workload.expectGood(index)
  }
}
