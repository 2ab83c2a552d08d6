import ByteStorage
import Foundation
import InvertedIndex
import Testing

@testable import IndexStore

/// What is flipped, cut or lost in any file is an error of opening or a finding of `verify`, never a trap.
@Suite struct DamageTests {
  let folder: TemporaryFolder
  let system = PosixFileSystem()
  var index: String { folder.file("index") }

  init() throws {
    folder = try TemporaryFolder()
    try Workload.build(folder.file("index"), count: 40, step: 25)
  }

  /// Names of the files that hold the index: all but the lock, and SQLite's log, which is empty after a commit.
  func contentFiles() throws -> [String] {
    try system.list(index).filter { $0 != IndexFolder.lock && !IndexFolder.catalogCompanions.contains($0) }
  }

  func overwrite(_ name: String, _ bytes: [UInt8]) throws {
    let handle = try #require(FileHandle(forUpdatingAtPath: index + "/" + name))
    try handle.write(contentsOf: Data(bytes))
    try handle.truncate(atOffset: UInt64(bytes.count))
    try handle.close()
  }

  /// Whether a full check finds something, by an error or in its report.
  func isFound(_ level: VerifyLevel = .full) -> Bool {
    do {
      return try !IndexVerifier.verify(index, level: level).isGood
    } catch {
      #expect(error.description.hasSuffix("."))
      return true
    }
  }

