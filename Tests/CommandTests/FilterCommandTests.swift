import Foundation
import TestSupport
import Testing

@Suite struct FilterCommandTests {
  let dump: TinyDump

  init() throws {
    dump = try TinyDump(count: 200)
    try dump.makeIndex()
  }

  private func newel(_ arguments: String...) throws -> Answer { try NewelProcess.newel(arguments, in: dump.folder) }

  private func keys(_ answer: Answer) throws -> [String] {
    try #require(try answer.json()["hits"] as? [[String: Any]]).compactMap { $0["key"] as? String }
  }

  @Test func aFilterKeepsTheOrderOfTheOthers() throws {
    let all = try keys(try newel("search", "index", "red shoe", "-k", "200", "--json"))
    let answer = try newel("search", "index", "red shoe", "-k", "200", "--json", "--where", "split=val")
    #expect(try keys(answer) == all.filter { Int($0.dropFirst())! % 2 == 1 })
    #expect(try answer.json()["documentsAccepted"] as? Int == 100)
    let both = try newel(
      "search", "index", "red shoe", "--json", "--where", "split=val", "--where", "zeal>1.49", "--where", "zeal!=2")
    #expect(try both.json()["documentsAccepted"] as? Int == 100)
    for algorithm in ["forward", "superblock", "wand"] {
      let other = try newel(
        "search", "index", "red shoe", "-k", "200", "--json", "--where", "split=val", "--algorithm", algorithm)
      #expect(try keys(other) == keys(answer))
    }
  }

  @Test func aFilterThatNothingMeetsSaysSo() throws {
    let answer = try newel("search", "index", "red", "--where", "split=test", "--where", "zeal>1")
    #expect(answer.status == 0)
    #expect(answer.output == "No document has split=test and zeal>1.\n")
  }

  @Test func badFiltersAreRefusedInOneSentence() throws {
    for condition in ["split", "=x", "splt=val", "zeal<much"] {
      #expect(try newel("search", "index", "red", "--where", condition).isRefusal, "\(condition)")
      #expect(try newel("explain", "index", "red", "d3", "--where", condition).isRefusal, "\(condition)")
    }
    try dump.write("queries.jsonl", "{\"id\": \"q1\", \"text\": \"red\"}\n")
    #expect(try newel("search", "index", "--batch", "queries.jsonl", "--where", "splt=val").isRefusal)
    // A field of very many values is read from the documents.
    let one = try newel("search", "index", "red", "--where", "id=d3", "--json")
    #expect(try one.json()["documentsAccepted"] as? Int == 1)
  }

  @Test func aBatchIsFilteredAsASearchIs() throws {
    try dump.write("queries.jsonl", "{\"id\": \"q1\", \"text\": \"red\"}\n{\"id\": \"q2\", \"text\": \"small hat\"}\n")
    let answer = try newel("search", "index", "--batch", "queries.jsonl", "-q", "--where", "split=train", "-k", "4")
    #expect(answer.status == 0)
    let single = try newel("search", "index", "small hat", "--json", "--where", "split=train", "-k", "4")
    let lines = answer.output.split(separator: "\n").filter { $0.hasPrefix("q2 ") }
    #expect(lines.map { String($0.split(separator: " ")[2]) } == (try keys(single)))
  }

  @Test func explainSaysThatADocumentIsLeftOut() throws {
    let answer = try newel("explain", "index", "red", "d3", "--where", "split=train")
    #expect(answer.output.hasSuffix("No hit: it does not have split=train.\n"))
    #expect(
      try newel("explain", "index", "red", "d3", "--where", "split=val", "--json").json()["isAccepted"] as? Bool == true
    )
  }

  @Test func statsListTheFields() throws {
    let text = try newel("stats", "index").output
    #expect(text.contains("fields for --where, and their values: split 2, zeal 1\n"))
    #expect(text.contains("fields of very many values, which filters read from the documents: caption, id\n"))
    let fields = try #require(try newel("stats", "index", "--json").json()["filterFields"] as? [[String: Any]])
    #expect(fields.map { $0["name"] as? String } == ["caption", "id", "split", "zeal"])
    #expect(fields.map { $0["valueCount"] as? Int } == [nil, nil, 2, 1])
  }

  @Test func aFieldIsNamedAtBuild() throws {
    let built = try newel(
      "build", "named", "--images", "dump", "--metadata", "dump", "--head", "head", "--filter-field", "id",
      "--filter-field", "caption")
    #expect(built.status == 0, "\(built.error)")
    let answer = try newel("search", "named", "red shoe shirt hat", "--json", "--where", "id=d7")
    #expect(try answer.json()["documentsAccepted"] as? Int == 1)
    #expect(try newel("verify", "named", "--deep").status == 0)
    #expect(try newel("build", "other", "--images", "dump", "--metadata", "dump", "--filter-field", "").isRefusal)
  }

  @Test func measurementsCanBeFiltered() throws {
    try dump.write("queries.jsonl", "{\"id\": \"q1\", \"text\": \"red\"}\n")
    let answer = try newel(
      "benchmark", "index", "--queries", "queries.jsonl", "-k", "5", "--repeat", "1", "--where", "split=val", "-q")
    #expect(answer.status == 0, "\(answer.error)")
  }
}
