import ByteStorage
import EmbeddingDumps
import InvertedIndex
import Testing

@testable import IndexStore

/// Conditions on metadata are answered from the catalog as the documents themselves would answer them.
@Suite struct FilterTests {
  let folder: TemporaryFolder
  var index: String { folder.file("index") }

  init() throws { folder = try TemporaryFolder() }

  /// Adds documents with these metadata and commits.
  func add(
    _ metadata: [JSONObject], first: Int = 0, named: [String]? = nil,
    limits: IndexWriter.SegmentLimits = IndexWriter.SegmentLimits()
  ) throws {
    let writer = try IndexWriter.open(
      index,
      creating: IndexConfiguration(ceiling: 1, vocabularyFingerprint: "", filterFields: named),
      fileSystem: PosixFileSystem(),
      limits: limits)
    defer { writer.close() }
    if writer.generation == 0 { try writer.setVocabulary(["a", "b"]) }
    if let named { try writer.update(filterFields: named) }
    for (number, object) in metadata.enumerated() {
      try writer.add(
        StoredDocument(
          key: "\(first + number)", metadata: object.serialized(), postings: [Posting(token: 0, impact: 1)],
          object: number % 2 == 0 ? object : nil))
    }
    _ = try writer.commit()
  }

  /// The ordinals of the documents that conditions accept.
  func accepted(_ conditions: [String], in snapshot: IndexSnapshot) throws -> [Int] {
    let filters = try snapshot.accepted(by: try MetadataFilter(parsing: conditions))
    #expect(filters.count == snapshot.segments.count)
    return zip(snapshot.segments, filters).flatMap { segment, filter in
      (0..<segment.documentCount).filter { filter.contains(document: $0) }.map { Int(segment.firstOrdinal) + $0 }
    }
  }

  static let names = ["a", "b", "c", "a.b", "b.c", "a.b.c", "a.a", "unheard", "x.y"]
  static let values = [
    "", "a", "true", "false", "null", "3", "3.0", "-0", "0.5", "1e300", "18446744073709551617", "b.c", "\u{E9}",
    "9007199254740993", "9007199254740992.0",
  ]

  static func randomValue(_ depth: Int, using random: inout SeededRandom) -> JSONValue {
    switch Int.random(in: 0..<(depth > 0 ? 13 : 9), using: &random) {
    case 0: .null
    case 1: .bool(.random(using: &random))
    case 2, 3: .string(["", "a", "true", "3", "b.c", "\u{E9}", "e\u{301}", "a\0b"].randomElement(using: &random)!)
    case 4, 5:
      .integer([-1, 0, 1, 3, 9_007_199_254_740_992, 9_007_199_254_740_993, .max].randomElement(using: &random)!)
    case 6: .number([0.5, -0.0, 3.0, 1e300, -7.25].randomElement(using: &random)!)
    case 7: .bigInteger("18446744073709551617")
    case 8: .integer(Int64.random(in: 0...40, using: &random))
    case 9: .array((0..<Int.random(in: 0..<4, using: &random)).map { _ in randomValue(depth - 1, using: &random) })
    default: .object(randomObject(depth - 1, using: &random))
    }
  }

  static func randomObject(_ depth: Int, using random: inout SeededRandom) -> JSONObject {
    JSONObject(
      (0..<Int.random(in: 0..<5, using: &random)).map { _ in
        (["a", "b", "c", "a.b", "b.c", "n\0"].randomElement(using: &random)!, randomValue(depth, using: &random))
      })
  }

