import ByteStorage
import Foundation
import GRDB
import Testing

@testable import IndexStore

/// Cases of the table in FORMAT.md §6.1: an index that lost its catalog is never taken for a build that was stopped.
@Suite struct LostCatalogTests {
  let folder: TemporaryFolder
  let system = PosixFileSystem()
  var index: String { folder.file("index") }

  init() throws { folder = try TemporaryFolder() }

  func content() throws -> [String: [UInt8]] {
    var content: [String: [UInt8]] = [:]
    for name in try system.list(index) { content[name] = try folder.read("index/" + name) }
    return content
  }

  /// Readers and writers refuse the folder, say why, and leave every byte as it is.
  func expectRefused(_ what: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let before = try content()
    for attempt in 0..<4 {
      let failure = #expect(throws: IndexStoreError.self, sourceLocation: sourceLocation) {
        switch attempt {
        case 0: _ = try IndexWriter.open(index, creating: Workload.configuration())
        case 1: _ = try IndexWriter.open(index, creating: nil)
        case 2: _ = try IndexSnapshot.open(index)
        default: _ = try IndexVerifier.verify(index, level: .quick)
        }
      }
      guard case .lostCatalog(index, what, _) = failure else {
        Issue.record("\(String(describing: failure))", sourceLocation: sourceLocation)
        continue
      }
      #expect(failure?.description.contains("'newel repair'") == true, sourceLocation: sourceLocation)
    }
    let volatile = IndexFolder.catalogCompanions
    #expect(
      try content().filter { !volatile.contains($0.key) } == before.filter { !volatile.contains($0.key) },
      sourceLocation: sourceLocation)
  }

  @Test("a removed catalog: nothing is built over the files of the commit")
  func removed() throws {
    try Workload.build(index, count: 10, step: 5)
    let catalog = try folder.read("index/catalog.sqlite")
    try system.remove(index + "/catalog.sqlite")
    try expectRefused("is missing")
    try folder.write("index/catalog.sqlite", catalog)
    try Workload.expect(try IndexSnapshot.open(index), holds: 10)
    try Workload.expectGood(index)
  }

  @Test("an emptied catalog: the same, and with any of the files alone")
  func emptied() throws {
    try Workload.build(index, count: 10, step: 10)
    try folder.write("index/catalog.sqlite", [])
    try expectRefused("is empty")
    for name in try system.list(index) where name != IndexFolder.catalog && name != IndexFolder.lock {
      if IndexFolder.catalogCompanions.contains(name) { continue }
      try folder.copy("index", to: "kept")
      for other in try system.list(index) where other != name { try system.remove(index + "/" + other) }
      try expectRefused("is missing")
      try FileManager.default.removeItem(atPath: index)
      try FileManager.default.moveItem(atPath: folder.file("kept"), toPath: index)
    }
  }

  @Test("a log with content without its catalog")
  func logOnly() throws {
    try system.makeFolder(index)
    try folder.write("index/catalog.sqlite-wal", [])
    try Workload.build(index, count: 3, step: 3)
    for name in try system.list(index) { try system.remove(index + "/" + name) }
    try folder.write("index/catalog.sqlite-wal", [1, 2, 3])
    try expectRefused("is missing")
  }

  @Test("a catalog without a commit in the place of the lost one")
  func replaced() throws {
    try Workload.build(index, count: 10, step: 10)
    for name in [IndexFolder.catalog] + IndexFolder.catalogCompanions { try? system.remove(index + "/" + name) }
    try EmptyCatalog.create(index, fileSystem: system)
    try expectRefused("knows of no commit")
  }

  @Test("a first build that was stopped at any point is cleaned up and built into again")
  func stopped() throws {
    // A writer that nobody closes looks like one that was killed: its files stay, its catalog knows of no commit.
    let writer = try IndexWriter.open(index, creating: Workload.configuration())
    try writer.setVocabulary(Workload.vocabulary)
    for number in 0..<5 { try writer.add(Workload.document(number)) }
    try folder.copy("index", to: "killed")
    writer.close()
    #expect(try system.list(folder.file("killed")).contains { IndexFolder.parse($0) != nil })
    try Workload.build(folder.file("killed"), count: 4, step: 4)
    try Workload.expect(try IndexSnapshot.open(folder.file("killed")), holds: 4)
    let report = try IndexVerifier.verify(folder.file("killed"), level: .deep)
    #expect(report.isGood && report.notes.isEmpty)
    #expect(try system.list(folder.file("killed")).filter { IndexFolder.parse($0) != nil }.count == 8)
  }

  @Test("SQLite takes the page that a new catalog consists of")
  func emptyPage() throws {
    try system.makeFolder(index)
    try EmptyCatalog.create(index, fileSystem: system)
    let catalog = try CatalogDatabase.openForWriting(index)
    let found = try catalog.write { db in
      try ["integrity_check", "application_id", "user_version", "page_count"].map {
        try String.fetchOne(db, sql: "PRAGMA \($0)")
      }
    }
    #expect(found == ["ok", "\(CatalogSchema.applicationID)", "\(CatalogSchema.version)", "1"])
    catalog.close()
  }

  @Test("a first build that fails leaves nothing, neither does one that is given up")
  func failedFirstBuild() throws {
    for keepsFolder in [false, true] {
      if keepsFolder { try system.makeFolder(index) }
      let writer = try IndexWriter.open(index, creating: Workload.configuration())
      try writer.setVocabulary(Workload.vocabulary)
      try writer.add(Workload.document(1))
      #expect(throws: IndexStoreError.duplicateKey("key/1")) { try writer.add(Workload.document(1)) }
      writer.close()
      #expect(try system.exists(index) == keepsFolder)
      if keepsFolder { #expect(try system.list(index) == []) }
    }
    // What is not ours stays.
    let writer = try IndexWriter.open(index, creating: Workload.configuration())
    try folder.write("index/notes.txt", [1])
    writer.close()
    #expect(try system.list(index) == ["notes.txt"])
  }

  @Test("after a commit nothing is removed by closing")
  func committedStays() throws {
    let writer = try IndexWriter.open(index, creating: Workload.configuration())
    try writer.setVocabulary(Workload.vocabulary)
    try Workload.commit(0..<3, to: writer)
    try writer.add(Workload.document(3))
    writer.close()
    try Workload.expect(try IndexSnapshot.open(index), holds: 3)
  }

  @Test("an index is not made inside another one")
  func nested() throws {
    try Workload.build(index, count: 3, step: 3)
    let before = try system.list(index)
    for inner in ["/x", "/x/y", "/x/../y/"] {
      let failure = #expect(throws: IndexStoreError.self) {
        try IndexWriter.open(index + inner, creating: Workload.configuration())
      }
      guard case .insideIndex(_, let outer) = failure else {
        Issue.record("\(String(describing: failure))")
        continue
      }
      #expect(outer.hasSuffix("/index"))
    }
    #expect(try system.list(index) == before)
    // Beside it is fine, and so is writing to it again.
    try Workload.build(folder.file("index2"), count: 3, step: 3)
    try Workload.build(index, count: 0, step: 1)
  }
}
