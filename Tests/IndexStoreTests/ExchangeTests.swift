import ByteStorage
import Foundation
import Testing

@testable import IndexStore

/// A segment made elsewhere joins an index, or is refused with a sentence.
@Suite struct ExchangeTests {
  let folder: TemporaryFolder
  let system = PosixFileSystem()
  var index: String { folder.file("index") }

  /// An index of documents 0 ..< 20, and a package of documents 20 ..< 30.
  init() throws {
    folder = try TemporaryFolder()
    try Workload.build(folder.file("index"), count: 20, step: 10)
    try Workload.build(folder.file("elsewhere"), count: 10, step: 10, from: 20)
    let snapshot = try IndexSnapshot.open(folder.file("elsewhere"))
    let length = try snapshot.export(snapshot.segments[0], to: "part.segment", in: folder.path, fileSystem: system)
    #expect(try folder.read("part.segment").count == length)
  }

  private func attach(_ index: String, _ name: String = "part.segment", replacing: Bool = false) throws -> Int {
    let writer = try IndexWriter.open(index, creating: nil)
    defer { writer.close() }
    let (documents, _) = try writer.attach(folder.file(name), replacing: replacing)
    _ = try writer.commit()
    return documents
  }

  @Test("what was exported joins another index as if it had been added there")
  func joins() throws {
    #expect(try attach(index) == 10)
    let snapshot = try IndexSnapshot.open(index)
    #expect(snapshot.segments.count == 3)
    try Workload.expect(snapshot, holds: 30)
    try Workload.expectGood(index)
    // The same keys again: refused, or in the place of those there.
    #expect(throws: IndexStoreError.self) { try attach(index) }
    try Workload.expect(try IndexSnapshot.open(index), holds: 30)
    #expect(try attach(index, replacing: true) == 10)
    #expect(try IndexSnapshot.open(index).liveCount == 30)
    try Workload.expectGood(index)
    let writer = try IndexWriter.open(index, creating: nil)
    _ = try writer.merge()
    writer.close()
    try Workload.expect(try IndexSnapshot.open(index), holds: 30)
    try Workload.expectGood(index)
  }

  @Test("another ceiling, vocabulary, head or dense rows are refused, and the index stays as it is")
  func refusals() throws {
    func other(_ name: String, _ configuration: IndexConfiguration, head: [UInt8] = [1, 2, 3], words: Int = 40) throws {
      let writer = try IndexWriter.open(folder.file(name), creating: configuration)
      defer { writer.close() }
      try writer.setVocabulary(Array(Workload.vocabulary.prefix(words - 1)) + ["other"])
      try writer.setHead(head)
      try writer.add(Workload.document(0, dense: configuration.denseDimension != nil))
      _ = try writer.commit()
    }
    var ceiling = Workload.configuration()
    ceiling.ceiling = 5
    var vocabulary = Workload.configuration()
    vocabulary.vocabularyFingerprint = "abd"
    try other("ceiling", ceiling)
    try other("vocabulary", vocabulary)
    try other("words", Workload.configuration())
    try other("head", Workload.configuration(), head: [9])
    try other("rows", Workload.configuration(dense: false))
    for name in ["ceiling", "vocabulary", "words", "head", "rows"] {
      let names = try system.list(folder.file(name)).filter { IndexFolder.parse($0) != nil }
      #expect {
        try attach(folder.file(name))
      } throws: { error in
        guard case IndexStoreError.doesNotFit(_, let reason) = error else { return false }
        return !reason.isEmpty
      }
      #expect(try system.list(folder.file(name)).filter { IndexFolder.parse($0) != nil } == names, "\(name)")
      #expect(try IndexSnapshot.open(folder.file(name)).liveCount == 1)
    }
  }

  @Test("a flipped byte anywhere is refused")
  func damage() throws {
    let bytes = try folder.read("part.segment")
    let names = try system.list(index)
    for place in stride(from: 0, to: bytes.count, by: 211) {
      var damaged = bytes
      damaged[place] ^= 1 << UInt8(place % 8)
      try folder.write("damaged.segment", damaged)
      #expect(throws: IndexStoreError.self, "byte \(place)") { try attach(index, "damaged.segment") }
    }
    #expect(try system.list(index) == names)
    try folder.write("damaged.segment", Array(bytes.dropLast(5)))
    #expect(throws: IndexStoreError.self) { try attach(index, "damaged.segment") }
    #expect(throws: IndexStoreError.self) { try attach(index, "missing.segment") }
    try Workload.expect(try IndexSnapshot.open(index), holds: 20)
    try Workload.expectGood(index)
  }
}
