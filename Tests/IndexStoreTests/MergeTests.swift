import ByteStorage
import Foundation
import Testing

@testable import IndexStore
@testable import InvertedIndex

@Suite("After a merge everything is as before, in fewer segments")
struct MergeTests {
  let folder: TemporaryFolder
  var index: String { folder.file("index") }

  init() throws { folder = try TemporaryFolder() }

  /// The answers of every algorithm to seeded queries.
  static func answers(_ snapshot: IndexSnapshot, seed: UInt64) throws -> [[ScoredDocument]] {
    let segments = snapshot.segments.map { PlacedSegment(index: $0.index, firstPosition: $0.firstPosition) }
    var random = SeededRandom(state: seed)
    return try (0..<40).flatMap { _ in
      let weights = Set(
        (0..<Int.random(in: 1...8, using: &random)).map { _ in UInt32.random(in: 0..<41, using: &random) }
      )
      .sorted().map { (token: $0, weight: Float(Int.random(in: -8...16, using: &random)) / 4) }
      let query = try SparseQuery(weights: weights)
      let k = [1, 3, 10, 1000].randomElement(using: &random) ?? 1
      return try TopKAlgorithm.allCases.map { try TopKSearch.search(query, k: k, algorithm: $0, in: segments).hits }
    }
  }

  private func merge(_ goal: MergeGoal = .fewest, _ ordering: DocumentOrdering = .automatic) throws -> MergeReport {
    let writer = try IndexWriter.open(index, creating: nil)
    defer { writer.close() }
    return try writer.merge(goal, work: MergeWork(segments: SegmentWork(ordering: ordering)))
  }

  @Test(arguments: DocumentOrdering.allCases)
  func answersKeysMetadataAndRowsStay(ordering: DocumentOrdering) throws {
    try Workload.build(index, count: 300, step: 23)
    let before = try IndexSnapshot.open(index)
    let expected = try Self.answers(before, seed: 5)
    #expect(expected.contains { !$0.isEmpty })

    let report = try merge(.segments(3), ordering)
    #expect(report.segmentsBefore == 14 && report.segmentsAfter == 3)
    #expect(report.generation == 15 && report.bytesAdded > 0 && report.bytesRemoved > report.bytesAdded)
    let middle = try IndexSnapshot.open(index)
    #expect(middle.segments.count == 3)
    try Workload.expect(middle, holds: 300)
    #expect(try Self.answers(middle, seed: 5) == expected)
    try Workload.expectGood(index)

    #expect(try merge(.fewest, ordering).segmentsAfter == 1)
    let after = try IndexSnapshot.open(index)
    try Workload.expect(after, holds: 300)
    #expect(try Self.answers(after, seed: 5) == expected)
    #expect(after.segments[0].index.ordering == (ordering == .automatic ? .insertion : ordering))
    #expect(try IndexVerifier.verify(index, level: .deep).notes == [])

    // The older snapshots keep what they have open.
    try Workload.expect(before, holds: 300)
    #expect(try Self.answers(before, seed: 5) == expected)
    #expect(try Self.answers(middle, seed: 5) == expected)
    // Files of the index, the record of its commit, its catalog with log and memory, the checksum, the lock.
    #expect(try PosixFileSystem().list(index).count == after.files.count + 6)
  }

  @Test func anIndexThatWasMergedGrowsOn() throws {
    try Workload.build(index, count: 20, step: 5)
    _ = try merge()
    let writer = try IndexWriter.open(index, creating: nil)
    try writer.setVocabulary(Workload.vocabulary + ["one more"])
    try Workload.commit(20..<30, to: writer)
    // Merged by the writer that appended.
    #expect(try writer.merge().segmentsAfter == 1)
    try Workload.commit(30..<40, to: writer)
    writer.close()
    let snapshot = try IndexSnapshot.open(index)
    #expect(snapshot.segments.map(\.documentCount) == [30, 10])
    // The new segment knows the longer vocabulary.
    #expect(snapshot.segments[0].index.vocabularyCount == 41)
    try Workload.expect(snapshot, holds: 40)
    try Workload.expectGood(index)
  }

