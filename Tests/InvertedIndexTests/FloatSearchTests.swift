import ByteStorage
import LinearAlgebra
import Testing

@testable import InvertedIndex

@Suite("Scores in real numbers give the order that scoring every document gives")
struct FloatSearchTests {
  static func search(
    _ query: SparseQuery, k: Int, by source: WeightSource = .forward, algorithm: TopKAlgorithm = .auto,
    in segments: [PlacedSegment]
  ) throws -> FloatTopKResult {
    try FloatSearch.search(query, k: k, by: source, in: segments) { count throws(InvertedIndexError) in
      try TopKSearch.search(query, k: count, algorithm: algorithm, in: segments)
    }
  }

  /// 120 collections × 60 queries by either kind of weights; ceilings that clip, weights that tie, filters, and every algorithm.
  @Test(arguments: 0..<120)
  func onRandomCollections(seed: Int) throws {
    var random = SplitMix64(seed: 9000 + UInt64(seed))
    let count = Int.random(in: 0...[20, 300, 1500].randomElement(using: &random)!, using: &random)
    let collection = try FloatCollection(
      documents: count, vocabulary: Int.random(in: 1...20, using: &random),
      segments: [1, 1, 3].randomElement(using: &random)!,
      ceiling: [1, 0.2, 0.9, 50].randomElement(using: &random)!,
      steps: [3, 100, 1 << 20].randomElement(using: &random)!, density: Double.random(in: 0.05...0.8, using: &random),
      keepsRefinements: true, using: &random)
    for number in 0..<60 {
      let query = try collection.randomQuery(using: &random)
      let k = [1, 2, 10, 100, count + 5].randomElement(using: &random)!
      let accepted =
        number % 3 == 0 ? (0..<count).map { _ in Bool.random(using: &random) } : nil
      let segments = collection.segments.map { segment in
        accepted.map { ForwardSearchTests.filtered(segment, $0) } ?? segment
      }
      let source = number % 2 == 0 ? WeightSource.forward : .postings
      let found = try Self.search(
        query, k: k, by: source, algorithm: TopKAlgorithm.allCases.randomElement(using: &random)!, in: segments)
      if found.hits != Array(collection.bruteForce(query, by: source, accepted: accepted).prefix(k)) {
        Issue.record("seed \(seed), query \(number), k \(k), \(source): \(query)")
        return
      }
    }
  }

  /// Few impacts and many documents: nearly all integer scores are equal, so that the candidates must be deepened.
  @Test(arguments: WeightSource.allCases) func candidatesAreDeepenedUntilTheAnswerIsCertain(by source: WeightSource)
    throws
  {
    var random = SplitMix64(seed: 9200)
    let collection = try FloatCollection(
      documents: 3000, vocabulary: 6, ceiling: 200, density: 0.7, keepsRefinements: true, using: &random)
    var rounds = 0
    for _ in 0..<30 {
      let query = try collection.randomQuery(using: &random)
      let found = try Self.search(query, k: 5, by: source, in: collection.segments)
      #expect(found.hits == Array(collection.bruteForce(query, by: source).prefix(5)))
      rounds = max(rounds, found.rounds)
    }
    #expect(rounds > 3)
  }

  @Test(arguments: WeightSource.allCases) func noScoreIsFurtherFromItsIntegerScoreThanTheBound(by source: WeightSource)
    throws
  {
    var random = SplitMix64(seed: 9300)
    for ceiling in [Float(1), 0.3] {
      let collection = try FloatCollection(
        documents: 800, vocabulary: 12, ceiling: ceiling, density: 0.6, keepsRefinements: true, using: &random)
      for _ in 0..<100 {
        let query = try collection.randomQuery(using: &random)
        let error = try FloatError(query, by: source, in: collection.segments)
        for hit in collection.bruteForce(query, by: source) {
          #expect(hit.score <= Double(hit.integerScore) / query.factor + error.largest)
        }
      }
    }
  }

  @Test func withoutFloatWeightsTheErrorSaysHowToBuild() throws {
    var random = SplitMix64(seed: 9400)
    let collection = try RandomCollection(documents: 20, vocabulary: 4, density: 0.5, using: &random)
    let query = try SparseQuery(weights: [(token: 1, weight: 1)])
    let error = #expect(throws: InvertedIndexError.self) { try Self.search(query, k: 3, in: collection.segments) }
    #expect(error?.description.contains("--float-weights") == true)
  }

