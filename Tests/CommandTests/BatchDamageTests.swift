import Foundation
import Newel
import TestSupport
import Testing

@Suite struct BatchDamageTests {
  let dump: TinyDump
  /// The damaged file: the documents of the second segment.
  let name: String

  /// An index of two segments without a common word. A file of the second is damaged where only queries for its word read.
  init() throws {
    dump = try TinyDump(count: 20)
    for (segment, word) in ["alpha", "omega"].enumerated() {
      // Keys so long, and hardly compressible, that they fill several blocks with a checksum each.
      let keys = (0..<600).map { document in
        let numbers = (1...16).map { String(UInt64(document * 16 + $0) &* 0x9E37_79B9_7F4A_7C15, radix: 36) }
        return "\(word)\(document)-\(numbers.joined())"
      }
      let lines = keys.enumerated().map {
        "{\"id\": \"\($0.element)\", \"vector\": {\"\(word)\": \($0.offset / 67 == 4 ? 9 : 1)}}"
      }
      let vectors = try dump.write("part\(segment).jsonl", lines.joined(separator: "\n"))
      let noise = keys.map { "{\"id\": \"\($0)\"}" }
      let metadata = try dump.write("metadata\(segment).jsonl", noise.joined(separator: "\n"))
      _ = try NewelIndex.build(
        BuildRequest(index: dump.path("index"), source: .sparse(vectors: vectors, metadata: metadata, vocabulary: nil)))
    }
    name = try #require(
      try FileManager.default.contentsOfDirectory(atPath: dump.path("index")).filter { $0.hasSuffix(".documents") }
        .max())
    let file = URL(fileURLWithPath: dump.path("index/" + name))
    let sound = try Data(contentsOf: file)
    // A batch reads keys only, which stand apart from the metadata.
    for place in stride(from: 64, to: sound.count, by: 499) {
      var damaged = sound
      damaged[place] ^= 1
      try damaged.write(to: file)
      guard let index = try? NewelIndex.open(dump.path("index")),
        (try? index.search(SearchRequest("alpha", includesMetadata: false))) != nil
      else { continue }
      if (try? index.search(SearchRequest("omega", includesMetadata: false))) == nil { return }
    }
    Issue.record("no byte of the file damages one word alone")
  }

  @Test func damageMetInMidBatchIsStatus1AndNoRunFile() throws {
    let words = (0..<300).map { $0 == 150 || $0 == 200 ? "omega" : "alpha" }
    try dump.write(
      "queries.jsonl", words.enumerated().map { "{\"id\": \"q\($0.offset)\", \"text\": \"\($0.element)\"}\n" }.joined())
    for threads in ["1", "2"] {
      let answer = try NewelProcess.newel(
        "search", "index", "--batch", "queries.jsonl", "--json", "--run", "out.trec", "--threads", threads, "-q",
        in: dump.folder)
      #expect(answer.status == 1)
      let last = answer.error.split(separator: "\n").last ?? ""
      #expect(last.hasPrefix("newel: 2 queries could not be answered, so no run file was written"), "\(last)")
      #expect(last.contains(name))
      #expect(!FileManager.default.fileExists(atPath: dump.path("out.trec")))
      // Every query has its line, in order: the sound ones with their hits, the others with the reason.
      let lines = try answer.output.split(separator: "\n").map {
        try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
      }
      #expect(lines.map { $0["id"] as? String } == words.indices.map { "q\($0)" })
      for (line, word) in zip(lines, words) {
        let hits = try #require(line["hits"] as? [Any])
        let error = line["error"] as? String
        #expect(word == "alpha" ? hits.count == 10 && error == nil : hits.isEmpty && error?.contains("damaged") == true)
      }
    }
  }
}
