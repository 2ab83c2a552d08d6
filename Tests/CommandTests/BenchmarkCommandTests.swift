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
}
