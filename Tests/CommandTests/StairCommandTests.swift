import Foundation
import TestSupport
import Testing

@Suite struct StairCommandTests {
  let dump: TinyDump

  init() throws { dump = try TinyDump(count: 200) }

  private func newel(_ arguments: String...) throws -> Answer { try NewelProcess.newel(arguments, in: dump.folder) }

  private func train(_ arguments: String...) throws -> Answer {
    try NewelProcess.newel(
      [
        "train", "--method", "stair", "--images", "dump", "--metadata", "dump", "--hidden", "16", "--epochs", "6",
        "--batch", "25", "--minimum-document-frequency", "1", "--validate-where", "split=val", "--learning-rate",
        "0.01",
      ] + arguments, in: dump.folder)
  }

  @Test func aHeadIsTrainedValidatedDrawnAndSearchedWith() throws {
    let answer = try train(
      "--output", "head", "--curve", "curve.svg", "--checkpoint", "state", "--json", "--quiet")
    #expect(answer.status == 0, "\(answer.error)")
    let report = try answer.json()
    #expect(report["method"] as? String == "stair" && report["rows"] as? Int == 100)
    #expect(report["validationRows"] as? Int == 100)
    let validation = try #require(report["validation"] as? [String: Any])
    let recall = try #require((validation["textToImage"] as? [String: Any])?["at10"] as? Double)
    // Chance finds a tenth; the pictures are few, their rows short, and captions repeat.
    #expect(recall > 0.25)
    let course = try #require(report["course"] as? [String: Any])
    #expect((course["stageEnds"] as? [Int])?.count == 3)
    #expect(try String(contentsOfFile: dump.path("curve.svg"), encoding: .utf8).hasPrefix("<svg"))
    #expect(try newel("build", "index", "--images", "dump", "--metadata", "dump", "--head", "head").status == 0)
    #expect(try newel("search", "index", "red shoe").output.contains("red"))

    // From the last state nothing is left to train, and the head is the same.
    let again = try train("--output", "again", "--resume", "state", "--quiet")
    #expect(again.status == 0, "\(again.error)")
    #expect(again.output.contains("held-out rows: R@1/5/10"))
    let first = try Data(contentsOf: URL(fileURLWithPath: dump.path("head")))
    #expect(try Data(contentsOf: URL(fileURLWithPath: dump.path("again"))) == first)
  }

  @Test func whatDoesNotFitIsRefusedInOneSentence() throws {
    try dump.write("other", "no checkpoint")
    let missing = try train("--output", "head", "--caption-field", "title")
    #expect(missing.isRefusal && missing.error.contains("'title'"))
    for arguments in [
      ["--memory-limit", "10kB"], ["--noise", "-1"], ["--resume", "nowhere"], ["--resume", "other"],
      ["--checkpoint", "other"], ["--texts", "nowhere"], ["--where", "category=shoes"], ["--hidden", "-3"],
    ] {
      let answer = try NewelProcess.newel(
        ["train", "--method", "stair", "--images", "dump", "--metadata", "dump", "--output", "head"] + arguments,
        in: dump.folder)
      #expect(answer.isRefusal, "\(arguments): \(answer.error)")
    }
    let ridge = try newel(
      "train", "--method", "ridge", "--images", "dump", "--metadata", "dump", "--output", "head", "--epochs", "3")
    #expect(ridge.status != 0 && ridge.error.contains("--epochs goes with --method stair"))
    let bytes = try train("--output", "head", "--memory-limit", "much")
    #expect(bytes.status != 0)
    #expect(!FileManager.default.fileExists(atPath: dump.path("head")))
  }
}
