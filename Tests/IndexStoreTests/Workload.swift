import ByteStorage
import InvertedIndex
import Testing

@testable import IndexStore

/// Small indexes with known content.
enum Workload {
  static let vocabulary = (0..<40).map { "token\($0)" }
  static let dimension = 6

  static func configuration(dense: Bool = true) -> IndexConfiguration {
    IndexConfiguration(
      ceiling: 4, vocabularyFingerprint: "abc", denseDimension: dense ? dimension : nil, keyField: "id",
      settings: ["b": "2", "a": "1"])
  }

  /// Document `number`, always the same.
  static func document(_ number: Int, dense: Bool = true) -> StoredDocument {
    var random = SeededRandom(state: UInt64(number) &* 77 &+ 5)
    var tokens = Set<UInt32>()
    for _ in 0..<Int.random(in: 0...9, using: &random) { tokens.insert(.random(in: 0..<40, using: &random)) }
    let postings = tokens.sorted().shuffled(using: &random).map {
      Posting(token: $0, impact: .random(in: 1...255, using: &random))
    }
    let row = (0..<dimension).map { _ in Float(Int.random(in: -64...64, using: &random)) / 32 }
    return StoredDocument(
      key: "key/\(number)", metadata: Array("{\"caption\":\"picture \(number)\",\"n\":\(number)}".utf8),
      postings: postings, denseRow: dense ? row : nil)
  }

  /// Adds documents and commits.
  @discardableResult
  static func commit(_ range: Range<Int>, to writer: IndexWriter) throws -> CommitReport {
    for number in range { try writer.add(document(number)) }
    return try writer.commit()
  }

  /// An index of `count` documents in commits of `step`.
  static func build(
    _ folder: String, count: Int, step: Int, from first: Int = 0, fileSystem: any FileSystem = PosixFileSystem()
  ) throws {
    let writer = try IndexWriter.open(folder, creating: configuration(), fileSystem: fileSystem)
    defer { writer.close() }
    if writer.generation == 0 {
      try writer.setVocabulary(vocabulary)
      try writer.setHead([1, 2, 3])
    }
    for start in stride(from: first, to: first + count, by: step) {
      try commit(start..<min(start + step, first + count), to: writer)
    }
  }

  /// The snapshot holds exactly documents `0 ..< count`, whatever its segments.
  static func expect(
    _ snapshot: IndexSnapshot, holds count: Int, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    #expect(snapshot.liveCount == count, sourceLocation: sourceLocation)
    #expect(try snapshot.vocabulary().starts(with: vocabulary), sourceLocation: sourceLocation)
    for number in 0..<snapshot.liveCount {
      let position = UInt32(number)
      let expected = document(number)
      #expect(try snapshot.key(of: position) == expected.key, sourceLocation: sourceLocation)
      #expect(try snapshot.metadata(of: position) == expected.metadata, sourceLocation: sourceLocation)
      #expect(try snapshot.denseRow(of: position) == expected.denseRow, sourceLocation: sourceLocation)
      #expect(try snapshot.position(ofKey: expected.key) == position, sourceLocation: sourceLocation)
      let (segment, local) = try snapshot.locate(position)
      #expect(
        try segment.index.forwardVector(of: local) == expected.postings.sorted { $0.token < $1.token },
        sourceLocation: sourceLocation)
    }
    #expect(try snapshot.position(ofKey: "key/\(count)") == nil, sourceLocation: sourceLocation)
  }

  /// `verify deep` finds nothing.
  static func expectGood(_ folder: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let report = try IndexVerifier.verify(folder, level: .deep)
    #expect(report.problems == [], sourceLocation: sourceLocation)
  }
}
