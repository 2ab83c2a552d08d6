import Testing

@testable import Evaluation

@Suite struct RunJudgementTests {
  @Test func everyJudgedQueryCountsAndNoOther() throws {
    let qrels = try Qrels(parsing: "q1 0 a 1\nq2 0 b 2\nq2 0 c 1\nq3 0 d 0\nq4 0 e 1\n")
    let run = try Run(
      parsing:
        "q2 Q0 c 1 9 x\nq2 Q0 z 2 8 x\nq2 Q0 b 3 7 x\nq1 Q0 z 1 5 x\nq1 Q0 a 2 5 x\nq9 Q0 a 1 1 x\nq3 Q0 d 1 1 x\n")
    let judged = RunJudgement(run, qrels: qrels)
    #expect(judged.queries == ["q1", "q2", "q4"])
    #expect(judged.unansweredCount == 1 && judged.unjudgedCount == 2)
    #expect(judged.documentCount == 6)
    #expect(judged.summary.missCount == 1)
    // q1: a ties with z, which counts against it. q2: c at 1. q4: no line.
    #expect(judged.summary.scores.map(\.rank) == [2, 1, nil])
    #expect(judged.summary.meanReciprocalRank() == 0.5)
    #expect(RunJudgement(run, qrels: qrels, ties: .asGiven).summary.scores[0].rank == 2)
  }

  @Test func twoSystemsAreComparedQueryByQuery() {
    let first = (0..<40).map { $0 % 4 == 0 ? 0.5 : 1.0 }
    let second = (0..<40).map { $0 % 5 == 0 ? 1.0 : 0.25 }
    let found = SystemComparison(first, second, rounds: 2000)
    #expect(abs(found.difference - (0.875 - 0.4)) < 1e-12)
    #expect(found.tTest < 1e-6 && found.randomisation < 0.001)
    #expect(found.interval.contains(found.difference) && found.interval.lowerBound > 0)
    #expect(found.firstWins == 32 && found.secondWins == 2)
    let same = SystemComparison(first, first, rounds: 100)
    #expect(same.difference == 0 && same.tTest == 1 && same.randomisation == 1 && same.firstWins == 0)
    #expect(SystemComparison(first, second, rounds: 2000) == found)
  }
}
