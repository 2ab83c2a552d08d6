import Foundation
import TestSupport
import Testing

@Suite struct CommandStoryTests {
  let dump: TinyDump

  init() throws {
    dump = try TinyDump()
    try dump.makeIndex()
  }

  private func newel(_ arguments: String...) throws -> Answer { try NewelProcess.newel(arguments, in: dump.folder) }

  @Test func aSearchPrintsTwoLinesForEachHit() throws {
    let answer = try newel("search", "index", "red shoe -kids", "-k", "3")
    #expect(answer.status == 0)
    #expect(answer.error == "newel: Not in the vocabulary and left out: 'kids'.\n")
    let lines = answer.output.split(separator: "\n")
    #expect(lines.count == 7)
    #expect(lines[0].hasSuffix("score  key  why"))
    #expect(lines[1].contains(" + "))
  }

  @Test func explainAddsUpToTheScoreOfSearch() throws {
    let found = try newel("search", "index", "+red shoe^2 -hat", "--json").json()
    let hits = try #require(found["hits"] as? [[String: Any]])
    #expect(!hits.isEmpty)
    for hit in hits {
      let key = try #require(hit["key"] as? String)
      let explained = try newel("explain", "index", "+red shoe^2 -hat", key, "--json").json()
      let parts = try #require(explained["contributions"] as? [[String: Any]])
      let sum = parts.reduce(0) { $0 + ($1["integerAmount"] as? Int ?? 0) }
      #expect(sum == hit["integerScore"] as? Int)
      #expect(sum == explained["integerScore"] as? Int)
      #expect(explained["score"] as? Double == hit["score"] as? Double)
    }
  }

  @Test func metadataIsTheObjectThatItsOwnerWrote() throws {
    let answer = try newel("search", "index", "red", "-k", "1", "--json")
    #expect(answer.output.contains("\"zeal\": 1.50, \"caption\""))
    let hit = try #require((try answer.json()["hits"] as? [[String: Any]])?.first)
    #expect((hit["metadata"] as? [String: Any])?["zeal"] as? Double == 1.5)
  }

  @Test func everyAlgorithmPrintsTheSameHits() throws {
    func hits(_ algorithm: String) throws -> NSArray {
      try #require(
        try newel("search", "index", "red big^2 -hat", "-k", "60", "--algorithm", algorithm, "--json").json()["hits"]
          as? NSArray)
    }
    let reference = try hits("exhaustive")
    for algorithm in ["auto", "wand", "bmw", "maxscore"] { #expect(try hits(algorithm) == reference) }
  }

  @Test func aQueryMayBeginWithAMinusWhenItHasASpace() throws {
    let answer = try newel("search", "index", "-hat shoe", "--json")
    let same = try newel("search", "index", "shoe -hat", "--json")
    #expect(answer.status == 0)
    #expect(try answer.json()["hits"] as? NSArray == same.json()["hits"] as? NSArray)
    let explained = try newel("explain", "index", "-hat shoe", "d3", "--json").json()
    #expect(explained["query"] as? String == "-hat shoe")
  }

  @Test func inspectAllPrintsOneObjectPerLine() throws {
    let lines = try newel("inspect", "index", "--all", "--json").output.split(separator: "\n")
    #expect(lines.count == 60)
    for (number, line) in lines.enumerated() {
      let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      #expect(object["key"] as? String == "d\(number)")
      let tokens = try #require(object["tokens"] as? [[String: Any]])
      #expect(tokens.allSatisfy { $0["token"] is String && ($0["weight"] as? Double ?? 0) > 0 })
    }
  }

  @Test func appendingNeedsNoHead() throws {
    let more = try TinyDump(count: 10, first: 100)
    let answer = try newel("build", "index", "--images", more.dump, "--metadata", more.dump, "--json")
    #expect(answer.status == 0, "\(answer.error)")
    let report = try answer.json()
    #expect(report["documentsAdded"] as? Int == 10)
    #expect(report["documentsInAll"] as? Int == 70)
    #expect(report["generation"] as? Int == 2)
  }

