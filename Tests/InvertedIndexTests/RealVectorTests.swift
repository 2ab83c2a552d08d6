import ByteStorage
import EmbeddingDumps
import LinearAlgebra
import Testing

@testable import InvertedIndex

#if canImport(Glibc)
  import Glibc
#endif

/// SPLADE-v3 vectors, whose integer weights fit impacts without loss.
private enum SpladeData {
  static let folder: String? = {
    guard let root = unsafe getenv("NEWEL_DATA").map({ unsafe String(cString: $0) }) else { return nil }
    let path = root + "/splade"
    return access(path + "/documents.splade-v3.jsonl.gz", R_OK) == 0 ? path : nil
  }()
}

@Suite("On real learned-sparse vectors", .enabled(if: SpladeData.folder != nil, "NEWEL_DATA/splade is not there"))
struct RealVectorTests {
  @Test func everyAlgorithmEqualsBruteForceOnSplade() throws {
    let folder = try #require(SpladeData.folder)
    var numbers: [String: UInt32] = [:]
    func vectors(_ name: String) throws -> [[(token: UInt32, weight: Float)]] {
      let collection = try SparseCollection.open(
        "\(folder)/\(name).splade-v3.jsonl.gz", metadata: nil, vocabulary: nil, fileSystem: PosixFileSystem())
      var vectors: [[(token: UInt32, weight: Float)]] = []
      try collection.forEach { record in
        vectors.append(
          record.weights.map { token, weight in
            let number = numbers[token] ?? UInt32(numbers.count)
            numbers[token] = number
            return (number, weight)
          })
      }
      return vectors
    }
    let documents = try vectors("documents")
    let queries = try vectors("queries")
    #expect(documents.count == 11_980)
    #expect(queries.count == 1_833)
    let quantiser = try ImpactQuantiser(ceiling: 255)
    let postings = documents.map { $0.map { Posting(token: $0.token, impact: quantiser.impact(of: $0.weight)) } }
    var random = SplitMix64(seed: 5)
    let collection = try RandomCollection(
      documents: postings.map { $0.sorted { $0.token < $1.token } }, vocabulary: numbers.count, segments: 3,
      using: &random)
    var different = 0
    // Debug builds check a fifth of the queries; every query is checked by the benchmark of a release build.
    for number in stride(from: 0, to: queries.count, by: 5) {
      let query = try SparseQuery(weights: queries[number])
      #expect(query.factor == 1)
      var scores = [Int](repeating: 0, count: documents.count)
      var weights: [UInt32: Int] = [:]
      for (token, weight) in queries[number] { weights[token] = Int(weight) }
      for (position, document) in documents.enumerated() {
        for (token, weight) in document { if let q = weights[token] { scores[position] += q * Int(weight) } }
      }
      let expected = scores.indices.filter { scores[$0] > 0 }.sorted { (scores[$0], $1) > (scores[$1], $0) }.prefix(100)
        .map { ScoredDocument(position: UInt32($0), score: UInt32(scores[$0])) }
      for algorithm in TopKAlgorithm.allCases {
        let result = try TopKSearch.search(query, k: 100, algorithm: algorithm, in: collection.segments)
        if result.hits != expected { different += 1 }
      }
    }
    #expect(different == 0)
  }
}
