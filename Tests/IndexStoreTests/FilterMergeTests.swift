import ByteStorage
import EmbeddingDumps
import GRDB
import Testing

@testable import IndexStore
@testable import InvertedIndex

@Suite("After a merge every condition accepts the same documents")
struct FilterMergeTests {
  let folder: TemporaryFolder
  var index: String { folder.file("index") }

  init() throws { folder = try TemporaryFolder() }

  private static let conditions = [
    "colour=red", "colour!=red", "year>=2003", "tag=a", "tag=b", "size.width<3", "late=true", "late!=true", "odd=1",
    "none=null",
    "page=p17", "colour=mauve",
  ]

  /// Documents with values of every kind; `late` begins in the middle, `page` is different in each.
  private func build(_ segments: [Range<Int>], limits: IndexWriter.SegmentLimits = .init()) throws {
    let writer = try IndexWriter.open(
      index, creating: Workload.configuration(dense: false), fileSystem: PosixFileSystem(), limits: limits)
    defer { writer.close() }
    if writer.generation == 0 { try writer.setVocabulary(Workload.vocabulary) }
    for segment in segments {
      for number in segment {
        var document = Workload.document(number, dense: false)
        let late = number > 70 ? ",\"late\":\(number % 3 == 0)" : ""
        document.metadata = Array(
          """
          {"colour":"\(["red", "green", "blue"][number % 3])","year":\(2000 + number % 7),"tag":["a","\(number % 5)","b"],\
          "size":{"width":\(Double(number % 11) / 2)},"odd":\(number % 2),"none":null,"page":"p\(number)"\(late)}
          """.utf8)
        try writer.add(document)
      }
      _ = try writer.commit()
    }
  }

  /// The numbers of the documents that each condition accepts, or the error.
  private func accepted(_ snapshot: IndexSnapshot) throws -> [String] {
    try Self.conditions.map { condition in
      let filter = try MetadataFilter(parsing: [condition])
      do throws(IndexStoreError) {
        let segments = try snapshot.accepted(by: filter)
        return
          "\(zip(snapshot.segments, segments).flatMap { placed, accepted in accepted.ordinals(from: Int(placed.firstOrdinal)) })"
      } catch {
        return "\(error)"
      }
    }
  }

  @Test func conditionsAcceptTheSameDocuments() throws {
    // The first segment has too many values of `page` to record it.
    try build([0..<80, 80..<87, 87..<130, 130..<131, 131..<200])
    let before = try IndexSnapshot.open(index)
    let expected = try accepted(before)
    let fields = try before.filterFields()
    #expect(fields.first { $0.name == "colour" }?.valueCount == 3)
    #expect(fields.first { $0.name == "page" }?.valueCount == nil)
    for goal in [MergeGoal.segments(3), .fewest] {
      let writer = try IndexWriter.open(index, creating: nil)
      _ = try writer.merge(goal)
      writer.close()
      let after = try IndexSnapshot.open(index)
      #expect(try accepted(after) == expected)
      #expect(try after.filterFields() == fields)
      try Workload.expectGood(index)
    }
    #expect(expected.filter { $0.hasPrefix("[") && $0 != "[]" }.count >= 9, "\(expected)")
  }

  @Test func fieldsThatAMergeMakesLargeStayRecorded() throws {
    // 60 values in each of three segments; 180 in one would be left out of a new segment.
    try build([0..<60, 60..<120, 120..<180])
    let before = try accepted(try IndexSnapshot.open(index))
    #expect(before.contains("[17]"))
    let writer = try IndexWriter.open(index, creating: nil)
    _ = try writer.merge()
    writer.close()
    let merged = try IndexSnapshot.open(index)
    #expect(try merged.filterFields().first { $0.name == "page" }?.valueCount == 180)
    #expect(try accepted(merged) == before)
    try Workload.expectGood(index)
    // And so do those of what follows.
    try build([180..<200])
    #expect(try IndexSnapshot.open(index).filterFields().first { $0.name == "page" }?.valueCount == 200)
    try Workload.expectGood(index)
  }

  @Test func anOlderSnapshotAnswersUntilAnotherCommitAndThenSaysSo() throws {
    try build([0..<30, 30..<60])
    let old = try IndexSnapshot.open(index)
    let unasked = try IndexSnapshot.open(index)
    let expected = try accepted(old)
    let writer = try IndexWriter.open(index, creating: nil)
    _ = try writer.merge()
    #expect(try accepted(old) == expected)
    let fresh = try IndexSnapshot.open(index)
    writer.close()
    #expect(try accepted(fresh) == expected)
    try build([60..<61])
    #expect(try accepted(fresh) == expected)
    let filter = try MetadataFilter(parsing: ["size.width<3"])
    #expect(try IndexSnapshot.open(index).accepted(by: filter).count == 2)
    #expect(throws: IndexStoreError.outdatedSnapshot(path: index)) { try old.accepted(by: filter) }
    #expect(throws: IndexStoreError.outdatedSnapshot(path: index)) { try unasked.accepted(by: filter) }
    try Workload.expectGood(index)
  }

  @Test func aDamagedRowIsNamedAndNothingIsMerged() throws {
    try build([0..<30, 30..<60])
    let catalog = try CatalogDatabase.openForWriting(index)
    try catalog.write { db in
      try db.execute(
        sql: "UPDATE filter_values SET document_count = document_count + 1 WHERE segment = 2 OR segment = 1")
    }
    catalog.close()
    try PosixFileSystem().remove(joinedPath(index, IndexFolder.checksum))
    let writer = try IndexWriter.open(index, creating: nil)
    #expect {
      try writer.merge()
    } throws: { error in
      guard case IndexStoreError.damagedCatalog(_, let what) = error else { return false }
      return what.contains("metadata field")
    }
    writer.close()
    #expect(try IndexSnapshot.open(index).segments.count == 2)
  }
}

extension AcceptedDocuments {
  /// The accepted documents, counted from `first`.
  fileprivate func ordinals(from first: Int) -> [Int] {
    (0..<documentCount).filter { self.contains($0 as Int) }.map { first + $0 }
  }
}