  @Test func fineImpactsThatAreMissingOrTooLargeAreRefused() throws {
    var builder = SegmentBuilder(vocabularyCount: 4, keepsFineImpacts: true)
    let posting = Posting(token: 1, impact: 255)
    for fine in [nil, [], [Float(70_000)], [.nan], [.infinity], [-1]] as [[Float]?] {
      #expect(throws: InvertedIndexError.self) { try builder.append([posting], fineImpacts: fine) }
    }
    #expect(builder.documentCount == 0)
    #expect(builder.postingCount == 0)
    try builder.append([posting, Posting(token: 0, impact: 3)], fineImpacts: [65_000, 2.5])
    #expect(builder.documentCount == 1)
  }

  /// What a faulty writer would leave: checksums that hold around numbers that are wrong.
  @Test func deepVerificationFindsWeightsAndHeadListsThatAreNotTheDocuments() throws {
    var random = SplitMix64(seed: 9500)
    let collection = try FloatCollection(
      documents: 200, vocabulary: 8, density: 0.5, heads: try HeadListOptions(mass: 0.5, cap: 30), using: &random)
    let index = collection.segments[0].index
    try index.verifyDeep()
    #expect(index.hasFineImpacts)
    #expect(index.headLists == (try HeadListOptions(mass: 0.5, cap: 30)))
    let postings = collection.documents.reduce(0) { $0 + $1.count }
    #expect(index.fineImpactByteCount == 2 * postings + 8 * 8)

    let system = PosixFileSystem()
    let file = try EnvelopeFile.open(
      "0.forward", in: collection.folder.path, kind: .forward, expecting: nil, fileSystem: system)
    for tag in file.tags where ![.summary, .forwardStarts, .forwardVectors, .headSummary].contains(tag) {
      let folder = try TemporaryFolder()
      let writer = try EnvelopeWriter(
        creating: "0.forward", in: folder.path, kind: .forward, fileSystem: system)
      for copied in file.tags {
        let section = try file.section(copied)
        var bytes = try section.bytes(0..<section.byteCount)
        // The exponent of a weight, or the lowest bit of a number; of an error all of it.
        if copied == tag { bytes[tag == .fineImpacts ? 1 : 0] ^= tag == .fineImpacts ? 0x40 : 1 }
        if copied == tag, tag == .fineErrors { bytes = [UInt8](repeating: 0, count: bytes.count) }
        try writer.write(copied, bytes)
      }
      _ = try writer.finish()
      #expect(throws: InvertedIndexError.self, "\(tag)") {
        try SegmentIndex.open(
          postings: try EnvelopeFile.open(
            "0.postings", in: collection.folder.path, kind: .postings, expecting: nil, fileSystem: system),
          forward: try EnvelopeFile.open(
            "0.forward", in: folder.path, kind: .forward, expecting: nil, fileSystem: system)
        ).verifyDeep()
      }
    }
  }

  @Test func damagedWeightsGiveErrorsOrTheSameAnswers() throws {
    var random = SplitMix64(seed: 9600)
    let collection = try FloatCollection(documents: 6000, vocabulary: 12, density: 0.5, using: &random)
    let system = PosixFileSystem()
    let original = try system.readAll("\(collection.folder.path)/0.forward", limit: 1 << 30)
    let query = try SparseQuery(weights: [(token: 1, weight: 1), (token: 4, weight: 0.7)])
    let expected = Array(collection.bruteForce(query).prefix(10))
    var refused = 0
    for _ in 0..<200 {
      var bytes = original
      bytes[Int.random(in: 0..<bytes.count, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      let folder = try TemporaryFolder()
      let file = try system.create("\(folder.path)/0.forward")
      try file.append(bytes.span.bytes)
      try file.close()
      do {
        let index = try SegmentIndex.open(
          postings: try EnvelopeFile.open(
            "0.postings", in: collection.folder.path, kind: .postings, expecting: nil, fileSystem: system),
          forward: try EnvelopeFile.open(
            "0.forward", in: folder.path, kind: .forward, expecting: nil, fileSystem: system))
        #expect(try Self.search(query, k: 10, in: [PlacedSegment(index: index, firstPosition: 0)]).hits == expected)
      } catch is InvertedIndexError {
        refused += 1
      } catch is StorageError {
        refused += 1
      }
    }
    #expect(refused > 100)
  }
}
