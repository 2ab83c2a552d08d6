import Evaluation
import Foundation
import Synchronization
import Testing

@testable import Newel
@testable import NewelCommand

@Suite struct BatchSearchTests {
  private final class Folder {
    let path: String

    init() throws {
      path = FileManager.default.temporaryDirectory.appendingPathComponent("newel-run-\(UUID().uuidString)").path
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted() }
  }

  private static let hits = [ScoredDocument(key: "x", score: 2.5), ScoredDocument(key: "y", score: 2.5)]

  @Test func optionsThatDoNotGoTogetherAreRefused() {
    for arguments in [
      ["index"], ["index", "red", "--batch", "q.jsonl"], ["index", "red", "--run", "r.trec"],
      ["index", "red", "--threads", "0"], ["index", "--batch", "q.jsonl", "--threads", "x"],
    ] {
      #expect(throws: (any Error).self) { try SearchCommand.parse(arguments) }
    }
    #expect(throws: Never.self) { try SearchCommand.parse(["index", "red", "--threads", "2"]) }
    #expect(throws: Never.self) {
      try SearchCommand.parse(["index", "--batch", "q.jsonl", "-k", "100", "--run", "r.trec", "--json", "-q"])
    }
  }

  @Test func aRunFileAppearsWhenItIsCompleteAndReplacesTheOldOne() throws {
    let folder = try Folder()
    let path = folder.path + "/r.trec"
    for _ in 0..<2 {
      let file = try RankingFile(path, inputs: [])
      try file.append(Self.hits, of: "q1")
      try file.append([], of: "q2")
      #expect(folder.names.count { $0.hasPrefix("r.trec.") && $0.hasSuffix(".unfinished") } == 1)
      try file.finish()
      #expect(folder.names == ["r.trec"])
      let text = try String(contentsOfFile: path, encoding: .utf8)
      #expect(text == "q1 Q0 x 1 2.5 newel\nq1 Q0 y 2 2.4999998 newel\n")
    }
    let abandoned = try RankingFile(path, inputs: [])
    try abandoned.append([ScoredDocument(key: "z", score: 1)], of: "q9")
    abandoned.abandon()
    #expect(folder.names == ["r.trec"])
    #expect(try String(contentsOfFile: path, encoding: .utf8).hasPrefix("q1 "))
  }

  @Test func aRunFileThatCannotBeIsRefusedWithAReason() throws {
    let folder = try Folder()
    for path in [folder.path, folder.path + "/none/r.trec"] {
      let error = #expect(throws: NewelError.self) { try RankingFile(path, inputs: []) }
      #expect(error?.message.contains(folder.path) == true)
    }
    let file = try RankingFile(folder.path + "/r.trec", inputs: [])
    #expect(throws: CommandFailure.self) {
      try file.append([ScoredDocument(key: "white space", score: 1)], of: "q")
    }
    file.abandon()
    #expect(folder.names.isEmpty)
  }

  @Test func idsWithWhiteSpaceDoNotFitIntoRuns() {
    #expect(RankingFile.canHold(id: "q1"))
    #expect(RankingFile.canHold(id: "früh"))
    for id in ["", "a b", "a\tb", "a\n"] { #expect(!RankingFile.canHold(id: id)) }
  }

  @Test func aQueryWithoutAnswerHasALineOfItsOwn() throws {
    var line = BatchLine(id: "q", answer: nil)
    line.error = "Nothing."
    #expect(
      try JSONOutput.text(of: line, pretty: false)
        == #"{"error":"Nothing.","hits":[],"id":"q","ignoredWords":[],"substitutedWords":[],"unknownWords":[]}"#)
  }

  @Test func aNoteMakesRoomOnTheTerminal() {
    final class Log: Sendable {
      let text = Mutex("")
    }
    let log = Log()
    let reporter = ProgressReporter(
      style: .terminal,
      surroundings: .init(write: { text in log.text.withLock { $0 += text } }, columns: { 80 }, seconds: { 1 }))
    reporter.note("first")
    reporter.begin("Searching", total: 10, unit: "queries")
    reporter.note("second")
    let text = log.text.withLock { $0 }
    #expect(text.hasPrefix("first\n\rSearching"))
    #expect(text.hasSuffix("\r\u{1B}[Ksecond\n"))
  }
}
