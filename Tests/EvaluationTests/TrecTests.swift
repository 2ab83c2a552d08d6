import Testing

@testable import Evaluation

@Suite struct TrecTests {
  @Test func aRunComesBackAsItWasWritten() throws {
    var run = Run()
    run.setRanking([ScoredDocument(key: "ä/1.jpg", score: 3), ScoredDocument(key: "b", score: 0.1)], of: "2")
    run.setRanking([ScoredDocument(key: "b", score: -4e-12)], of: "1")
    let text = try run.serialized(tag: "newel", ties: .keep)
    #expect(text == "2 Q0 ä/1.jpg 1 3 newel\n2 Q0 b 2 0.1 newel\n1 Q0 b 1 -4e-12 newel\n")
    #expect(try Run(parsing: text) == run)
  }

  @Test func judgementsComeBackAsTheyWereWritten() throws {
    var qrels = Qrels()
    qrels.judge(query: "q2", document: "b", grade: 2)
    qrels.judge(query: "q2", document: "a", grade: 0)
    qrels.judge(query: "q1", document: "a", grade: -1)
    let text = try qrels.serialized()
    #expect(text == "q2 0 a 0\nq2 0 b 2\nq1 0 a -1\n")
    #expect(try Qrels(parsing: text) == qrels)
  }

  @Test func tabsCarriageReturnsBlankLinesAndAByteOrderMarkAreNoMatter() throws {
    let run = try Run(parsing: "\u{FEFF}q\tQ0\ta\t1\t2.5\tx\r\n\r\n  q Q0  b 2 3 x")
    #expect(run["q"] == [ScoredDocument(key: "b", score: 3), ScoredDocument(key: "a", score: 2.5)])
    #expect(try Qrels(parsing: "\n \t\n").queries.isEmpty)
  }

  @Test func scoresDecideTheOrderAndLinesDecideTies() throws {
    let run = try Run(parsing: "q Q0 a 1 1 x\nq Q0 b 2 5 x\np Q0 z 1 0 x\nq Q0 c 3 5 x\n")
    #expect(run["q"].map(\.key) == ["b", "c", "a"])
    #expect(run.queries == ["q", "p"])
  }

  @Test func aLineThatCannotBeReadIsNamed() {
    #expect(throws: TrecError.fieldCount(line: 2, expected: 6, found: 5, layout: "query Q0 document rank score tag")) {
      try Run(parsing: "q Q0 a 1 1 x\nq Q0 b 2 x\n")
    }
    for score in ["nan", "inf", "1,5", "0x", "1e999"] {
      #expect(throws: TrecError.badScore(line: 1, found: score)) { try Run(parsing: "q Q0 a 1 \(score) x") }
    }
    #expect(throws: TrecError.badGrade(line: 3, found: "1.5")) { try Qrels(parsing: "\n\nq 0 a 1.5\n") }
    #expect(throws: TrecError.fieldCount(line: 1, expected: 4, found: 3, layout: "query 0 document grade")) {
      try Qrels(parsing: "q a 1")
    }
    #expect(throws: TrecError.duplicate(line: 2, query: "q", document: "a")) {
      try Run(parsing: "q Q0 a 1 2 x\nq Q0 a 2 1 x")
    }
    #expect(throws: TrecError.duplicate(line: 2, query: "q", document: "a")) {
      try Qrels(parsing: "q 0 a 2\nq 0 a 2")
    }
    let errors: [TrecError] = [
      .fieldCount(line: 2, expected: 6, found: 5, layout: "a b"), .badScore(line: 3, found: "x"),
      .badGrade(line: 3, found: "1.5"), .duplicate(line: 2, query: "q", document: "d"), .unwritableName("a b"),
      .unwritableScore(query: "q", document: "d"),
    ]
    for error in errors {
      #expect(error.description.first?.isUppercase == true && error.description.hasSuffix("."), "\(error)")
    }
    #expect(TrecError.badGrade(line: 3, found: "1.5").description.contains("Line 3"))
  }

  @Test func brokenTiesFallStrictlyInThirtyTwoBits() throws {
    let scores = [16_777_217, 16_777_216, 5, 5, 5, 4.999999999, 4, 0, 0, 0]
    var run = Run()
    run.setRanking(scores.enumerated().map { ScoredDocument(key: "d\($0)", score: $1) }, of: "q")
    let back = try Run(parsing: run.serialized(tag: "t", ties: .breakByRank))
    #expect(back["q"].map(\.key) == run["q"].map(\.key))
    let floats = back["q"].map { Float($0.score) }
    #expect(zip(floats, floats.dropFirst()).allSatisfy { $0 > $1 })
    #expect(abs(back["q"][4].score - 5) < 1e-5)
  }

  @Test func whatAFileCannotHoldIsRefused() {
    func run(_ query: String, _ key: String, _ score: Double) -> Run {
      var run = Run()
      run.setRanking([ScoredDocument(key: key, score: score)], of: query)
      return run
    }
    for name in ["", "two words", "tab\t", "line\n"] {
      #expect(throws: TrecError.unwritableName(name)) { try run("q", name, 1).serialized(tag: "t", ties: .keep) }
      #expect(throws: TrecError.unwritableName(name)) { try run(name, "d", 1).serialized(tag: "t", ties: .keep) }
      #expect(throws: TrecError.unwritableName(name)) { try TrecRunWriter(tag: name, ties: .keep) }
    }
    #expect(throws: TrecError.unwritableScore(query: "q", document: "d")) {
      try run("q", "d", .nan).serialized(tag: "t", ties: .keep)
    }
    #expect(throws: TrecError.unwritableScore(query: "q", document: "d")) {
      try run("q", "d", 1e300).serialized(tag: "t", ties: .breakByRank)
    }
  }
}
