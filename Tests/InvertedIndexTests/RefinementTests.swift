import ByteStorage
import LinearAlgebra
import Testing

@testable import InvertedIndex

@Suite("Weights of 12 bits: what is written, found, merged and proved")
struct RefinementTests {
  @Test func aWeightIsTheMiddleOfItsSixteenth() {
    for half in UInt16.min...UInt16.max where !Float16(bitPattern: half).isNaN {
      let error = Double(Float16(bitPattern: half))
      let refinement = Refinement.of(half: half)
      #expect(Refinement.range.contains(refinement))
      let weight = Refinement.impacts(Refinement.weight(impact: 100, refinement))
      if weight != FloatCollection.refined(100, error) {
        Issue.record("\(error) became \(weight)")
        return
      }
      if abs(error) <= 0.5, abs(100 + error - weight) > 1.0 / 32 {
        Issue.record("\(error) is \(weight)")
        return
      }
    }
    #expect(Refinement.impacts(Refinement.weight(impact: 1, 0)) == 1 - Refinement.largestError)
    #expect(Refinement.impacts(Refinement.weight(impact: 255, 15)) == 255 + Refinement.largestError)
  }

  @Test func twoShareAByteAndTheLengthTellsHowMany() {
    for count in 0...300 {
      let refinements = (0..<count).map { UInt8($0 * 11 % 16) }
      let bytes = Refinement.packed(refinements)
      #expect(bytes.count == Refinement.byteCount(count))
      #expect((0..<count).allSatisfy { Refinement.unpacked($0, from: bytes[$0 / 2]) == refinements[$0] })
      #expect(Refinement.count(inBytes: count + bytes.count) == count)
    }
  }

  /// Rare terms, dense and sparse blocks, empty windows, an odd end.
  private static func collection(
    ordering: DocumentOrdering? = nil, segments: Int = 1, using random: inout SplitMix64
  ) throws -> RandomCollection {
    let documents = (0..<9001).map { document in
      (0..<7).compactMap { token -> Posting? in
        let chance =
          switch token {
          case 5: 0.008
          case 6: document / 64 == 70 ? 1.0 : document < 3000 ? 0.1 : 0
          default: document / 500 % 4 == token ? 0.7 : 0.06
          }
        guard Double.random(in: 0..<1, using: &random) < chance else { return nil }
        return Posting(token: UInt32(token), impact: UInt8.random(in: 1...255, using: &random))
      }
    }
    return try RandomCollection(
      documents: documents, vocabulary: 7, segments: segments, ordering: ordering, hasRefinements: true, using: &random)
  }

  @Test(arguments: [DocumentOrdering.insertion, .bisection])
  func everyDocumentIsFoundInEveryList(ordering: DocumentOrdering) throws {
    var random = SplitMix64(seed: 9700)
    let collection = try Self.collection(ordering: ordering, using: &random)
    let index = collection.segments[0].index
    try index.verifyDeep()
    let map = try PlaceMap(index)
    for token in 0..<7 as Range<UInt32> {
      let list = try #require(try index.postingList(of: token))
      let order = try collection.documents.indices.map { try map.place(of: UInt32($0)) }
      let found = list.refinedWeights(of: order)
      for (document, postings) in collection.documents.enumerated() {
        let expected = postings.first { $0.token == token }
          .map { 32 * UInt32($0.impact) + 2 * UInt32(RandomCollection.refinement(of: $0)) - 15 }
        if found[document] != expected ?? 0 || list.contains(order[document]) != (expected != nil) {
          Issue.record("token \(token), document \(document)")
          return
        }
      }
    }
    let strips = index.stripBytes.count
    let plain = try RandomCollection(
      documents: collection.documents, vocabulary: 7, ordering: ordering, using: &random)
    let without = plain.segments[0].index
    #expect(!without.hasRefinements && without.refinementByteCount == 0)
    let rare = Refinement.byteCount(index.rareBytes.count / 4)
    let places = ordering == .insertion ? 0 : 4 * index.documentCount
    #expect(index.refinementByteCount == strips - without.stripBytes.count + rare + places)
  }

