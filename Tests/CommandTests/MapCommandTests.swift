import Foundation
import TestSupport
import Testing

/// Rows in the space of an alignment, at the command line.
@Suite struct MapCommandTests {
  let dump: TinyDump

  init() throws {
    dump = try TinyDump(count: 120)
    try dump.write("dump/text_emb/text_emb_0.npy", TinyDump.npy(rows: 120, AlignCommandTests.texts(120)))
  }

  private func newel(_ arguments: String...) throws -> Answer {
    let answer = try NewelProcess.newel(arguments, in: dump.folder)
    #expect(answer.status == 0, "\(arguments): \(answer.error)")
    return answer
  }

  private func fit(_ method: String) throws {
    _ = try newel(
      "align", "--images", "dump", "--texts", "dump", "--metadata", "dump", "--no-words", "--method", method,
      "--output", method, "--where", "split=train", "--validate-where", "split=val")
  }

  /// The numbers of a `.npy` file of 32-bit floats, row by row.
  private func floats(_ name: String, columns: Int) throws -> [[Float]] {
    let bytes = try #require(FileManager.default.contents(atPath: dump.path(name)))
    let start = 10 + Int(bytes[8]) + 256 * Int(bytes[9])
    let values: [Float] = stride(from: start, to: bytes.count, by: 4).map { place in
      var pattern: UInt32 = 0
      for byte in bytes[place..<place + 4].reversed() { pattern = pattern << 8 | UInt32(byte) }
      return Float(bitPattern: pattern)
    }
    return stride(from: 0, to: values.count, by: columns).map { Array(values[$0..<$0 + columns]) }
  }

  @Test func coordinatesHaveTheCosinesThatTheEvaluationMeasures() throws {
    try fit("ridge-both")
    let report = try newel("map", "ridge-both", "--images", "dump", "--output", "pictures.npy", "--json").json()
    let columns = try #require(report["coordinates"] as? Int)
    #expect(report["rows"] as? Int == 120 && report["meanAnchors"] == nil)
    let text = try newel("map", "ridge-both", "--texts", "dump", "--output", "texts.npy").output
    #expect(text.contains("120 rows of texts by ridge-both, \(columns) coordinates"), "\(text)")
    let (pictures, texts) = (try floats("pictures.npy", columns: columns), try floats("texts.npy", columns: columns))
    #expect(pictures.count == 120 && texts.count == 120)
    for row in pictures + texts { #expect(abs(row.reduce(0) { $0 + $1 * $1 } - 1) < 1e-4) }
    let validation = Array(stride(from: 1, to: 120, by: 2))
    let first = validation.count { query in
      func cosine(_ picture: Int) -> Float { zip(texts[query], pictures[picture]).reduce(0) { $0 + $1.0 * $1.1 } }
      let own = cosine(query)
      return !validation.contains { $0 != query && cosine($0) >= own }
    }
    let measured = try newel(
      "evaluate", "--alignment", "ridge-both", "--images", "dump", "--texts", "dump", "--metadata", "dump", "--where",
      "split=val", "--json"
    ).json()
    let there = (measured["systems"] as? [[String: Any]])?.first?["toImage"] as? [String: Any]
    let recall = try #require((there?["direction"] as? [String: Any])?["recallAt1"] as? Double)
    #expect(abs(recall - Double(first) / 60) < 0.05 && first > 0, "\(recall) \(first)")
  }

  @Test func anIndexOfAnchorsAnswersTextsWithoutWords() throws {
    try fit("asif")
    let report = try newel(
      "map", "asif", "--images", "dump", "--metadata", "dump", "--output", "pictures.jsonl", "--json"
    ).json()
    #expect(report["coordinates"] as? Int == 60 && report["meanAnchors"] as? Double ?? 0 > 1)
    _ = try newel("map", "asif", "--texts", "dump", "--metadata", "dump", "--output", "queries.jsonl")
    _ = try newel("build", "index", "--sparse", "pictures.jsonl", "--metadata", "dump")
    // The query of d7 is about d7.
    let lines = try String(contentsOfFile: dump.path("queries.jsonl"), encoding: .utf8).split(separator: "\n")
    #expect(lines.count == 120 && lines[7].hasPrefix("{\"id\":\"d7\",\"vector\":{\"a"), "\(lines[7].prefix(60))")
    let queries = lines.enumerated().filter { $0.offset % 2 == 1 }.map { number, line in
      line.dropLast() + ",\"relevant\":[\"d\(number)\"]}\n"
    }
    try dump.write("judged.jsonl", queries.joined())
    let found = try newel(
      "evaluate", "index", "--queries", "judged.jsonl", "--where", "split=val", "--json"
    ).json()
    let dense = try newel(
      "evaluate", "--alignment", "asif", "--images", "dump", "--texts", "dump", "--metadata", "dump", "--where",
      "split=val", "--json"
    ).json()
    let there = (dense["systems"] as? [[String: Any]])?.first?["toImage"] as? [String: Any]
    let direction = try #require(there?["direction"] as? [String: Any])
    #expect(found["queries"] as? Int == 60)
    for name in ["recallAt1", "recallAt5", "recallAt10"] {
      let (sparse, full) = (try #require(found[name] as? Double), try #require(direction[name] as? Double))
      #expect(abs(sparse - full) <= 0.1 && sparse > 0.1, "\(name): \(sparse) \(full)")
    }
  }

  @Test func whatCannotBeMappedIsRefusedInOneSentence() throws {
    try fit("ridge")
    try dump.write("zero.npy", TinyDump.npy(rows: 2, TinyDump.rows(0..<1) + [Float](repeating: 0, count: 8)))
    try dump.write("mine.npy", "keep\n")
    for (arguments, reason) in [
      (["--images", "dump", "--output", "x.jsonl"], "no anchors"), (["--images", "dump", "--output", "x"], ".npy"),
      (["--texts", "zero.npy", "--output", "x.npy"], "fitted on texts of 6"),
      (["--images", "zero.npy", "--output", "x.npy"], "Row 1 of 'zero.npy' is all zeros"),
      (["--images", "none.npy", "--output", "x.npy"], "none.npy"),
      (["--images", "zero.npy", "--output", "zero.npy"], "this run reads"),
      (["--images", "dump", "--output", "mine.npy"], "never replaced"),
      (["--images", "zero.npy", "--metadata", "dump", "--output", "x.npy"], "2"),
    ] {
      let answer = try NewelProcess.newel(["map", "ridge"] + arguments, in: dump.folder)
      #expect(answer.isRefusal && answer.error.contains(reason), "\(arguments): \(answer.status) \(answer.error)")
    }
    #expect(!FileManager.default.fileExists(atPath: dump.path("x.npy")))
    #expect(!FileManager.default.fileExists(atPath: dump.path("x.jsonl")))
    for arguments in [["--output", "x.npy"], ["--images", "dump", "--texts", "dump", "--output", "x.npy"]] {
      #expect(try NewelProcess.newel(["map", "ridge"] + arguments, in: dump.folder).status == 2, "\(arguments)")
    }
  }
}
