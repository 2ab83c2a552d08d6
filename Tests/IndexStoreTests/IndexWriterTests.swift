import ByteStorage
import Foundation
import InvertedIndex
import Testing

@testable import IndexStore

@Suite struct IndexWriterTests {
  let folder: TemporaryFolder
  let system = PosixFileSystem()
  var index: String { folder.file("index") }

  init() throws { folder = try TemporaryFolder() }

  @Test("an index holds what was committed, in the order it was added")
  func roundTrip() throws {
    try Workload.build(index, count: 100, step: 100)
    let snapshot = try IndexSnapshot.open(index)
    #expect(snapshot.generation == 1)
    #expect(snapshot.configuration == Workload.configuration())
    #expect(try snapshot.headBytes() == [1, 2, 3])
    #expect(try snapshot.vocabulary() == Workload.vocabulary)
    #expect(snapshot.segments.count == 1)
    try Workload.expect(snapshot, holds: 100)
    #expect(throws: IndexStoreError.noSuchDocument(position: 100, count: 100)) { try snapshot.key(of: 100) }
    try Workload.expectGood(index)
  }

  @Test("an index built in many commits holds the same as one built at once")
  func append() throws {
    try Workload.build(index, count: 90, step: 17)
    let snapshot = try IndexSnapshot.open(index)
    #expect(snapshot.generation == 6 && snapshot.segments.count == 6)
    try Workload.expect(snapshot, holds: 90)
    let writer = try IndexWriter.open(index, creating: nil)
    #expect(writer.liveCount == 90 && writer.vocabulary == Workload.vocabulary)
    let report = try Workload.commit(90..<100, to: writer)
    #expect(report.generation == 7 && report.documentsAdded == 10 && report.segmentsAdded == 1)
    #expect(report.isCatalogChecksummed)
    writer.close()
    try Workload.expect(try IndexSnapshot.open(index), holds: 100)
    // The older snapshot is as it was.
    try Workload.expect(snapshot, holds: 90)
    try Workload.expectGood(index)
    #expect(try IndexVerifier.verify(index, level: .full).notes == [])
  }

  @Test("segments are cut at their limits, also inside a commit")
  func limits() throws {
    let writer = try IndexWriter.open(
      index, creating: Workload.configuration(), fileSystem: system, limits: .init(documents: 10, postings: 30))
    try writer.setVocabulary(Workload.vocabulary)
    let report = try Workload.commit(0..<55, to: writer)
    #expect(report.segmentsAdded >= 6)
    writer.close()
    let snapshot = try IndexSnapshot.open(index)
    #expect(snapshot.segments.allSatisfy { $0.documentCount <= 10 && $0.index.postingCount <= 30 })
    try Workload.expect(snapshot, holds: 55)
    try Workload.expectGood(index)
  }

  @Test("a duplicate key is refused in the batch and in the index, and the writer goes on")
  func duplicates() throws {
    try Workload.build(index, count: 5, step: 5)
    let writer = try IndexWriter.open(index, creating: nil)
    #expect(throws: IndexStoreError.duplicateKey("key/3")) { try writer.add(Workload.document(3)) }
    try writer.add(Workload.document(5))
    #expect(throws: IndexStoreError.duplicateKey("key/5")) { try writer.add(Workload.document(5)) }
    try Workload.commit(6..<8, to: writer)
    writer.close()
    try Workload.expect(try IndexSnapshot.open(index), holds: 8)
    // Keys differ when their bytes do: é as one scalar, and as e with an accent.
    let more = try IndexWriter.open(index, creating: nil)
    for key in ["caf\u{e9}", "cafe\u{301}"] {
      var document = Workload.document(8)
      document.key = key
      try more.add(document)
    }
    _ = try more.commit()
    more.close()
    let snapshot = try IndexSnapshot.open(index)
    #expect(try snapshot.position(ofKey: "caf\u{e9}") == 8)
    #expect(try snapshot.position(ofKey: "cafe\u{301}") == 9)
    try Workload.expectGood(index)
  }

