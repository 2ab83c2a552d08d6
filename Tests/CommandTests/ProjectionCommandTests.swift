import Foundation
import TestSupport
import Testing

/// Heads from embeddings of words, and what their queries can do, at the command line.
@Suite struct ProjectionCommandTests {
  let dump: TinyDump

  init() throws {
    dump = try TinyDump()
    try dump.write("words.npy", TinyDump.npy(rows: TinyDump.words.count, TinyDump.wordRows()))
    try dump.write("words.txt", TinyDump.words.joined(separator: "\n") + "\n")
    try dump.write("query.npy", TinyDump.npy(rows: 1, Array(TinyDump.wordRows().prefix(8))))
  }

  private func newel(_ arguments: String...) throws -> Answer { try NewelProcess.newel(arguments, in: dump.folder) }

  private func train(_ method: String, _ more: String...) throws -> Answer {
    try NewelProcess.newel(
      [
        "train", "--method", method, "--images", "dump", "--vocabulary", "words.txt", "--words", "words.npy",
        "--output", method,
      ]
        + more, in: dump.folder)
  }

  @Test(arguments: ["projection", "splice"])
  func wordsFindPicturesThatNobodyCaptioned(method: String) throws {
    let trained = try train(method)
    #expect(trained.status == 0, "\(trained.error)")
    #expect(trained.output.contains("a \(method) head from 60 rows of 8 dimensions to 10 tokens"))
    let built = try newel("build", "index", "--images", "dump", "--metadata", "dump", "--head", method, "--top", "5")
    #expect(built.status == 0, "\(built.error)")
    let found = try newel("search", "index", "red", "-k", "6", "--json").json()
    let hits = try #require(found["hits"] as? [[String: Any]])
    let captions = hits.compactMap { ($0["metadata"] as? [String: Any])?["caption"] as? String }
    // Ten words in eight dimensions cannot be told apart perfectly.
    #expect(captions.count { $0.contains("red") } >= 4, "\(captions)")

    let expanded = try newel("search", "index", "+reds", "--expand", "3", "--json").json()
    #expect((expanded["substitutedWords"] as? [[String: Any]])?.first?["kind"] as? String == "inflection")
    let tokens = try #require(expanded["expandedTokens"] as? [[String: Any]])
    #expect(tokens.allSatisfy { $0["broughtBy"] as? [String] == ["red"] })
    if !tokens.isEmpty {
      let text = try newel("search", "index", "red", "--expand", "3")
      #expect(text.output.contains("(by red)"))
      let key = try #require(hits[0]["key"] as? String)
      #expect(try newel("explain", "index", "red", key, "--expand", "3").output.contains("(by red)"))
    }

    let vector = try newel("search", "index", "--query-vector", "query.npy", "-k", "6", "--json").json()
    let near = try #require(vector["hits"] as? [[String: Any]])
      .compactMap { ($0["metadata"] as? [String: Any])?["caption"] as? String }
    #expect(near.count { $0.contains("red") } >= 4, "\(near)")
    let batch = try newel("search", "index", "--batch", "query.npy", "-k", "6")
    #expect(batch.output.split(separator: "\n").count == near.count)
    #expect(try newel("evaluate", "index", "--captions", "--expand", "2").status == 0)
  }

  @Test func whatDoesNotFitIsRefusedInOneSentence() throws {
    try dump.write("short.txt", "red\nblue\n")
    try dump.write("narrow.npy", TinyDump.npy(rows: 10, [Float](repeating: 1, count: 30)))
    let base = ["train", "--method", "splice", "--images", "dump", "--output", "x"]
    for (arguments, reason) in [
      (base, "--vocabulary"), (base + ["--vocabulary", "words.txt"], "--words"),
      (base + ["--vocabulary", "short.txt", "--words", "words.npy"], "2 words and there are 10"),
      (base + ["--vocabulary", "words.txt", "--words", "narrow.npy"], "have 8 numbers and those of words or texts 3"),
      (base + ["--vocabulary", "words.txt", "--words", "words.npy", "--price", "0"], "above 0"),
      (base + ["--vocabulary", "words.txt", "--words", "words.npy", "--where", "split=train"], "give --metadata"),
      (base + ["--vocabulary", "words.txt", "--words", "none.npy"], "none.npy"),
    ] {
      let answer = try NewelProcess.newel(arguments, in: dump.folder)
      #expect(answer.isRefusal && answer.error.contains(reason), "\(arguments): \(answer.error)")
    }
    #expect(!FileManager.default.fileExists(atPath: dump.path("x")))
    try dump.makeIndex()
    for (arguments, reason) in [
      (["search", "index", "--query-vector", "query.npy"], "without embeddings of texts"),
      (["search", "index", "--query-vector", "words.npy"], "10 rows"),
      (["search", "index", "red", "--expand", "3"], "does not know which tokens are related"),
    ] {
      let answer = try NewelProcess.newel(arguments, in: dump.folder)
      #expect(answer.isRefusal && answer.error.contains(reason), "\(arguments): \(answer.error)")
    }
    for arguments in [
      ["train", "--images", "dump", "--metadata", "dump", "--words", "words.npy", "--output", "x"],
      ["train", "--images", "dump", "--output", "x"], ["train", "--method", "projection", "--price", "1"],
      ["search", "index", "red", "--query-vector", "query.npy"], ["search", "index"],
    ] { #expect(try NewelProcess.newel(arguments, in: dump.folder).status == 2, "\(arguments)") }
  }

  @Test func aFilterChoosesTheRowsThatMeansAreTakenFrom() throws {
    let all = try train("projection", "--json").json()
    let half = try train("projection", "--json", "--metadata", "dump", "--where", "split=train").json()
    #expect(all["rows"] as? Int == 60 && half["rows"] as? Int == 30)
    #expect(try train("projection", "--texts", "words.npy", "--json").json()["rows"] as? Int == 60)
  }
}
