import Foundation
import Newel
import TestSupport
import Testing

@Suite struct FacadeBuildTests {
  let first: TinyDump
  let head: String

  init() throws {
    first = try TinyDump(count: 40)
    head = first.path("head")
    _ = try EncoderModel.train(
      TrainRequest(images: first.dump, metadata: first.dump, output: head, minimumDocumentFrequency: 1))
  }

  private func build(
    _ name: String, _ dump: TinyDump, head: String? = nil, where conditions: [String] = [], top: Int? = nil,
    keyField: String? = nil, progress: ProgressHandler? = nil
  ) throws -> BuildReport {
    try NewelIndex.build(
      BuildRequest(
        index: first.path(name), source: .dense(images: dump.dump, metadata: dump.dump, head: head),
        conditions: conditions, top: top, keyField: keyField),
      progress: progress)
  }

  private func hits(_ name: String, _ query: String) throws -> [SearchHit] {
    try NewelIndex.open(first.path(name)).search(SearchRequest(query, count: 1000)).hits
  }

  @Test func anAppendedIndexAnswersLikeOneBuiltAtOnce() throws {
    let second = try TinyDump(count: 40, first: 40)
    let both = try TinyDump(count: 80)
    #expect(try build("appended", first, head: head, top: 6).generation == 1)
    let report = try build("appended", second)
    #expect(report.generation == 2)
    #expect(report.documentsInAll == 80)
    _ = try build("whole", both, head: head, top: 6)
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    for query in ["red", "red shoe -hat", "+big striped^3 small"] {
      let appended = try hits("appended", query)
      #expect(!appended.isEmpty)
      #expect(try encoder.encode(appended) == encoder.encode(try hits("whole", query)))
    }
  }

  @Test func conditionsLeaveRowsOut() throws {
    let report = try build("half", first, head: head, where: ["split=val"])
    #expect(report.documentsAdded == 20)
    #expect(report.rowsSkipped == 20)
    #expect(try NewelIndex.open(first.path("half")).contains(key: "d1"))
    #expect(try !NewelIndex.open(first.path("half")).contains(key: "d0"))
  }

  @Test func theKeyFieldOfTheFirstBuildIsKept() throws {
    _ = try build("captions", try TinyDump(count: 1), head: head, keyField: "caption")
    _ = try build("captions", try TinyDump(count: 1, first: 1))
    let index = try NewelIndex.open(first.path("captions"))
    for picture in 0...1 {
      #expect(try index.contains(key: TinyDump.words(of: picture).joined(separator: " ")))
    }
  }

  @Test func everyStageIsReportedFromItsBeginning() throws {
    var reports: [JobProgress] = []
    _ = try build("reported", first, head: head) { reports.append($0) }
    let stages = reports.map(\.stage)
    #expect(stages.prefix(4) == ["encoding", "encoding", "encoding", "inverting"])
    #expect(stages.dropFirst(4).dropLast().allSatisfy { $0 == "writing" } && stages.count > 5)
    #expect(stages.last == "committing")
    #expect(reports.first?.done == 0)
    #expect(reports.last?.done == 40)
  }

