import Foundation
import TestSupport
import Testing

@testable import Newel

@Suite("Searches under conditions on metadata")
struct FilterSearchTests {
  let dump: TinyDump
  let index: NewelIndex

  /// 600 pictures, in two builds.
  init() throws {
    dump = try TinyDump(count: 600)
    let head = dump.path("head")
    _ = try EncoderModel.train(
      TrainRequest(images: dump.dump, metadata: dump.dump, output: head, minimumDocumentFrequency: 1, top: 16))
    for (number, condition) in ["split=train", "split=val"].enumerated() {
      _ = try NewelIndex.build(
        BuildRequest(
          index: dump.path("index"),
          source: .dense(images: dump.dump, metadata: dump.dump, head: number == 0 ? head : nil),
          conditions: [condition]))
    }
    index = try NewelIndex.open(dump.path("index"))
  }

  @Test func hitsAreThoseOfAFullSearchThatMeetTheConditions() throws {
    for query in ["red", "red shoe -hat", "+big striped^3 small"] {
      let all = try index.search(SearchRequest(query, count: 600)).hits
      for (condition, text) in [
        ("split=val", "\"split\": \"val\""), ("split!=train", "\"split\": \"val\""), ("zeal>=1.5", "zeal"),
        ("zeal<1.5", "nothing has it"),
      ] {
        let expected = all.filter { $0.metadata?.contains(text) == true }.map(\.key)
        for algorithm in TopKAlgorithm.allCases {
          let found = try index.search(
            SearchRequest(query, count: 600, algorithm: algorithm, conditions: [condition]), threads: 2)
          #expect(found.hits.map(\.key) == expected, "\(query), \(condition), \(algorithm)")
          #expect(found.documentsAccepted == (text == "zeal" ? 600 : text.contains("val") ? 300 : 0))
        }
        let batch = index.searchBatch([SearchRequest(query, count: 600, conditions: [condition])], threads: 2)
        #expect(try batch[0].get().hits.map(\.key) == expected)
      }
    }
    #expect(try index.search(SearchRequest("red")).documentsAccepted == nil)
  }

  @Test func aBudgetUnderConditionsIsCertified() throws {
    let exact = try index.search(SearchRequest("red shoe", count: 20, conditions: ["split=val"]))
    let limited = try index.search(
      SearchRequest("red shoe", count: 20, conditions: ["split=val"], budget: SearchBudget(blocks: 1)))
    if limited.exact.isExact {
      #expect(limited.hits.map(\.key) == exact.hits.map(\.key))
    } else {
      let bound = try #require(limited.missedScoreBound)
      let kept = Set(limited.hits.map(\.key))
      #expect(exact.hits.filter { !kept.contains($0.key) }.allSatisfy { $0.score <= bound })
    }
    let ample = try index.search(
      SearchRequest("red shoe", count: 20, conditions: ["split=val"], budget: SearchBudget(blocks: 1_000_000)))
    #expect(ample.exact.isExact && ample.hits.map(\.key) == exact.hits.map(\.key))
  }

  @Test func explanationsSayWhetherTheConditionsHold() throws {
    let key = try #require(try index.search(SearchRequest("red", conditions: ["split=val"])).hits.first?.key)
    let good = try index.explain("red", key: key, conditions: ["split=val"])
    #expect(good.isAccepted == true && good.isHit)
    let bad = try index.explain("red", key: key, conditions: ["split=train"])
    #expect(bad.isAccepted == false && !bad.isHit)
    #expect(try index.explain("red", key: key).isAccepted == nil)
  }

  @Test func conditionsThatCannotBeAnsweredSaySo() throws {
    func message(_ condition: String) -> String? {
      let error = #expect(throws: NewelError.self) {
        try index.search(SearchRequest("red", conditions: ["split=val", condition]))
      }
      #expect(error?.code == .invalidArgument)
      return error?.message
    }
    #expect(
      message("splt=val")
        == "No document has the metadata field 'splt'; fields to filter by are 'caption', 'id', 'split', 'zeal'.")
    #expect(message("split")?.hasPrefix("The filter 'split' cannot be read") == true)
    #expect(message("zeal<much")?.contains("'much' is no number") == true)
    #expect(throws: NewelError.self) { try index.documentCount(where: ["splt=val"]) }
  }

  @Test func fieldsThatWereAskedForCanBeFilteredBy() throws {
    let path = dump.path("named")
    for condition in ["split=train", "split=val"] {
      _ = try NewelIndex.build(
        BuildRequest(
          index: path,
          source: .dense(
            images: dump.dump, metadata: dump.dump, head: condition == "split=train" ? dump.path("head") : nil),
          conditions: [condition], filterFields: condition == "split=train" ? ["id"] : []))
    }
    let named = try NewelIndex.open(path)
    #expect(try named.documentCount(where: ["id=d3"]) == 1)
    #expect(try named.documentCount(where: ["id!=d4"]) == 599)
    let fields = try named.statistics().filterFields
    #expect(fields.map(\.name) == ["caption", "id", "split", "zeal"])
    #expect(fields.map(\.valueCount) == [100, 600, 2, 1])
    #expect(try NewelIndex.verify(path, level: .deep).isSound)
    let error = #expect(throws: NewelError.self) {
      try NewelIndex.build(
        BuildRequest(index: path, source: .sparse(vectors: "x", metadata: nil, vocabulary: nil), filterFields: [""]))
    }
    #expect(error?.code == .invalidArgument)
  }

  @Test func manyFiltersAtOnceFromSeveralThreads() throws {
    let requests = (0..<200).map { number in
      SearchRequest(
        "red", count: 5, conditions: [number % 2 == 0 ? "split=val" : "split!=val", "zeal<\(number % 20 + 2)"])
    }
    let expected = try [0, 1].map { try index.search(requests[$0]).hits.map(\.key) }
    for (number, answer) in index.searchBatch(requests, threads: 4).enumerated() {
      #expect(try answer.get().hits.map(\.key) == expected[number % 2])
    }
  }
}
