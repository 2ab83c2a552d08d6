import Foundation
import TestSupport
import Testing

@Suite struct OutputRefusalTests {
  let dump: TinyDump

  init() throws {
    dump = try TinyDump(count: 20)
    try dump.makeIndex()
    try dump.write("queries.jsonl", "{\"id\": \"1\", \"text\": \"red\", \"relevant\": [\"d0\"]}\n")
    try dump.write("old.trec", "q1 Q0 d1 1 2.5 other\n")
    try dump.write("notes.txt", "mine\n")
    try FileManager.default.createSymbolicLink(atPath: dump.path("link"), withDestinationPath: "notes.txt")
    try FileManager.default.createSymbolicLink(atPath: dump.path("runlink"), withDestinationPath: "old.trec")
  }

  private func state() throws -> [String: Data] {
    var state: [String: Data] = [:]
    for name in try FileManager.default.subpathsOfDirectory(atPath: dump.folder) where !name.hasSuffix("-shm") {
      state[name] = FileManager.default.contents(atPath: dump.path(name)) ?? Data()
    }
    return state
  }

  @Test(arguments: [
    ("dump/metadata/metadata_0.jsonl", "is no head file"), ("dump/img_emb/img_emb_0.npy", "is no head file"),
    ("notes.txt", "is no head file"), ("link", "symbolic link"), ("/dev/null", "a pipe or a device"),
    ("index/catalog.sqlite", "inside the index"), ("dump", "is a folder"), ("index", "is a folder"),
  ])
  func trainReplacesNothingButAHead(output: String, part: String) throws {
    let before = try state()
    let answer = try NewelProcess.newel(
      "train", "--images", "dump", "--metadata", "dump", "--minimum-document-frequency", "1", "--output", output,
      in: dump.folder)
    #expect(answer.isRefusal, "\(answer.status) \(answer.error)")
    #expect(answer.error.contains(part), "\(answer.error)")
    #expect(try state() == before)
  }

  @Test(arguments: [
    ("queries.jsonl", "this run reads"), ("./dump/../queries.jsonl", "this run reads"),
    ("notes.txt", "is no run file"), ("link", "symbolic link"), ("runlink", "symbolic link"),
    ("/dev/null", "a pipe or a device"), ("index/x.trec", "inside the index"), ("none/x.trec", "There is no folder"),
    ("index", "is a folder"),
  ])
  func aRunReplacesNothingButARun(output: String, part: String) throws {
    let before = try state()
    for command in [
      ["search", "index", "--batch", "queries.jsonl", "--run", output],
      ["evaluate", "index", "--queries", "queries.jsonl", "--run", output],
    ] {
      let answer = try NewelProcess.newel(command, in: dump.folder)
      #expect(answer.isRefusal, "\(answer.status) \(answer.error)")
      #expect(answer.error.contains(part), "\(answer.error)")
      #expect(try state() == before)
    }
  }

  @Test func aRunReplacesARun() throws {
    for command in [
      ["search", "index", "--batch", "queries.jsonl", "-q", "--run", "old.trec"],
      ["evaluate", "index", "--queries", "queries.jsonl", "-q", "--run", "old.trec"],
    ] {
      let answer = try NewelProcess.newel(command, in: dump.folder)
      #expect(answer.status == 0 && answer.error.isEmpty, "\(answer.error)")
      let run = try String(contentsOfFile: dump.path("old.trec"), encoding: .utf8)
      #expect(run.hasPrefix("1 Q0 d") && run.hasSuffix(" newel\n"))
    }
    #expect(try !state().keys.contains { $0.contains("unfinished") })
  }
}
