import Testing

@testable import Evaluation

/// What ir_measures 0.4.3 (over pytrec_eval, so trec_eval's own code) says of a small run, as numbers: the check that needs
/// no Python.
///
/// Made in Python 3.11 with `random.Random(9)`: of 24 documents 9 are judged with grades 0 to 3 and 14 are answered, with
/// ties, for each of eight queries but q5, which has no answer. The numbers are those of `ir_measures.iter_calc`, with the
/// mean of `ir_measures.calc_aggregate` last, to six places. `OracleTests` asks a living ir_measures about other runs.
@Suite struct GoldenMeasureTests {
  /// A line per query: its judged documents with their grades.
  private static let judged = """
    q0 d1:0 d5:0 d12:0 d13:0 d14:2 d16:2 d19:0 d22:3 d23:1
    q1 d1:2 d2:1 d3:1 d5:0 d11:1 d16:0 d19:2 d21:3 d22:0
    q2 d2:3 d3:3 d4:1 d5:2 d9:2 d12:1 d13:1 d14:0 d22:0
    q3 d0:0 d1:3 d2:0 d5:1 d11:0 d15:1 d16:0 d19:1 d20:1
    q4 d2:1 d6:2 d8:2 d9:1 d11:1 d12:1 d13:0 d14:1 d18:1
    q5 d0:0 d5:1 d8:1 d9:0 d13:2 d15:1 d18:1 d20:3 d23:0
    q6 d1:2 d3:0 d5:1 d6:1 d11:0 d12:1 d13:2 d14:0 d23:2
    q7 d0:3 d3:3 d5:1 d6:1 d7:1 d8:3 d9:1 d14:1 d19:2
    """

  /// A line per query: its ranking with scores.
  private static let answered = """
    q0 d20:11 d1:10.5 d8:10.5 d4:10 d9:9.5 d15:9.5 d14:9 d18:8.5 d10:8.5 d5:8 d23:7.5 d19:6.5 d0:6.5 d11:6
    q1 d1:11.5 d21:11 d13:10.5 d8:10.5 d17:9.5 d11:8.5 d20:8.5 d22:7.5 d3:7.5 d5:7 d19:6.5 d15:6 d6:6 d4:6
    q2 d2:11.5 d12:11 d4:10 d0:9.5 d6:8.5 d15:8.5 d16:8.5 d1:8.5 d8:8.5 d14:8 d9:7.5 d11:7 d19:6 d21:6
    q3 d1:11.5 d7:11 d9:10.5 d16:10.5 d13:10 d6:10 d2:9.5 d23:8.5 d15:8.5 d22:7.5 d19:7 d12:6 d3:6 d18:6
    q4 d14:11 d11:11 d0:10 d5:9 d9:8.5 d12:8 d3:7.5 d19:7.5 d7:7.5 d6:7 d18:7 d20:6.5 d23:5.5 d10:4.5
    q6 d4:12 d18:11.5 d16:11 d5:10.5 d6:10 d12:9 d7:8.5 d13:8 d0:7 d14:7 d11:6.5 d22:6 d1:5 d21:4
    q7 d3:11.5 d0:11.5 d6:10.5 d1:10 d23:9 d19:8 d4:8 d13:7 d14:6 d20:5 d22:4.5 d17:4.5 d16:4 d11:3
    """

  /// A line per measure: its value for q0 to q7, and the mean.
  private static let expected = """
    nDCG 0.166114 0.792386 0.598786 0.723452 0.578588 0.000000 0.428649 0.710905 0.499860
    nDCG@5 0.000000 0.640326 0.578481 0.606249 0.440623 0.000000 0.160950 0.705771 0.391550
    nDCG@10 0.117112 0.705698 0.527541 0.667082 0.528637 0.000000 0.332009 0.710905 0.448623
    AP 0.081169 0.563853 0.480519 0.298990 0.539015 0.000000 0.339103 0.458554 0.345150
    AP@5 0.000000 0.333333 0.428571 0.200000 0.325000 0.000000 0.108333 0.333333 0.216071
    AP@10 0.035714 0.488095 0.428571 0.244444 0.470833 0.000000 0.275000 0.458554 0.300152
    RR 0.142857 1.000000 1.000000 1.000000 1.000000 0.000000 0.250000 1.000000 0.674107
    P@1 0.000000 1.000000 1.000000 1.000000 1.000000 0.000000 0.000000 1.000000 0.625000
    P@5 0.000000 0.400000 0.600000 0.200000 0.600000 0.000000 0.400000 0.600000 0.350000
    P@10 0.100000 0.400000 0.300000 0.200000 0.500000 0.000000 0.400000 0.500000 0.300000
    R@1 0.000000 0.166667 0.142857 0.200000 0.125000 0.000000 0.000000 0.111111 0.093204
    R@5 0.000000 0.333333 0.428571 0.200000 0.375000 0.000000 0.333333 0.333333 0.250446
    R@10 0.250000 0.666667 0.428571 0.400000 0.625000 0.000000 0.666667 0.555556 0.449058
    Success@1 0.000000 1.000000 1.000000 1.000000 1.000000 0.000000 0.000000 1.000000 0.625000
    Success@5 0.000000 1.000000 1.000000 1.000000 1.000000 0.000000 1.000000 1.000000 0.750000
    Success@10 1.000000 1.000000 1.000000 1.000000 1.000000 0.000000 1.000000 1.000000 0.875000
    """

