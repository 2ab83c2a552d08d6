import Foundation
import TestSupport
import Testing

@testable import Newel
@testable import NewelCommand

/// A second opinion at the command line: alignments in an index, re-ranking, documents like one, and the times of it.
@Suite struct RerankCommandTests {
  let dump: TinyDump

  init() throws {
    dump = try TinyDump(count: 80)
    try dump.makeIndex()
    let aligned = try run("align", "--images", "dump", "--metadata", "dump", "--output", "map")
    try #require(aligned.status == 0, "\(aligned.error)")
  }

  private func run(_ arguments: String...) throws -> Answer { try NewelProcess.newel(arguments, in: dump.folder) }

  private func hits(_ answer: Answer) throws -> [[String: Any]] {
    try #require(try answer.json()["hits"] as? [[String: Any]], "\(answer.error)")
  }

  @Test func anIndexOfTheDefaultsGetsAnAlignmentAndIsReRankedByWords() throws {
    let without = try run("search", "index", "red shoe", "--rerank", "50")
    #expect(without.isRefusal && without.error.contains("'newel align'") && without.error.contains("'newel realign'"))
    let put = try run("realign", "index", "--alignment", "map", "--json")
    #expect(put.status == 0, "\(put.error)")
    #expect(try put.json()["documents"] as? Int == 80)
    let text = try run("realign", "index", "--alignment", "map")
    #expect(text.output.hasPrefix("index: 80 documents got ") && text.status == 0)
    let found = try run("search", "index", "red shoe", "--rerank", "50", "--json")
    #expect(found.status == 0, "\(found.error)")
    for hit in try hits(found) {
      let parts = try #require(hit["reranked"] as? [String: Any])
      let sum = (parts["sparseAmount"] as? Double ?? 0) + (parts["denseAmount"] as? Double ?? 0)
      #expect(abs(sum - (hit["score"] as? Double ?? -1)) < 1e-9)
    }
    let table = try run("search", "index", "red shoe", "--rerank", "50")
    #expect(table.output.contains("words") && table.output.contains("cosine"), "\(table.output)")
    #expect(
      table.error.contains(
        "Re-ranked 50 hits by words and cosine, weight 0.60; the coordinates were compared with the words of the query."
      ),
      "\(table.error)")
    let quiet = try run("search", "index", "red shoe", "--rerank", "50", "--quiet")
    #expect(quiet.status == 0 && quiet.error.isEmpty)
  }

  @Test func anExplanationShowsBothPartsAndTheyAddUp() throws {
    _ = try run("realign", "index", "--alignment", "map")
    let second = try #require(
      try hits(try run("search", "index", "red hat", "--rerank", "30", "--json")).dropFirst().first)
    let key = try #require(second["key"] as? String)
    let answer = try run("explain", "index", "red hat", key, "--rerank", "30", "--json")
    let json = try answer.json()
    let parts = try #require(json["reranked"] as? [String: Any], "\(answer.error)")
    let sum = (parts["sparseAmount"] as? Double ?? 0) + (parts["denseAmount"] as? Double ?? 0)
    #expect(json["rank"] as? Int == 2 && abs(sum - (json["rerankedScore"] as? Double ?? -1)) < 1e-9)
    #expect(json["rerankedScore"] as? Double == second["score"] as? Double)
    let contributions = try #require(json["contributions"] as? [[String: Any]])
    let amounts = contributions.reduce(0) { $0 + ($1["amount"] as? Double ?? 0) }
    #expect(abs(amounts - (parts["sparseScore"] as? Double ?? -1)) < 1e-9)
    let text = try run("explain", "index", "red hat", key, "--rerank", "30")
    #expect(text.status == 0 && text.output.contains("cosine"), "\(text.output)")
  }

  @Test func aBatchIsReRankedLikeSingleSearches() throws {
    _ = try run("realign", "index", "--alignment", "map")
    try dump.write("q.jsonl", "{\"id\": \"a\", \"text\": \"red shoe\"}\n{\"id\": \"b\", \"text\": \"blue hat\"}\n")
    let batch = try run("search", "index", "--batch", "q.jsonl", "--rerank", "40", "--fusion", "rrf", "--json")
    #expect(batch.status == 0, "\(batch.error)")
    let lines = try batch.output.split(separator: "\n").map { line in
      try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }
    for (line, words) in zip(lines, ["red shoe", "blue hat"]) {
      let found = try #require(line["hits"] as? [[String: Any]])
      let single = try hits(try run("search", "index", words, "--rerank", "40", "--fusion", "rrf", "--json"))
      #expect(found.map { $0["key"] as? String } == single.map { $0["key"] as? String })
      #expect(found.map { $0["score"] as? Double } == single.map { $0["score"] as? Double })
    }
    #expect(lines.count == 2)
  }

  @Test func documentsLikeOneAreFoundByWordsRowsAndBoth() throws {
    _ = try run("realign", "index", "--alignment", "map")
    for basis in ["sparse", "dense", "both"] {
      let answer = try run("similar", "index", "d7", "--by", basis, "--json", "-k", "6")
      let found = try hits(answer)
      #expect(found.count == 6 && !found.contains { $0["key"] as? String == "d7" })
      let page = try hits(try run("similar", "index", "d7", "--by", basis, "--json", "-k", "3", "--offset", "3"))
      #expect(page.map { $0["key"] as? String } == found.dropFirst(3).map { $0["key"] as? String })
      let filtered = try hits(
        try run("similar", "index", "d7", "--by", basis, "--json", "--where", "split=val"))
      #expect(filtered.allSatisfy { ($0["metadata"] as? [String: Any])?["split"] as? String == "val" })
    }
  }

  @Test func ofManySharedWordsTheStrongestAreNamedAndTheOthersAddedUp() {
    let contributions = (0..<9).map { number in
      TokenContribution(
        token: "t\(number)", role: .plain, broughtBy: nil, queryWeight: 1, documentWeight: 1,
        amount: Double(9 - number), integerAmount: 9 - number)
    }
    func why(_ count: Int, limit: Int?) -> String {
      HitTable.why(
        SearchHit(
          rank: 1, key: "k", score: 1, integerScore: 1, contributions: Array(contributions.prefix(count)),
          reranked: nil,
          metadata: nil), limit: limit)
    }
    #expect(why(9, limit: 2) == "t0 9.00 + t1 8.00 + 7 more 28.00")
    // One more takes no more room than what would stand for it.
    #expect(why(3, limit: 2) == "t0 9.00 + t1 8.00 + t2 7.00")
    #expect(why(9, limit: nil).hasSuffix("t8 1.00") && why(0, limit: 2).isEmpty)
  }

  @Test func searchesAreTimedWithASecondOpinionAndWithout() throws {
    _ = try run("realign", "index", "--alignment", "map")
    try dump.write("q.jsonl", "{\"text\": \"red shoe\"}\n{\"text\": \"blue hat\"}\n")
    let answer = try run("benchmark", "index", "--queries", "q.jsonl", "--rerank", "30", "-k", "5", "--json")
    let json = try answer.json()
    #expect(json["pool"] as? Int == 30 && json["count"] as? Int == 5 && json["queriesReranked"] as? Int == 2)
    let lines = try #require(json["lines"] as? [[String: Any]])
    #expect(lines.map { $0["mode"] as? String } == ["search", "re-ranked"])
    for line in lines {
      let times = try #require(line["microseconds"] as? [String: Double])
      #expect(times["p50"] ?? 0 > 0 && times["p99"] ?? 0 >= times["p50"] ?? .infinity)
    }
    let text = try run("benchmark", "index", "--queries", "q.jsonl", "--rerank", "30", "-k", "5")
    #expect(text.status == 0 && text.output.contains("first 30 re-ranked"))
    let dense = try run("benchmark", "index", "--dense-rows", "70")
    #expect(dense.status == 0 && dense.output.contains("70 vectors of 8 numbers"))
  }

  @Test(arguments: [
    (["search", "index", "red", "--rerank", "5"], "at least 10"),
    (["search", "index", "red", "--rerank", "0", "-k", "1"], "at least 1"),
    (["search", "index", "red", "--rerank", "20", "--weight", "1.5"], "from 0 to 1"),
    (["search", "index", "red", "--rerank", "20", "--weight", "nan"], "from 0 to 1"),
    (["search", "index", "red", "--rerank", "20", "--query-vector", "nan.npy"], "finite"),
    (["search", "index", "red", "--rerank", "20", "--query-vector", "short.npy"], "3 numbers"),
    (["search", "sparse", "red", "--rerank", "20"], "keeps no dense rows"),
    (["similar", "sparse", "a", "--by", "dense"], "--by sparse"),
    (["similar", "index", "nobody"], "nobody"),
    (["realign", "sparse", "--alignment", "map"], "keeps no dense rows"),
    (["realign", "index", "--alignment", "head"], "no alignment"),
    (["realign", "index", "--alignment", "other"], "images of 3 numbers"),
    (["realign", "nowhere", "--alignment", "map"], "no index"),
    (
      ["build", "new", "--images", "dump", "--metadata", "dump", "--head", "head", "--alignment", "other"],
      "images of 3"
    ),
    (["benchmark", "sparse", "--dense-rows", "9"], "keeps no dense rows"),
  ])
  func whatCannotBeDoneIsOneSentenceAndStatus1(arguments: [String], part: String) throws {
    try dump.write("nan.npy", TinyDump.npy(rows: 1, [1, .nan, 0, 0, 0, 0, 0, 0]))
    try dump.write("short.npy", TinyDump.npy(rows: 1, [1, 2, 3]))
    try dump.write("three.npy", TinyDump.npy(rows: 80, (0..<240).map { Float(($0 * 37) % 19) - 9 }))
    try dump.write("v.jsonl", "{\"id\": \"a\", \"vector\": {\"red\": 1}}\n")
    let sparse = try run("build", "sparse", "--sparse", "v.jsonl")
    let other = try run(
      "align", "--images", "three.npy", "--metadata", "dump/metadata/metadata_0.jsonl", "--output", "other")
    try #require(sparse.status == 0 && other.status == 0, "\(sparse.error)\(other.error)")
    let answer = try NewelProcess.newel(arguments, in: dump.folder)
    #expect(answer.isRefusal, "status \(answer.status): \(answer.error)")
    #expect(answer.error.contains(part), "\(answer.error)")
  }

  @Test(arguments: [
    ["search", "index", "red", "--weight", "0.5"], ["search", "index", "red", "--fusion", "rrf"],
    ["search", "index", "red", "--rerank", "20", "--fusion", "rrf", "--weight", "0.5"],
    ["search", "index", "red", "--rerank", "20", "--fusion", "sum"], ["search", "index", "red", "--rerank", "many"],
    ["similar", "index"], ["similar", "index", "d1", "--by", "taste"],
    ["similar", "index", "d1", "--rerank", "20"], ["realign", "index"],
    ["realign", "--alignment", "map"],
    ["benchmark", "index", "--dense-rows", "10", "--rerank", "10"],
    ["benchmark", "index", "--queries", "q", "--rerank", "10", "--exact", "fine"],
  ])
  func aCommandLineThatCannotBeUnderstoodIsStatus2(arguments: [String]) throws {
    let answer = try NewelProcess.newel(arguments, in: dump.folder)
    #expect(answer.status == 2, "\(arguments): \(answer.error)")
  }
}
