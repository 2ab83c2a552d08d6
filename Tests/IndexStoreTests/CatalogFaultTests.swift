import ByteStorage
import GRDB
import Testing

@testable import IndexStore

/// Failures inside SQLite itself.
@Suite struct CatalogFaultTests {
  let folder: TemporaryFolder
  var index: String { folder.file("index") }

  init() throws { folder = try TemporaryFolder() }

  @Test("a catalog that may not grow fails the commit, and the one before stays")
  func fullCatalog() throws {
    try Workload.build(index, count: 10, step: 10)
    let writer = try IndexWriter.open(index, creating: nil)
    try writer.catalog.database.write { db in
      let pages = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
      try db.execute(sql: "PRAGMA max_page_count = \(pages)")
    }
    var held = 10
    let failure = #expect(throws: IndexStoreError.self) {
      while held < 1000 {
        try Workload.commit(held..<held + 1, to: writer)
        held += 1
      }
    }
    guard case .catalog(_, let code, _) = try #require(failure) else {
      Issue.record("\(String(describing: failure))")
      return
    }
    #expect(code & 0xff == 13)
    #expect(throws: IndexStoreError.self) { try writer.commit() }
    writer.close()
    try Workload.expect(try IndexSnapshot.open(index), holds: held)
    try Workload.expectGood(index)
    #expect(try IndexVerifier.verify(index, level: .full).notes == [])
  }

  private struct Refusal: Error {}

  /// Lets COMMIT fail, as an error of the disk would.
  private final class CommitRefuser: TransactionObserver {
    func observes(eventsOfKind eventKind: DatabaseEventKind) -> Bool { false }
    func databaseDidChange(with event: DatabaseEvent) {}
    func databaseWillCommit() throws { throw Refusal() }
    func databaseDidCommit(_ db: Database) {}
    func databaseDidRollback(_ db: Database) {}
  }

  @Test("when COMMIT itself fails, the record tells readers of the commit, and the next writer puts it back")
  func failedCommit() throws {
    try Workload.build(index, count: 10, step: 10)
    let refuser = CommitRefuser()
    let writer = try IndexWriter.open(index, creating: nil)
    for number in 10..<20 { try writer.add(Workload.document(number)) }
    try writer.catalog.database.write { db in db.add(transactionObserver: refuser, extent: .databaseLifetime) }
    #expect {
      try writer.commit()
    } throws: { error in
      guard case IndexStoreError.unknownOutcome = error else { return false }
      return true
    }
    writer.close()
    let recovered = try IndexSnapshot.open(index)
    #expect(recovered.isRecovered)
    try Workload.expect(recovered, holds: 20)
    try IndexWriter.open(index, creating: nil).close()
    let after = try IndexSnapshot.open(index)
    #expect(!after.isRecovered)
    try Workload.expect(after, holds: 20)
    try Workload.expectGood(index)
    #expect(try IndexVerifier.verify(index, level: .full).notes == [])
  }

  @Test("when the COMMIT of a first build fails, its record makes an index of its files")
  func failedFirstCommit() throws {
    let refuser = CommitRefuser()
    let writer = try IndexWriter.open(index, creating: Workload.configuration())
    try writer.setVocabulary(Workload.vocabulary)
    try writer.setHead([1, 2, 3])
    for number in 0..<10 { try writer.add(Workload.document(number)) }
    try writer.catalog.database.write { db in db.add(transactionObserver: refuser, extent: .databaseLifetime) }
    #expect(throws: IndexStoreError.self) { try writer.commit() }
    writer.close()
    let left = try PosixFileSystem().list(index)
    #expect(left.filter { IndexFolder.parse($0) != nil }.count == 8)
    #expect(left.contains(IndexFolder.catalog) && left.contains(IndexFolder.checksum))
    let recovered = try IndexSnapshot.open(index)
    #expect(recovered.isRecovered)
    try Workload.expect(recovered, holds: 10)
    try Workload.build(index, count: 4, step: 4, from: 10)
    try Workload.expect(try IndexSnapshot.open(index), holds: 14)
    let report = try IndexVerifier.verify(index, level: .deep)
    #expect(report.isGood && report.notes == [])
  }

  @Test("when the COMMIT of a first build was reported as failed and happened all the same, the index is whole")
  func firstCommitThatHappened() throws {
    try Workload.build(index, count: 10, step: 10)
    // What is then on disk: the commit, and the checksum of the catalog before it.
    try CatalogChecksum(generation: 0, folder: index, fileSystem: PosixFileSystem())
      .write(index, fileSystem: PosixFileSystem())
    try Workload.expect(try IndexSnapshot.open(index), holds: 10)
    #expect(try IndexVerifier.verify(index, level: .deep).isGood)
    try Workload.build(index, count: 10, step: 10, from: 10)
    try Workload.expect(try IndexSnapshot.open(index), holds: 20)
    #expect(try IndexVerifier.verify(index, level: .deep).notes == [])
  }

  @Test("an empty catalog file, as a build may leave it, is no index and no obstacle")
  func emptyCatalog() throws {
    try PosixFileSystem().makeFolder(index)
    let file = try PosixFileSystem().create(index + "/" + IndexFolder.catalog)
    try file.close()
    #expect {
      try IndexSnapshot.open(index)
    } throws: { error in
      guard case IndexStoreError.noIndex(_, let reason) = error else { return false }
      return reason.contains("stopped before its first commit")
    }
    try Workload.build(index, count: 4, step: 4)
    try Workload.expect(try IndexSnapshot.open(index), holds: 4)
    try Workload.expectGood(index)
  }

  @Test("changed numbers in the manifest's rows are noticed when opening")
  func changedRows() throws {
    try Workload.build(index, count: 20, step: 10)
    let changes = [
      "UPDATE manifest SET generation = 7", "UPDATE segments SET document_count = 9",
      "UPDATE manifest SET next_number = 1", "UPDATE manifest SET checksum = checksum + 1",
      "UPDATE manifest SET configuration = replace(configuration, 'abc', 'abd')",
      "UPDATE manifest SET next_ordinal = 77", "UPDATE manifest SET record_number = 1",
      "UPDATE segments SET posting_count = posting_count + 1",
      "UPDATE segments SET dead_count = 1", "UPDATE segments SET ordinal_span = -5",
      "UPDATE files SET byte_count = byte_count + 1",
      "UPDATE files SET checksum = 5", "UPDATE files SET kind = 77", "DELETE FROM manifest",
      "UPDATE manifest SET generation = -1",
    ]
    for change in changes {
      let copy = "copy \(change.hashValue)"
      try folder.copy("index", to: copy)
      let catalog = try CatalogDatabase.openForWriting(folder.file(copy))
      try catalog.write { db in try db.execute(sql: change) }
      catalog.close()
      #expect(throws: IndexStoreError.self, "\(change)") { try IndexSnapshot.open(folder.file(copy)) }
      #expect(throws: IndexStoreError.self, "\(change)") { try IndexWriter.open(folder.file(copy), creating: nil) }
    }
  }
}
