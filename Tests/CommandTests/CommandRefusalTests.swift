import Foundation
import Testing

@Suite struct CommandRefusalTests {
  let dump: TinyDump

  init() throws {
    dump = try TinyDump(count: 20)
    try dump.makeIndex()
  }

  @Test(
    arguments: [
      (["search", "nowhere", "red"], "There is no index in 'nowhere'"),
      (["search", "dump", "red"], "There is no index in 'dump'"),
      (["search", "head", "red"], "a file, not a folder"),
      (["search", "index", ""], "empty"),
      (["search", "index", "xyzzy"], "'xyzzy'"),
      (["search", "index", "+xyzzy red"], "'xyzzy'"),
      (["search", "index", " -red"], "only says what not to find"),
      (["search", "index", "red", "-k", "0"], "at least 1"),
      (["search", "index", "red", "-k", "-5"], "at least 1"),
      (["search", "index", "red", "--offset", "-1"], "must not be negative"),
      (["inspect", "index", "nokey"], "nokey"),
      (["inspect", "index", "d0", "-n", "0"], "at least 1"),
      (["explain", "index", "red", "nokey"], "nokey"),
      (["tokens", "index", "shoee"], "near it are 'shoe'"),
      (["evaluate", "index", "--queries", "nofile"], "nofile"),
      (["evaluate", "index", "--captions", "--depth", "3"], "at least 10"),
      (["verify", "nowhere"], "There is no index"),
      (["stats", "nowhere"], "There is no index"),
      (["build", "new", "--images", "dump", "--metadata", "dump"], "needs a head"),
      (["build", "new", "--images", "dump", "--metadata", "dump", "--head", "nohead"], "nohead"),
      (["build", "new", "--images", "nodump", "--metadata", "dump", "--head", "head"], "nodump"),
      (["build", "new", "--images", "dump", "--metadata", "dump", "--head", "head", "--top", "0"], "at least 1"),
      (["build", "new", "--images", "dump", "--metadata", "dump", "--head", "head", "--where", "split"], "no '='"),
      (
        ["build", "new", "--images", "dump", "--metadata", "dump", "--head", "head", "--where", "a=b"],
        "nothing to index"
      ),
      (
        ["build", "new", "--images", "dump", "--metadata", "dump", "--head", "head", "--key-field", "x"],
        "key field 'x'"
      ),
      (["build", "dump", "--images", "dump", "--metadata", "dump", "--head", "head"], "not empty"),
      (["build", "index", "--images", "dump", "--metadata", "dump"], "in the index already"),
      (["build", "new", "--sparse", "nofile"], "nofile"),
      (["train", "--images", "dump", "--metadata", "dump", "--output", "no/head"], "no folder 'no'"),
      (["train", "--images", "dump", "--metadata", "dump", "--output", "dump"], "is a folder"),
      (["train", "--images", "dump", "--metadata", "dump", "--output", "h", "--caption-field", "x"], "'x'"),
    ] as [([String], String)])
  func whatCannotBeDoneIsOneSentenceAndStatus1(arguments: [String], part: String) throws {
    let before = try FileManager.default.subpathsOfDirectory(atPath: dump.path("index")).sorted()
    let answer = try NewelProcess.newel(arguments, in: dump.folder)
    #expect(answer.isRefusal, "status \(answer.status): \(answer.error)")
    #expect(answer.error.contains(part), "\(answer.error)")
    #expect(answer.output.isEmpty)
    #expect(!FileManager.default.fileExists(atPath: dump.path("h")))
    // The index is as it was, and what failed to become one is none.
    #expect(try FileManager.default.subpathsOfDirectory(atPath: dump.path("index")).sorted() == before)
    #expect(try NewelProcess.newel("stats", "new", in: dump.folder).status == 1)
  }

  @Test(arguments: [
    ["nonsense"], ["search"], ["search", "index"], ["search", "index", "red", "--nonsense"], ["inspect", "index"],
    ["inspect", "index", "d0", "--all"], ["search", "index", "red", "-k", "many"], ["build", "new"],
    ["build", "new", "--images", "dump"], ["build", "new", "--sparse", "a", "--images", "b"],
    ["build", "new", "--sparse", "a", "--head", "b"], ["evaluate", "index"], ["train"],
    ["search", "index", "red", "--algorithm", "magic"],
  ])
  func aCommandLineThatCannotBeUnderstoodIsStatus2(arguments: [String]) throws {
    let answer = try NewelProcess.newel(arguments, in: dump.folder)
    #expect(answer.status == 2, "\(arguments): \(answer.error)")
    #expect(answer.error.contains("Usage: newel"))
  }

