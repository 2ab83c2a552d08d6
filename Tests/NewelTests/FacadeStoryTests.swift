import Foundation
import Newel
import TestSupport
import Testing

@Suite struct FacadeStoryTests {
  let dump: TinyDump
  let index: NewelIndex

  init() throws {
    dump = try TinyDump()
    let head = dump.path("head")
    _ = try EncoderModel.train(
      TrainRequest(images: dump.dump, metadata: dump.dump, output: head, minimumDocumentFrequency: 1, top: 16))
    _ = try NewelIndex.build(
      BuildRequest(index: dump.path("index"), source: .dense(images: dump.dump, metadata: dump.dump, head: head)))
    index = try NewelIndex.open(dump.path("index"))
  }

  @Test func aHeadSaysHowItWasMadeAndEncodesRows() throws {
    let head = try EncoderModel.load(dump.path("head"))
    #expect(head.method == "ridge")
    #expect(head.dimension == TinyDump.dimension)
    #expect(head.vocabularyCount == TinyDump.words.count)
    let tokens = try head.tokens(of: TinyDump.rows(0..<1), top: 3)
    #expect(tokens.count == 3)
    #expect(zip(tokens, tokens.dropFirst()).allSatisfy { $0.weight >= $1.weight })
    #expect(throws: NewelError.self) { try head.tokens(of: [1, 2]) }
  }

  @Test func hitsCarryTheirReasonsAndTheMetadataAsWritten() throws {
    let response = try index.search(SearchRequest("red shoe^2 -hat", count: 5))
    #expect(response.hits.count == 5)
    #expect(response.hits.map(\.rank) == [1, 2, 3, 4, 5])
    for hit in response.hits {
      #expect(hit.contributions.reduce(0) { $0 + $1.integerAmount } == Int(hit.integerScore))
      #expect(abs(hit.contributions.reduce(0) { $0 + $1.amount } - hit.score) < 1e-9)
      #expect(hit.metadata?.contains("\"zeal\": 1.50") == true)
    }
    #expect(response.exact == .exact(.integer))
    #expect(response.documentCount == 60)
  }

  @Test func everyAlgorithmGivesTheSameHits() throws {
    for query in ["red", "red shoe -hat", "+big striped^3 small", "\"green dress\" -\"blue shirt\""] {
      let reference = try index.search(SearchRequest(query, count: 100, algorithm: .exhaustive)).hits
      for algorithm in TopKAlgorithm.allCases {
        let hits = try index.search(SearchRequest(query, count: 100, algorithm: algorithm)).hits
        #expect(hits.map(\.key) == reference.map(\.key), "\(algorithm) on \(query)")
        #expect(hits.map(\.integerScore) == reference.map(\.integerScore), "\(algorithm) on \(query)")
      }
    }
  }

  @Test func pagesCoverEveryHitOnce() throws {
    let all = try index.search(SearchRequest("red big", count: .max)).hits
    var paged: [String] = []
    for offset in stride(from: 0, to: all.count + 7, by: 7) {
      let page = try index.search(SearchRequest("red big", count: 7, offset: offset)).hits
      #expect(page.first.map { $0.rank == offset + 1 } ?? true)
      paged += page.map(\.key)
    }
    #expect(paged == all.map(\.key))
    #expect(try index.search(SearchRequest("red", count: .max, offset: .max)).hits.isEmpty)
  }

  @Test func anExplanationAddsUpToTheScoreOfTheSearch() throws {
    let query = "red shoe^2 -hat"
    for hit in try index.search(SearchRequest(query, count: 100)).hits {
      let explanation = try index.explain(query, key: hit.key)
      #expect(explanation.isHit)
      #expect(explanation.integerScore == Int(hit.integerScore))
      #expect(explanation.score == hit.score)
      #expect(explanation.contributions.reduce(0) { $0 + $1.integerAmount } == explanation.integerScore)
    }
  }

  @Test func aRequiredWordThatIsMissingMakesNoHit() throws {
    let found = Set(try index.search(SearchRequest("+red shoe", count: 100)).hits.map(\.key))
    for number in 0..<60 {
      let explanation = try index.explain("+red shoe", key: "d\(number)")
      #expect(explanation.isHit == found.contains("d\(number)"))
      #expect(explanation.missingRequired.isEmpty || !explanation.isHit)
    }
  }

  @Test func aPictureShowsItsWordsAndWhetherItsCaptionHasThem() throws {
    let inspection = try index.inspect("d4", limit: 3)
    #expect(inspection.position == 4)
    #expect(inspection.caption == TinyDump.words(of: 4).joined(separator: " "))
    #expect(inspection.tokens.count == 3)
    for token in inspection.tokens {
      #expect(token.inCaption == TinyDump.words(of: 4).contains(token.token))
      #expect(token.documentFrequency > 0)
    }
    var keys: [String] = []
    try index.inspectAll { keys.append($0.key) }
    #expect(keys == (0..<60).map { "d\($0)" })
  }

  @Test func aWordShowsWhoHasMostOfIt() throws {
    let report = try #require(try index.tokens("shoe", limit: 4).first)
    #expect(report.token == "shoe")
    #expect(report.strongest.count == 4)
    let error = #expect(throws: NewelError.self) { try index.tokens("shoee") }
    #expect(error?.code == .notFound)
    #expect(error?.message == "The vocabulary has no token 'shoee'; near it are 'shoe'.")
  }

  @Test func statisticsCountWhatIsThere() throws {
    let statistics = try index.statistics()
    #expect(statistics.documentCount == 60)
    #expect(statistics.vocabularyCount == TinyDump.words.count)
    #expect(statistics.segments.map(\.documentCount) == [60])
    #expect(statistics.byteCount == statistics.bytesByKind.values.reduce(0, +))
    #expect(
      Set(statistics.bytesByKind.keys)
        == ["catalog", "columns", "documents", "forward", "head", "postings", "vectors", "vocabulary"])
  }

  @Test(arguments: NewelIndex.VerificationLevel.allCases)
  func aFreshIndexIsSound(level: NewelIndex.VerificationLevel) throws {
    #expect(try NewelIndex.verify(dump.path("index"), level: level).isSound)
  }
}
