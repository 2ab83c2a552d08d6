import Foundation
import TestSupport
import Testing

@testable import Newel

@Suite struct OutputFileTests {
  let dump: TinyDump

  init() throws {
    dump = try TinyDump(count: 20)
  }

  private func refusal(_ path: String, _ kind: OutputKind = .run, inputs: [String] = []) -> String? {
    do {
      try kind.checkOutput(path, inputs: inputs)
      return nil
    } catch {
      return error.message
    }
  }

  private func link(_ name: String, to target: String) throws -> String {
    try FileManager.default.createSymbolicLink(atPath: dump.path(name), withDestinationPath: target)
    return dump.path(name)
  }

  @Test func onlyAFileOfTheSameKindIsReplaced() throws {
    let run = try dump.write("old.trec", "q1 Q0 d1 1 2.5 other\n")
    #expect(refusal(run) == nil)
    #expect(refusal(dump.path("missing")) == nil)
    #expect(refusal(try dump.write("empty", "")) == nil)
    for text in ["text", "q1 Q0 d1 1 2.5\n", "q1 0 d1 1 2.5 other", "q1 Q0 d1 one 2.5 other", "\n\n", "\u{FFFD}"] {
      let other = try dump.write("other", text)
      #expect(refusal(other)?.contains("is no run file") == true, "\(text)")
      #expect(refusal(other, .head)?.contains("is no head file") == true)
    }
    #expect(refusal(run, .head)?.contains("is no head file") == true)
    #expect(refusal(dump.path("empty"), .head)?.contains("is no head file") == true)
  }

  @Test func linksFoldersPipesAndDevicesAreRefused() throws {
    let run = try dump.write("old.trec", "q1 Q0 d1 1 2.5 other\n")
    #expect(refusal(try link("link", to: run))?.contains("symbolic link") == true)
    #expect(refusal(try link("dangling", to: dump.path("nowhere")))?.contains("symbolic link") == true)
    #expect(refusal(dump.dump)?.contains("is a folder") == true)
    #expect(refusal(dump.path("none/x"))?.contains("There is no folder") == true)
    #expect(refusal(run + "/")?.contains("folder") == true)
    #expect(refusal("")?.contains("is empty") == true)
    #expect(refusal("/dev/null")?.contains("a pipe or a device") == true)
    let pipe = dump.path("pipe")
    try #require(unsafe mkfifo(pipe, 0o600) == 0)
    #expect(refusal(pipe)?.contains("a pipe or a device") == true)
  }

  @Test func anInputIsNeverAnOutputByWhateverName() throws {
    let run = try dump.write("old.trec", "q1 Q0 d1 1 2.5 other\n")
    try FileManager.default.linkItem(atPath: run, toPath: dump.path("twin"))
    let inputs = [
      run, dump.folder + "/./dump/../old.trec", dump.path("twin"), try link("link", to: run),
    ]
    for input in inputs {
      #expect(refusal(run, inputs: ["other", input])?.contains("is what this run reads") == true, "\(input)")
    }
    #expect(refusal(run, inputs: [dump.path("elsewhere"), dump.dump]) == nil)
  }

  @Test func nothingIsWrittenIntoAnIndex() throws {
    let index = dump.path("index")
    _ = try NewelIndex.build(
      BuildRequest(
        index: index,
        source: .sparse(
          vectors: try dump.write("v.jsonl", "{\"id\": \"a\", \"vector\": {\"x\": 1}}"), metadata: nil, vocabulary: nil)
      ))
    for name in try FileManager.default.contentsOfDirectory(atPath: index) + ["new"] {
      #expect(refusal(index + "/" + name) != nil, "\(name)")
      #expect(refusal(index + "/" + name, .head) != nil, "\(name)")
    }
  }

  @Test func aFileGetsItsNameWhenItIsComplete() throws {
    let path = dump.path("out.trec")
    func names() throws -> [String] {
      try FileManager.default.contentsOfDirectory(atPath: dump.folder).filter { $0.hasPrefix("out.trec") }.sorted()
    }
    do {
      let dropped = try OutputFile(path, kind: .run, inputs: [])
      try dropped.append(String(repeating: "q Q0 d 1 1 t\n", count: 200_000))
      #expect(try names().count == 1 && !FileManager.default.fileExists(atPath: path))
    }
    #expect(try names().isEmpty)
    let file = try OutputFile(path, kind: .run, inputs: [])
    let line = "q Q0 d 1 1 t\n"
    for _ in 0..<200_000 { try file.append(line) }
    try file.finish()
    file.abandon()
    #expect(try names() == ["out.trec"])
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)).count == 200_000 * line.utf8.count)
  }

  @Test func whatGotTheNameMeanwhileIsNotReplaced() throws {
    let path = dump.path("out.trec")
    let file = try OutputFile(path, kind: .run, inputs: [])
    try file.append("q Q0 d 1 1 t\n")
    try dump.write("out.trec", "somebody's text")
    #expect(throws: NewelError.self) { try file.finish() }
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "somebody's text")
  }

  @Test func trainingReplacesNothingButHeads() throws {
    let caption = dump.path("dump/metadata/metadata_0.jsonl")
    let array = dump.path("dump/img_emb/img_emb_0.npy")
    let vocabulary = try dump.write("words.txt", TinyDump.words.joined(separator: "\n"))
    func train(_ output: String) throws {
      _ = try EncoderModel.train(
        TrainRequest(
          images: dump.dump, metadata: dump.dump, output: output, vocabulary: vocabulary, minimumDocumentFrequency: 1))
    }
    let head = dump.path("head")
    try train(head)
    try train(head)
    let linked = try link("linked", to: head)
    let before = try [caption, array, vocabulary, head].map { try Data(contentsOf: URL(fileURLWithPath: $0)) }
    for output in [caption, array, vocabulary, linked, "/dev/null"] {
      let error = #expect(throws: NewelError.self) { try train(output) }
      #expect(error?.code == .invalidArgument, "\(output)")
    }
    #expect(try before == [caption, array, vocabulary, head].map { try Data(contentsOf: URL(fileURLWithPath: $0)) })
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: linked) == head)
  }
}
