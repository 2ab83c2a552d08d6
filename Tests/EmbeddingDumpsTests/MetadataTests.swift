import ByteStorage
import LinearAlgebra
import Testing

@testable import EmbeddingDumps

@Suite struct MetadataTests {
  private func lines(_ bytes: [UInt8]) throws -> [(Int, String)] {
    var reader = try LineReader(MappedFile(copying: bytes, path: "m.jsonl"))
    var found: [(Int, String)] = []
    while let line = try reader.next() { found.append((reader.line, text(line))) }
    return found
  }

  private func lines(_ text: String) throws -> [(Int, String)] { try lines(Array(text.utf8)) }

  private func count(_ bytes: [UInt8]) throws -> Int {
    var reader = try LineReader(MappedFile(copying: bytes, path: "m.jsonl"))
    return try reader.countRemaining()
  }

  @Test func emptyLinesAreCountedButNotRead() throws {
    let found = try lines("a\n\n  \t\r\nb\r\n c \n\nd")
    #expect(found.map(\.0) == [1, 4, 5, 7])
    #expect(found.map(\.1) == ["a", "b", " c ", "d"])
    #expect(try lines("").isEmpty)
    #expect(try lines("\n").isEmpty)
    #expect(try lines("\u{FEFF}x\n").map(\.1) == ["x"])
  }

  @Test func countingAgreesWithReadingForRandomText() throws {
    for seed in 0..<400 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      let alphabet = Array("a \t\r\n\n\n\u{FEFF}".utf8)
      let bytes = (0..<Int.random(in: 0...60, using: &random)).map { _ in alphabet.randomElement(using: &random)! }
      #expect(try count(bytes) == lines(bytes).count, "seed \(seed)")
      #expect(try count(ZipFixture.gzip(bytes)) == lines(bytes).count, "seed \(seed)")
    }
  }

  @Test func linesThatCrossTheReadersPiecesAreWhole() throws {
    var random = SplitMix64(seed: 3)
    let lengths = (0..<60).map { _ in Int.random(in: 1...40_000, using: &random) } + [600_000, 262_143, 262_144, 1]
    let content = lengths.map { String(repeating: "x", count: $0) }.joined(separator: "\n")
    for bytes in [Array(content.utf8), ZipFixture.gzip(Array(content.utf8))] {
      #expect(try lines(bytes).map(\.1.utf8.count) == lengths)
      #expect(try count(bytes) == lengths.count)
    }
  }

  @Test func gzipOfSeveralMembersIsOneText() throws {
    let bytes = ZipFixture.gzip(Array("a\nb".utf8)) + ZipFixture.gzip(Array("c\nd\n".utf8))
    #expect(try lines(bytes).map(\.1) == ["a", "bc", "d"])
  }

  @Test func damagedGzipIsNamed() throws {
    let good = ZipFixture.gzip(Array("hello\nworld\n".utf8))
    for bytes in [Array(good.dropLast(9)), Array(good[..<12])] {
      guard case .compressed("m.jsonl", _)? = thrown({ _ = try lines(bytes) }) else {
        Issue.record("\(bytes.count) bytes were read")
        continue
      }
    }
    var flipped = good
    flipped[16] ^= 1
    #expect(thrown { _ = try lines(flipped) }?.description.contains("cannot be decompressed") == true)
  }

  @Test func linesBeyondTheLimitAreRefused() throws {
    let long = [UInt8](repeating: 0x78, count: LineReader.maximumLineByteCount + 1)
    #expect(throws: DumpError.lineTooLong(path: "m.jsonl", line: 2, limit: 16 << 20)) {
      try lines([0x61, 0x0A] + long)
    }
    #expect(throws: DumpError.lineTooLong(path: "m.jsonl", line: 1, limit: 16 << 20)) { try lines(long + [0x0A]) }
    #expect(throws: DumpError.self) { try count(long + long) }
  }

  @Test func recordsCarryTheirPlaceAndTheirBytes() throws {
    let folder = TemporaryFolder()
    try folder.write("metadata/metadata_10.jsonl", "{\"id\":3}\n")
    try folder.write("metadata/metadata_2.jsonl", "{\"id\": 1}\n\n{\"id\": 2}")
    try folder.write("metadata/._metadata_1.jsonl", "junk")
    try folder.write("metadata/readme.txt", "junk")
    var reader = try MetadataReader(folder.path, fileSystem: disk)
    var found: [(String, Int, Int, String)] = []
    while let record = try reader.next() {
      found.append((String(record.path.suffix(17)), record.line, record.row, text(record.bytes)))
      #expect(record.object["id"] == .integer(Int64(record.row) + 1))
    }
    #expect(
      found.map(\.0)
        == ["metadata_2.jsonl", "metadata_2.jsonl", "metadata_10.jsonl"].map { String(("/" + $0).suffix(17)) })
    #expect(found.map(\.1) == [1, 3, 1])
    #expect(found.map(\.2) == [0, 1, 2])
    #expect(found.map(\.3) == ["{\"id\": 1}", "{\"id\": 2}", "{\"id\":3}"])
  }

  @Test func linesThatAreNoObjectsAreNamed() throws {
    let folder = TemporaryFolder()
    for (content, line) in [("{}\n[1]\n", 2), ("{}\n\n{]\n", 3), ("{\"a\":NaN}", 1), ("{}{}", 1)] {
      let path = try folder.write("m.jsonl", content)
      let error = try #require(
        thrown {
          var reader = try MetadataReader(path, fileSystem: disk)
          while try reader.next() != nil {}
        })
      #expect(error.description.contains("'\(path)' line \(line):"), "\(error)")
    }
  }

  @Test func parquetOnlyFoldersSayWhatToRun() throws {
    let folder = TemporaryFolder()
    try folder.write("metadata/metadata_0.parquet", "PAR1")
    #expect(throws: DumpError.parquetOnly(folder: folder.path + "/metadata")) {
      try MetadataReader(folder.path, fileSystem: disk)
    }
    #expect(DumpError.parquetOnly(folder: "m").description.contains("tools/parquet-metadata"))
    #expect(throws: DumpError.parquetOnly(folder: folder.path + "/metadata/metadata_0.parquet")) {
      try MetadataReader(folder.path + "/metadata/metadata_0.parquet", fileSystem: disk)
    }
  }

  @Test func missingAndEmptyPathsAreNamed() throws {
    let folder = TemporaryFolder()
    #expect(throws: DumpError.storage(.notFound(path: folder.path + "/x"))) {
      try MetadataReader(folder.path + "/x", fileSystem: disk)
    }
    guard case .nothingFound? = thrown({ _ = try MetadataReader(folder.path, fileSystem: disk) }) else {
      Issue.record("an empty folder was read")
      return
    }
  }
}

