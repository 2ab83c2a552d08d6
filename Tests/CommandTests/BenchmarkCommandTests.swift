import Testing

@testable import Newel
@testable import NewelCommand

@Suite struct BenchmarkCommandTests {
  @Test func valuesWithCommasAreReadAndMistakesRefused() {
    #expect(CommaSeparated<Int>(argument: "10,100")?.values == [10, 100])
    #expect(CommaSeparated<TopKAlgorithm>(argument: "auto")?.values == [.auto])
    #expect(CommaSeparated<Int>(argument: "") == nil)
    #expect(CommaSeparated<Int>(argument: "10,") == nil)
    #expect(CommaSeparated<TopKAlgorithm>(argument: "auto,quick") == nil)
    #expect(CommaSeparated<Int>([1, 2]).defaultValueDescription == "1,2")
  }

  @Test func numbersBelowOneAreRefusedBeforeTheIndexIsOpened() {
    for arguments in [["-k", "10,0"], ["--repeat", "0"], ["--limit-queries", "0"]] {
      #expect(throws: (any Error).self) {
        try BenchmarkCommand.parse(["index", "--queries", "q.csr"] + arguments)
      }
    }
    #expect(throws: Never.self) { try BenchmarkCommand.parse(["index", "--queries", "q.csr", "-k", "1,5"]) }
  }

  @Test func aCurveIsOnePictureWithEveryModeAndNoTextOutsideIt() {
    func point(_ setting: String, _ mean: Double, _ recall: Double) -> CurveReport.Point {
      CurveReport.Point(
        setting: setting, microseconds: LatencySummary(passes: [[Int64(mean * 1000)]]), recall: recall)
    }
    let report = CurveReport(
      index: "index", documentCount: 1_000_000, queryCount: 200, meanQueryTokens: 43.2, count: 10,
      truth: "a <file> & more",
      lines: [
        CurveReport.Line(mode: "exact", points: [point("", 250, 1)]),
        CurveReport.Line(
          mode: "limited blocks", points: [point("4 blocks", 20, 0.2), point("64 blocks", 90, 0.95)]),
      ])
    let svg = CurveDrawing(report).svg
    #expect(svg.hasPrefix("<svg ") && svg.hasSuffix("</svg>\n"))
    #expect(svg.contains(">limited blocks</text>"))
    #expect(svg.contains("a &lt;file&gt; &amp; more"))
    #expect(svg.contains("0.9500 in 90 µs"))
    // What has less recall than the picture shows is left out of it.
    #expect(!svg.contains("4 blocks: recall 0.2"))
    let numbers = svg.split { !$0.isNumber && $0 != "." && $0 != "-" }.compactMap { Double($0) }
    #expect(numbers.allSatisfy { $0 > -100 && $0 <= 1_000_000 })
    #expect(!svg.contains("nan") && !svg.contains("inf"))
  }
}