  @Test(arguments: [
    ("{\"id\": \"a\", \"vector\": {\"x\": -1}}", "line 1"), ("{\"id\": \"a\", \"vector\": {\"x\": NaN}}", "line 1"),
    ("{\"id\": \"a\", \"vector\": {\"x\": 1, \"x\": 2}}", "stands twice"), ("{\"vector\": {\"x\": 1}}", "\"id\""),
    ("{\"id\": \"a\"}", "\"vector\""), ("{\"id\": \"a\", \"vector\": {}}", "nothing to index"),
    ("", "nothing to index"),
    ("{\"id\": \"a\", \"vector\": {\"x\": 1}}\n{\"id\": \"a\", \"vector\": {\"x\": 1}}", "line 2"), ("[]", "line 1"),
    ("{\"id\": \"a\", \"vector\": {\"x\": 1e999}}", "line 1"),
  ])
  func badSparseVectorsAreRefusedWithTheirLine(text: String, part: String) throws {
    try dump.write("bad.jsonl", text)
    let answer = try NewelProcess.newel("build", "new", "--sparse", "bad.jsonl", in: dump.folder)
    #expect(answer.isRefusal, "status \(answer.status): \(answer.error)")
    #expect(answer.error.contains(part), "\(answer.error)")
  }

  @Test(
    .timeLimit(.minutes(1)),
    arguments: [
      ["build", "new", "--images", "pipe", "--metadata", "dump", "--head", "head"],
      ["build", "new", "--images", "dump", "--metadata", "pipe", "--head", "head"],
      ["build", "new", "--images", "dump", "--metadata", "dump", "--head", "pipe"],
      ["build", "new", "--sparse", "pipe"], ["build", "new", "--sparse", "pipe.npz"],
      ["build", "new", "--sparse", "v.jsonl", "--metadata", "pipe"],
      ["build", "new", "--sparse", "v.jsonl", "--vocabulary", "pipe"],
      ["train", "--images", "dump", "--metadata", "dump", "--output", "h", "--vocabulary", "pipe"],
      ["train", "--images", "dump", "--metadata", "dump", "--output", "pipe"],
      ["search", "index", "--batch", "pipe"], ["evaluate", "index", "--queries", "pipe"],
      ["evaluate", "index", "--queries", "/dev/null"], ["search", "pipe", "red"],
      ["build", "new", "--sparse", "/dev/null"],
    ])
  func whatIsNoFileIsRefusedWithoutWaiting(arguments: [String]) throws {
    for name in ["pipe", "pipe.npz"] { #expect(mkfifo(dump.path(name), 0o600) == 0) }
    try dump.write("v.jsonl", "{\"id\": \"a\", \"vector\": {\"red\": 1}}\n")
    let answer = try NewelProcess.newel(arguments, in: dump.folder)
    #expect(answer.isRefusal, "status \(answer.status): \(answer.error)")
    #expect(answer.error.contains("file"), "\(answer.error)")
  }

  @Test func argumentsThatAreNotUTF8AreRefused() throws {
    try dump.write("script", "exec \"$1\" stats \"$(printf 'index\\377')\"\n")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = [dump.path("script"), NewelProcess.program.path]
    let errors = Pipe()
    process.standardError = errors
    process.currentDirectoryURL = URL(fileURLWithPath: dump.folder)
    try process.run()
    let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 2)
    #expect(text.contains("Argument 2 ('index\u{FFFD}', unreadable bytes replaced) is not UTF-8"), "\(text)")
  }

  @Test func anAnswerThatCannotBeWrittenIsAnError() throws {
    guard FileManager.default.fileExists(atPath: "/dev/full") else { return }
    let answer = try NewelProcess.newel(["stats", "index"], in: dump.folder, output: "/dev/full")
    #expect(answer.isRefusal)
    #expect(answer.error.contains("standard output"))
  }

  @Test func controlCharactersOfOthersNeverReachTheTerminal() throws {
    let metadata = (0..<20).map {
      "{\"id\": \"k\\u001b[31m\($0)\", \"caption\": \"red \\u001b]0;evil\\u0007 shoe \\u009b31m \\u202e\"}"
    }
    let file = try dump.write("evil.jsonl", metadata.joined(separator: "\n"))
    let images = "dump/img_emb/img_emb_0.npy"
    let built = try NewelProcess.newel(
      "build", "evil", "--images", images, "--metadata", file, "--head", "head", in: dump.folder)
    #expect(built.status == 0, "\(built.error)")
    let key = "k\u{1B}[31m3"
    for arguments in [
      ["search", "evil", "red shoe"], ["search", "evil", "red \u{1B}[31mxyz"], ["inspect", "evil", key],
      ["inspect", "evil", "--all"], ["explain", "evil", "red", key], ["tokens", "evil", "red"],
      ["inspect", "evil", key + "4"], ["search", "evil", "red", "--json"], ["inspect", "evil", "--all", "--json"],
      ["evaluate", "evil", "--captions", "--run", "run"],
    ] {
      let answer = try NewelProcess.newel(arguments, in: dump.folder)
      let harmful = (answer.output + answer.error).unicodeScalars.filter {
        ($0.value < 32 && $0 != "\n") || (0x7F..<0xA0).contains($0.value)
      }
      #expect(harmful.isEmpty, "\(arguments): \(harmful)")
    }
  }
}
