import ByteStorage
import Foundation
import Testing

@testable import IndexStore

/// What a repair brings back, and what it refuses to give up.
@Suite struct RepairTests {
  let folder: TemporaryFolder
  let system = PosixFileSystem()
  var index: String { folder.file("index") }

  /// Three segments of 10 documents, of which three are deleted.
  init() throws {
    folder = try TemporaryFolder()
    try Workload.build(folder.file("index"), count: 30, step: 10)
    let writer = try IndexWriter.open(folder.file("index"), creating: nil)
    defer { writer.close() }
    for number in [2, 11, 12] { #expect(try writer.delete(key: "key/\(number)")) }
    _ = try writer.commit()
  }

  private func expectWhole(_ sourceLocation: SourceLocation = #_sourceLocation) throws {
    let snapshot = try IndexSnapshot.open(index)
    #expect(snapshot.liveCount == 27 && !snapshot.isRecovered, sourceLocation: sourceLocation)
    #expect(try snapshot.position(ofKey: "key/11") == nil, sourceLocation: sourceLocation)
    #expect(try snapshot.position(ofKey: "key/29") == 29, sourceLocation: sourceLocation)
    let report = try IndexVerifier.verify(index, level: .deep)
    #expect(report.problems == [], sourceLocation: sourceLocation)
    let writer = try IndexWriter.open(index, creating: nil)
    try Workload.commit(30..<31, to: writer)
    writer.close()
    #expect(try IndexSnapshot.open(index).liveCount == 28, sourceLocation: sourceLocation)
  }

  private func removeCatalog() throws {
    for name in [IndexFolder.catalog, IndexFolder.checksum] + IndexFolder.catalogCompanions {
      try? system.remove(index + "/" + name)
    }
  }

  private func damage(_ kind: FileKind) throws {
    let name = try #require(try system.list(index).first { $0.hasSuffix("." + kind.name) })
    var bytes = try folder.read("index/" + name)
    bytes[70] ^= 1
    try folder.write("index/" + name, bytes)
  }

  @Test("a sound index is left as it is")
  func sound() throws {
    let before = try system.list(index)
    let report = try IndexRepair.repair(index)
    #expect(report.wasSound && report.documentCount == 27 && report.documentsLost == 0)
    #expect(try system.list(index) == before)
    try expectWhole()
  }

  @Test("a lost catalog is made anew from the record")
  func lostCatalog() throws {
    try removeCatalog()
    #expect(throws: IndexStoreError.self) { try IndexSnapshot.open(index) }
    let report = try IndexRepair.repair(index)
    #expect(!report.wasSound && report.documentCount == 27 && report.documentsLost == 0)
    try expectWhole()
  }

  @Test("every byte of the catalog flipped: refused or read, and mended")
  func flippedCatalog() throws {
    let bytes = try folder.read("index/" + IndexFolder.catalog)
    for place in stride(from: 0, to: bytes.count, by: 997) {
      try folder.copy("index", to: "copy")
      var damaged = bytes
      damaged[place] ^= 4
      try folder.write("copy/" + IndexFolder.catalog, damaged)
      let copy = folder.file("copy")
      #expect(try IndexRepair.repair(copy).documentCount == 27, "byte \(place)")
      #expect(try IndexSnapshot.open(copy).liveCount == 27, "byte \(place)")
      #expect(try IndexVerifier.verify(copy, level: .full).problems == [], "byte \(place)")
      try FileManager.default.removeItem(atPath: copy)
    }
  }

  @Test("columns are made anew from the documents")
  func columns() throws {
    try damage(.columns)
    #expect(try !IndexVerifier.verify(index, level: .full).isGood)
    let report = try IndexRepair.repair(index)
    #expect(report.documentCount == 27 && report.notes.contains { $0.contains("made anew from its documents") })
    try expectWhole()
  }

  @Test(
    "a damaged segment is given up only when that is asked for",
    arguments: [FileKind.postings, .forward, .documents, .vectors])
  func segment(kind: FileKind) throws {
    try damage(kind)
    let before = try system.list(index)
    let failure = #expect(throws: IndexStoreError.self) { try IndexRepair.repair(index) }
    #expect(failure?.description.contains("9 of 27 documents") == true)
    #expect(try system.list(index) == before)
    let report = try IndexRepair.repair(index, givesUpDamage: true)
    #expect(report.documentsLost == 9 && report.documentCount == 18)
    let snapshot = try IndexSnapshot.open(index)
    #expect(try snapshot.position(ofKey: "key/3") == nil && snapshot.position(ofKey: "key/13") != nil)
    try Workload.expectGood(index)
  }

  @Test("lost deletions are told: the documents are there again")
  func tombstones() throws {
    try damage(.tombstones)
    #expect(throws: IndexStoreError.self) { try IndexRepair.repair(index) }
    let report = try IndexRepair.repair(index, givesUpDamage: true)
    #expect(report.documentCount == 30 && report.notes.contains { $0.contains("3 documents that had been deleted") })
    try Workload.expect(try IndexSnapshot.open(index), holds: 30)
  }

  @Test("without a catalog and a record there is nothing to bring back")
  func nothing() throws {
    try removeCatalog()
    for name in try system.list(index) where name.hasSuffix(".commit") { try system.remove(index + "/" + name) }
    #expect(throws: IndexStoreError.self) { try IndexRepair.repair(index) }
    #expect(throws: IndexStoreError.self) { try IndexRepair.repair(folder.file("nowhere")) }
  }
}
