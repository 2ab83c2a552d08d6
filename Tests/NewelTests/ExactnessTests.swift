import Foundation
import TestSupport
import Testing

@testable import Newel

/// Scores by finer weights and head lists, from the build to the answer.
@Suite struct ExactnessTests {
  let dump: TinyDump
  /// Weights of the documents by key, as they were given.
  let documents: [(key: String, weights: [String: Float])]
  /// Built with float weights, fine weights and head lists, in two builds.
  let index: NewelIndex

  init() throws {
    dump = try TinyDump(count: 1)
    var state: UInt64 = 11
    func next(_ bound: UInt64) -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (state >> 33) % bound
    }
    documents = (0..<600).map { number in
      var weights: [String: Float] = [:]
      for _ in 0..<6 { weights["t\(next(20))"] = Float(1 + next(100_000)) / 40_000 }
      return ("d\(number)", weights)
    }
    for part in [documents[..<400], documents[400...]] {
      let lines = part.map { document in
        let weights = document.weights.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value)" }
        return "{\"id\":\"\(document.key)\",\"vector\":{\(weights.joined(separator: ","))}}\n"
      }
      var request = BuildRequest(
        index: dump.path("index"),
        source: .sparse(
          vectors: try dump.write("part.jsonl", lines.joined()), metadata: nil, vocabulary: nil))
      if part.startIndex == 0 {
        request.keepsFloatWeights = true
        request.keepsFineWeights = true
        request.headMass = 0.6
      }
      _ = try NewelIndex.build(request)
    }
    index = try NewelIndex.open(dump.path("index"))
  }

  private func request(_ tokens: [(token: String, weight: Float)], count: Int) -> SearchRequest {
    SearchRequest(query: .tokens(tokens), count: count)
  }

  private static let queries: [[(token: String, weight: Float)]] = [
    [("t1", 1)], [("t0", 0.3), ("t5", 1.7)], [("t2", 1.1), ("t3", 0.001), ("t4", 2.5), ("t9", -0.4)],
    (0..<20).map { ("t\($0)", 0.1 * Float($0) + 0.05) },
  ]

  @Test(arguments: [Exactness.fine, .float])
  func realScoresAreSumsOfWeightsInTheirOrder(by exactness: Exactness) throws {
    let step = try index.statistics().ceiling / 255
    // 16 bits hold a weight to one part in 2,048, 12 bits to half a sixteenth of an impact, if it was rounded to that.
    func error(_ weight: Double) -> Double {
      if exactness == .float { return 0.0075 }
      return weight == 0
        ? 0 : weight < step / 2 || weight > 255.5 * step ? 0.54 * step + max(0, weight - 255 * step) : step / 31
    }
    for query in Self.queries {
      var asked = request(query, count: 25)
      asked.exactness = exactness
      let response = try index.search(asked)
      #expect(response.exact == .exact(exactness))
      for hit in response.hits {
        let weights = try #require(documents.first { $0.key == hit.key }).weights
        let score = query.reduce(0.0) { $0 + Double($1.weight) * Double(weights[$1.token] ?? 0) }
        let allowed = query.reduce(1e-9) { $0 + Double(abs($1.weight)) * error(Double(weights[$1.token] ?? 0)) }
        #expect(abs(hit.score - score) < allowed)
        #expect(abs(hit.contributions.reduce(0) { $0 + $1.amount } - hit.score) < 1e-9)
      }
      #expect(zip(response.hits, response.hits.dropFirst()).allSatisfy { $0.score >= $1.score })
      let all = try index.search(
        {
          var all = asked
          all.count = 600
          return all
        }())
      #expect(all.hits.prefix(25).map(\.key) == response.hits.map(\.key))

      for algorithm in TopKAlgorithm.allCases {
        asked.algorithm = algorithm
        let same = try index.search(asked, threads: nil)
        #expect(same.hits.map(\.key) == response.hits.map(\.key))
        #expect(same.hits.map(\.score) == response.hits.map(\.score))
      }
      let answer = try index.searchBatch([asked])[0].get()
      #expect(answer.hits.map(\.key) == response.hits.map(\.key))
      #expect(answer.hits.map(\.score) == response.hits.map(\.score))
      #expect(answer.exact == .exact(exactness))
    }
  }

  @Test func headListsGiveTrueScoresAndSayWhatTheyMayMiss() throws {
    for query in Self.queries {
      let exact = try index.search(request(query, count: 600))
      let scores = Dictionary(uniqueKeysWithValues: exact.hits.map { ($0.key, $0.integerScore) })
      for (candidates, cut) in [(1, 1), (20, nil), (600, nil)] as [(Int, Int?)] {
        var asked = request(query, count: 10)
        asked.heads = HeadListSearch(candidates: candidates, cut: cut)
        let response = try index.search(asked)
        #expect(response.algorithm == "heads")
        #expect(response.hits.allSatisfy { scores[$0.key] == $0.integerScore })
        if response.exact.isExact {
          #expect(response.hits.map(\.key) == exact.hits.prefix(10).map(\.key))
        } else {
          #expect(response.missedScoreBound != nil)
        }
        for exactness in [Exactness.fine, .float] {
          asked.exactness = exactness
          let real = try index.search(asked)
          #expect(real.exact == .approximate)
          #expect(zip(real.hits, real.hits.dropFirst()).allSatisfy { $0.score >= $1.score })
          #expect(!real.hits.isEmpty)
        }
      }
    }
  }

  @Test func theAnswerSaysInJSONHowExactItIs() throws {
    func exact(_ change: (inout SearchRequest) -> Void) throws -> Any? {
      var asked = request(Self.queries[2], count: 5)
      change(&asked)
      let data = try JSONEncoder().encode(try index.search(asked))
      #expect(try JSONDecoder().decode(SearchResponse.self, from: data).hits.count == 5)
      return try (JSONSerialization.jsonObject(with: data) as? [String: Any])?["exact"]
    }
    #expect(try exact { _ in } as? String == "integer")
    #expect(try exact { $0.exactness = .float } as? String == "float")
    #expect(try exact { $0.exactness = .fine } as? String == "fine")
    #expect(try exact { $0.heads = HeadListSearch(candidates: 1, cut: 1) } as? Bool == false)
  }

  @Test func waysThatExcludeEachOtherAreRefused() throws {
    let changes: [(inout SearchRequest) -> Void] = [
      { $0.heads = HeadListSearch(candidates: 0) }, { $0.heads = HeadListSearch(cut: 0) },
      {
        $0.heads = HeadListSearch()
        $0.algorithm = .wand
      },
      {
        $0.heads = HeadListSearch()
        $0.budget = SearchBudget(blocks: 3)
      },
      {
        $0.exactness = .float
        $0.budget = SearchBudget(blocks: 3)
      },
      {
        $0.exactness = .fine
        $0.budget = SearchBudget(blocks: 3)
      },
    ]
    for change in changes {
      var asked = request(Self.queries[0], count: 5)
      change(&asked)
      let error = #expect(throws: NewelError.self) { try index.search(asked) }
      #expect(error?.code == .invalidArgument)
    }
  }

  @Test func anIndexWithoutThemSaysHowToBuildAndKeepsWithoutThem() throws {
    let vectors = try dump.write("plain.jsonl", "{\"id\":\"a\",\"vector\":{\"x\":0.5}}\n")
    func plain(_ change: (inout BuildRequest) -> Void) throws -> BuildReport {
      var request = BuildRequest(
        index: dump.path("plain"), source: .sparse(vectors: vectors, metadata: nil, vocabulary: nil))
      change(&request)
      return try NewelIndex.build(request)
    }
    _ = try plain { _ in }
    let without = try NewelIndex.open(dump.path("plain"))
    #expect(try without.statistics().floatWeightBytes == nil)
    #expect(try without.statistics().fineWeightBytes == nil)
    var asked = request([("x", 1)], count: 1)
    asked.exactness = .float
    #expect(#expect(throws: NewelError.self) { try without.search(asked) }?.message.contains("--float-weights") == true)
    asked.exactness = .fine
    #expect(#expect(throws: NewelError.self) { try without.search(asked) }?.message.contains("--fine-weights") == true)
    asked.exactness = .integer
    asked.heads = HeadListSearch()
    #expect(#expect(throws: NewelError.self) { try without.search(asked) }?.message.contains("--head-lists") == true)
    let changes: [(inout BuildRequest) -> Void] = [
      { $0.keepsFloatWeights = true }, { $0.keepsFineWeights = true }, { $0.headMass = 0.5 }, { $0.headMass = 0 },
      { $0.headMass = 2 },
      { $0.headCap = 3 },
    ]
    for change in changes {
      let error = #expect(throws: NewelError.self) { try plain(change) }
      #expect(error?.code == .invalidArgument)
    }
  }

  @Test func statisticsTellTheBytes() throws {
    let statistics = try index.statistics()
    let postings = documents.reduce(0) { $0 + $1.weights.count }
    #expect(statistics.floatWeightBytes == 2 * postings + 2 * 8 * 20)
    // Half a byte for each, at most half a byte lost in each of the two lists of a token.
    let fineBytes = try #require(statistics.fineWeightBytes)
    #expect(fineBytes >= postings / 2 && fineBytes <= postings / 2 + 20)
    #expect(statistics.headMass == 0.6)
    #expect(statistics.headCap == nil)
    #expect((statistics.headListBytes ?? 0) > postings)
    #expect(try NewelIndex.verify(dump.path("index"), level: .deep).problems.isEmpty)
  }

  @Test func curvesHoldEveryModeAndExactSearchFindsEverything() throws {
    let queries = Self.queries.map { SearchRequest.Query.tokens($0) }
    let report = try index.curve(MeasurementRequest(queries: queries, counts: [10], passes: 1))
    let lines = Dictionary(uniqueKeysWithValues: report.lines.map { ($0.mode, $0.points) })
    #expect(lines["exact"]?.map(\.recall) == [1])
    #expect(lines["exact, real scores"]?.count == 1)
    #expect(lines["exact, 12-bit weights"]?.count == 1)
    #expect(lines["limited blocks"]?.last?.recall ?? 0 > 0.5)
    #expect(lines.keys.count { $0.hasPrefix("head lists") } == 4)
    let all = try #require(lines["head lists, all tokens"])
    #expect(zip(all, all.dropFirst()).allSatisfy { $0.recall <= $1.recall })
    #expect(report.lines.flatMap(\.points).allSatisfy { (0...1).contains($0.recall) && $0.microseconds.mean > 0 })
  }

  @Test(arguments: [Exactness.fine, .float])
  func measurementsByRealScoresAgreeOverAllAlgorithms(by exactness: Exactness) throws {
    let queries = Self.queries.map { SearchRequest.Query.tokens($0) }
    let report = try index.measure(
      MeasurementRequest(queries: queries, counts: [5], passes: 1, exactness: exactness))
    #expect(report.exactness == exactness)
    #expect(report.disagreements.isEmpty)
    #expect(Set(report.cells.map(\.checksum)).count == 1)
    let integer = try index.measure(MeasurementRequest(queries: queries, counts: [5], algorithms: [.auto], passes: 1))
    #expect(integer.cells[0].checksum != report.cells[0].checksum)
  }
}
