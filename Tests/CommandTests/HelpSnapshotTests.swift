import Foundation
import Testing

/// The help of each command as it was last agreed on. NEWEL_RECORD_SNAPSHOTS=1 writes it anew.
@Suite struct HelpSnapshotTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Snapshots")

  @Test(arguments: [
    "newel", "train", "align", "build", "add", "delete", "update", "watch", "get", "fields", "export-segment", "attach",
    "merge", "realign", "map", "search",
    "similar", "inspect", "atlas", "explain",
    "tokens", "evaluate", "stats", "verify", "repair", "benchmark",
  ])
  func theHelpIsTheOneAgreedOn(command: String) throws {
    let answer = try NewelProcess.newel(command == "newel" ? ["--help"] : [command, "--help"])
    #expect(answer.status == 0)
    let file = Self.folder.appendingPathComponent(command + ".txt")
    if ProcessInfo.processInfo.environment["NEWEL_RECORD_SNAPSHOTS"] == "1" {
      try Data(answer.output.utf8).write(to: file)
    }
    #expect(answer.output == String(decoding: try Data(contentsOf: file), as: UTF8.self))
    #expect(answer.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
  }

  @Test func withoutArgumentsTheHelpIsPrinted() throws {
    let bare = try NewelProcess.newel()
    #expect(bare.status == 0)
    #expect(bare.output == (try NewelProcess.newel("--help")).output)
  }
}
