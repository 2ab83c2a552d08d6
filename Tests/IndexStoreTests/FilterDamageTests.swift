import ByteStorage
import EmbeddingDumps
import GRDB
import InvertedIndex
import Testing

@testable import IndexStore

/// A row of metadata values that is not what was committed never gives a wrong answer.
@Suite struct FilterDamageTests {
  let folder: TemporaryFolder
  var index: String { folder.file("index") }

  init() throws {
    folder = try TemporaryFolder()
    let writer = try IndexWriter.open(index, creating: IndexConfiguration(ceiling: 1, vocabularyFingerprint: ""))
    try writer.setVocabulary(["a"])
    for number in 0..<60 {
      let metadata =
        "{\"colour\":\"\(["red", "green", "blue"][number % 3])\",\"n\":\(number % 7),\"x\":\(number % 2).5}"
      try writer.add(StoredDocument(key: "\(number)", metadata: Array(metadata.utf8), postings: []))
    }
    _ = try writer.commit()
    writer.close()
  }

  /// Changes the catalog behind the back of its checksum.
  func change(_ sql: String, _ copy: String) throws -> String {
    try folder.copy("index", to: copy)
    let catalog = try CatalogDatabase.openForWriting(folder.file(copy))
    try catalog.write { db in
      try db.execute(sql: sql)
      #expect(db.changesCount > 0, "\(sql)")
    }
    catalog.close()
    return folder.file(copy)
  }

  @Test(
    "a changed row is an error when it is needed, and a finding of verify full",
    arguments: [
      "UPDATE filter_values SET value = 'rid' WHERE value = 'red'",
      "UPDATE filter_values SET value = 3.5 WHERE value = 0.5",
      "DELETE FROM filter_values WHERE value = 'red'", "UPDATE filter_values SET kind = 4 WHERE value = 'red'",
      "UPDATE filter_values SET kind = 99 WHERE value = 'red'", "UPDATE filter_values SET kind = 1 WHERE value = 3",
      "UPDATE filter_values SET document_count = 19 WHERE value = 'green'",
      "UPDATE filter_values SET first_document = 3 WHERE value = 'red'",
      "UPDATE filter_values SET checksum = checksum + 1 WHERE value = 'red'",
      "UPDATE filter_values SET checksum = -1 WHERE value = 'red'",
      "UPDATE filter_values SET documents = x'000102' WHERE value = 'red'",
      "UPDATE filter_values SET documents = x'' WHERE value = 'red'",
      "UPDATE filter_values SET field = 1 - field WHERE value IN ('red', 3)",
      "UPDATE filter_values SET segment = segment + 1",
    ])
  func changedRows(_ sql: String) throws {
    let path = try change(sql, "copy")
    let snapshot = try IndexSnapshot.open(path)
    var failures = 0
    for condition in ["colour=red", "colour!=red", "colour=rid", "n=3", "n>2", "x=0.5", "x=3.5", "colour=green"] {
      do {
        let filters = try snapshot.accepted(by: try MetadataFilter(parsing: [condition]))
        let filter = try MetadataFilter(parsing: [condition])
        for number in 0..<60 {
          let object = try JSONValue.parse(try snapshot.metadata(of: UInt64(number))).objectValue!
          #expect(filters[0].contains(document: number) == filter.accepts(object), "\(sql): \(condition)")
        }
      } catch {
        failures += 1
        guard case IndexStoreError.damagedCatalog(_, let what) = error else {
          Issue.record("\(sql): \(error)")
          continue
        }
        #expect(what.contains("metadata field"))
      }
    }
    #expect(failures > 0, "\(sql)")
    let report = try IndexVerifier.verify(path, level: .full)
    #expect(report.problems.contains { $0.message.contains("metadata") }, "\(sql): \(report.problems)")
  }

  @Test(
    "the list of fields is under the manifest's checksum",
    arguments: [
      "UPDATE filter_fields SET value_count = value_count + 1", "UPDATE filter_fields SET row_count = row_count + 1",
      "UPDATE filter_fields SET entry_checksums = 7", "UPDATE filter_fields SET name = 'y' WHERE name = 'x'",
      "UPDATE filter_fields SET is_recorded = 0", "UPDATE filter_fields SET is_recorded = 2",
      "DELETE FROM filter_fields",
      "DELETE FROM filter_fields WHERE number = 1", "UPDATE segments SET leaves_fields_out = 1",
      "UPDATE filter_fields SET entry_checksums = -1",
    ])
  func changedFields(_ sql: String) throws {
    let path = try change(sql, "copy")
    #expect(throws: IndexStoreError.self) { try IndexSnapshot.open(path) }
  }

  @Test("rows that belong to no field are found by verify full")
  func surplusRows() throws {
    let path = try change(
      "INSERT INTO filter_values SELECT 77, field, kind, value, first_document, document_count, checksum, documents "
        + "FROM filter_values", "copy")
    #expect(try !IndexVerifier.verify(path, level: .full).isGood)
  }

  @Test("values that the documents do not have are found by verify deep")
  func otherValues() throws {
    let writer = try IndexWriter.open(index, creating: nil)
    let object = JSONObject([("colour", .string("yellow"))])
    try writer.add(
      StoredDocument(key: "new", metadata: Array("{\"colour\":\"red\"}".utf8), postings: [], object: object))
    _ = try writer.commit()
    writer.close()
    #expect(try IndexVerifier.verify(index, level: .full).isGood)
    let report = try IndexVerifier.verify(index, level: .deep)
    #expect(report.problems.map(\.message).contains { $0.contains("'colour' in segment") })
  }

  @Test("lists survive packing, in both forms", arguments: 0..<300 as Range<UInt64>)
  func packing(seed: UInt64) {
    var random = SeededRandom(state: seed)
    let count = Int.random(in: 1...[9, 100, 5000, 4_000_000].randomElement(using: &random)!, using: &random)
    let share = [0.001, 0.1, 0.5, 1].randomElement(using: &random)!
    var documents: [Int] = []
    var at = Int.random(in: 0..<count, using: &random)
    while at < count && documents.count < 3000 {
      documents.append(at)
      at += share == 1 ? 1 : 1 + Int.random(in: 0...Int(2 / share), using: &random)
    }
    var builder = DocumentList.Builder()
    for document in documents {
      builder.append(document)
      if Bool.random(using: &random) { builder.append(document) }
    }
    let bytes = builder.packed()
    var found: [Int] = []
    let isGood = DocumentList.forEach(
      in: bytes, first: builder.first, count: builder.count, documentCount: count
    ) { found.append($0) }
    #expect(isGood && found == documents)
    #expect(bytes.count <= 1 + (documents[documents.count - 1] - documents[0] & ~7) / 8 + 1)
    // Any change of a byte gives documents of the segment, or is noticed.
    for _ in 0..<50 {
      var damaged = bytes
      damaged[Int.random(in: 0..<damaged.count, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      if Bool.random(using: &random) { damaged.removeLast(Int.random(in: 0..<damaged.count, using: &random)) }
      _ = DocumentList.forEach(in: damaged, first: builder.first, count: builder.count, documentCount: count) {
        #expect($0 >= 0 && $0 < count)
      }
    }
  }
}
