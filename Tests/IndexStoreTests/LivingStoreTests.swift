import ByteStorage
import EmbeddingDumps
import Foundation
import Testing

@testable import IndexStore
@testable import InvertedIndex

/// A seeded random life of an index beside a model of it: documents come, change and go by key, segments are merged in between.
@Suite struct LivingStoreTests {
  /// What the index must hold: documents in the order of their last insertion.
  private struct Model {
    var documents: [StoredDocument] = []

    mutating func put(_ document: StoredDocument) {
      remove(document.key)
      documents.append(document)
    }

    @discardableResult
    mutating func remove(_ key: String) -> Bool {
      let before = documents.count
      documents.removeAll { $0.key == key }
      return documents.count < before
    }
  }

  private static let colours = ["red", "green", "blue", "Red"]

  private static func document(_ key: String, _ random: inout SeededRandom) -> StoredDocument {
    var document = Workload.document(Int.random(in: 0..<1_000_000, using: &random))
    document.key = key
    let year = Int.random(in: 2000..<2010, using: &random)
    var metadata = "{\"colour\":\"\(colours.randomElement(using: &random) ?? "")\",\"year\":\(year)"
    if Bool.random(using: &random) { metadata += ",\"note\":\"\(random.next())\"" }
    if Bool.random(using: &random) { metadata += ",\"a\":{\"b\":[1,\(year % 3),null]}" }
    document.metadata = Array((metadata + "}").utf8)
    return document
  }

  private static func query(_ random: inout SeededRandom) throws -> SparseQuery {
    let tokens = Set((0..<Int.random(in: 1...6, using: &random)).map { _ in UInt32.random(in: 0..<40, using: &random) })
    return try SparseQuery(
      weights: tokens.sorted().map { (token: $0, weight: Float(Int.random(in: -4...16, using: &random)) / 4) })
  }

  private static let conditions = [
    [], ["colour=red"], ["colour!=red"], ["year<2005"], ["year>=2003", "colour=blue"], ["note=1"], ["note!=1"],
    ["a.b=2"],
    ["a.b=null"], ["a.b!=1"],
  ]

  /// The snapshot is what an index of the model's documents alone would be: keys, content, answers of every algorithm.
  private static func compare(_ snapshot: IndexSnapshot, _ model: Model, _ random: inout SeededRandom) throws {
    try #require(snapshot.liveCount == model.documents.count)
    var positions: [UInt32] = []
    var ordinals: [Ordinal] = []
    for segment in snapshot.segments {
      for document in 0..<segment.documentCount where segment.isLive(document) {
        positions.append(segment.firstPosition + UInt32(document))
        ordinals.append(try segment.ordinal(of: document))
      }
    }
    try #require(positions.count == model.documents.count)
    #expect(zip(ordinals, ordinals.dropFirst()).allSatisfy { $0 < $1 })
    for (position, document) in zip(positions, model.documents) {
      try #require(try snapshot.key(of: position) == document.key)
      #expect(try snapshot.metadata(of: position) == document.metadata)
      #expect(try snapshot.denseRow(of: position) == document.denseRow)
      #expect(try snapshot.position(ofKey: document.key) == position)
    }
    for _ in 0..<3 {
      let query = try query(&random)
      let texts = conditions.randomElement(using: &random) ?? []
      let filter = try MetadataFilter(parsing: texts)
      var expected: [ScoredDocument] = []
      for (position, document) in zip(positions, model.documents) {
        guard case .object(let object) = try JSONValue.parse(document.metadata), filter.accepts(object) else {
          continue
        }
        let score = score(query, document.postings)
        if score > 0 { expected.append(ScoredDocument(position: position, score: UInt32(score))) }
      }
      expected.sort { ($0.score, $1.position) > ($1.score, $0.position) }
      let accepted: [AcceptedDocuments]
      do {
        accepted = try snapshot.accepted(by: filter)
      } catch {
        guard case .unknownField = error else { throw error }
        #expect(expected.isEmpty || texts.allSatisfy { $0.contains("!=") })
        continue
      }
      let segments = zip(snapshot.segments, accepted).map { segment, accepted in
        PlacedSegment(
          index: segment.index, firstPosition: segment.firstPosition,
          accepted: segment.live.map { accepted.intersection($0) } ?? accepted)
      }
      let k = [1, 5, 1000].randomElement(using: &random) ?? 1
      for algorithm in TopKAlgorithm.allCases {
        let hits = try TopKSearch.search(query, k: k, algorithm: algorithm, in: segments).hits
        #expect(hits == Array(expected.prefix(k)), "\(algorithm) under \(texts)")
      }
    }
  }

  private static func score(_ query: SparseQuery, _ postings: [Posting]) -> Int {
    var sum = 0
    for term in query.terms {
      guard let impact = postings.first(where: { $0.token == term.token })?.impact else { continue }
      sum += (term.role == .negative ? -1 : 1) * Int(term.weight) * Int(impact)
    }
    return sum
  }

