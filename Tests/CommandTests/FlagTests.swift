import Foundation
import TestSupport
import Testing

@Suite struct FlagTests {
  let dump: TinyDump

  init() throws {
    dump = try TinyDump(count: 20)
    try dump.makeIndex()
    try dump.write("q.jsonl", "{\"text\": \"red\", \"relevant\": [\"d0\"]}\n")
  }

  @Test(arguments: [
    ["search", "index", "red"], ["search", "index", "--batch", "q.jsonl"], ["inspect", "index", "d1"],
    ["inspect", "index", "--all"], ["explain", "index", "red", "d0"], ["tokens", "index", "red"],
    ["evaluate", "index", "--queries", "q.jsonl"], ["stats", "index"], ["verify", "index", "--deep"],
    ["benchmark", "index", "--queries", "q.jsonl", "-k", "3", "--repeat", "1"],
    ["build", "new", "--images", "dump", "--metadata", "dump", "--head", "head"],
    [
      "train", "--images", "dump", "--metadata", "dump", "--output", "h", "--minimum-document-frequency", "1",
    ],
  ])
  func everyCommandTakesQuietAndJSON(command: [String]) throws {
    for quiet in ["-q", "--quiet"] {
      let answer = try NewelProcess.newel(command + [quiet, "--json"], in: dump.folder)
      #expect(answer.status == 0 && answer.error.isEmpty, "\(answer.error)")
      try? FileManager.default.removeItem(atPath: dump.path("new"))
      let first = answer.output.split(separator: "\n").first ?? ""
      #expect(first.hasPrefix("{") || first.hasPrefix("["))
    }
  }

  @Test func warningsAreSaidQuietOrNot() throws {
    for command in [["search", "index", "red xyzzy"], ["explain", "index", "red xyzzy", "d0"]] {
      let answer = try NewelProcess.newel(command + ["-q"], in: dump.folder)
      #expect(answer.error == "newel: Not in the vocabulary and left out: 'xyzzy'.\n")
    }
  }

  @Test func oneIsSingular() throws {
    let one = try TinyDump(count: 1, first: 50)
    let built = try NewelProcess.newel(
      "build", "one", "--images", one.dump, "--metadata", one.dump, "--head", "head", "--top", "1", in: dump.folder)
    #expect(built.output.hasPrefix("one: 1 document with 1 posting added in "))
    #expect(built.error.contains("Encoding  1 row in ") && built.error.contains("Committing  1 document in "))
    let stats = try NewelProcess.newel("stats", "one", in: dump.folder).output
    #expect(stats.contains("in 1 segment\n") && stats.contains("commit so far"))
    let evaluated = try NewelProcess.newel("evaluate", "one", "--captions", in: dump.folder)
    #expect(evaluated.output.hasPrefix("1 query against 1 document; 1 picture against 1 text\n"))
    #expect(evaluated.error.contains("Evaluating  1 query in "))
    let measured = try NewelProcess.newel(
      "benchmark", "one", "--queries", "q.jsonl", "-k", "3", "--repeat", "1", in: dump.folder)
    #expect(measured.output.hasPrefix("1 query of 1.0 tokens against 1 document, "))
  }

  @Test func clippingIsAWarningWithWhatToDo() throws {
    func build(_ lines: String) throws -> Answer {
      try dump.write("v.jsonl", lines)
      return try NewelProcess.newel("build", "sparse", "--sparse", "v.jsonl", "-q", in: dump.folder)
    }
    #expect(try build("{\"id\": \"a\", \"vector\": {\"x\": 1.5, \"y\": 0.5}}").error.isEmpty)
    let answer = try build("{\"id\": \"b\", \"vector\": {\"x\": 9.25, \"y\": 1.5}}")
    #expect(answer.status == 0)
    #expect(
      answer.error
        == "newel: 1 weight of 2 is above the ceiling of 1.500 that the index got at its first build (the largest is 9.250) "
        + "and counts only as much as the ceiling; to tell such weights apart, build a new index from all vectors.\n")
  }

  @Test func aBatchTellsOfTwentyQueriesAndCountsTheOthers() throws {
    func answer(_ count: Int, _ options: String...) throws -> Answer {
      try dump.write("many.jsonl", (0..<count).map { "{\"id\": \"q\($0)\", \"text\": \"red xyzzy\"}\n" }.joined())
      return try NewelProcess.newel(["search", "index", "--batch", "many.jsonl", "-q"] + options, in: dump.folder)
    }
    let few = try answer(20).error.split(separator: "\n")
    #expect(few.count == 20 && few.allSatisfy { $0.hasSuffix("Not in the vocabulary and left out: 'xyzzy'.") })
    let many = try answer(21, "--json")
    #expect(
      many.error.split(separator: "\n").last
        == "newel: 1 query more had words left out or no answer; --json names them all.")
    #expect(many.output.split(separator: "\n").allSatisfy { $0.contains("\"unknownWords\":[\"xyzzy\"]") })
  }
}
