import Foundation
import IndexStore
import TestSupport
import Testing

@testable import Newel

@Suite struct FacadeErrorTests {
  let dump: TinyDump
  let head: String
  let index: NewelIndex

  init() throws {
    dump = try TinyDump(count: 20)
    head = dump.path("head")
    _ = try EncoderModel.train(
      TrainRequest(images: dump.dump, metadata: dump.dump, output: head, minimumDocumentFrequency: 1))
    _ = try NewelIndex.build(
      BuildRequest(index: dump.path("index"), source: .dense(images: dump.dump, metadata: dump.dump, head: head)))
    index = try NewelIndex.open(dump.path("index"))
  }

  /// A sentence begins with a capital, a digit or a quote, and ends with a full stop.
  static func isSentence(_ text: String) -> Bool {
    guard let first = text.first, text.hasSuffix("."), !text.hasSuffix("..") else { return false }
    return !text.contains("\n") && (first.isUppercase || first.isNumber || first == "'" || first == "-")
  }

  @Test(arguments: [
    ("", NewelError.Code.invalidArgument), ("  ", .invalidArgument), ("\"red", .invalidArgument),
    ("red^", .invalidArgument), ("red^-1", .invalidArgument), ("xyzzy", .nothingToSearch), ("-red", .nothingToSearch),
    ("+xyzzy red", .nothingToSearch), ("the of", .nothingToSearch), ("...", .nothingToSearch),
  ])
  func aQueryThatCannotBeAnsweredIsRefusedInOneSentence(query: String, code: NewelError.Code) throws {
    let error = #expect(throws: NewelError.self) { try index.search(SearchRequest(query)) }
    #expect(error?.code == code)
    #expect(error.map { Self.isSentence($0.message) } == true, "\(error?.message ?? "")")
  }

  @Test func unknownWordsAreReportedAndTheRestIsAnswered() throws {
    let response = try index.search(SearchRequest("red xyzzy the -plugh"))
    #expect(response.unknownWords == ["xyzzy", "plugh"])
    #expect(response.ignoredWords == ["the"])
    #expect(!response.hits.isEmpty)
  }

  @Test func numbersOutOfRangeAreRefused() throws {
    for request in [SearchRequest("red", count: 0), SearchRequest("red", count: -1), SearchRequest("red", offset: -1)] {
      let error = #expect(throws: NewelError.self) { try index.search(request) }
      #expect(error?.code == .invalidArgument)
      #expect(error.map { Self.isSentence($0.message) } == true)
    }
    #expect(throws: NewelError.self) { try index.inspect("d0", limit: 0) }
    #expect(throws: NewelError.self) { try index.tokens("red", limit: 0) }
    #expect(throws: NewelError.self) {
      try NewelIndex.build(
        BuildRequest(index: dump.path("x"), source: .dense(images: dump.dump, metadata: dump.dump, head: head), top: 0))
    }
  }

  @Test func whatIsNotThereIsNotFound() throws {
    for work in [
      { _ = try NewelIndex.open(dump.path("nowhere")) },
      { _ = try NewelIndex.open(dump.dump) },
      { _ = try index.inspect("nokey") },
      { _ = try index.explain("red", key: "nokey") },
      { _ = try EncoderModel.load(dump.path("nohead")) },
      {
        _ = try EncoderModel.train(
          TrainRequest(images: dump.dump, metadata: dump.dump, output: dump.path("no/folder/head")))
      },
    ] {
      let error = #expect(throws: NewelError.self) { try work() }
      #expect(error?.code == .notFound, "\(error?.message ?? "")")
      #expect(error.map { Self.isSentence($0.message) } == true, "\(error?.message ?? "")")
    }
  }

  @Test func badRowsAreRefusedAndLeaveNoIndex() throws {
    var values = TinyDump.rows(0..<20)
    let metadata = dump.dump
    func refuse(_ bytes: [UInt8], _ part: String) throws {
      let images = try dump.write("bad/img_emb_0.npy", bytes)
      let error = #expect(throws: NewelError.self) {
        try NewelIndex.build(
          BuildRequest(index: dump.path("bad.index"), source: .dense(images: images, metadata: metadata, head: head)))
      }
      #expect(error.map { Self.isSentence($0.message) && $0.message.contains(part) } == true, "\(error?.message ?? "")")
      #expect(throws: NewelError.self) { try NewelIndex.open(dump.path("bad.index")) }
    }
    try refuse(Array(TinyDump.npy(rows: 20, values).dropLast(5)), "follow its header")
    try refuse(TinyDump.npy(rows: 20, values, type: "|O"), "type '|O'")
    try refuse(TinyDump.npy(rows: 19, Array(values.dropLast(TinyDump.dimension))), "19 rows")
    try refuse(TinyDump.npy(rows: 20, Array(values.dropLast(20))), "7 dimensions")
    values[19 * TinyDump.dimension + 3] = .nan
    try refuse(TinyDump.npy(rows: 20, values), "row 19, column 3")
    values[19 * TinyDump.dimension + 3] = .infinity
    try refuse(TinyDump.npy(rows: 20, values), "row 19, column 3")
  }

  @Test func anEditedHeadIsRefused() throws {
    var bytes = try Array(Data(contentsOf: URL(fileURLWithPath: head)))
    let place = try #require(bytes.indices.first { bytes[$0...].starts(with: Array("striped".utf8)) })
    bytes[place] = UInt8(ascii: "S")
    let edited = try dump.write("edited", bytes)
    let error = #expect(throws: NewelError.self) { try EncoderModel.load(edited) }
    #expect(error?.code == .damaged)
    #expect(error.map { Self.isSentence($0.message) } == true)
  }

  @Test func aDamagedFileIsNamed() throws {
    let folder = dump.path("index")
    for name in try FileManager.default.contentsOfDirectory(atPath: folder).sorted() {
      let url = URL(fileURLWithPath: folder + "/" + name)
      let original = try Data(contentsOf: url)
      guard !original.isEmpty, !name.hasSuffix("-wal"), !name.hasSuffix("-shm") else { continue }
      var damaged = original
      damaged[original.count / 2] ^= 0x10
      try damaged.write(to: url)
      defer { try? original.write(to: url) }
      do {
        let report = try NewelIndex.verify(folder, level: .full)
        #expect(report.problems.contains { $0.contains(name) }, "\(name): \(report.problems)")
      } catch {
        #expect(error.message.contains(name), "\(name): \(error.message)")
      }
    }
    #expect(try NewelIndex.verify(folder, level: .deep).isSound)
  }

  @Test(arguments: [13, 13 | 3 << 8] as [Int32])
  func aFullDiskIsNoReasonToVerify(code: Int32) {
    let error = NewelError(
      wrapping: IndexStoreError.catalog(path: "x/catalog.sqlite", code: code, message: "database or disk is full"))
    #expect(error.code == .inputOutput)
    #expect(error.message.hasPrefix("There is no space left on the disk for the catalog 'x/catalog.sqlite'"))
    #expect(!error.message.contains("verify"))
    let other = NewelError(wrapping: IndexStoreError.catalog(path: "x", code: 10, message: "disk I/O error"))
    #expect(other.message.contains("SQLite 10"))
  }
}
