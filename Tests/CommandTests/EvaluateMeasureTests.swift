import Evaluation
import Foundation
import TestSupport
import Testing

/// What `newel evaluate` measures beside the ranks of texts.
@Suite struct EvaluateMeasureTests {
  let dump: TinyDump

  init() throws {
    dump = try TinyDump()
    try dump.makeIndex()
  }

  private func newel(_ arguments: String...) throws -> Answer { try NewelProcess.newel(arguments, in: dump.folder) }

  private func report(_ arguments: String...) throws -> [String: Any] {
    let answer = try NewelProcess.newel(["evaluate"] + arguments + ["--json"], in: dump.folder)
    try #require(answer.status == 0, "\(answer.error)")
    return try answer.json()
  }

  private func part(_ report: [String: Any], _ name: String) throws -> [String: Any] {
    try #require(report[name] as? [String: Any], "no \(name)")
  }

  @Test func picturesFindTextsAmongThoseOfTheGallery() throws {
    let all = try report("index", "--captions")
    let back = try part(all, "imageToText")
    #expect(back["queries"] as? Int == 60 && back["gallery"] as? Int == 60)
    let half = try report("index", "--captions", "--where", "split=val")
    #expect(half["documents"] as? Int == 30 && half["queries"] as? Int == 30)
    #expect(half["conditions"] as? [String] == ["split=val"])
    let halfBack = try part(half, "imageToText")
    #expect(halfBack["queries"] as? Int == 30 && halfBack["gallery"] as? Int == 30)
    // Fewer competitors never make a rank worse.
    let mean = try #require(all["meanRank"] as? Double)
    #expect(try #require(half["meanRank"] as? Double) <= mean)
    let sum = try ["recallAt1", "recallAt5", "recallAt10"].reduce(0.0) {
      $0 + 100 * (try #require(half[$1] as? Double) + (try #require(halfBack[$1] as? Double)))
    }
    #expect(abs(try #require(half["recallSum"] as? Double) - sum) < 1e-9)
  }

  @Test func gradesOfAFileStandForRelevant() throws {
    try dump.write(
      "q.jsonl",
      (0..<20).map { "{\"id\": \"q\($0)\", \"text\": \"\(TinyDump.words(of: $0).joined(separator: " "))\"}\n" }.joined()
    )
    try dump.write(
      "q.trec",
      (0..<20).map { "q\($0) 0 d\($0) 3\nq\($0) 0 d\($0 + 20) 1\nq\($0) 0 d\($0 + 1) 0\nq\($0) 0 elsewhere 1\n" }
        .joined())
    let found = try report("index", "--queries", "q.jsonl", "--qrels", "q.trec", "--run", "out.trec", "--cutoff", "5")
    #expect(found["queries"] as? Int == 20 && found["judgementsOutside"] as? Int == 20)
    let graded = try part(found, "graded")
    #expect(graded["cutoff"] as? Int == 5)
    #expect(try part(found, "imageToText")["queries"] as? Int == 40)
    // The run file that was written, judged without the index: as good, or better by its ties, which are broken there.
    try dump.write("inside.trec", (0..<20).map { "q\($0) 0 d\($0) 3\nq\($0) 0 d\($0 + 20) 1\n" }.joined())
    let again = try report("--answers", "out.trec", "--qrels", "inside.trec", "--cutoff", "5")
    let readBack = try part(again, "graded")
    for name in ["normalisedDiscountedGain", "meanAveragePrecision", "meanAveragePrecisionAtCutoff", "recallAtCutoff"] {
      let (live, file) = (try #require(graded[name] as? Double), try #require(readBack[name] as? Double))
      #expect(live > 0 && file >= live - 1e-12 && file <= live + 0.1, "\(name): \(live), \(file)")
    }
    let val = try report("index", "--queries", "q.jsonl", "--qrels", "q.trec", "--where", "split=val")
    #expect(val["queries"] as? Int == 10 && val["leftOut"] as? Int == 10)
  }

  /// The numbers are those of ir_measures 0.4.3 for these files (no scores tie): nDCG@3, AP, AP@3, RR, R@3.
  @Test func aRunFileIsMeasuredAsIrMeasuresDoes() throws {
    try dump.write("a.qrels", "1 0 a 2\n1 0 b 1\n1 0 c 0\n2 0 d 1\n2 0 e 3\n3 0 f 1\n")
    try dump.write(
      "a.run", "1 Q0 c 1 9 x\n1 Q0 a 2 8 x\n1 Q0 z 3 7 x\n1 Q0 b 4 6 x\n2 Q0 e 1 5 x\n2 Q0 z 2 4 x\n9 Q0 a 1 1 x\n")
    let found = try report("--answers", "a.run", "--qrels", "a.qrels", "--cutoff", "3")
    #expect(found["queries"] as? Int == 3 && found["unanswered"] as? Int == 1 && found["unjudged"] as? Int == 1)
    let graded = try part(found, "graded")
    let expected: [(Any?, Double)] = [
      (graded["normalisedDiscountedGain"], 0.435287), (graded["meanAveragePrecision"], 0.333333),
      (graded["meanAveragePrecisionAtCutoff"], 0.250000), (found["meanReciprocalRank"], 0.500000),
      (graded["recallAtCutoff"], 0.333333),
    ]
    for (value, gold) in expected { #expect(abs((value as? Double ?? -1) - gold) < 1e-6, "\(gold)") }
    let text = try newel("evaluate", "--answers", "a.run", "--qrels", "a.qrels", "--compare", "a.run")
    #expect(text.status == 0 && text.output.contains("compared with a.run on 3 queries"))
    #expect(text.output.contains("3 judged queries\n") && text.output.contains("1 of them has no answer"))
  }

  @Test func denseAndFusedSystemsAreMeasuredOnTheSameRows() throws {
    // The texts' embeddings are the pictures': every cosine with the own picture is 1.
    try dump.write("texts.npy", TinyDump.npy(rows: 60, TinyDump.rows(0..<60)))
    let found = try report("index", "--captions", "--texts", "texts.npy", "--where", "split=val")
    let systems = try #require(found["systems"] as? [[String: Any]])
    #expect(systems.compactMap { $0["system"] as? String } == ["sparse", "dense", "fused 0.6/0.4", "fused RRF"])
    let sparse = try part(systems[0], "textToImage")
    #expect(sparse["recallAt1"] as? Double == found["recallAt1"] as? Double)
    #expect(systems[0]["tTestPValue"] == nil && systems[1]["tTestPValue"] is Double)
    // Pictures of the same words, in any order, are one point.
    let words = stride(from: 1, to: 60, by: 2).map { TinyDump.words(of: $0).sorted() }
    let alone = words.count { own in words.count { $0 == own } == 1 }
    for direction in ["textToImage", "imageToText"] {
      let dense = try part(systems[1], direction)
      #expect(abs(try #require(dense["recallAt1"] as? Double) - Double(alone) / 30) < 0.04)
      #expect(dense["gallery"] as? Int == 30 && dense["misses"] as? Int == 0)
    }
    let without = try report("index", "--captions")
    #expect((without["denseObstacle"] as? String)?.contains("--texts") == true && without["systems"] == nil)
  }

  @Test func wordsAreMeasuredAgainstCaptionsAndClasses() throws {
    let found = try part(try report("index", "--captions", "--class-field", "caption"), "words")
    let captions = try part(found, "captions")
    #expect(captions["pictures"] as? Int == 60)
    let own = try #require(captions["precisionAt1"] as? Double)
    #expect(own > (try #require(captions["controlAt1"] as? Double)))
    let classes = try part(found, "classes")
    let (any, all) = (try #require(classes["anyAt10"] as? Double), try #require(classes["allAt10"] as? Double))
    #expect(any >= all && any >= own - 1e-9 && classes["unnamed"] as? Int == 0)
    #expect(found["vocabularyCount"] as? Int == 10)
    #expect(try newel("evaluate", "index", "--captions").output.contains("its own captions hold"))
  }

  @Test func whatCannotBeMeasuredIsRefusedInOneSentence() throws {
    try dump.write("bad.trec", "d0 0 d0 1\nd1 0 d1\n")
    try dump.write("zero.trec", "d0 0 d0 0\n")
    try dump.write("good.trec", "d0 0 d0 1\n")
    try dump.write("other.trec", "x 0 d0 1\n")
    try dump.write("other.run", "x Q0 d0 1 1 t\n")
    try dump.write("short.npy", TinyDump.npy(rows: 59, TinyDump.rows(0..<59)))
    try dump.write("narrow.npy", TinyDump.npy(rows: 60, [Float](repeating: 1, count: 420)))
    let cases: [(arguments: [String], part: String)] = [
      (["index", "--captions", "--qrels", "gone"], "There is no file 'gone'"),
      (["index", "--captions", "--qrels", "bad.trec"], "'bad.trec': Line 2 has 3 fields"),
      (["index", "--captions", "--qrels", "zero.trec"], "judges no document as relevant"),
      (["index", "--captions", "--qrels", "other.trec"], "name none of the 60 captions"),
      (["index", "--captions", "--compare", "other.run"], "answers none of the queries, such as 'd0'"),
      (["--answers", "other.run", "--qrels", "good.trec"], "answers none of the queries that 'good.trec' judges"),
      (["index", "--captions", "--class-field", "nope"], "has a class in the field 'nope'"),
      (["index", "--captions", "--where", "split=none"], "No document of 'index' has split=none"),
      (["index", "--captions", "--texts", "short.npy"], "has 59 rows, but there are 60 queries and 60 documents"),
      (
        ["index", "--captions", "--texts", "narrow.npy"],
        "have 7 numbers, but the dense rows of 'index' have 8 and its head has no text side"
      ),
      (["index", "--captions", "--cutoff", "0"], "must be at least 1"),
    ]
    for (arguments, part) in cases {
      let answer = try NewelProcess.newel(["evaluate"] + arguments, in: dump.folder)
      #expect(answer.isRefusal && answer.error.contains(part), "\(arguments): \(answer.error)")
    }
  }

  @Test func aWrongCommandLineIsStatusTwo() throws {
    for arguments in [
      ["evaluate"], ["evaluate", "index"], ["evaluate", "--answers", "x"],
      ["evaluate", "index", "--answers", "x", "--qrels", "y"],
      ["evaluate", "--answers", "x", "--qrels", "y", "--where", "a=b"], ["inspect", "index", "d0", "--where", "a=b"],
    ] {
      #expect(try NewelProcess.newel(arguments, in: dump.folder).status == 2, "\(arguments)")
    }
  }
}
