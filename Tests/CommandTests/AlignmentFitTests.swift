import Foundation
import TestSupport
import Testing

/// Alignments that do not fit an index, or a query.
@Suite struct AlignmentFitTests {
  @Test func anAlignmentOfOtherRowsIsRefusedByIndexAndQuery() throws {
    let dump = try TinyDump(count: 120)
    let narrow = TinyDump.rows(0..<120).enumerated().filter { $0.offset % 8 < 6 }.map(\.element)
    try dump.write("texts.npy", TinyDump.npy(rows: 120, narrow))
    try dump.write("query.npy", TinyDump.npy(rows: 1, [1, 0, 0, 0, 0]))
    func newel(_ arguments: String...) throws -> Answer { try NewelProcess.newel(arguments, in: dump.folder) }
    #expect(try newel("align", "--images", "dump", "--texts", "texts.npy", "--output", "map").status == 0)
    #expect(try newel("align", "--images", "texts.npy", "--texts", "dump/img_emb", "--output", "other").status == 0)
    try dump.makeIndex()
    let build = ["build", "second", "--images", "dump", "--metadata", "dump", "--head", "head", "--alignment"]
    let map = try #require(FileManager.default.contents(atPath: dump.path("map")))
    try dump.write("half", Array(map.prefix(map.count / 2)))
    for (arguments, reason) in [
      (build + ["other"], "fitted on images of 6 numbers"), (build + ["head"], "is no alignment"),
      (build + ["half"], "is damaged"), (build + ["none"], "none"),
      (["realign", "index", "--alignment", "other"], "fitted on images of 6 numbers"),
    ] {
      let answer = try NewelProcess.newel(arguments, in: dump.folder)
      #expect(answer.isRefusal && answer.error.contains(reason), "\(arguments): \(answer.error)")
    }
    #expect(!FileManager.default.fileExists(atPath: dump.path("second/catalog.sqlite")))
    #expect(try newel("realign", "index", "--alignment", "map").status == 0)
    let asked = try newel("search", "index", "red", "--rerank", "20", "--query-vector", "query.npy")
    #expect(asked.isRefusal && asked.error.contains("has 5 numbers"), "\(asked.error)")
  }
}