  @Test func whatTheProgressHandlerThrowsStopsTheBuild() throws {
    _ = try build("stopped", first, head: head)
    let before = try hits("stopped", "red")
    let more = try TinyDump(count: 10, first: 100)
    for moment in 1...4 {
      var reports = 0
      let error = #expect(throws: NewelError.self) {
        try build("stopped", more) { _ in
          reports += 1
          if reports == moment { throw NewelError(.cancelled, "Enough.") }
        }
      }
      #expect(error?.code == .cancelled)
      #expect(try hits("stopped", "red").map(\.key) == before.map(\.key))
      #expect(try NewelIndex.verify(first.path("stopped"), level: .full).isSound)
    }
    #expect(try build("stopped", more).documentsInAll == 50)
  }

  @Test func aKeyThatComesAgainIsNamedWithItsLine() throws {
    _ = try build("twice", first, head: head)
    let old = #expect(throws: NewelError.self) { try build("twice", first) }
    #expect(old?.code == .invalidInput)
    #expect(
      old?.message.hasSuffix("line 1: the key 'd0' is in the index already; every document needs a key of its own.")
        == true)
    var lines = TinyDump.metadata(0..<40)
    lines[39] = lines[2]
    let metadata = try first.write("doubled.jsonl", lines.joined(separator: "\n"))
    let new = #expect(throws: NewelError.self) {
      try NewelIndex.build(
        BuildRequest(
          index: first.path("doubled"), source: .dense(images: first.dump, metadata: metadata, head: head)))
    }
    #expect(new?.message.contains("line 40: the key 'd2' is an earlier row's too") == true)
    // The folder of a build that failed can be built into.
    #expect(throws: NewelError.self) { try NewelIndex.open(first.path("doubled")) }
    #expect(try build("doubled", first, head: head).documentsAdded == 40)
  }

  @Test func headsAndSparseVectorsDoNotMix() throws {
    _ = try build("dense", first, head: head)
    let vectors = try first.write("v.jsonl", "{\"id\": \"s\", \"vector\": {\"red\": 2}}\n")
    let sparse = BuildRequest.Source.sparse(vectors: vectors, metadata: nil, vocabulary: nil)
    #expect(throws: NewelError.self) { try NewelIndex.build(BuildRequest(index: first.path("dense"), source: sparse)) }
    _ = try NewelIndex.build(BuildRequest(index: first.path("sparse"), source: sparse))
    #expect(throws: NewelError.self) { try build("sparse", first, head: head) }
    #expect(throws: NewelError.self) { try build("headless", first) }
    let other = first.path("other")
    _ = try EncoderModel.train(
      TrainRequest(images: first.dump, metadata: first.dump, output: other, minimumDocumentFrequency: 1, top: 3))
    #expect(throws: NewelError.self) { try build("dense", try TinyDump(count: 1, first: 99), head: other) }
  }

  @Test func sparseVectorsKeepTheirMetadataAndMeetConditions() throws {
    let lines = (0..<20).map { "{\"id\": \"s\($0)\", \"vector\": {\"red\": \($0 + 1), \"t\($0 % 3)\": 7}}" }
    let vectors = try first.write("s.jsonl", lines.joined(separator: "\n"))
    let details = (0..<20).map { "{\"id\": \"s\($0)\", \"title\": \"No. \($0)\", \"even\": \($0 % 2 == 0)}" }
    let metadata = try first.write("m.jsonl", details.joined(separator: "\n"))
    let report = try NewelIndex.build(
      BuildRequest(
        index: first.path("even"), source: .sparse(vectors: vectors, metadata: metadata, vocabulary: nil),
        conditions: ["even=true"]))
    #expect(report.documentsAdded == 10)
    #expect(report.rowsSkipped == 10)
    let hits = try hits("even", "red")
    #expect(hits.map(\.key) == (0..<10).map { "s\(18 - 2 * $0)" })
    #expect(hits.first?.metadata == "{\"id\":\"s18\",\"title\":\"No. 18\",\"even\":true}")
    let empty = #expect(throws: NewelError.self) {
      try NewelIndex.build(
        BuildRequest(
          index: first.path("none"), source: .sparse(vectors: vectors, metadata: nil, vocabulary: nil),
          conditions: ["even=true"]))
    }
    #expect(empty?.message == "There is nothing to index: no document meets even=true.")
    #expect(!FileManager.default.fileExists(atPath: first.path("none")))
  }

  @Test func otherMembersOfSparseVectorsAreTheirMetadata() throws {
    let lines = [
      "{\"id\": 7, \"contents\": \"a red shoe\", \"vector\": {\"red\": 2}, \"year\": 1999}",
      "{\"contents\": \"a hat\", \"year\": 2001, \"id\": \"b\", \"vector\": {\"red\": 1}}",
    ]
    let vectors = try first.write("contents.jsonl", lines.joined(separator: "\n"))
    let source = BuildRequest.Source.sparse(vectors: vectors, metadata: nil, vocabulary: nil)
    _ = try NewelIndex.build(BuildRequest(index: first.path("contents"), source: source))
    let found = try hits("contents", "red")
    #expect(found.map(\.key) == ["7", "b"])
    #expect(
      found.map(\.metadata) == [
        "{\"id\":7,\"contents\":\"a red shoe\",\"year\":1999}", "{\"contents\":\"a hat\",\"year\":2001,\"id\":\"b\"}",
      ])
    let recent = BuildRequest(
      index: first.path("recent"), source: source, conditions: ["year=2001"], keyField: "contents")
    #expect(try NewelIndex.build(recent).documentsAdded == 1)
    #expect(try hits("recent", "red").map(\.key) == ["a hat"])
  }

  @Test func rowsWithoutAKeyAmongOthersWithOneAreRefused() throws {
    func build(_ name: String, _ change: (Int, String) -> String) throws -> BuildReport {
      let lines = TinyDump.metadata(0..<40).enumerated().map { change($0, $1) }
      let metadata = try first.write(name + ".jsonl", lines.joined(separator: "\n"))
      return try NewelIndex.build(
        BuildRequest(index: first.path(name), source: .dense(images: first.dump, metadata: metadata, head: head)))
    }
    for bad in ["\"id\": null", "\"id\": \"\"", "\"no\": 1"] {
      let error = #expect(throws: NewelError.self) {
        try build("bad") { row, line in row == 17 ? line.replacingOccurrences(of: "\"id\": \"d17\"", with: bad) : line }
      }
      #expect(error?.message.contains("bad.jsonl' line 18: the key field 'id' is missing") == true)
      #expect(error?.code == .invalidInput)
      #expect(!FileManager.default.fileExists(atPath: first.path("bad")))
    }
    let late = #expect(throws: NewelError.self) {
      try build("late") { row, line in row < 3 ? line.replacingOccurrences(of: "\"id\"", with: "\"no\"") : line }
    }
    #expect(late?.message.contains("late.jsonl' line 1: there is no key, but") == true)
    let numbered = try build("numbered") { _, line in line.replacingOccurrences(of: "\"id\"", with: "\"no\"") }
    #expect(numbered.keysAreRowNumbers && numbered.documentsAdded == 40)
    #expect(try NewelIndex.open(first.path("numbered")).contains(key: "39"))
    #expect(try !build("named") { _, line in line }.keysAreRowNumbers)
  }
}
