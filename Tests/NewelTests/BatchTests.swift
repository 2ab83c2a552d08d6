import Foundation
import Testing

@testable import Newel

/// A folder that is removed when the test is over.
private final class Folder {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.appendingPathComponent("newel-batch-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ name: String, _ text: String) throws -> String {
    let file = path + "/" + name
    try Data(text.utf8).write(to: URL(fileURLWithPath: file))
    return file
  }
}

/// A linear congruential generator: the same numbers on every run.
private struct Numbers {
  var state: UInt64

  mutating func next(_ bound: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int(state >> 33) % bound
  }
}

@Suite struct BatchTests {
  /// An index of random documents over the words t0…t29 with weights 1…3, so that ties are everywhere.
  private func index(documents: Int, segments: Int, seed: UInt64, in folder: Folder) throws -> NewelIndex {
    var numbers = Numbers(state: seed)
    let path = folder.path + "/index"
    for segment in 0..<segments {
      var lines = ""
      for document in documents * segment / segments..<documents * (segment + 1) / segments {
        let tokens = Set((0..<6).map { _ in min(numbers.next(30), numbers.next(30)) }).sorted()
        let weights = tokens.map { "\"t\($0)\":\(1 + numbers.next(3))" }.joined(separator: ",")
        lines += "{\"id\":\"d\(document)\",\"vector\":{\(weights)}}\n"
      }
      let vectors = try folder.write("part\(segment).jsonl", lines)
      _ = try NewelIndex.build(
        BuildRequest(index: path, source: .sparse(vectors: vectors, metadata: nil, vocabulary: nil)))
    }
    return try NewelIndex.open(path)
  }

  /// Queries of all forms, some of which cannot be answered, with few and many results and offsets.
  private func requests(_ count: Int, seed: UInt64) -> [SearchRequest] {
    var numbers = Numbers(state: seed)
    return (0..<count).map { _ in
      let words = (0..<1 + numbers.next(5)).map { _ in "t\(numbers.next(32))" }
      let query: SearchRequest.Query
      switch numbers.next(5) {
      case 0: query = .plain(words.joined(separator: " "))
      case 1: query = .text(words.map { ["", "-", "+"][numbers.next(3)] + $0 }.joined(separator: " "))
      case 2: query = .text("^")
      default: query = .tokens(words.map { ($0, Float(numbers.next(9) - 2)) })
      }
      let wanted = [1, 3, 10, 100, 5000][numbers.next(5)]
      return SearchRequest(
        query: query, count: numbers.next(40) == 0 ? 0 : wanted, offset: [0, 0, 2, 6000][numbers.next(4)],
        algorithm: TopKAlgorithm.allCases[numbers.next(TopKAlgorithm.allCases.count)])
    }
  }

  /// What an answer says, or why there is none.
  private func summary(_ result: Result<BatchAnswer, NewelError>) -> String {
    switch result {
    case .success(let answer): "\(answer)"
    case .failure(let error): "\(error.code.rawValue): \(error.message)"
    }
  }

  private func summary(ofSingle request: SearchRequest, in index: NewelIndex) -> String {
    do throws(NewelError) {
      let response = try index.search(request)
      let hits = response.hits.map {
        RankedHit(rank: $0.rank, key: $0.key, score: $0.score, integerScore: $0.integerScore, reranked: $0.reranked)
      }
      let answer = BatchAnswer(
        hits: hits, unknownWords: response.unknownWords, ignoredWords: response.ignoredWords,
        substitutedWords: response.substitutedWords, exact: response.exact,
        missedScoreBound: response.missedScoreBound, reranking: response.reranking)
      return summary(.success(answer))
    } catch {
      return summary(.failure(error))
    }
  }

  @Test(arguments: [1, 3, 7])
  func answersAreThoseOfSingleSearchesForAnyNumberOfThreads(segments: Int) throws {
    let folder = try Folder()
    let index = try index(documents: 900, segments: segments, seed: UInt64(segments), in: folder)
    let requests = requests(300, seed: 40 + UInt64(segments))
    let expected = requests.map { summary(ofSingle: $0, in: index) }
    #expect(expected.contains { $0.hasPrefix("invalid-argument") })
    #expect(expected.contains { $0.hasPrefix("nothing-to-search") })
    for threads in [1, 2, 3, 8] {
      #expect(index.searchBatch(requests, threads: threads).map(summary) == expected, "\(threads) threads")

      var given = 0
      var streamed: [String] = []
      index.searchBatch(threads: threads) { () -> (name: Int, request: SearchRequest)? in
        guard given < requests.count else { return nil }
        defer { given += 1 }
        return (given, requests[given])
      } receive: { name, answer in
        #expect(name == streamed.count)
        streamed.append(summary(answer))
      }
      #expect(streamed == expected, "\(threads) threads, streamed")
    }
  }