  /// One life of `operations` steps.
  static func live(seed: UInt64, operations: Int) throws {
    let folder = try TemporaryFolder()
    let index = folder.file("index")
    var random = SeededRandom(state: seed)
    var model = Model()
    var committed = Model()
    var writer = try IndexWriter.open(index, creating: Workload.configuration())
    try writer.setVocabulary(Workload.vocabulary)
    _ = try writer.commit()
    var snapshot = try IndexSnapshot.open(index)
    var jobs: [MergeJob] = []
    var highest = Ordinal(0)
    func key() -> String { "key/\(Int.random(in: 0..<60, using: &random))" }
    for step in 0..<operations {
      switch Int.random(in: 0..<100, using: &random) {
      case 0..<45:
        let document = document(key(), &random)
        let wasThere = model.documents.contains { $0.key == document.key }
        #expect(try writer.add(document, replacing: true) == wasThere)
        model.put(document)
      case 45..<65:
        let key = key()
        #expect(try writer.delete(key: key) == model.remove(key))
      case 65..<70:
        let key = key()
        guard var stored = try writer.document(ofKey: key) else {
          #expect(!model.documents.contains { $0.key == key })
          continue
        }
        let place = try #require(model.documents.firstIndex { $0.key == key })
        stored.metadata = Array("{\"colour\":\"new\",\"step\":\(step)}".utf8)
        stored.object = nil
        try writer.add(stored, replacing: true)
        var changed = model.documents[place]
        changed.metadata = stored.metadata
        model.put(changed)
      case 70..<90:
        let before = snapshot
        let held = committed
        _ = try writer.commit()
        committed = model
        snapshot = try snapshot.refreshed()
        try compare(snapshot, committed, &random)
        // The snapshot before goes on with what it had.
        if step % 5 == 0 { try compare(before, held, &random) }
        let next = Ordinal(snapshot.manifest.nextOrdinal.rawValue)
        #expect(next >= highest)
        highest = next
      case 90..<93:
        if jobs.isEmpty {
          jobs = try writer.planMerges(
            [MergeGoal.fewest, .tiers, .segments(2)].randomElement(using: &random) ?? .fewest)
        }
      case 93..<97:
        if let job = jobs.popLast() { try writer.adopt(try job.run()) }
      case 97:
        for job in jobs { writer.giveUp(job) }
        jobs = []
        writer.close()
        writer = try IndexWriter.open(index, creating: nil)
        model = committed
      case 98:
        let report = try IndexVerifier.verify(index, level: .deep)
        #expect(report.problems == [], "step \(step)")
      default:
        for job in jobs { writer.giveUp(job) }
        jobs = []
        _ = try writer.commit()
        committed = model
        _ = try writer.merge(.fewest)
        snapshot = try IndexSnapshot.open(index)
        #expect(snapshot.segments.count <= 1 && snapshot.positionCount == model.documents.count)
        try compare(snapshot, committed, &random)
      }
    }
    writer.close()
    try compare(try IndexSnapshot.open(index), committed, &random)
    try withExtendedLifetime(folder) { try Workload.expectGood(index) }
  }

  private static var isLong: Bool { ProcessInfo.processInfo.environment["NEWEL_LONG_TESTS"] == "1" }

  @Test(
    "an index that lives is what its model says, after every commit", arguments: isLong ? Array(1...20) : [1, 2, 3])
  func life(seed: UInt64) throws { try Self.live(seed: seed, operations: Self.isLong ? 50_000 : 1500) }

  @Test("a segment's bytes depend neither on its number nor on the folder")
  func bytesAlone() throws {
    let folder = try TemporaryFolder()
    try Workload.build(folder.file("one"), count: 30, step: 30)
    // Other numbers: something was committed and deleted before.
    let writer = try IndexWriter.open(folder.file("other"), creating: Workload.configuration())
    try writer.setVocabulary(Workload.vocabulary)
    try writer.setHead([1, 2, 3])
    var other = Workload.document(99)
    other.key = "other"
    try writer.add(other)
    _ = try writer.commit()
    #expect(try writer.delete(key: "other"))
    try Workload.commit(0..<30, to: writer)
    writer.close()
    let one = try IndexSnapshot.open(folder.file("one"))
    let two = try IndexSnapshot.open(folder.file("other"))
    #expect(one.segments.count == 1 && two.segments.count == 1)
    #expect(one.segments[0].number != two.segments[0].number)
    for file in one.files where file.segment != nil {
      let same = try #require(two.files.first { $0.kind == file.kind && $0.segment != nil })
      #expect(try folder.read("one/" + file.name) == folder.read("other/" + same.name), "\(file.kind)")
    }
  }
}
