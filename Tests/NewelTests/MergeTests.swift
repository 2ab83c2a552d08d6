import Foundation
import Newel
import TestSupport
import Testing

@Suite("Merging changes no answer")
struct MergeTests {
  let dump: TinyDump
  var index: String { dump.path("index") }

  init() throws {
    dump = try TinyDump(count: 10)
    _ = try EncoderModel.train(
      TrainRequest(
        images: dump.dump, metadata: dump.dump, output: dump.path("head"), minimumDocumentFrequency: 1, top: 16))
  }

  @discardableResult
  private func append(_ number: Int, merges: Bool, progress: ProgressHandler? = nil) throws -> BuildReport {
    let part = try TinyDump(count: 10, first: 10 * number)
    return try NewelIndex.build(
      BuildRequest(
        index: index,
        source: .dense(images: part.dump, metadata: part.dump, head: number == 0 ? dump.path("head") : nil),
        mergesSegments: merges), progress: progress)
  }

  /// Everything that a search says of its hits.
  private func answers() throws -> [String] {
    let index = try NewelIndex.open(index)
    return try ["red", "shoe -hat", "+big striped^3 small", "\"green dress\""].flatMap { query in
      try TopKAlgorithm.allCases.flatMap { algorithm in
        try index.search(SearchRequest(query, count: 1000, algorithm: algorithm)).hits.map {
          "\($0.rank) \($0.key) \($0.integerScore) \($0.metadata ?? "") \($0.contributions.map(\.integerAmount))"
        }
      }
    }
  }

  @Test func aMergeKeepsAnswersAndReasons() throws {
    for number in 0..<7 { try append(number, merges: false) }
    let before = try answers()
    #expect(before.count > 100)
    let first = try NewelIndex.merge(MergeRequest(index: index, segments: 3, order: .fullBisection))
    #expect(first.segmentsBefore == 7 && first.segmentsAfter == 3 && first.generation == 8)
    #expect(try answers() == before)
    var stages: [String] = []
    let second = try NewelIndex.merge(MergeRequest(index: index)) { stages.append($0.stage) }
    #expect(second.segmentsAfter == 1 && second.documentsMerged == 70)
    #expect(stages.first == "collecting" && stages.contains("writing") && stages.last == "copying")
    #expect(second.stages.map(\.stage) == ["collecting", "inverting", "writing", "copying"])
    #expect(try answers() == before)
    #expect(try NewelIndex.merge(MergeRequest(index: index)).documentsMerged == 0)
    let report = try NewelIndex.verify(index, level: .deep)
    #expect(report.isSound && report.notes.isEmpty)
    #expect(try NewelIndex.open(index).statistics().segments.map(\.order) == ["none"])
  }

  @Test func everyEighthAppendMerges() throws {
    for number in 0..<7 { #expect(try append(number, merges: true).segmentsMerged == 0) }
    let eighth = try append(7, merges: true)
    #expect(eighth.segmentsMerged == 8 && eighth.mergeProblem == nil && eighth.generation == 9)
    let merged = try answers()
    #expect(try append(8, merges: true).segmentsMerged == 0)
    #expect(try NewelIndex.open(index).statistics().segments.map(\.documentCount) == [80, 10])
    #expect(merged.count > 100)
  }

  @Test func aMergeThatIsStoppedAfterAnAppendKeepsTheDocuments() throws {
    for number in 0..<7 { try append(number, merges: true) }
    let report = try append(7, merges: true) { progress in
      if progress.stage == "collecting" { throw NewelError(.cancelled, "Enough.") }
    }
    #expect(report.mergeProblem == "Enough." && report.segmentsMerged == 0 && report.documentsInAll == 80)
    #expect(try NewelIndex.open(index).statistics().segments.count == 8)
    // The next append does it.
    #expect(try append(8, merges: true).segmentsMerged == 9)
  }

  @Test func whatTheProgressHandlerThrowsStopsTheMerge() throws {
    for number in 0..<3 { try append(number, merges: false) }
    let error = #expect(throws: NewelError.self) {
      try NewelIndex.merge(MergeRequest(index: index)) { progress in
        if progress.stage == "writing" { throw NewelError(.cancelled, "Enough.") }
      }
    }
    #expect(error?.code == .cancelled && error?.message == "Enough.")
    #expect(try NewelIndex.open(index).statistics().segments.count == 3)
    #expect(try NewelIndex.verify(index, level: .deep).notes.isEmpty)
  }

  @Test func impossibleMergesAreRefused() throws {
    let zero = #expect(throws: NewelError.self) { try NewelIndex.merge(MergeRequest(index: index, segments: 0)) }
    #expect(zero?.code == .invalidArgument)
    let missing = #expect(throws: NewelError.self) { try NewelIndex.merge(MergeRequest(index: index)) }
    #expect(missing?.code == .notFound)
  }
}