  /// Reads everything; an error is fine, wrong answers are not.
  func readsRightOrThrows() {
    do {
      let snapshot = try IndexSnapshot.open(index)
      guard snapshot.liveCount == 40 else {
        Issue.record("\(snapshot.liveCount) documents")
        return
      }
      for number in 0..<40 {
        let expected = Workload.document(number)
        let position = UInt32(number)
        #expect(try snapshot.key(of: position) == expected.key)
        #expect(try snapshot.metadata(of: position) == expected.metadata)
        #expect(try snapshot.denseRow(of: position) == expected.denseRow)
        let (segment, local) = try snapshot.locate(position)
        #expect(
          try segment.index.forwardVector(of: local) == expected.postings.sorted { $0.token < $1.token })
      }
    } catch {
      #expect(error is IndexStoreError || error is InvertedIndexError)
    }
  }

  @Test("a flipped bit in any file is found by verify full; nothing wrong is read")
  func flips() throws {
    var random = SeededRandom(state: 2024)
    var flipped = 0
    for name in try contentFiles() {
      let bytes = try system.readAll(index + "/" + name, limit: .max)
      let edges = Array(0..<min(64, bytes.count)) + Array(max(0, bytes.count - 64)..<bytes.count)
      let others = (0..<40).map { _ in Int.random(in: 0..<bytes.count, using: &random) }
      for place in Set(edges + others).sorted() {
        var damaged = bytes
        damaged[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        try overwrite(name, damaged)
        #expect(isFound(), "\(name) byte \(place) of \(bytes.count)")
        if place % 8 == 0 && name != IndexFolder.catalog { readsRightOrThrows() }
        flipped += 1
      }
      try overwrite(name, bytes)
      #expect(!isFound(), "\(name) restored")
    }
    #expect(flipped > 1000)
  }

  @Test("reserved bytes of catalog.checksum that are not zero are refused, although its checksum is right")
  func reservedBytes() throws {
    let bytes = try system.readAll(index + "/" + IndexFolder.checksum, limit: .max)
    for place in CatalogChecksum.Layout.zeros..<CatalogChecksum.Layout.checksum {
      var changed = Array(bytes[..<CatalogChecksum.Layout.checksum])
      changed[place] = 1
      let sum = CRC32C.checksum(changed)
      changed += (0..<4).map { UInt8(truncatingIfNeeded: sum >> (8 * UInt32($0))) }
      #expect(throws: StorageError.self, "byte \(place)") { try CatalogChecksum(decoding: changed, path: "x") }
      try overwrite(IndexFolder.checksum, changed)
      #expect(isFound(), "byte \(place)")
    }
    try overwrite(IndexFolder.checksum, bytes)
    #expect(!isFound())
  }

  @Test("a file cut short or made longer is found")
  func truncation() throws {
    var random = SeededRandom(state: 2025)
    for name in try contentFiles() {
      let bytes = try system.readAll(index + "/" + name, limit: .max)
      var lengths = [0, 1, 63, 64, 100, bytes.count / 2, bytes.count - 64, bytes.count - 1]
      lengths += (0..<10).map { _ in Int.random(in: 0..<bytes.count, using: &random) }
      for length in Set(lengths).sorted() where length >= 0 && length < bytes.count {
        try overwrite(name, Array(bytes[..<length]))
        #expect(isFound(), "\(name) cut to \(length) of \(bytes.count)")
        if name != IndexFolder.catalog && name != IndexFolder.checksum { readsRightOrThrows() }
      }
      try overwrite(name, bytes + [0])
      #expect(isFound(), "\(name) with a byte more")
      try overwrite(name, bytes)
    }
    #expect(!isFound())
  }

  @Test("a missing file is found at the quick level, and opening names it")
  func missing() throws {
    for name in try contentFiles() where IndexFolder.parse(name) != nil {
      let bytes = try system.readAll(index + "/" + name, limit: .max)
      try system.remove(index + "/" + name)
      #expect(isFound(.quick), "\(name)")
      defer { try? Data(bytes).write(to: URL(fileURLWithPath: index + "/" + name)) }
      // The record is there for the catalog's sake; readers that have the catalog do not need it.
      if name.hasSuffix("." + FileKind.commit.name) {
        readsRightOrThrows()
        continue
      }
      let failure = #expect(throws: IndexStoreError.lostFile(path: index, name: name)) { try IndexSnapshot.open(index) }
      #expect(failure?.description.contains("lost the file '\(name)', which its last commit needs; restore it") == true)
    }
    #expect(!isFound(.deep))
  }

  @Test("files of the right kind in each other's places are found when opening")
  func swapped() throws {
    let names = try contentFiles().filter { $0.hasSuffix(".documents") }
    #expect(names.count == 2)
    let first = try system.readAll(index + "/" + names[0], limit: .max)
    let second = try system.readAll(index + "/" + names[1], limit: .max)
    try overwrite(names[0], second)
    try overwrite(names[1], first)
    #expect(throws: IndexStoreError.self) { try IndexSnapshot.open(index) }
    #expect(isFound(.quick))
  }

  @Test("a catalog.checksum of an earlier commit is a note, and flips in the rows are found all the same")
  func olderSidecar() throws {
    let older = try CatalogChecksum(generation: 1, folder: index, fileSystem: system)
    try older.write(index, fileSystem: system)
    for level in VerifyLevel.allCases {
      let report = try IndexVerifier.verify(index, level: level)
      #expect(report.isGood && report.notes.count == 1, "\(level)")
      #expect(report.notes.first?.contains("is of commit 1 and the index at commit 2") == true)
    }
    let bytes = try system.readAll(index + "/" + IndexFolder.catalog, limit: .max)
    // Pages keep old rows; the row that counts is among the places.
    let needle = Array("0000000001.forward".utf8)
    var found = 0
    for place in 0..<bytes.count - needle.count where Array(bytes[place..<place + needle.count]) == needle {
      var damaged = bytes
      damaged[place + 9] ^= 4
      try overwrite(IndexFolder.catalog, damaged)
      if isFound(.quick) { found += 1 }
    }
    #expect(found >= 1)
    try overwrite(IndexFolder.catalog, bytes)
    #expect(!isFound(.deep))
  }

  @Test("a missing catalog.checksum is a note of the quick level, a problem of the others, and made anew by a writer")
  func missingSidecar() throws {
    try system.remove(index + "/" + IndexFolder.checksum)
    let quick = try IndexVerifier.verify(index, level: .quick)
    #expect(quick.isGood && quick.notes.count == 1 && quick.notes[0].contains("catalog.checksum' is missing"))
    let full = try IndexVerifier.verify(index, level: .full)
    #expect(full.problems.map(\.file) == [IndexFolder.checksum] && full.notes.isEmpty)
    try IndexWriter.open(index, creating: nil).close()
    let healed = try IndexVerifier.verify(index, level: .deep)
    #expect(healed.isGood && healed.notes.isEmpty)
  }

  @Test("a catalog that is older than its checksum is a problem, and no writer removes the newer files")
  func replacedCatalog() throws {
    let newer = try CatalogChecksum(generation: 3, folder: index, fileSystem: system)
    try newer.write(index, fileSystem: system)
    let before = try system.list(index)
    #expect(isFound(.quick) && isFound(.full))
    #expect {
      try IndexWriter.open(index, creating: Workload.configuration())
    } throws: { error in
      guard case IndexStoreError.damagedCatalog(_, let what) = error else { return false }
      return what.contains("it knows 2 commits and catalog.checksum was written after commit 3")
    }
    #expect(try system.list(index) == before)
  }

  @Test("a writer does not add to a damaged catalog")
  func writerRefuses() throws {
    var bytes = try system.readAll(index + "/" + IndexFolder.catalog, limit: .max)
    let place = try #require(
      (0..<bytes.count - 5).last { Array(bytes[$0..<$0 + 5]) == Array("\"abc\"".utf8) })
    bytes[place + 2] ^= 4
    try overwrite(IndexFolder.catalog, bytes)
    #expect {
      try IndexWriter.open(index, creating: nil)
    } throws: { error in
      guard case IndexStoreError.damagedCatalog = error else { return false }
      return true
    }
    #expect(try system.readAll(index + "/" + IndexFolder.catalog, limit: .max) == bytes)
  }
}
