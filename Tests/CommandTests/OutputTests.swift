import Foundation
import Testing

@testable import NewelCommand

@Suite struct OutputTests {
  private struct Hit: Encodable {
    let key: String
    let metadata: String?
  }

  @Test func metadataKeepsItsOrderAndItsNumbers() throws {
    let raw = "{\"z\": 1.50, \"big\": 123456789012345678901234567890, \"a\": \"\\\"metadata\\\": \\\"x\\\"\"}"
    let text = try JSONOutput.text(
      of: [Hit(key: "\"metadata\":\"k\"", metadata: raw), Hit(key: "b", metadata: nil)], pretty: false)
    #expect(text == "[{\"key\":\"\\\"metadata\\\":\\\"k\\\"\",\"metadata\":\(raw)},{\"key\":\"b\"}]")
    let pretty = try JSONOutput.text(of: Hit(key: "k", metadata: raw), pretty: true)
    #expect(pretty == "{\n  \"key\" : \"k\",\n  \"metadata\" : \(raw)\n}")
  }

  @Test func controlCharactersAreEscaped() throws {
    let text = try JSONOutput.text(of: Hit(key: "a\u{9B}b\u{7F}", metadata: "{\"x\": \"\u{85}\"}"), pretty: false)
    #expect(text == "{\"key\":\"a\\u009bb\\u007f\",\"metadata\":{\"x\": \"\\u0085\"}}")
  }

  @Test func onlyQueriesThatLookLikeOptionsGetASpace() {
    #expect(
      NewelCommand.arguments(["search", "i", "-kids shoe", "-k", "3", "--where", "-x", "--a b", "red -kids"])
        == ["search", "i", " -kids shoe", "-k", "3", "--where", "-x", "--a b", "red -kids"])
  }

  @Test func captionsAreATextOrTheFirstOfAList() {
    #expect(Console.caption(in: "{\"caption\": \"a\"}", field: "caption") == "a")
    #expect(Console.caption(in: "{\"captions\": [\"b\", \"c\"]}", field: "caption") == "b")
    #expect(Console.caption(in: "{\"caption\": 3}", field: "caption") == nil)
    #expect(Console.caption(in: "nonsense", field: "caption") == nil)
    #expect(Console.count(1, "segment") == "1 segment")
    #expect(Console.count(1200, "segment") == "1,200 segments")
  }

  @Test func bytesAndSingleStepsHaveTheirOwnProgress() {
    let bytes = ProgressLine(label: "Verifying", done: 1_500_000, total: 3_000_000, unit: "bytes", elapsed: 0.5)
    #expect(
      bytes.running(columns: nil) == "Verifying  [##########..........] 50 %  1.5 MB of 3.0 MB  3.0 MB/s  1 s left")
    #expect(bytes.finished == "Verifying  1.5 MB in 0.50 s (3.0 MB/s)")
    let step = ProgressLine(label: "Solving", done: 1, total: 1, unit: "", elapsed: 0.25)
    #expect(step.running(columns: nil) == "Solving")
    #expect(step.finished == "Solving  0.25 s")
  }
}