@Suite struct MetadataFilterTests {
  private func accepts(_ conditions: [String], _ json: String) throws -> Bool {
    let value = try JSONValue.parse(Array(json.utf8))
    return try MetadataFilter(parsing: conditions).accepts(try #require(value.objectValue))
  }

  @Test(
    "A condition means what it says",
    arguments: [
      ("split=train", #"{"split":"train"}"#, true), ("split=train", #"{"split":"val"}"#, false),
      ("split=train", #"{}"#, false), ("split!=train", #"{}"#, true), ("split!=train", #"{"split":"train"}"#, false),
      (" split = train ", #"{"split":"train"}"#, true), ("price=3", #"{"price":3}"#, true),
      ("price=3.0", #"{"price":3}"#, true), ("price=3", #"{"price":3.0}"#, true),
      ("price=03", #"{"price":"3"}"#, false),
      ("price!=3", #"{"price":3}"#, false), ("price=26.79", #"{"price":26.79}"#, true),
      ("price=1e2", #"{"price":100}"#, true), ("id=9007199254740993", #"{"id":9007199254740993}"#, true),
      ("id=9007199254740993", #"{"id":9007199254740992}"#, false),
      ("id=18446744073709551617", #"{"id":18446744073709551617}"#, true), ("new=true", #"{"new":true}"#, true),
      ("new=false", #"{"new":true}"#, false), ("new=1", #"{"new":true}"#, false), ("x=null", #"{"x":null}"#, true),
      ("x=null", #"{}"#, false), ("x=", #"{"x":""}"#, true), ("tags=b", #"{"tags":["a","b"]}"#, true),
      ("tags=c", #"{"tags":["a","b"]}"#, false), ("tags!=b", #"{"tags":["a","b"]}"#, false),
      ("exif.model=K", #"{"exif":{"model":"K"}}"#, true), ("exif.model=K", #"{"exif.model":"K"}"#, true),
      ("a.b.c=1", #"{"a":{"b.c":1}}"#, true), ("url=a=b", #"{"url":"a=b"}"#, true),
      ("name=a!=b", #"{"name":"a!=b"}"#, true), ("o=x", #"{"o":{"x":1}}"#, false),
      ("price<3", #"{"price":2.99}"#, true), ("price<3", #"{"price":3}"#, false), ("price<=3", #"{"price":3.0}"#, true),
      ("price>3", #"{"price":3}"#, false), ("price >= 3", #"{"price":3}"#, true), ("price>3", #"{}"#, false),
      ("price>3", #"{"price":"4"}"#, false), ("price>-1e3", #"{"price":[null,"x",-999]}"#, true),
      ("id<9007199254740993", #"{"id":9007199254740992}"#, true),
      ("id>9007199254740992", #"{"id":9007199254740993}"#, true),
      ("id>1e30", #"{"id":18446744073709551617}"#, false), ("id>1e3", #"{"id":18446744073709551617}"#, true),
      ("x=<3", #"{"x":"<3"}"#, true), ("x!=<3", #"{"x":"<3"}"#, false), ("x=a>b", #"{"x":"a>b"}"#, true),
      ("name=\u{E9}", "{\"name\":\"\u{E9}\"}", true), ("name=\u{E9}", "{\"name\":\"e\u{301}\"}", false),
      ("e\u{301}=1", "{\"\u{E9}\":1}", false), ("e\u{301}=1", "{\"\u{E9}\":2,\"e\u{301}\":1}", true),
    ])
  func conditions(_ condition: String, _ json: String, _ expected: Bool) throws {
    #expect(try accepts([condition], json) == expected)
  }

  @Test func severalConditionsMustAllHold() throws {
    #expect(try accepts(["a=1", "b!=2"], #"{"a":1,"b":3}"#))
    #expect(try !accepts(["a=1", "b!=2"], #"{"a":1,"b":2}"#))
    #expect(try accepts([], "{}"))
  }

  @Test(arguments: ["", "split", "=train", "!=x", " =x", "<3", "price<", "price>=cheap", "price<'3'"])
  func conditionsWithoutFieldOrSignAreRefused(_ text: String) {
    guard case .filter(text, _)? = thrown({ _ = try MetadataFilter(parsing: [text]) }) else {
      Issue.record("accepted: \(text)")
      return
    }
  }

  /// Names with and without dots, objects in objects, arrays in arrays.
  private func randomValue(_ depth: Int, using random: inout SplitMix64) -> JSONValue {
    switch Int.random(in: 0..<(depth > 0 ? 12 : 8), using: &random) {
    case 0: .null
    case 1: .bool(.random(using: &random))
    case 2, 3: .string(["", "a", "true", "null", "3", "3.0", "b.c"].randomElement(using: &random)!)
    case 4, 5: .integer(.random(in: -2...3, using: &random))
    case 6: .number([0.5, -0.0, 3.0, 1e300].randomElement(using: &random)!)
    case 7: .bigInteger("18446744073709551617")
    case 8: .array((0..<Int.random(in: 0..<4, using: &random)).map { _ in randomValue(depth - 1, using: &random) })
    default: .object(randomObject(depth - 1, using: &random))
    }
  }

  private func randomObject(_ depth: Int, using random: inout SplitMix64) -> JSONObject {
    let names = ["a", "b", "c", "a.b", "b.c", "a.b.c", ".", "", "c."]
    return JSONObject(
      (0..<Int.random(in: 0..<6, using: &random)).map { _ in
        (names.randomElement(using: &random)!, randomValue(depth, using: &random))
      })
  }

  @Test(arguments: 0..<300)
  func everyValueThatAFilterFindsIsListedAndNoOther(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let object = randomObject(3, using: &random)
    var listed: [String: [JSONValue]] = [:]
    object.forEachFilterValue { listed[$0, default: []].append($1) }
    let fields = ["a", "b", "c", "a.b", "b.c", "a.b.c", "a.a", "c.", ".", "..", "a.b.c.a", "c..a"]
    let values = ["", "a", "true", "false", "null", "3", "3.0", "-0", "0.5", "1e300", "18446744073709551617", "b.c"]
    for field in fields {
      for value in values {
        for comparison in MetadataCondition.Comparison.allCases {
          guard let condition = try? MetadataCondition(parsing: field + comparison.rawValue + value) else { continue }
          let any = listed[field, default: []].contains { condition.matches($0) }
          let expected = comparison == .notEqual ? !any : any
          let found = try MetadataFilter(parsing: [field + comparison.rawValue + value]).accepts(object)
          #expect(found == expected, "seed \(seed): \(field)\(comparison.rawValue)\(value) of \(object)")
        }
      }
    }
  }
}
