import Testing

@testable import Evaluation

@Suite(
  .enabled(
    if: PythonOracle.isAvailable,
    "needs python3 with ir_measures and scipy: run tools/install-dependencies --for-tests"))
struct OracleTests {
  @Test(arguments: [1, 2, 3] as [UInt64])
  func measuresEqualThoseOfIrMeasures(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var qrels = Qrels()
    var run = Run()
    for query in 0..<60 {
      let name = "q\(query)"
      let documents = (0..<random.next(below: 40)).map { "d\($0)" }
      for document in (0..<60).map({ "d\($0)" }) where random.next(below: 5) == 0 {
        qrels.judge(query: name, document: document, grade: random.next(below: 5) - 1)
      }
      if qrels[name].isEmpty { qrels.judge(query: name, document: "d0", grade: 1) }
      // Few different scores, so that nearly every ranking has ties.
      let ranking = documents.map { ScoredDocument(key: $0, score: Double(random.next(below: 12)) * 0.5) }
      if !ranking.isEmpty { run.setRanking(ranking, of: name) }
    }
    let files = [try qrels.serialized(), try run.serialized(tag: "newel", ties: .keep)]
    let lines = try PythonOracle.withFiles(files) { try PythonOracle.run(["measures"] + $0) }
    var compared = 0
    for line in lines.split(separator: "\n") {
      let fields = line.split(separator: " ")
      let query = String(fields[0])
      // ir_measures takes RR@k, and only that, from the MS MARCO script, whose ties go by ascending name.
      let judged =
        fields[1] == "RR@10"
        ? JudgedRanking(run[query].sorted { $0.key < $1.key }, judgements: qrels[query], ties: .asGiven)
        : JudgedRanking(run[query], judgements: qrels[query], ties: .trecEval)
      let expected = try #require(Double(fields[2]))
      let found = try value(of: String(fields[1]), for: judged)
      #expect(abs(found - expected) < 1e-6, "seed \(seed), query \(query), \(fields[1])")
      compared += 1
    }
    #expect(compared > 60 * 15, "the oracle answered for too few queries")
  }

  @Test func aRunWithBrokenTiesIsOrderedByRankEverywhere() throws {
    var qrels = Qrels()
    var run = Run()
    for query in 0..<20 {
      // All scores equal, and names that trec_eval would turn round.
      run.setRanking((0..<10).map { ScoredDocument(key: "d\($0)", score: 7) }, of: "q\(query)")
      qrels.judge(query: "q\(query)", document: "d\(query % 10)", grade: 1)
    }
    let files = [try qrels.serialized(), try run.serialized(tag: "newel", ties: .breakByRank)]
    let lines = try PythonOracle.withFiles(files) { try PythonOracle.run(["measures"] + $0) }
    for line in lines.split(separator: "\n") where line.contains(" RR ") {
      let fields = line.split(separator: " ")
      let query = try #require(Int(fields[0].dropFirst()))
      let expected = try #require(Double(fields[2]))
      #expect(abs(expected - 1 / Double(query % 10 + 1)) < 1e-6, "query \(query)")
    }
  }

  @Test(arguments: [2, 3, 10, 200, 3000])
  func tTestEqualsThatOfScipy(count: Int) throws {
    var random = SeededGenerator(seed: UInt64(count))
    for shift in [0.0, 0.02, 0.3] {
      let first = (0..<count).map { _ in Double(random.next(below: 1000)) / 1000 + shift }
      let second = (0..<count).map { _ in Double(random.next(below: 1000)) / 1000 }
      let file = zip(first, second).map { "\($0) \($1)\n" }.joined()
      let answer = try PythonOracle.withFiles([file]) { try PythonOracle.run(["ttest"] + $0) }
      let expected = answer.split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
      let found = PairedTTest(first, second)
      #expect(abs(found.statistic - expected[0]) < 1e-9 * max(1, abs(expected[0])))
      #expect(abs(found.pValue - expected[1]) < 1e-10 + 1e-8 * expected[1], "count \(count), shift \(shift)")
    }
  }

  private struct UnknownMeasure: Error { let name: String }

  private func value(of measure: String, for ranking: JudgedRanking) throws -> Double {
    let parts = measure.split(separator: "@")
    let depth = parts.count > 1 ? Int(parts[1]) : nil
    switch (parts[0], depth) {
    case ("nDCG", _): return ranking.normalisedDiscountedGain(at: depth)
    case ("AP", _): return ranking.averagePrecision(at: depth)
    case ("RR", _): return ranking.reciprocalRank(at: depth)
    case ("P", let depth?): return ranking.precision(at: depth)
    case ("R", let depth?): return ranking.recall(at: depth)
    case ("Success", let depth?): return ranking.hit(at: depth)
    default: throw UnknownMeasure(name: measure)
    }
  }
}