  @Test func evaluateMeasuresQueriesOfEveryForm() throws {
    try dump.write(
      "queries.jsonl",
      """
      {"id": "1", "text": "\(TinyDump.words(of: 1).joined(separator: " "))", "relevant": ["d1"]}
      {"id": "2", "query": "+red -hat", "relevant": ["d0", "d20"]}
      {"id": "3", "vector": {"red": 1.5, "hat": -1}, "relevant": ["d0"]}
      {"id": "4", "text": "xyzzy", "relevant": ["d0"]}
      """)
    let answer = try newel("evaluate", "index", "--queries", "queries.jsonl", "--run", "out.trec", "--json")
    #expect(answer.status == 0, "\(answer.error)")
    let report = try answer.json()
    #expect(report["queries"] as? Int == 4)
    #expect(report["unanswered"] as? Int == 1)
    let run = try String(contentsOfFile: dump.path("out.trec"), encoding: .utf8).split(separator: "\n")
    #expect(run.allSatisfy { $0.split(separator: " ").count == 6 })
    #expect(Set(run.compactMap { $0.first }) == ["1", "2", "3"])
  }

  @Test func captionsFindTheirPictures() throws {
    let report = try newel("evaluate", "index", "--captions", "--json", "--quiet").json()
    #expect(report["queries"] as? Int == 60)
    #expect((report["recallAt10"] as? Double ?? 0) > 0.5)
  }

  @Test(arguments: [[], ["--full"], ["--deep"]])
  func verifyFindsAFreshIndexSound(options: [String]) throws {
    let answer = try NewelProcess.newel(["verify", "index"] + options, in: dump.folder)
    #expect(answer.status == 0)
    #expect(answer.output.hasPrefix("index: sound, "))
  }

  @Test func verifyNamesADamagedFileAndEndsWithStatus1() throws {
    let name = "index/0000000001.postings"
    var bytes = try Data(contentsOf: URL(fileURLWithPath: dump.path(name)))
    bytes[bytes.count / 2] ^= 1
    try bytes.write(to: URL(fileURLWithPath: dump.path(name)))
    let answer = try newel("verify", "index", "--full")
    #expect(answer.status == 1)
    #expect((answer.output + answer.error).contains("0000000001.postings"))
  }

  @Test func statsKeepCountsAndKindsOfFilesApart() throws {
    let text = try newel("stats", "index").output
    #expect(text.contains("documents files"))
    #expect(text.split(separator: "\n").count { $0.hasPrefix("documents  ") } == 1)
    let json = try newel("stats", "index", "--json").json()
    #expect(json["documentCount"] as? Int == 60)
  }

  @Test func progressBeginsAtNothingAndQuietIsQuiet() throws {
    let loud = try newel("build", "loud", "--images", "dump", "--metadata", "dump", "--head", "head")
    #expect(loud.error.contains("Encoding  60 rows in "))
    #expect(loud.error.contains("Committing  60 documents in "))
    let quiet = try newel("build", "quiet", "--images", "dump", "--metadata", "dump", "--head", "head", "-q")
    #expect(quiet.error.isEmpty)
  }

  @Test func sparseVectorsOfEveryFormAreIndexed() throws {
    let lines = (0..<9).map { "{\"id\": \"s\($0)\", \"vector\": {\"red\": \($0 + 1), \"t\($0 % 3)\": 7}}\n" }
    try dump.write("s.jsonl", lines.joined())
    #expect(try newel("build", "lines", "--sparse", "s.jsonl").status == 0)
    // Two rows of three columns: (0, 2, 0) and (1, 0, 3).
    let numbers: [Int64] = [2, 3, 3, 0, 1, 3]
    var csr = numbers.flatMap { number in (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } }
    csr += ([1, 0, 2] as [Int32]).flatMap { number in (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } }
    csr += ([2, 1, 3] as [Float]).flatMap { number in
      (0..<4).map { UInt8(truncatingIfNeeded: number.bitPattern >> (8 * $0)) }
    }
    try dump.write("m.csr", csr)
    try dump.write("v.txt", "red\nblue\ngreen\n")
    #expect(try newel("build", "matrix", "--sparse", "m.csr", "--vocabulary", "v.txt").status == 0)
    let hits = try newel("search", "matrix", "green blue", "--json").json()["hits"] as? [[String: Any]]
    #expect(Set(hits?.compactMap { $0["key"] as? String } ?? []) == ["0", "1"])
  }

  @Test(arguments: ["bash", "zsh", "fish"])
  func completionsExistForEveryShell(shell: String) throws {
    let answer = try newel("--generate-completion-script", shell)
    #expect(answer.status == 0)
    #expect(answer.output.contains("inspect"))
  }
}
