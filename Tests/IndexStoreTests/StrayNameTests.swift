import ByteStorage
import Glibc
import InvertedIndex
import Testing

@testable import IndexStore

/// Names that somebody else put into the folder of an index neither destroy nor block a build.
@Suite struct StrayNameTests {
  let folder: TemporaryFolder
  var index: String { folder.file("index") }

  init() throws { folder = try TemporaryFolder() }

  private func append(_ range: Range<Int>) throws {
    let writer = try IndexWriter.open(index, creating: nil)
    defer { writer.close() }
    try Workload.commit(range, to: writer)
  }

  @Test(
    "a file with a high number is removed, and the index goes on as if it had not been",
    arguments: ["999999999999999.postings", "999999999999998.head", "5000000000.documents"])
  func highNumber(name: String) throws {
    try Workload.build(index, count: 10, step: 10)
    try folder.write("index/" + name, [1, 2, 3])
    for round in 1...3 {
      try append(10 * round..<10 * round + 10)
      try Workload.expect(try IndexSnapshot.open(index), holds: 10 * round + 10)
    }
    try Workload.expectGood(index)
    #expect(try !PosixFileSystem().list(index).contains(name))
  }

  @Test("folders, links and pipes under the next names are passed over, and stay when they are folders")
  func takenNames() throws {
    try Workload.build(index, count: 10, step: 10)
    let next = try #require(
      try PosixFileSystem().list(index).compactMap { IndexFolder.parse($0)?.number }.max().map { $0 + 1 })
    let taken = IndexFolder.name(next, .documents)
    try PosixFileSystem().makeFolder(index + "/" + taken + "/inner")
    try PosixFileSystem().makeFolder(index + "/" + IndexFolder.name(next + 1, .forward))
    #expect(symlink("nowhere", index + "/" + IndexFolder.name(next + 2, .postings)) == 0)
    #expect(mkfifo(index + "/" + IndexFolder.name(next + 3, .vectors), 0o600) == 0)
    try append(10..<20)
    try Workload.expect(try IndexSnapshot.open(index), holds: 20)
    try Workload.expectGood(index)
    #expect(try PosixFileSystem().kind(of: index + "/" + taken) == .folder)
    #expect(try IndexSnapshot.open(index).segments.last?.number == next + 2)
  }

  @Test("a name that appears while a build is at work is passed over")
  func lateName() throws {
    try Workload.build(index, count: 10, step: 10)
    let writer = try IndexWriter.open(index, creating: nil)
    defer { writer.close() }
    let next = try #require(
      try PosixFileSystem().list(index).compactMap { IndexFolder.parse($0)?.number }.max().map { $0 + 1 })
    try folder.write("index/" + IndexFolder.name(next, .forward), [7])
    try Workload.commit(10..<20, to: writer)
    try Workload.expect(try IndexSnapshot.open(index), holds: 20)
  }

  @Test("an index whose numbers are used up is refused before anything is written, and stays readable")
  func exhausted() throws {
    try Workload.build(index, count: 10, step: 10)
    let last = IndexFolder.maximumNumber - IndexFolder.numbersOfWriter
    try setNextNumber(last)
    try append(10..<20)
    try Workload.expect(try IndexSnapshot.open(index), holds: 20)
    for next in [last + 100, IndexFolder.maximumNumber] {
      try setNextNumber(next)
      let stray = IndexFolder.name(77, .forward)
      try folder.write("index/" + stray, [1])
      let before = try PosixFileSystem().list(index)
      let failure = #expect(throws: IndexStoreError.numbersExhausted(path: index, next: next)) {
        try IndexWriter.open(index, creating: nil)
      }
      #expect(failure?.description.contains("build the index again in a new folder") == true)
      #expect(try PosixFileSystem().list(index) == before)
      try Workload.expect(try IndexSnapshot.open(index), holds: 20)
    }
  }

  @Test("a catalog that is a folder or a pipe is one clear sentence for readers and writers", .timeLimit(.minutes(1)))
  func catalogThatIsNoFile() throws {
    try Workload.build(index, count: 4, step: 4)
    let catalog = index + "/" + IndexFolder.catalog
    for make in [{ try PosixFileSystem().makeFolder(catalog) }, { #expect(mkfifo(catalog, 0o600) == 0) }] {
      if try PosixFileSystem().kind(of: catalog) == .folder {
        try PosixFileSystem().removeFolder(catalog)
      } else {
        try PosixFileSystem().remove(catalog)
      }
      try make()
      #expect(throws: IndexStoreError.self) { try IndexSnapshot.open(index) }
      #expect(throws: IndexStoreError.self) { try IndexWriter.open(index, creating: Workload.configuration()) }
    }
  }

  /// Writes a manifest that is right but for its next number.
  private func setNextNumber(_ number: UInt64) throws {
    let (catalog, manifest) = try IndexOpening.catalog(index, PosixFileSystem())
    catalog.close()
    var changed = try #require(manifest)
    changed.nextNumber = number
    changed.generation += 1
    let writer = try CatalogWriter(index, fileSystem: PosixFileSystem())
    try writer.begin(creating: false)
    try writer.store(changed)
    try writer.commit()
    #expect(writer.foldLog(generation: changed.generation))
    writer.close()
  }
}
