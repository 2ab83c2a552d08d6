import ByteStorage
import LinearAlgebra
import Testing

@testable import EmbeddingDumps

@Suite struct SparseTests {
  private func open(
    _ folder: TemporaryFolder, _ name: String, _ content: [UInt8], metadata: String? = nil, vocabulary: [String]? = nil
  ) throws -> SparseCollection {
    let path = try folder.write(name, content)
    let details = try metadata.map { try folder.write("details.jsonl", $0) }
    return try SparseCollection.open(path, metadata: details, vocabulary: vocabulary, fileSystem: disk)
  }

  /// Each document as `key: token=weight …`.
  private func all(_ collection: SparseCollection) throws -> [String] {
    var found: [String] = []
    try collection.forEach { record in
      found.append(record.key + ":" + record.weights.map { " \($0.token)=\($0.weight)" }.joined())
    }
    #expect(found.count == collection.documentCount)
    return found
  }

  @Test func linesInAnserinisFormAreRead() throws {
    let folder = TemporaryFolder()
    let content = Array(
      """
      {"id":"d1","contents":"a text","vector":{"red":1.5,"shoe":2,"none":0,"minus":-0.0}}

      {"id":17,"vector":{}}
      {"vector":{"x":1e2},"id":18446744073709551617,"lang":"en"}
      """.utf8)
    for (name, bytes) in [("v.jsonl", content), ("v.jsonl.gz", ZipFixture.gzip(content))] {
      let collection = try open(folder, name, bytes)
      #expect(try all(collection) == ["d1: red=1.5 shoe=2.0", "17:", "18446744073709551617: x=100.0"])
      var reader = collection.records()
      let first = try #require(try reader.next())
      #expect(
        first.metadata == JSONObject([("id", .string("d1")), ("contents", .string("a text"))]) && first.line == 1)
      let second = try #require(try reader.next())
      #expect(second.metadata == JSONObject([("id", .integer(17))]) && second.line == 3)
    }
  }

  @Test(
    "Lines that are no sparse vector are refused with file and line",
    arguments: [
      (#"{"vector":{}}"#, "there is no \"id\""), (#"{"id":1.5,"vector":{}}"#, "neither a string nor a whole number"),
      (#"{"id":null,"vector":{}}"#, "neither a string"), (#"{"id":"","vector":{}}"#, "or it is empty"),
      (#"{"id":"a"}"#, "there is no \"vector\""),
      (#"{"id":"a","vector":[1,2]}"#, "not an object"), (#"{"id":"a","vector":{"x":"1"}}"#, "not a number"),
      (#"{"id":"a","vector":{"x":-1}}"#, "\"x\" has the weight -1"),
      (#"{"id":"a","vector":{"x":1e39}}"#, "has the weight 1e+39"),
      (#"{"id":"a","vector":{"x":NaN}}"#, "NaN is not JSON"),
      (#"{"id":"a","vector":{"x":1,"y":2,"x":3}}"#, "\"x\" stands twice"),
      (#"{"id":"a","id":"b","vector":{}}"#, "\"id\" stands twice"), (#"{"id":"a","vector":{"":1}}"#, "token is empty"),
      (#"[]"#, "no object"), ("{", "ends too early"),
    ])
  func badLines(_ line: String, _ reason: String) throws {
    let folder = TemporaryFolder()
    let collection = try open(folder, "v.jsonl", Array(("{\"id\":0,\"vector\":{}}\n" + line).utf8))
    let error = try #require(thrown { _ = try all(collection) })
    #expect(error.description.contains("v.jsonl' line 2"), "\(error)")
    #expect(error.description.contains(reason), "\(error)")
  }

  @Test func metadataIsMatchedLineByLineAndByID() throws {
    let folder = TemporaryFolder()
    let vectors = Array("{\"id\":1,\"vector\":{\"a\":1}}\n{\"id\":2,\"vector\":{\"b\":1}}\n".utf8)
    let good = try open(folder, "v.jsonl", vectors, metadata: "{\"id\":\"1\",\"caption\":\"x\"}\n{\"caption\":\"y\"}\n")
    var captions: [String?] = []
    try good.forEach { captions.append($0.metadata?["caption"]?.stringValue) }
    #expect(captions == ["x", "y"])
    let short = try #require(thrown { _ = try open(folder, "v.jsonl", vectors, metadata: "{}\n") })
    #expect(short.description.contains("has 2 rows but") && short.description.contains("has 1 lines"), "\(short)")
    let wrong = try open(folder, "v.jsonl", vectors, metadata: "{\"id\":1}\n{\"id\":3}\n")
    #expect(thrown { _ = try all(wrong) }?.description.contains("its id is \"3\"") == true)
  }

  @Test func shardsOfVectorsAndMetadataAreMatchedByNumber() throws {
    let folder = TemporaryFolder()
    for shard in 0..<2 {
      let lines = (0...shard).map { "{\"id\":\"\(shard)-\($0)\",\"vector\":{\"a\":1}}" }
      try folder.write("v/vectors_\(shard).jsonl", lines.joined(separator: "\n"))
    }
    func open() throws -> SparseCollection {
      try SparseCollection.open(folder.path + "/v", metadata: folder.path + "/m", fileSystem: disk)
    }
    try folder.write("m/metadata_0.jsonl", "{\"n\":0}\n")
    try folder.write("m/metadata_1.jsonl", "{\"n\":1}\n{\"n\":2}\n")
    var numbers: [JSONValue?] = []
    try open().forEach { numbers.append($0.metadata?["n"]) }
    #expect(numbers == [.integer(0), .integer(1), .integer(2)])
    // As many lines in all, and every document would get another's line.
    try folder.write("m/metadata_0.jsonl", "{\"n\":0}\n{\"n\":1}\n")
    try folder.write("m/metadata_1.jsonl", "{\"n\":2}\n")
    let error = thrown { _ = try open() }
    #expect(
      error
        == .rowCounts(
          embeddings: folder.path + "/v/vectors_0.jsonl", rows: 1, metadata: folder.path + "/m/metadata_0.jsonl",
          lines: 2))
  }

  @Test func matricesAreRead() throws {
    let folder = TemporaryFolder()
    let rows: [[CSRMatrix.Entry]] = [[(4, 0.5), (1, 2)], [], [(0, 0), (2, 3)]]
    let csr = CSRWriter.encode(rows: rows, columns: 5)
    #expect(csr.count == 24 + 8 * 4 + 8 * 4)
    #expect(try all(try open(folder, "m.csr", csr)) == ["0: 1=2.0 4=0.5", "1:", "2: 2=3.0"])
    #expect(
      try all(
        try open(
          folder, "m.csr", csr, metadata: "{\"id\":\"x\"}\n{\"id\":\"1\"}\n{\"id\":7}\n",
          vocabulary: ["a", "b", "c", "d", "e"])) == ["x: b=2.0 e=0.5", "1:", "7: c=3.0"])
    let unnamed = try open(folder, "m.csr", csr, metadata: "{\"n\":1}\n{}\n{\"id\":null}\n")
    #expect(try all(unnamed) == ["0: 1=2.0 4=0.5", "1:", "2: 2=3.0"])
    try unnamed.forEach { #expect($0.isKeyRowNumber && $0.metadataLine != nil) }
    let mixed = try open(folder, "m.csr", csr, metadata: "{\"id\":\"x\"}\n{}\n{\"id\":7}\n")
    #expect(thrown { _ = try all(mixed) }?.description.contains("line 2: the key field 'id' is missing") == true)
    #expect(throws: DumpError.vocabularySize(path: folder.path + "/m.csr", columns: 5, tokens: 2)) {
      try open(folder, "m.csr", csr, vocabulary: ["a", "b"])
    }
    #expect(try all(try open(folder, "e.csr", CSRWriter.encode(rows: [], columns: 0))) == [])
  }

  @Test(
    "Matrices of scipy are read in every type", arguments: ["<i4", "<i8"], ["<f2", "<f4", "<f8", "<i4", "<i8", ">f4"])
  func scipy(_ indexType: String, _ weightType: String) throws {
    let folder = TemporaryFolder()
    for deflated in [false, true] {
      let zip = ZipFixture.scipy(
        rows: 3, columns: 5, starts: [0, 2, 2, 4], indices: [4, 1, 0, 2], weights: [1, 2, 0, 3], indexType: indexType,
        weightType: weightType, deflated: deflated)
      #expect(try all(try open(folder, "m.npz", zip.bytes)) == ["0: 1=2.0 4=1.0", "1:", "2: 2=3.0"])
    }
  }

  @Test func otherScipyFormatsAreRefused() throws {
    let folder = TemporaryFolder()
    let zip = ZipFixture.scipy(rows: 1, columns: 1, starts: [0, 1], indices: [0], weights: [1], format: "csc")
    let error = try #require(thrown { _ = try open(folder, "m.npz", zip.bytes) })
    #expect(error.description.contains("its format is 'csc'; save it with matrix.tocsr()"))
  }

  @Test(
    "Matrices that contradict themselves are refused",
    arguments: [
      ([1, 1, 2], [0, 0], [1, 1], "row 0 starts at entry 1"), ([0, 2, 1], [0, 0], [1, 1], "row 2 starts at entry 1"),
      ([0, 3, 2], [0, 0], [1, 1], "row 1 starts at entry 3"),
      ([0, 1, 1], [0, 0], [1, 1], "rows end at entry 1 of 2"),
      ([0, -1, 2], [0, 0], [1, 1], "row 1 starts at entry -1"), ([0, 1], [0, 0], [1, 1], "2 row starts for 2 rows"),
      ([0, 1, 2], [0], [1, 1], "1 column numbers for 2 weights"),
      ([0, 1, 2], [0, 3], [1, 1], "row 1 has column 3 of 3"), ([0, 1, 2], [0, -1], [1, 1], "row 1 has column -1"),
      ([0, 2, 2], [1, 1], [1, 1], "row 0: the token \"1\" stands twice"),
      ([0, 1, 2], [0, 0], [1, -2], "row 1: the token \"0\" has the weight -2"),
      ([0, 1, 2], [0, 0], [1, .nan], "row 1: the token \"0\" has the weight nan"),
      ([0, 1, 2], [0, 0], [1, .infinity], "row 1: the token \"0\" has the weight inf"),
    ] as [([Int], [Int], [Double], String)])
  func contradictions(_ starts: [Int], _ indices: [Int], _ weights: [Double], _ reason: String) throws {
    let folder = TemporaryFolder()
    let zip = ZipFixture.scipy(rows: 2, columns: 3, starts: starts, indices: indices, weights: weights)
    let error = try #require(thrown { _ = try all(try open(folder, "m.npz", zip.bytes)) })
    #expect(error.description.contains(reason), "\(error)")
    guard starts.count == 3, indices.count == 2 else { return }
    var csr =
      [2, 3, 2].flatMap { littleEndian($0, 8) } + starts.flatMap { littleEndian(UInt64(bitPattern: Int64($0)), 8) }
    csr += indices.flatMap { littleEndian(UInt64(bitPattern: Int64($0)), 4) }
    csr += weights.flatMap { littleEndian(UInt64(Float($0).bitPattern), 4) }
    let other = try #require(thrown { _ = try all(try open(folder, "m.csr", csr)) })
    #expect(other.description.contains(reason), "\(other)")
  }

  @Test func matrixLengthsMustAgreeToTheByte() throws {
    let folder = TemporaryFolder()
    let csr = CSRWriter.encode(rows: [[(0, 1)], [(1, 1)]], columns: 2)
    for bytes in [csr + [0], Array(csr.dropLast()), Array(csr[..<23]), []] {
      guard case .sparseMatrix? = thrown({ _ = try open(folder, "m.csr", bytes) }) else {
        Issue.record("\(bytes.count) bytes were read")
        continue
      }
    }
    for size in [UInt64.max, 1 << 62, 1 << 60, 1 << 40] {
      for field in 0..<3 {
        var lie = csr
        lie.replaceSubrange(field * 8..<field * 8 + 8, with: littleEndian(size, 8))
        guard case .sparseMatrix? = thrown({ _ = try open(folder, "m.csr", lie) }) else {
          Issue.record("field \(field) = \(size) was read")
          continue
        }
      }
    }
  }

  @Test("What is written is read back for random matrices and records", arguments: 0..<200 as Range<UInt64>)
  func roundTrip(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let columns = Int.random(in: 1...50, using: &random)
    let rows = (0..<Int.random(in: 0...20, using: &random)).map { _ in
      Set((0..<Int.random(in: 0...30, using: &random)).map { _ in Int.random(in: 0..<columns, using: &random) })
        .sorted()
        .map { (column: $0, weight: Float.random(in: 0.001...100, using: &random)) }
    }
    let file = MappedFile(
      copying: CSRWriter.encode(rows: rows.map { $0.shuffled(using: &random) }, columns: columns), path: "m")
    let matrix = try CSRMatrix(file)
    for (at, row) in rows.enumerated() {
      let found = try matrix.row(at)
      #expect(found.map(\.column) == row.map(\.column) && found.map(\.weight) == row.map(\.weight), "seed \(seed)")
      let record = SparseRecord(
        key: "k\(at)\"", weights: row.map { ("t\($0.column)", $0.weight) }, metadata: JSONObject([("n", .integer(1))]),
        path: "v", line: 1)
      let object = try #require(try JSONValue.parse(record.serialized()).objectValue)
      let back = try SparseRecord.read(object, path: "v", line: 1)
      #expect(back.key == record.key && back.metadata?["n"] == .integer(1) && back.metadata?.count == 2, "seed \(seed)")
      #expect(back.weights.map(\.token) == record.weights.map(\.token), "seed \(seed)")
      #expect(back.weights.map(\.weight) == record.weights.map(\.weight), "seed \(seed)")
    }
  }
}
