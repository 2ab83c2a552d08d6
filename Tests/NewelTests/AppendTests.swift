import Foundation
import TestSupport
import Testing

@testable import Newel

@Suite struct AppendTests {
  let dump: TinyDump

  init() throws {
    dump = try TinyDump(count: 20)
    _ = try EncoderModel.train(
      TrainRequest(
        images: dump.dump, metadata: dump.dump, output: dump.path("head"), minimumDocumentFrequency: 1))
  }

  private func build(
    _ index: String, _ source: TinyDump, captionField: String? = nil, keyField: String? = nil,
    keepsDenseRows: Bool? = nil, head: String? = nil
  ) throws -> BuildReport {
    try NewelIndex.build(
      BuildRequest(
        index: dump.path(index), source: .dense(images: source.dump, metadata: source.dump, head: head),
        keyField: keyField, captionField: captionField, keepsDenseRows: keepsDenseRows))
  }

  @Test func whatAnIndexHasForAllItsDocumentsCannotBeOtherwiseForNewOnes() throws {
    let more = try TinyDump(count: 5, first: 100)
    _ = try build("dense", dump, head: dump.path("head"))
    _ = try build("bare", dump, captionField: "split", keepsDenseRows: false, head: dump.path("head"))
    #expect(try NewelIndex.open(dump.path("bare")).captionField == "split")
    for (index, caption, dense) in [
      ("dense", "title", nil), ("dense", nil, false), ("bare", "caption", nil), ("bare", nil, true),
    ] as [(String, String?, Bool?)] {
      let error = #expect(throws: NewelError.self) {
        try build(index, more, captionField: caption, keepsDenseRows: dense)
      }
      #expect(error?.code == .invalidArgument)
      #expect(error?.message.contains("was built with") == true)
      #expect(try NewelIndex.open(dump.path(index)).documentCount == 20)
    }
    #expect(try build("dense", more, captionField: "caption", keepsDenseRows: true).documentsInAll == 25)
    #expect(try build("bare", more, captionField: "split", keepsDenseRows: false).documentsInAll == 25)
    let last = try TinyDump(count: 5, first: 200)
    #expect(try build("bare", last).documentsInAll == 30)
    #expect(try NewelIndex.open(dump.path("bare")).statistics().denseDimension == nil)
  }

  @Test func aKeyFieldIsThatOfTheNewRowsAlone() throws {
    _ = try build("index", dump, head: dump.path("head"))
    let more = try TinyDump(count: 1, first: 100)
    _ = try build("index", more, keyField: "caption")
    let index = try NewelIndex.open(dump.path("index"))
    #expect(try index.contains(key: TinyDump.words(of: 100).joined(separator: " ")))
    _ = try build("index", try TinyDump(count: 1, first: 101))
    #expect(try NewelIndex.open(dump.path("index")).contains(key: "d101"))
  }

  @Test func weightsAboveTheCeilingAreCountedAndTheLargestIsTold() throws {
    func add(_ lines: String) throws -> BuildReport {
      let file = try dump.write("v.jsonl", lines)
      return try NewelIndex.build(
        BuildRequest(index: dump.path("sparse"), source: .sparse(vectors: file, metadata: nil, vocabulary: nil)))
    }
    let first = try add("{\"id\": \"a\", \"vector\": {\"x\": 1.5, \"y\": 0.5}}")
    #expect(first.ceiling == 1.5 && first.weightsClipped == 0 && first.largestClippedWeight == nil)
    let second = try add("{\"id\": \"b\", \"vector\": {\"x\": 9.25, \"y\": 1.5, \"z\": 2}}")
    #expect(second.ceiling == 1.5 && second.weightsClipped == 2 && second.largestClippedWeight == 9.25)
  }

  @Test func numbersTooLargeOrTooSmallAreNamedWithTheirPlace() throws {
    func values(_ change: (inout [Float]) -> Void) throws -> String {
      var rows = TinyDump.rows(0..<20)
      change(&rows)
      return try dump.write("extreme.npy", TinyDump.npy(rows: 20, rows))
    }
    let large = try values { rows in
      for column in 0..<TinyDump.dimension { rows[7 * TinyDump.dimension + column] = 2e38 }
    }
    let error = #expect(throws: NewelError.self) {
      try NewelIndex.build(
        BuildRequest(
          index: dump.path("new"), source: .dense(images: large, metadata: dump.dump, head: dump.path("head"))))
    }
    let message = try #require(error?.message)
    #expect(message.contains("metadata_0.jsonl' line 8") && message.contains("row 7") && message.contains("2e+38"))
    #expect(!message.contains("NaN"))
    let small = try values { rows in for place in rows.indices { rows[place] *= 1e-42 } }
    let other = #expect(throws: NewelError.self) {
      try EncoderModel.train(
        TrainRequest(images: small, metadata: dump.dump, output: dump.path("h"), minimumDocumentFrequency: 1))
    }
    #expect(other?.message.contains("far too small") == true && other?.message.contains("extreme.npy") == true)
    #expect(other?.message.contains("damaged") == false)
  }
}