  @Test("documents that cannot be stored are refused by name, and the writer goes on")
  func invalidDocuments() throws {
    let writer = try IndexWriter.open(index, creating: Workload.configuration())
    try writer.setVocabulary(Workload.vocabulary)
    func refuse(_ change: (inout StoredDocument) -> Void) {
      var document = Workload.document(1)
      change(&document)
      #expect { try writer.add(document) } throws: { error in
        guard case IndexStoreError.invalidDocument(document.key, _) = error else { return false }
        return true
      }
    }
    refuse { $0.key = "" }
    refuse { $0.key = "a\0b" }
    refuse { $0.key = String(repeating: "x", count: 4097) }
    refuse { $0.metadata = [UInt8](repeating: 32, count: 16_777_217) }
    refuse { $0.denseRow = nil }
    refuse { $0.denseRow = [1, 2] }
    refuse { $0.denseRow?[2] = .nan }
    refuse { $0.denseRow?[2] = .infinity }
    refuse { $0.denseRow?[2] = 70_000 }
    refuse { $0.postings = [Posting(token: 40, impact: 1)] }
    refuse { $0.postings = [Posting(token: 4, impact: 0)] }
    refuse { $0.postings = [Posting(token: 4, impact: 1), Posting(token: 4, impact: 2)] }
    try Workload.commit(0..<3, to: writer)
    writer.close()
    try Workload.expect(try IndexSnapshot.open(index), holds: 3)
    try Workload.expectGood(index)
  }

  @Test("an index without dense rows, without a head, without documents")
  func poorIndexes() throws {
    let writer = try IndexWriter.open(index, creating: Workload.configuration(dense: false))
    _ = try writer.commit()
    #expect(try IndexSnapshot.open(index).liveCount == 0)
    #expect(try IndexSnapshot.open(index).vocabulary() == [])
    try writer.setVocabulary(Workload.vocabulary)
    for number in 0..<4 { try writer.add(Workload.document(number, dense: false)) }
    #expect(throws: IndexStoreError.self) { try writer.add(Workload.document(9)) }
    _ = try writer.commit()
    writer.close()
    let snapshot = try IndexSnapshot.open(index)
    #expect(try snapshot.headBytes() == nil)
    #expect(try snapshot.denseRow(of: 2) == nil)
    #expect(try snapshot.key(of: 3) == "key/3")
    try Workload.expectGood(index)
  }

  @Test("the vocabulary may only grow, and old segments stay readable")
  func vocabularyGrows() throws {
    try Workload.build(index, count: 10, step: 10)
    let writer = try IndexWriter.open(index, creating: nil)
    for wrong in [
      [], ["a"], Workload.vocabulary + [""], Workload.vocabulary + ["token3"],
      ["other"] + Workload.vocabulary.dropFirst(), Array(Workload.vocabulary.dropLast()),
    ] {
      #expect {
        try writer.setVocabulary(wrong)
      } throws: { error in
        guard case IndexStoreError.invalidVocabulary = error else { return false }
        return true
      }
    }
    try writer.add(Workload.document(10))
    try writer.setVocabulary(Workload.vocabulary + ["new"])
    var document = Workload.document(11)
    document.postings = [Posting(token: 40, impact: 9)]
    try writer.add(document)
    let report = try writer.commit()
    #expect(report.segmentsAdded == 2)
    writer.close()
    let snapshot = try IndexSnapshot.open(index)
    #expect(try snapshot.vocabulary().last == "new")
    #expect(snapshot.files.filter { $0.kind == .vocabulary }.count == 1)
    #expect(try system.list(index).filter { $0.hasSuffix(".vocabulary") }.count == 1)
    #expect(try snapshot.segments[2].index.forwardVector(of: 0) == [Posting(token: 40, impact: 9)])
    try Workload.expectGood(index)
  }

  @Test("many documents use a dictionary and come back, large ones too")
  func manyDocuments() throws {
    let writer = try IndexWriter.open(index, creating: Workload.configuration(dense: false))
    func metadata(_ number: Int) -> [UInt8] {
      Array("{\"caption\":\"a red shoe on a wooden table number \(number * 7919 % 10_007)\",\"n\":\(number)}".utf8)
    }
    let large = Array("{\"x\":\"\(String(repeating: "y", count: 3_000_000))\"}".utf8)
    for number in 0..<20_000 {
      let bytes = number == 12_345 ? large : metadata(number)
      try writer.add(StoredDocument(key: "k\(number)", metadata: bytes, postings: []))
    }
    _ = try writer.commit()
    writer.close()
    let snapshot = try IndexSnapshot.open(index)
    #expect(try snapshot.metadata(of: 12_345) == large)
    for number in stride(from: 0, to: 20_000, by: 371) {
      #expect(try snapshot.metadata(of: UInt32(number)) == metadata(number))
      #expect(try snapshot.key(of: UInt32(number)) == "k\(number)")
    }
    let size = try #require(snapshot.files.first { $0.kind == .documents }).byteCount
    #expect(size < 20_000 * 30, "\(size) bytes for 20,000 documents of about 75")
    try Workload.expectGood(index)
  }

  @Test("a second writer is refused and told who the first is")
  func secondWriter() throws {
    let first = try IndexWriter.open(index, creating: Workload.configuration())
    #expect(
      throws: IndexStoreError.locked(path: index, holder: "process \(ProcessInfo.processInfo.processIdentifier)")
    ) { try IndexWriter.open(index, creating: Workload.configuration()) }
    first.close()
    try IndexWriter.open(index, creating: Workload.configuration()).close()
  }

  @Test("a closed writer takes nothing")
  func closedWriter() throws {
    let writer = try IndexWriter.open(index, creating: Workload.configuration())
    writer.close()
    writer.close()
    #expect(throws: IndexStoreError.writerClosed) { try writer.add(Workload.document(0)) }
    #expect(throws: IndexStoreError.writerClosed) { try writer.commit() }
  }

  @Test("what was not committed leaves no trace in an index, and no index in a new folder")
  func abandoned() throws {
    let fresh = try IndexWriter.open(index, creating: Workload.configuration())
    try fresh.setVocabulary(Workload.vocabulary)
    for number in 0..<20 { try fresh.add(Workload.document(number)) }
    fresh.abandon()
    #expect(throws: IndexStoreError.self) { try IndexSnapshot.open(index) }
    #expect(try !system.exists(index))

    try Workload.build(index, count: 10, step: 10)
    let writer = try IndexWriter.open(index, creating: nil)
    for number in 10..<20 { try writer.add(Workload.document(number)) }
    writer.close()
    try Workload.expect(try IndexSnapshot.open(index), holds: 10)
    #expect(try IndexVerifier.verify(index, level: .deep).notes == [])
  }

  @Test("orphans are removed under the lock, foreign files never")
  func orphans() throws {
    try Workload.build(index, count: 10, step: 10)
    let before = try system.list(index)
    for name in ["0000000777.postings", "0000000778.head", "catalog.checksum.tmp", "notes.txt", "1.postings"] {
      try Data([1, 2]).write(to: URL(fileURLWithPath: index + "/" + name))
    }
    let report = try IndexVerifier.verify(index, level: .full)
    #expect(report.isGood && report.notes.count == 1 && report.notes[0].contains("3 files"))
    let writer = try IndexWriter.open(index, creating: nil)
    #expect(try system.list(index) == (before + ["notes.txt", "1.postings"]).sorted())
    try Workload.commit(10..<12, to: writer)
    writer.close()
    // Numbers of commits are never used again; those of orphans, which anybody may have given, do not count.
    #expect(try IndexSnapshot.open(index).segments[1].number == 5)
    try Workload.expect(try IndexSnapshot.open(index), holds: 12)
  }

  @Test("folders that are no index are refused, untouched, with a clear sentence")
  func foreignFolders() throws {
    #expect(throws: IndexStoreError.noIndex(path: index, reason: "there is no such folder")) {
      try IndexSnapshot.open(index)
    }
    #expect(throws: IndexStoreError.noIndex(path: index, reason: "there is no such folder")) {
      try IndexWriter.open(index, creating: nil)
    }
    try system.makeFolder(index)
    #expect(throws: IndexStoreError.noIndex(path: index, reason: "the folder is empty")) {
      try IndexSnapshot.open(index)
    }
    try Data("hello".utf8).write(to: URL(fileURLWithPath: index + "/holiday.jpg"))
    #expect(throws: IndexStoreError.noIndex(path: index, reason: "it has no catalog.sqlite")) {
      try IndexSnapshot.open(index)
    }
    #expect(throws: IndexStoreError.foreignFolder(path: index, example: "holiday.jpg")) {
      try IndexWriter.open(index, creating: Workload.configuration())
    }
    #expect(try system.list(index) == ["holiday.jpg"])
    #expect(throws: IndexStoreError.self) {
      try IndexWriter.open(index + "/holiday.jpg", creating: Workload.configuration())
    }
    #expect(throws: IndexStoreError.self) { try IndexSnapshot.open(index + "/holiday.jpg") }

    // A SQLite database of somebody else.
    let other = folder.file("other")
    try system.makeFolder(other)
    try Data("not a database".utf8).write(to: URL(fileURLWithPath: other + "/catalog.sqlite"))
    #expect(throws: IndexStoreError.self) { try IndexSnapshot.open(other) }
    #expect(throws: IndexStoreError.self) { try IndexWriter.open(other, creating: Workload.configuration()) }
    #expect(try system.list(other) == ["catalog.sqlite"])
  }

  @Test("a newer schema or format is refused and not touched")
  func newerVersion() throws {
    try Workload.build(index, count: 3, step: 3)
    var bytes = try system.readAll(index + "/catalog.sqlite", limit: .max)
    bytes[63] = 9
    for name in ["catalog.sqlite-wal", "catalog.sqlite-shm"] { try? system.remove(index + "/" + name) }
    try Data(bytes).write(to: URL(fileURLWithPath: index + "/catalog.sqlite"))
    let names = try system.list(index)
    let expected = IndexStoreError.storage(
      .unsupportedVersion(path: index + "/catalog.sqlite", found: 9, supported: 2))
    #expect(throws: expected) { try IndexSnapshot.open(index) }
    #expect(throws: expected) { try IndexWriter.open(index, creating: Workload.configuration()) }
    #expect(throws: expected) { try IndexVerifier.verify(index, level: .quick) }
    #expect(try system.list(index).filter { $0 != "writer.lock" } == names.filter { $0 != "writer.lock" })
    #expect(try system.readAll(index + "/catalog.sqlite", limit: .max) == bytes)
  }

  @Test("readers see the old commit while a build runs, also a first one")
  func readersDuringBuild() throws {
    let writer = try IndexWriter.open(index, creating: Workload.configuration())
    try writer.setVocabulary(Workload.vocabulary)
    for number in 0..<10 { try writer.add(Workload.document(number)) }
    #expect {
      try IndexSnapshot.open(index)
    } throws: { error in
      guard case IndexStoreError.noIndex(_, let reason) = error else { return false }
      return reason.contains("still running")
    }
    _ = try writer.commit()
    let snapshot = try IndexSnapshot.open(index)
    for number in 10..<20 { try writer.add(Workload.document(number)) }
    try Workload.expect(try IndexSnapshot.open(index), holds: 10)
    _ = try writer.commit()
    try Workload.expect(snapshot, holds: 10)
    try Workload.expect(try IndexSnapshot.open(index), holds: 20)
    writer.close()
  }

  @Test("a catalog that nobody can write to is read as it is")
  func immutableCatalog() throws {
    let strange = folder.file("a%b?c#d")
    try Workload.build(strange, count: 3, step: 3)
    let catalog = try CatalogDatabase.openImmutable(strange)
    let content = try catalog.read { db in try CatalogReader.read(db, path: "x") }
    guard case .manifest(let manifest) = content else { throw IndexStoreError.writerClosed }
    #expect(manifest.liveCount == 3)
    catalog.close()
  }
}
