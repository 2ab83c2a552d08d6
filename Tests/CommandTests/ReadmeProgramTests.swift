import Foundation
import TestSupport
import Testing

/// The Swift program of the README is compiled with the tests, and does what the README says.
@Suite struct ReadmeProgramTests {
  private static let root = URL(fileURLWithPath: #filePath).appendingPathComponent("../../..").standardizedFileURL
  private static let readme = root.appendingPathComponent("README.md")

  private static func program() throws -> String {
    try String(contentsOf: root.appendingPathComponent("Tests/ReadmeProgram/main.swift"), encoding: .utf8)
  }

  @Test func itIsShort() throws {
    #expect(try Self.program().split(separator: "\n", omittingEmptySubsequences: false).dropLast().count <= 15)
  }

  @Test(.enabled("there is no README.md", { FileManager.default.fileExists(atPath: readme.path) }))
  func theReadmeHoldsExactlyThisProgram() throws {
    let text = try String(contentsOf: Self.readme, encoding: .utf8)
    let blocks = text.components(separatedBy: "```swift\n").dropFirst().compactMap {
      $0.components(separatedBy: "```").first
    }
    #expect(blocks.contains(try Self.program()), "a swift block of README.md must be Tests/ReadmeProgram/main.swift")
  }

  @Test func itOpensAnIndexAndSearches() throws {
    let dump = try TinyDump(count: 30)
    try dump.makeIndex()
    let answer = try NewelProcess.run("ReadmeProgram", ["index", "red shoe"], in: dump.folder)
    #expect(answer.status == 0, "\(answer.error)")
    let lines = answer.output.split(separator: "\n")
    let hits = lines.filter { !$0.hasPrefix(" ") }
    let found = try #require(
      try NewelProcess.newel("search", "index", "red shoe", "-k", "5", "--json", in: dump.folder).json()["hits"]
        as? [[String: Any]])
    #expect(hits.map { String($0.split(separator: " ")[1]) } == found.compactMap { $0["key"] as? String })
    #expect(lines.count > hits.count)
    #expect(try NewelProcess.run("ReadmeProgram", []).output.hasPrefix("Usage: "))
  }
}