  @Test func oneQueryOverSeveralSegmentsHasTheSameHitsForAnyNumberOfThreads() throws {
    let folder = try Folder()
    let index = try index(documents: 700, segments: 9, seed: 5, in: folder)
    for request in requests(150, seed: 6) {
      guard let expected = try? index.search(request) else { continue }
      for threads in [2, 3, 8, nil] as [Int?] {
        let found = try index.search(request, threads: threads)
        #expect(found.hits.map(\.key) == expected.hits.map(\.key))
        #expect(found.hits.map(\.integerScore) == expected.hits.map(\.integerScore))
        #expect(found.exact == .exact(.integer))
      }
    }
  }

  @Test func aStreamHoldsNoMoreThanAPartAndStopsWhenToldTo() throws {
    struct Stop: Error {}
    let folder = try Folder()
    let index = try index(documents: 50, segments: 1, seed: 9, in: folder)
    var given = 0
    var received = 0
    var most = 0
    func run(stoppingAt limit: Int) throws {
      try index.searchBatch(threads: 2) { () -> (name: Int, request: SearchRequest)? in
        guard given < 20_000 else { return nil }
        defer { given += 1 }
        most = max(most, given - received)
        return (given, SearchRequest(query: .tokens([("t\(given % 30)", 1)]), count: 1))
      } receive: { _, _ in
        received += 1
        if received == limit { throw Stop() }
      }
    }
    #expect(throws: Stop.self) { try run(stoppingAt: 7) }
    #expect(received == 7)
    #expect(given <= 16)
    (given, received, most) = (0, 0, 0)
    try run(stoppingAt: .max)
    #expect(received == 20_000)
    #expect(most <= 8192)
  }

  @Test func aBatchWithoutRequestsHasNoAnswers() throws {
    let folder = try Folder()
    let index = try index(documents: 5, segments: 1, seed: 9, in: folder)
    #expect(index.searchBatch([], threads: 4).isEmpty)
    #expect(index.searchBatch([SearchRequest("t1")], threads: -3).count == 1)
  }

  @Test func queriesAreReadWithTheirNames() throws {
    let folder = try Folder()
    let path = try folder.write(
      "q.jsonl",
      """
      {"id":"a","text":"red shoe","relevant":["k"],"note":1}

      {"id":7,"query":"+red"}
      {"vector":{"shoe":2.5}}

      """)
    #expect(try BatchQueries.check(path) == 3)
    var queries = try BatchQueries.open(path)
    var ids: [String] = []
    while let query = try queries.next() { ids.append(query.id) }
    #expect(ids == ["a", "7", "4"])

    for (bad, reason) in [
      ("{\"id\":\"a\",\"text\":\"x\"}\n{\"id\":\"a\",\"text\":\"y\"}", "twice"), ("", "no queries"),
      ("{\"id\":\"a\"}", "exactly one"), ("{\"id\":[],\"text\":\"x\"}", "\"id\""),
      ("{\"id\":\"\",\"text\":\"x\"}", "\"id\""), ("{\"id\":\"a\",\"text\":\"x\"}\n[1]", "line 2"), ("{", "line 1"),
    ] {
      let file = try folder.write("bad.jsonl", bad + "\n")
      let error = #expect(throws: NewelError.self) { try BatchQueries.check(file) }
      #expect(error?.message.contains(reason) == true && error?.message.contains("bad.jsonl") == true, "\(bad)")
    }
    #expect(throws: NewelError.self) { try BatchQueries.open(folder.path + "/none.jsonl") }
    let refused = NewelError(.invalidInput, "no")
    #expect(throws: NewelError.self) {
      try BatchQueries.check(path) { _ throws(NewelError) in throw refused }
    }
  }

  @Test func impossibleNumbersAreRefused() {
    for request in [
      SearchRequest("a", count: 0), SearchRequest("a", offset: -1),
      SearchRequest("a", budget: SearchBudget(milliseconds: 0)), SearchRequest("a", budget: SearchBudget(blocks: 0)),
      SearchRequest("a", budget: SearchBudget(milliseconds: .nan)),
      SearchRequest("a", algorithm: .wand, budget: SearchBudget(blocks: 5)),
    ] {
      let error = #expect(throws: NewelError.self) { try request.check() }
      #expect(error?.code == .invalidArgument)
    }
    #expect(throws: Never.self) { try SearchRequest("a", budget: SearchBudget(milliseconds: 1, blocks: 1)).check() }
  }
}
