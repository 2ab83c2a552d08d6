import Foundation
import TestSupport
import Testing

@Suite struct EvaluateCommandTests {
  let dump: TinyDump

  init() throws {
    dump = try TinyDump()
    try dump.makeIndex()
  }

  private func newel(_ arguments: String...) throws -> Answer { try NewelProcess.newel(arguments, in: dump.folder) }

  @Test func unknownWordsAreCountedAndTold() throws {
    try dump.write(
      "q.jsonl",
      """
      {"id": "1", "text": "red xyzzy", "relevant": ["d0"]}
      {"id": "2", "vector": {"red": 1, "plugh": 2, "nope": 1}, "relevant": ["d0"]}
      {"id": "3", "query": "-frotz red", "relevant": ["d0"]}
      {"id": "4", "text": "xyzzy", "relevant": ["d0"]}
      """)
    let report = try newel("evaluate", "index", "--queries", "q.jsonl", "--json").json()
    #expect(report["unknownTokens"] as? Int == 5)
    #expect(report["unanswered"] as? Int == 1)
    let text = try newel("evaluate", "index", "--queries", "q.jsonl").output
    #expect(text.contains("5 words or tokens of the queries are not in the vocabulary and left out\n"))
    try dump.write("one.jsonl", "{\"id\": \"1\", \"text\": \"red xyzzy\", \"relevant\": [\"d0\"]}")
    let single = try newel("evaluate", "index", "--queries", "one.jsonl").output
    #expect(single.hasPrefix("1 query against 60 documents; 1 picture against 1 text\n"))
    #expect(single.contains("1 word or token of the queries is not in"))
  }

  @Test func theMeasuresAreTheSameWithARunFileAndAtEveryDepth() throws {
    func figures(_ options: [String]) throws -> [String: Double] {
      let answer = try NewelProcess.newel(["evaluate", "index", "--captions", "--json"] + options, in: dump.folder)
      var figures = try answer.json().compactMapValues { $0 as? Double }
      figures["millisecondsPerQuery"] = nil
      return figures
    }
    let reference = try figures([])
    #expect(reference.count == 14)
    #expect(try figures(["--run", "out.trec"]) == reference)
    #expect(try figures(["--depth", "10"]) == reference)
    #expect(try figures(["--algorithm", "exhaustive", "--depth", "60"]) == reference)
    let lines = try String(contentsOfFile: dump.path("out.trec"), encoding: .utf8).split(separator: "\n")
    #expect(Set(lines.compactMap { $0.split(separator: " ").first }).count == 60)
    let found = try newel("search", "index", "--batch", "batch.jsonl", "--run", "batch.trec")
    #expect(found.status == 1)
    try dump.write(
      "batch.jsonl",
      (0..<60).map { "{\"id\": \"d\($0)\", \"text\": \"\(TinyDump.words(of: $0).joined(separator: " "))\"}\n" }.joined()
    )
    #expect(try newel("search", "index", "--batch", "batch.jsonl", "--run", "batch.trec", "-k", "1000").status == 0)
    #expect(
      try String(contentsOfFile: dump.path("batch.trec"), encoding: .utf8).split(separator: "\n") == lines)
  }

  @Test func truthValuesAreNoWeights() throws {
    try dump.write(
      "q.jsonl",
      "{\"vector\": {\"red\": 1}, \"relevant\": [\"d0\"]}\n{\"vector\": {\"red\": true}, \"relevant\": [\"d0\"]}\n")
    let answer = try newel("evaluate", "index", "--queries", "q.jsonl", "--run", "out.trec")
    #expect(answer.isRefusal)
    #expect(answer.error.contains("'q.jsonl' line 2: the weight of 'red' is not a finite number"))
    #expect(!FileManager.default.fileExists(atPath: dump.path("out.trec")))
  }

  @Test func queryNamesWithWhiteSpaceAreRefusedBeforeTheWork() throws {
    try dump.write("q.jsonl", "{\"id\": \"a b\", \"text\": \"red\", \"relevant\": [\"d0\"]}")
    #expect(try newel("evaluate", "index", "--queries", "q.jsonl").status == 0)
    let answer = try newel("evaluate", "index", "--queries", "q.jsonl", "--run", "out.trec")
    #expect(answer.isRefusal)
    #expect(answer.error.contains("'a b' has white space"))
  }
}
