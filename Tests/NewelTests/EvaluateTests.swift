import Foundation
import TestSupport
import Testing

@testable import Newel

@Suite struct EvaluateTests {
  let dump: TinyDump
  let index: NewelIndex

  init() throws {
    dump = try TinyDump()
    _ = try EncoderModel.train(
      TrainRequest(
        images: dump.dump, metadata: dump.dump, output: dump.path("head"), minimumDocumentFrequency: 1))
    _ = try NewelIndex.build(
      BuildRequest(
        index: dump.path("index"), source: .dense(images: dump.dump, metadata: dump.dump, head: dump.path("head"))))
    index = try NewelIndex.open(dump.path("index"))
  }

  @Test func anEvaluatedQueryHasTheHitsOfASearch() throws {
    for query in [
      SearchRequest.Query.text("+red shoe^2 -hat"), .plain("red xyzzy shoe"), .tokens([("blue", 2), ("dress", 1)]),
    ] {
      let answer = try index.evaluate(query, depth: 7)
      let hits = try index.search(SearchRequest(query: query, count: 7)).hits
      #expect(try answer.hits.map { try index.key(of: $0.position) } == hits.map(\.key))
      #expect(answer.hits.map(\.score) == hits.map(\.integerScore))
      #expect(answer.hits.map { Double($0.score) * answer.scoreUnit } == hits.map(\.score))
      #expect(answer.isCut == (hits.count == 7))
      #expect(answer.duration > .zero)
    }
  }

  @Test func whatTheVocabularyLacksIsCounted() throws {
    #expect(try index.evaluate(.plain("red xyzzy plugh xyzzy the"), depth: 10).unknownTokens == 2)
    #expect(try index.evaluate(.text("red -xyzzy"), depth: 10).unknownTokens == 1)
    #expect(try index.evaluate(.tokens([("red", 1), ("nope", 1), ("none", 2)]), depth: 10).unknownTokens == 2)
    let nothing = try index.evaluate(.plain("xyzzy plugh"), depth: 10)
    #expect(nothing.unknownTokens == 2 && nothing.hits.isEmpty && nothing.failure?.code == .nothingToSearch)
    #expect(throws: NewelError.self) { try index.evaluate(.text("\"red"), depth: 10) }
  }

  @Test func unknownWordsOfPlainTextsAreReported() throws {
    let response = try index.search(SearchRequest(query: .plain("red the xyzzy -shoe"), count: 3))
    #expect(response.unknownWords == ["xyzzy"])
    #expect(response.ignoredWords == ["the"])
    let answer = try index.searchBatch([SearchRequest(query: .plain("red xyzzy"), count: 3)])[0].get()
    #expect(answer.unknownWords == ["xyzzy"])
    let measured = try index.measure(
      MeasurementRequest(queries: [.plain("red xyzzy"), .plain("plugh")], counts: [5], passes: 1))
    #expect(measured.unknownTokens == 2)
  }

  @Test func wordsThatCancelOutAreSaidToBeLeftOut() throws {
    #expect(try index.search(SearchRequest("red -red shoe")).ignoredWords == ["red"])
    let error = #expect(throws: NewelError.self) { try index.search(SearchRequest("red -red xyzzy")) }
    #expect(error?.code == .nothingToSearch)
    #expect(error?.message.contains("cancel each other out") == true)
  }

  @Test func ranksBeyondTheEndAreCountedPessimistically() throws {
    for judged in try index.captionQueries().queries {
      let answer = try index.evaluate(judged.query, depth: 60)
      let rank = try index.pessimisticRank(of: judged.relevant, for: answer)
      let position = answer.hits.firstIndex { judged.relevant.contains($0.position) }
      guard let position else {
        #expect(rank == nil)
        continue
      }
      let score = answer.hits[position].score
      #expect(rank == answer.hits.count { $0.score >= score })
    }
  }

  @Test func captionsBecomeQueriesForTheirDocuments() throws {
    let queries = try index.captionQueries().queries
    #expect(queries.count == 60)
    #expect(queries[3].id == "d3" && queries[3].relevant == [3])
    guard case .plain(let text) = queries[3].query else { return #expect(Bool(false)) }
    #expect(text == TinyDump.words(of: 3).joined(separator: " "))
  }

  @Test func judgedQueriesAreReadWithTheirDocuments() throws {
    let path = try dump.write(
      "q.jsonl",
      """
      {"id": "a", "text": "red", "relevant": ["d5", "d3", "d5"]}

      {"query": "+red", "relevant": ["d0"]}
      {"id": 7, "vector": {"red": 1}, "relevant": ["d59"]}
      """)
    let queries = try index.judgedQueries(in: path).queries
    #expect(queries.map(\.id) == ["a", "3", "7"])
    #expect(queries.map(\.relevant) == [[3, 5], [0], [59]])
  }

  @Test(arguments: [
    ("{\"vector\": {\"red\": true}, \"relevant\": [\"d1\"]}", "the weight of 'red' is not a finite number"),
    ("{\"vector\": {\"red\": \"1\"}, \"relevant\": [\"d1\"]}", "the weight of 'red' is not a finite number"),
    ("{\"vector\": {\"red\": null}, \"relevant\": [\"d1\"]}", "the weight of 'red' is not a finite number"),
    ("{\"vector\": {\"red\": 1e39}, \"relevant\": [\"d1\"]}", "the weight of 'red' is not a finite number"),
    ("{\"vector\": [1], \"relevant\": [\"d1\"]}", "\"vector\" is an object"),
    ("{\"text\": true, \"relevant\": [\"d1\"]}", "\"text\" and \"query\" are texts"),
    ("{\"text\": \"red\"}", "\"relevant\" must be a list of keys"),
    ("{\"text\": \"red\", \"relevant\": []}", "\"relevant\" must be a list of keys"),
    ("{\"text\": \"red\", \"relevant\": \"d1\"}", "\"relevant\" must be a list of keys"),
    ("{\"text\": \"red\", \"relevant\": [[]]}", "a key that is neither text nor number"),
    ("{\"text\": \"red\", \"relevant\": [\"d60\"]}", "no document of the index has the relevant key 'd60'"),
    ("{\"text\": \"red\", \"query\": \"red\", \"relevant\": [\"d1\"]}", "found 2"),
    ("{\"id\": \"first\", \"text\": \"red\", \"relevant\": [\"d1\"]}", "the id 'first' comes twice"),
    ("{\"id\": true, \"text\": \"red\", \"relevant\": [\"d1\"]}", "\"id\" must be a text"),
    ("[]", "object"), ("{", "JSON"),
  ])
  func aLineThatIsNoJudgedQueryIsNamed(line: String, part: String) throws {
    let path = try dump.write("q.jsonl", "{\"id\": \"first\", \"text\": \"red\", \"relevant\": [\"d1\"]}\n\(line)\n")
    let error = #expect(throws: NewelError.self) { try index.judgedQueries(in: path) }
    let message = try #require(error?.message)
    #expect(message.contains("q.jsonl") && message.contains("line 2") && message.contains(part), "\(message)")
    #expect(FacadeErrorTests.isSentence(message), "\(message)")
  }
}