  /// 60 indexes of 1 to 17 segments in one to three commits × 80 filters of one to three conditions.
  @Test(arguments: 0..<60 as Range<UInt64>)
  func catalogAndDocumentsAgree(seed: UInt64) throws {
    var random = SeededRandom(state: seed &* 31 &+ 7)
    let metadata = (0..<Int.random(in: 1...300, using: &random)).map { _ in Self.randomObject(2, using: &random) }
    var limits = IndexWriter.SegmentLimits()
    limits.documents = [1_000_000, metadata.count / 3 + 1, metadata.count / 17 + 1].randomElement(using: &random)!
    // Lists go to the catalog all the time, or once.
    limits.filters.heldByteCount = [10, 300, 1 << 20].randomElement(using: &random)!
    let named = seed % 3 == 0 ? Self.names : nil
    if seed % 4 == 0 { (limits.filters.values, limits.filters.fields) = (10, 4) }
    let cuts = [0, metadata.count / 3, metadata.count / 2, metadata.count]
    if seed % 2 == 0 {
      try add(metadata, named: named, limits: limits)
    } else {
      for (first, end) in zip(cuts, cuts.dropFirst()) where first < end {
        try add(Array(metadata[first..<end]), first: first, named: named, limits: limits)
      }
    }
    let snapshot = try IndexSnapshot.open(index)
    var answered = 0
    for _ in 0..<80 {
      let conditions = (0..<Int.random(in: 1...3, using: &random)).compactMap { _ -> String? in
        let comparison = MetadataCondition.Comparison.allCases.randomElement(using: &random)!
        let text =
          Self.names.randomElement(using: &random)! + comparison.rawValue + Self.values.randomElement(using: &random)!
        return (try? MetadataCondition(parsing: text)) == nil ? nil : text
      }
      let filter = try MetadataFilter(parsing: conditions)
      do {
        let found = try accepted(conditions, in: snapshot)
        #expect(found == metadata.indices.filter { filter.accepts(metadata[$0]) }, "seed \(seed): \(conditions)")
        answered += 1
      } catch IndexStoreError.unknownField(let name, _) {
        #expect(
          !metadata.contains { object in
            var has = false
            object.forEachFilterValue { field, _ in if field == name { has = true } }
            return has
          }, "seed \(seed): \(name)")
      } catch IndexStoreError.unrecordedField {
        #expect(seed % 4 == 0)
      }
    }
    #expect(answered > 0 || metadata.count < 5 || seed % 4 == 0)
    try Workload.expectGood(index)
  }

  func many(_ count: Int, _ members: (Int) -> [(String, JSONValue)]) -> [JSONObject] {
    (0..<count).map { JSONObject(members($0)) }
  }

  @Test func fieldsOfManyValuesAreRecordedOnlyWhenAskedFor() throws {
    let metadata = many(1000) { number in
      [
        ("id", .string("\(number)")), ("url", .string("u\(number)")), ("kind", .integer(Int64(number % 125))),
        ("kinds", .integer(Int64(number % 126))),
      ]
    }
    try add(metadata, named: ["url"])
    let snapshot = try IndexSnapshot.open(index)
    #expect(
      try snapshot.filterFields() == [
        FilterFieldInfo(name: "id", valueCount: nil), FilterFieldInfo(name: "kind", valueCount: 125),
        FilterFieldInfo(name: "kinds", valueCount: nil), FilterFieldInfo(name: "url", valueCount: 1000),
      ])
    #expect(try accepted(["url=u7"], in: snapshot) == [7])
    #expect(try accepted(["kind<2", "url!=u1"], in: snapshot).count == 15)
    let unrecorded = #expect(throws: IndexStoreError.unrecordedField(name: "id")) {
      try accepted(["id=7"], in: snapshot)
    }
    #expect(unrecorded?.description.contains("build the index again with --filter-field 'id'.") == true)
    let unknown = #expect(throws: IndexStoreError.self) { try accepted(["knd=7"], in: snapshot) }
    #expect(unknown?.description == "No document has the metadata field 'knd'; fields to filter by are 'kind', 'url'.")
  }

  @Test func aFieldStaysWhatItWasWhenMoreIsAppended() throws {
    // 70 values in 140 documents are many for a new field, and few for one that is recorded already.
    try add(many(600) { [("a", .integer(Int64($0 % 60))), ("b", .integer(Int64($0)))] })
    try add(
      many(140) { [("a", .integer(Int64($0 % 70))), ("b", .integer(5)), ("c", .integer(Int64($0 % 70)))] }, first: 600)
    try add(many(3) { [("d", .string("\($0)"))] }, first: 740)
    let snapshot = try IndexSnapshot.open(index)
    #expect(
      try snapshot.filterFields().map { "\($0.name) \($0.valueCount ?? -1)" } == ["a 70", "b -1", "c -1", "d 3"])
    #expect(try accepted(["a=65"], in: snapshot) == [665, 735])
    #expect(try accepted(["a!=65"], in: snapshot).count == 741)
    #expect(try accepted(["d=1"], in: snapshot) == [741])
    // Named from now on, but the first segment has no values of it.
    try add(many(3) { [("b", .string("\($0)"))] }, first: 743, named: ["b"])
    #expect(throws: IndexStoreError.unrecordedField(name: "b")) {
      try accepted(["b=5"], in: try IndexSnapshot.open(index))
    }
    try Workload.expectGood(index)
  }

  @Test func moreFieldsThanAreKeptAreNotTakenForMistypedOnes() throws {
    var limits = IndexWriter.SegmentLimits()
    limits.filters.fields = 3
    try add(many(20) { number in (0..<6).map { ("f\($0)", .integer(Int64(number))) } }, named: ["f5"], limits: limits)
    let snapshot = try IndexSnapshot.open(index)
    #expect(try accepted(["f1=3", "f5=3"], in: snapshot) == [3])
    for name in ["f3", "nothing"] {
      #expect(throws: IndexStoreError.unrecordedField(name: name)) { try accepted(["\(name)=3"], in: snapshot) }
    }
    try Workload.expectGood(index)
  }

  @Test func longListsComeInSeveralRows() throws {
    var limits = IndexWriter.SegmentLimits()
    limits.filters.heldByteCount = 100
    let metadata = many(2000) { [("parity", .bool($0 % 2 == 0)), ("all", .null), ("id", .integer(Int64($0)))] }
    try add(metadata, named: ["id"], limits: limits)
    let snapshot = try IndexSnapshot.open(index)
    let fields = snapshot.manifest.segments[0].fields
    #expect(fields.map(\.valueCount) == [2, 1, 2000])
    #expect(fields[0].rowCount > 20)
    #expect(fields[2].rowCount == 2000)
    #expect(try accepted(["parity=true"], in: snapshot) == Array(stride(from: 0, to: 2000, by: 2)))
    #expect(try accepted(["all=null", "parity!=true", "id>=1990"], in: snapshot) == [1991, 1993, 1995, 1997, 1999])
    try Workload.expectGood(index)
  }

  @Test func withoutConditionsEverythingIsAccepted() throws {
    try add(many(10) { [("a", .integer(Int64($0)))] })
    #expect(try accepted([], in: try IndexSnapshot.open(index)) == Array(0..<10))
  }

  @Test func metadataThatAreNoObjectHaveNoFields() throws {
    let writer = try IndexWriter.open(index, creating: IndexConfiguration(ceiling: 1, vocabularyFingerprint: ""))
    try writer.setVocabulary(["a"])
    try writer.add(StoredDocument(key: "x", metadata: Array("[1]".utf8), postings: []))
    _ = try writer.commit()
    writer.close()
    #expect(try IndexSnapshot.open(index).filterFields() == [])
  }
}