  private struct UnknownMeasure: Error {}

  private static func fields(_ text: String) -> [[String]] {
    text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
  }

  private static func pairs(_ line: [String]) throws -> [(document: String, value: Double)] {
    try line.dropFirst().map { field in
      let parts = field.split(separator: ":")
      return (String(parts[0]), try #require(Double(parts[1])))
    }
  }

  private func made() throws -> (qrels: Qrels, run: Run) {
    var qrels = Qrels()
    var run = Run()
    for line in Self.fields(Self.judged) {
      for (document, grade) in try Self.pairs(line) {
        qrels.judge(query: line[0], document: document, grade: Int(grade))
      }
    }
    for line in Self.fields(Self.answered) {
      run.setRanking(try Self.pairs(line).map { ScoredDocument(key: $0.document, score: $0.value) }, of: line[0])
    }
    return (qrels, run)
  }

  private func value(of measure: String, for ranking: JudgedRanking) throws -> Double {
    let parts = measure.split(separator: "@")
    switch (parts[0], parts.count > 1 ? Int(parts[1]) : nil) {
    case ("nDCG", let depth): return ranking.normalisedDiscountedGain(at: depth)
    case ("AP", let depth): return ranking.averagePrecision(at: depth)
    case ("RR", let depth): return ranking.reciprocalRank(at: depth)
    case ("P", let depth?): return ranking.precision(at: depth)
    case ("R", let depth?): return ranking.recall(at: depth)
    case ("Success", let depth?): return ranking.hit(at: depth)
    default: throw UnknownMeasure()
    }
  }

  @Test func everyMeasureOfEveryQueryIsThatOfIrMeasures() throws {
    let (qrels, run) = try made()
    var compared = 0
    for line in Self.fields(Self.expected) {
      for (query, text) in zip(qrels.queries, line.dropFirst()) {
        let judged = JudgedRanking(run[query], judgements: qrels[query], ties: .trecEval)
        let expected = try #require(Double(text))
        #expect(abs(try value(of: line[0], for: judged) - expected) < 1e-6, "\(line[0]) of \(query)")
        compared += 1
      }
    }
    #expect(compared == 16 * 8)
  }

  @Test func theAveragesAreThoseOfIrMeasures() throws {
    let (qrels, run) = try made()
    let means = try Dictionary(
      uniqueKeysWithValues: Self.fields(Self.expected).map { ($0[0], try #require(Double($0[$0.count - 1]))) })
    let summary = RunJudgement(run, qrels: qrels, ties: .trecEval).summary
    let found = [
      "nDCG@10": summary.meanDiscountedGain, "AP": summary.meanAveragePrecision,
      "AP@10": summary.meanAveragePrecisionAtCutoff, "RR": summary.meanReciprocalRank(),
      "R@10": summary.meanRecallAtCutoff, "Success@1": summary.hitRate(at: 1), "Success@5": summary.hitRate(at: 5),
      "Success@10": summary.hitRate(at: 10),
    ]
    for (name, value) in found { #expect(abs(value - (means[name] ?? -1)) < 1e-6, "\(name)") }
    let five = RunJudgement(run, qrels: qrels, cutoff: 5, ties: .trecEval).summary
    #expect(abs(five.meanDiscountedGain - (means["nDCG@5"] ?? -1)) < 1e-6)
    #expect(abs(five.meanAveragePrecisionAtCutoff - (means["AP@5"] ?? -1)) < 1e-6)
    // The rule that Newel reports is never better, and here it is worse: there are ties.
    let pessimistic = RunJudgement(run, qrels: qrels).summary
    #expect(pessimistic.meanAveragePrecision < summary.meanAveragePrecision)
    #expect(pessimistic.meanReciprocalRank() <= summary.meanReciprocalRank())
  }
}
