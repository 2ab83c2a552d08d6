import Alignment
import ByteStorage
import Foundation
import TestSupport
import Testing

@testable import Newel

/// Another alignment for an index that exists.
@Suite struct RealignTests {
  let material: AlignedIndex

  init() throws { material = try AlignedIndex() }

  private func path(_ name: String) -> String { material.dump.path(name) }

  private func search(_ index: NewelIndex, _ rerank: Reranking?, _ words: String = "red shoe") throws -> SearchResponse
  {
    var request = SearchRequest(words, count: 30)
    request.rerank = rerank
    return try index.search(request)
  }

  private func refusal(_ index: String, _ alignment: String) -> NewelError? {
    do throws(NewelError) {
      _ = try NewelIndex.realign(path(index), alignment: path(alignment))
      return nil
    } catch { return error }
  }

  @Test("An index that gets its alignment later answers like one that was built with it")
  func later() throws {
    let whole = try material.build("whole", type: .int8)
    let before = try material.build("late", alignment: nil, type: .int8)
    let plain = try search(before, nil).hits
    #expect(throws: NewelError.self) { try search(before, Reranking()) }
    var stages: [Int] = []
    let report = try NewelIndex.realign(path("late"), alignment: path("both")) { stages.append($0.done) }
    #expect(report.documents == 60 && report.generation == 2 && report.coordinateCount > 0 && report.bytesAdded > 0)
    #expect(report.alignment.hasPrefix("ridge") && stages.last == 60)
    let after = try NewelIndex.open(path("late"))
    #expect(try search(after, nil).hits.map(\.key) == plain.map(\.key))
    // Coordinates are of the rows as they are stored, so that cosines differ by their rounding.
    for (hit, other) in zip(
      try search(after, Reranking(fusion: .replace)).hits, try search(whole, Reranking(fusion: .replace)).hits)
    {
      #expect(abs(hit.score - other.score) < 0.03)
    }
    #expect(try NewelIndex.verify(path("late"), level: .deep).problems == [])
    // What was open before goes on as it was.
    #expect(throws: NewelError.self) { try search(before, Reranking()) }
    #expect(try search(before, nil).hits.map(\.score) == plain.map(\.score))
    // The same alignment again gives the same answers.
    let again = try NewelIndex.realign(path("late"), alignment: path("both"))
    #expect(again.generation == 3)
    #expect(
      try search(try NewelIndex.open(path("late")), Reranking()).hits.map(\.score.bitPattern)
        == search(after, Reranking()).hits.map(\.score.bitPattern))
  }

  @Test("One alignment takes the place of another, and what is appended afterwards goes by it")
  func replaced() throws {
    let before = try material.build("index")
    _ = try NewelIndex.realign(path("index"), alignment: path("texts"))
    let index = try NewelIndex.open(path("index"))
    let words = #expect(throws: NewelError.self) { try search(index, Reranking()) }
    #expect(words?.message.contains("knows no words") == true)
    #expect(try search(index, Reranking(vector: Array(material.texts.row(4)))).reranking?.count ?? 0 > 0)
    // The snapshot from before reads the alignment that is gone.
    #expect(try search(before, Reranking()).reranking?.count ?? 0 > 0)
    let more = try TinyDump(count: 5, first: 100)
    #expect(try material.build("index", alignment: "texts", source: more).documentCount == 65)
    let refused = #expect(throws: NewelError.self) {
      try material.build("index", alignment: "both", source: try TinyDump(count: 5, first: 200))
    }
    #expect(refused?.message.contains("newel realign") == true)
    _ = try NewelIndex.realign(path("index"), alignment: path("both"))
    _ = try NewelIndex.merge(MergeRequest(index: path("index")))
    #expect(try NewelIndex.verify(path("index"), level: .deep).problems == [])
    #expect(try search(try NewelIndex.open(path("index")), Reranking()).reranking?.count ?? 0 > 0)
  }

  @Test("What cannot be done is said, and the index stays as it was")
  func refusals() throws {
    try material.build("index", alignment: nil)
    try material.build("bare", alignment: nil, dense: false)
    try material.build("coordinates", dense: false)
    let swapped = try AlignmentMap.fit(
      .ridgeBothWays(imagePenalty: 1, textPenalty: 1),
      to: PairedRows(
        images: material.texts,
        texts: .init(rows: 60, columns: TinyDump.dimension, values: TinyDump.rows(0..<60))))
    try swapped.save(path("swapped"), fileSystem: PosixFileSystem())
    for bare in ["bare", "coordinates"] {
      let error = refusal(bare, "both")
      #expect(error?.code == .invalidArgument && error?.message.contains("--dense-rows") == true)
    }
    let other = refusal("index", "swapped")
    #expect(other?.code == .invalidInput && other?.message.contains("images of 5 numbers") == true)
    #expect(refusal("index", "head")?.message.contains("no alignment") == true)
    #expect(refusal("index", "nothing") != nil)
    #expect(refusal("nowhere", "both")?.message.contains("no index") == true)
    #expect(!FileManager.default.fileExists(atPath: path("nowhere")))
    let stopped = #expect(throws: NewelError.self) {
      try NewelIndex.realign(path("index"), alignment: path("both")) { _ in
        throw NewelError(.cancelled, "The work was stopped.")
      }
    }
    #expect(stopped?.code == .cancelled)
    let index = try NewelIndex.open(path("index"))
    #expect(try index.statistics().coordinateCount == nil)
    #expect(try NewelIndex.verify(path("index"), level: .deep).problems == [])
  }

  @Test("A row without a direction is named, and the index stays as it was")
  func zeroRow() throws {
    let dump = try TinyDump(count: 3, first: 60)
    var rows = TinyDump.rows(60..<63)
    rows.replaceSubrange(8..<16, with: [Float](repeating: 0, count: 8))
    try dump.write("dump/img_emb/img_emb_0.npy", TinyDump.npy(rows: 3, rows))
    try material.build("index", alignment: nil)
    try material.build("index", alignment: nil, source: dump)
    let error = refusal("index", "both")
    #expect(error?.code == .invalidInput && error?.message.contains("document 61 is all zeros") == true)
    #expect(try NewelIndex.open(path("index")).statistics().coordinateCount == nil)
  }
}