  /// Segments written again, alone and together, are byte for byte what the documents themselves give.
  @Test func copiesKeepEveryBit() throws {
    var random = SplitMix64(seed: 9710)
    let collection = try Self.collection(segments: 3, using: &random)
    var builder = SegmentBuilder(vocabularyCount: 7, keepsRefinements: true)
    for segment in collection.segments {
      let contents = try SegmentContents(segment.index, withRefinements: true)
      for document in 0..<segment.index.documentCount { try builder.append(document: document, of: contents) }
    }
    let folder = try TemporaryFolder()
    let merged = try RandomCollection.write(builder, name: "merged", ordering: .bisection, in: folder)
    let direct = try RandomCollection.segment(
      collection.documents[...], vocabulary: 7, name: "direct", ordering: .bisection, hasRefinements: true, in: folder)
    try merged.verifyDeep()
    #expect(merged.refinementByteCount == direct.refinementByteCount)
    let system = PosixFileSystem()
    let files = try ["merged", "direct"].map { name in
      try system.readAll("\(folder.path)/\(name).postings", limit: 1 << 30)
    }
    #expect(files[0] == files[1])
  }

  @Test func withoutThemTheErrorSaysHowToBuild() throws {
    var random = SplitMix64(seed: 9720)
    let collection = try FloatCollection(documents: 20, vocabulary: 4, density: 0.5, using: &random)
    let query = try SparseQuery(weights: [(token: 1, weight: 1)])
    let searched = #expect(throws: InvertedIndexError.self) {
      try FloatSearchTests.search(query, k: 3, by: .postings, in: collection.segments)
    }
    #expect(searched?.description.contains("--fine-weights") == true)
    let merged = #expect(throws: InvertedIndexError.self) {
      try SegmentContents(collection.segments[0].index, withRefinements: true)
    }
    #expect(merged?.description.contains("--fine-weights") == true)
  }

  @Test func weightsThatAreMissingAreRefusedAndHugeOnesGetTheLastSixteenth() throws {
    var builder = SegmentBuilder(vocabularyCount: 4, keepsRefinements: true)
    let posting = Posting(token: 1, impact: 255)
    for fine in [nil, [], [.nan], [-1]] as [[Float]?] {
      #expect(throws: InvertedIndexError.self) { try builder.append([posting], fineImpacts: fine) }
    }
    #expect(builder.documentCount == 0 && builder.postingCount == 0)
    try builder.append([posting], fineImpacts: [1e9])
    try builder.append([Posting(token: 1, impact: 1)], fineImpacts: [0.001])
    let folder = try TemporaryFolder()
    let index = try RandomCollection.write(builder, name: "0", ordering: .insertion, in: folder)
    let list = try #require(try index.postingList(of: 1))
    let expected: [UInt32] = [17, 8175, 17]
    #expect(list.refinedWeights(of: [1, 0, 1]) == expected)
  }

  @Test func explanationsAddUpToTheScore() throws {
    var random = SplitMix64(seed: 9730)
    let collection = try FloatCollection(
      documents: 700, vocabulary: 10, segments: 2, density: 0.5, keepsFineImpacts: false, keepsRefinements: true,
      using: &random)
    for _ in 0..<20 {
      let query = try collection.randomQuery(using: &random)
      for hit in try FloatSearchTests.search(query, k: 5, by: .postings, in: collection.segments).hits {
        let segment = try #require(collection.segments.last { $0.firstPosition <= hit.position })
        let parts = try TopKSearch.contributions(
          of: query, to: Int(hit.position - segment.firstPosition), in: segment.index, by: .postings)
        var sum = 0.0
        for part in parts {
          let amount = part.term.magnitude * (part.fineImpact ?? .nan)
          sum += part.term.role == .negative ? -amount : amount
        }
        #expect(abs(sum - hit.score) < 1e-9 * max(1, abs(sum)))
      }
    }
  }
}