  @Test func withNothingToMergeNothingHappens() throws {
    try Workload.build(index, count: 20, step: 20)
    let names = try PosixFileSystem().list(index)
    let report = try merge()
    #expect(
      report
        == MergeReport(
          generation: 1, segmentsBefore: 1, segmentsAfter: 1, documentsMerged: 0, documentsDropped: 0, bytesRemoved: 0,
          bytesAdded: 0))
    #expect(try PosixFileSystem().list(index) == names)
  }

  /// Documents long enough for dictionaries, in segments of these sizes.
  private func buildLong(_ sizes: [Int]) throws -> [StoredDocument] {
    var random = SeededRandom(state: 8)
    let words = (0..<3000).map { _ in String(UInt32.random(in: 0...UInt32.max, using: &random), radix: 36) }
    var all: [StoredDocument] = []
    let writer = try IndexWriter.open(index, creating: Workload.configuration(dense: false))
    defer { writer.close() }
    try writer.setVocabulary(Workload.vocabulary)
    for size in sizes {
      for _ in 0..<size {
        var document = Workload.document(all.count, dense: false)
        let text = (0..<150).compactMap { _ in words.randomElement(using: &random) }.joined(separator: " ")
        document.metadata = Array("{\"text\":\"\(text)\"}".utf8)
        all.append(document)
        try writer.add(document)
      }
      _ = try writer.commit()
    }
    return all
  }

  private func expect(_ documents: [StoredDocument]) throws {
    let snapshot = try IndexSnapshot.open(index)
    #expect(snapshot.liveCount == documents.count)
    for (number, document) in documents.enumerated() {
      #expect(try snapshot.document(of: UInt32(number)) == (document.key, document.metadata))
      #expect(try snapshot.position(ofKey: document.key) == UInt32(number))
    }
    try Workload.expectGood(index)
  }

  @Test func framesOfLargeSegmentsAreCopiedWithTheirDictionaries() throws {
    let documents = try buildLong([1500, 20, 1300, 7, 1200])
    let before = try IndexSnapshot.open(index).segments.map(\.documents)
    #expect(before.map(\.dictionaries.count) == [1, 0, 1, 0, 1])
    _ = try merge()
    let merged = try IndexSnapshot.open(index).segments[0].documents
    #expect(merged.dictionaries.count == 3)
    // Those of the first, and, behind the 20 documents that were written anew, those of the third.
    for number in 0..<before[0].frameCount {
      #expect(try merged.frame(number).bytes == before[0].frame(number).bytes)
    }
    let place = (0..<merged.frameCount).first { (try? merged.frame($0).firstDocument) == 1520 }
    #expect(try merged.frame(try #require(place)).bytes == before[2].frame(0).bytes)
    try expect(documents)
  }

  @Test func mergedSegmentsAreMergedAgain() throws {
    let documents = try buildLong([1200, 1100, 1300, 4])
    _ = try merge(.segments(3))
    _ = try merge(.segments(2))
    _ = try merge(.segments(1))
    #expect(try IndexSnapshot.open(index).segments.count == 1)
    try expect(documents)
  }

  @Test func aFileMayHave64Dictionaries() throws {
    var dictionaries: [ZstdDictionary] = []
    var random = SeededRandom(state: 11)
    while dictionaries.count < 64 {
      let samples = (0..<200).map { _ in Array(String(random.next()).utf8) + Array("common words in all of them".utf8) }
      if let bytes = Zstd.train(samples: samples, capacity: 512), let one = ZstdDictionary(bytes) {
        dictionaries.append(one)
      }
    }
    // A file with 64 dictionaries is read; the directory tells them apart.
    let file = try EnvelopeWriter(
      creating: "0000000001.documents", in: folder.path, kind: .documents, fileSystem: PosixFileSystem())
    let writer = try DocumentsWriter(file, reusing: dictionaries)
    for number in 0..<64 {
      var content = ByteWriter()
      let document = Workload.document(number)
      content.varint(UInt64(document.metadata.count))
      content.append(document.metadata)
      try writer.copy(
        .init(
          bytes: Zstd.compress(content.bytes, dictionary: dictionaries[number]), contentByteCount: content.count,
          firstDocument: 0, documentCount: 1), keys: [document.key])
    }
    let summary = try writer.finish()
    let envelope = try EnvelopeFile.open(
      summary.name, in: folder.path, kind: .documents, expecting: summary, fileSystem: PosixFileSystem())
    let reader = try DocumentsReader(envelope)
    #expect(reader.dictionaries.count == 64)
    for number in 0..<64 { #expect(try reader.metadata(number) == Workload.document(number).metadata) }
  }

  @Test func progressIsReportedAndStopsTheMerge() throws {
    try Workload.build(index, count: 60, step: 20)
    let names = try PosixFileSystem().list(index)
    var stages: [String] = []
    for stop in 0..<100 {
      stages = []
      func goesOn(_ stage: String) -> Bool {
        stages.append(stage)
        return stages.count <= stop
      }
      let writer = try IndexWriter.open(index, creating: nil)
      let work = MergeWork(segments: SegmentWork(ordering: .bisection) { goesOn($0.stage.rawValue) }) {
        goesOn($0.stage.rawValue)
      }
      do {
        _ = try writer.merge(.fewest, work: work)
        writer.close()
        break
      } catch {
        #expect(error == .postings(.stopped))
        writer.close()
        #expect(try PosixFileSystem().list(index) == names)
        try Workload.expect(try IndexSnapshot.open(index), holds: 60)
      }
    }
    var order: [String] = []
    for stage in stages where order.last != stage { order.append(stage) }
    #expect(order == ["collecting", "ordering", "inverting", "writing", "copying"])
    #expect(try IndexSnapshot.open(index).segments.count == 1)
  }

  @Test func aDamagedSegmentIsNamedAndNothingIsMerged() throws {
    try Workload.build(index, count: 60, step: 20)
    for kind in ["forward", "documents", "vectors"] {
      let name = "0000000001.\(kind)"
      let whole = try folder.read("index/\(name)")
      var damaged = whole
      damaged[70] ^= 1
      try folder.write("index/\(name)", damaged)
      let names = try PosixFileSystem().list(index)
      #expect { try merge() } throws: { error in
        guard case IndexStoreError.storage(.damaged(let path, _, _, _, _)) = error else { return false }
        return path.hasSuffix(name)
      }
      #expect(try PosixFileSystem().list(index) == names)
      try folder.write("index/\(name)", whole)
    }
    try Workload.expect(try IndexSnapshot.open(index), holds: 60)
  }
}
