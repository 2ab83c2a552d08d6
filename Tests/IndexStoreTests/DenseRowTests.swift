import ByteStorage
import Testing

@testable import IndexStore

/// Dense rows and coordinates: what comes back, what merges and appends keep, and cosines.
@Suite struct DenseRowTests {
  let folder: TemporaryFolder
  var index: String { folder.file("index") }

  init() throws { folder = try TemporaryFolder() }

  static func configuration(_ element: DenseElement, coordinates: Int? = 5, dense: Int? = 33) -> IndexConfiguration {
    IndexConfiguration(
      ceiling: 4, vocabularyFingerprint: "abc", denseDimension: dense, denseElement: element,
      coordinateCount: coordinates)
  }

  /// Row `number`, always the same; number 3 is all zeros.
  static func row(_ number: Int, _ count: Int, seed: UInt64 = 8) -> [Float] {
    var random = SeededRandom(state: UInt64(number) &* 131 &+ seed)
    return (0..<count).map { _ in number == 3 ? 0 : Float.random(in: -20...20, using: &random) }
  }

  static func document(_ number: Int, coordinates: Int? = 5, dense: Int? = 33) -> StoredDocument {
    var document = Workload.document(number, dense: false)
    document.denseRow = dense.map { row(number, $0) }
    document.coordinates = coordinates.map { row(number, $0, seed: 9) }
    return document
  }

  func build(_ element: DenseElement, count: Int = 30, step: Int = 11) throws {
    let writer = try IndexWriter.open(index, creating: Self.configuration(element))
    defer { writer.close() }
    try writer.setVocabulary(Workload.vocabulary)
    try writer.setAlignment([5, 6, 7])
    for start in stride(from: 0, to: count, by: step) {
      for number in start..<min(start + step, count) { try writer.add(Self.document(number)) }
      _ = try writer.commit()
    }
  }

  private func expect(_ snapshot: IndexSnapshot, _ element: DenseElement) throws {
    for number in 0..<snapshot.liveCount {
      for (rows, count, seed) in [(DenseRows.raw, 33, 8 as UInt64), (.coordinates, 5, 9)] {
        let original = Self.row(number, count, seed: seed)
        let stored = try #require(try snapshot.denseRow(of: UInt32(number), in: rows))
        let largest = original.map(\.magnitude).max() ?? 0
        // Half a step: of a half float, and of a byte.
        let tolerance = element == .float16 ? largest / 2048 : largest / 254 * 1.001
        #expect(zip(original, stored).allSatisfy { ($0 - $1).magnitude <= tolerance })
      }
    }
  }

  @Test("rows and coordinates come back, before and after a merge", arguments: DenseElement.allCases)
  func roundTrip(element: DenseElement) throws {
    try build(element)
    let before = try IndexSnapshot.open(index)
    #expect(before.segments.count == 3)
    #expect(before.configuration.element == element && before.configuration.coordinateCount == 5)
    #expect(try before.alignmentBytes() == [5, 6, 7])
    try expect(before, element)
    try Workload.expectGood(index)
    let writer = try IndexWriter.open(index, creating: nil)
    _ = try writer.merge()
    writer.close()
    let after = try IndexSnapshot.open(index)
    #expect(after.segments.count == 1)
    for position in 0..<UInt32(after.positionCount) {
      for rows in [DenseRows.raw, .coordinates] {
        #expect(try after.denseRow(of: position, in: rows) == before.denseRow(of: position, in: rows))
      }
    }
    #expect(try after.alignmentBytes() == [5, 6, 7])
    try Workload.expectGood(index)
  }

  @Test("cosines are those of the rows as they are stored", arguments: DenseElement.allCases)
  func cosines(element: DenseElement) throws {
    try build(element, count: 20, step: 20)
    let snapshot = try IndexSnapshot.open(index)
    let segment = snapshot.segments[0]
    let original = Self.row(77, 33)
    let query = try #require(DenseQuery(original))
    let documents: [UInt32] = [7, 3, 0, 19, 7]
    let found = try #require(try segment.cosines(query, documents: documents, in: .raw))
    for (document, cosine) in zip(documents, found) {
      let row = try #require(try snapshot.denseRow(of: document))
      let dot = zip(original, row).reduce(0) { $0 + Double($1.0) * Double($1.1) }
      let lengths = Double(euclideanLength(original)) * Double(euclideanLength(row))
      let expected = lengths == 0 ? 0 : dot / lengths
      // The query is rounded to bytes, too.
      #expect(abs(Double(cosine) - expected) < (element == .float16 ? 1e-6 : 5e-3))
    }
    #expect(found[1] == 0)
    #expect(found[0] == found[4])
    // A row with itself.
    let stored = try #require(try snapshot.denseRow(of: 5))
    let own = try #require(DenseQuery(stored))
    let same = try #require(try segment.cosines(own, documents: [5], in: .raw))
    #expect(abs(same[0] - 1) < 1e-5)
    #expect(DenseQuery([0, 0]) == nil && DenseQuery([.nan]) == nil && DenseQuery([.infinity, 1]) == nil)
  }

  @Test("an index has rows or coordinates or neither, and takes no others")
  func refusals() throws {
    let writer = try IndexWriter.open(index, creating: Self.configuration(.int8))
    try writer.setVocabulary(Workload.vocabulary)
    try writer.setAlignment([5])
    func refusal(_ change: (inout StoredDocument) -> Void) -> String {
      var document = Self.document(1)
      change(&document)
      do {
        try writer.add(document)
        return "added"
      } catch { return error.description }
    }
    func refusal(ofNumber number: Float) -> String { refusal { $0.denseRow?[4] = number } }
    #expect(refusal { $0.coordinates = nil }.contains("has no row of coordinates"))
    #expect(refusal { $0.coordinates = [1] }.contains("row of coordinates has 1 numbers instead of 5"))
    #expect(refusal { $0.denseRow = nil }.contains("has no dense row"))
    #expect(refusal(ofNumber: .nan).contains("number 4 of its dense row is nan"))
    #expect(refusal(ofNumber: 2e30).contains("no number below 1e30"))
    // Beyond 16-bit floats, and no trouble for bytes.
    #expect(refusal(ofNumber: 1e6) == "added")
    _ = try writer.commit()
    writer.close()
    let snapshot = try IndexSnapshot.open(index)
    let stored = try #require(try snapshot.denseRow(of: 0))
    #expect(stored[4] == 1e6)
  }

  @Test("an index without dense rows has no cosines, and one may keep coordinates alone")
  func absent() throws {
    let writer = try IndexWriter.open(index, creating: Self.configuration(.float16, dense: nil))
    try writer.setVocabulary(Workload.vocabulary)
    try writer.setAlignment([5])
    try writer.add(Self.document(1, dense: nil))
    _ = try writer.commit()
    writer.close()
    let snapshot = try IndexSnapshot.open(index)
    let query = try #require(DenseQuery([1, 2, 3, 4, 5]))
    #expect(try snapshot.segments[0].cosines(query, documents: [0], in: .raw) == nil)
    #expect(try snapshot.segments[0].cosines(query, documents: [0], in: .coordinates)?.count == 1)
    #expect(try snapshot.denseRow(of: 0) == nil)
    try Workload.expectGood(index)
  }

  @Test("a file without lengths is read, and its lengths are computed")
  func withoutLengths() throws {
    try build(.float16, count: 6, step: 6)
    let snapshot = try IndexSnapshot.open(index)
    let name = try #require(snapshot.files.first { $0.kind == .vectors }?.name)
    let system = PosixFileSystem()
    let original = try EnvelopeFile.open(
      name, in: index, kind: .vectors, expecting: nil, fileSystem: system)
    let writer = try EnvelopeWriter(
      creating: "0000000009.vectors", in: folder.path, kind: .vectors, fileSystem: system)
    for tag in [VectorsLayout.rows, VectorsLayout.summary] {
      let section = try original.section(tag)
      try writer.begin(tag)
      try writer.append(try section.bytes(0..<section.byteCount))
      writer.end()
    }
    _ = try writer.finish()
    let old = try VectorsReader(
      try EnvelopeFile.open(
        "0000000009.vectors", in: folder.path, kind: .vectors, expecting: nil, fileSystem: system))
    #expect(try old.allLengths() == VectorsReader(original).allLengths())
    let query = try #require(DenseQuery(Self.row(50, 33)))
    let numbers: [UInt32] = [0, 1, 2, 3, 4, 5]
    #expect(
      try old.cosines(query, numbers: numbers) == VectorsReader(original).cosines(query, numbers: numbers))
  }

  @Test("forged lengths, scales and elements are errors, found at the latest by a deep verification")
  func forged() throws {
    try build(.int8, count: 6, step: 6)
    let snapshot = try IndexSnapshot.open(index)
    let name = try #require(snapshot.files.first { $0.kind == .vectors }?.name)
    let original = try PosixFileSystem().readAll(index + "/" + name, limit: .max)
    let file = try EnvelopeFile(MappedFile(copying: original, path: "x"), name: "x", kind: .vectors, expecting: nil)
    func changed(_ tag: SectionTag, at place: Int, _ value: UInt32) throws -> [UInt8] {
      var bytes = original
      let offset = try file.section(tag).offset + place
      for byte in 0..<4 { bytes[offset + byte] = UInt8(truncatingIfNeeded: value >> (8 * UInt32(byte))) }
      try HostileFileTests.reseal(&bytes)
      return bytes
    }
    func open(_ bytes: [UInt8]) throws -> VectorsReader {
      try VectorsReader(
        try EnvelopeFile(MappedFile(copying: bytes, path: "x"), name: "x", kind: .vectors, expecting: nil))
    }
    for type: UInt32 in [0, 3, 9] {
      let bytes = try changed(VectorsLayout.summary, at: VectorsLayout.Summary.elementType, type)
      #expect(throws: StorageError.self) { try open(bytes) }
    }
    // Bytes taken for halves are twice as many.
    let halves = try changed(VectorsLayout.summary, at: VectorsLayout.Summary.elementType, 1)
    #expect(throws: StorageError.self) { try open(halves) }
    let query = try #require(DenseQuery(Self.row(0, 33)))
    for length: Float in [0.001, .nan, -1e-9, .leastNonzeroMagnitude] {
      let reader = try open(try changed(VectorsLayout.lengths, at: 0, length.bitPattern))
      #expect(throws: StorageError.self) { try reader.cosines(query, numbers: [0]) }
      #expect(try !reader.hasRightLength(0))
      #expect(try reader.hasRightLength(1))
    }
    // A length that is only wrong: a wrong cosine, which deep verification finds.
    #expect(try !open(try changed(VectorsLayout.lengths, at: 0, Float(9999).bitPattern)).hasRightLength(0))
    let scaled = try open(try changed(VectorsLayout.scales, at: 4, Float.nan.bitPattern))
    var row = [Float](repeating: 0, count: 33)
    try scaled.row(1, into: &row, at: 0)
    #expect(row[0].isNaN)
  }

  @Test("hubness is copied with rows, kept of all rows or of none, and no mean cosine when it is forged")
  func hubness() throws {
    let system = PosixFileSystem()
    func write(_ number: UInt64, _ body: (VectorsWriter) throws -> Void) throws -> (VectorsReader, [UInt8]) {
      let name = "000000000\(number).coordinates"
      let writer = try VectorsWriter(
        try EnvelopeWriter(creating: name, in: folder.path, kind: .coordinates, fileSystem: system),
        dimension: 3, element: .int8)
      try body(writer)
      _ = try writer.finish()
      let file = try EnvelopeFile.open(
        name, in: folder.path, kind: .coordinates, expecting: nil, fileSystem: system)
      return (try VectorsReader(file), try system.readAll(folder.path + "/" + name, limit: .max))
    }
    let (first, bytes) = try write(1) { writer in
      for row in 0..<5 { try writer.append(Self.row(row, 3), hubness: Float(row) / 8) }
    }
    #expect(try first.allHubness() == [0, 0.125, 0.25, 0.375, 0.5])
    #expect(try first.hubness(of: [4, 1]) == [0.5, 0.125])
    let (plain, _) = try write(2) { writer in for row in 0..<2 { try writer.append(Self.row(row, 3)) } }
    #expect(try plain.allHubness().isEmpty && plain.hubness(of: [1]) == nil)
    let (twice, _) = try write(3) { writer in for _ in 0..<2 { try writer.copy(first) } }
    #expect(try twice.hubness(of: [4, 5, 9]) == [0.5, 0, 0.5])
    let (mixed, _) = try write(4) { writer in for source in [first, plain] { try writer.copy(source) } }
    #expect(try mixed.rowCount == 7 && mixed.hubness(of: [0]) == nil)
    let file = try EnvelopeFile(
      MappedFile(copying: bytes, path: "x"), name: "x", kind: .coordinates, expecting: nil)
    for value: Float in [.nan, .infinity, 1.5, -7] {
      var forged = bytes
      let offset = try file.section(VectorsLayout.hubness).offset + 8
      for byte in 0..<4 { forged[offset + byte] = UInt8(truncatingIfNeeded: value.bitPattern >> (8 * UInt32(byte))) }
      try HostileFileTests.reseal(&forged)
      let reader = try VectorsReader(
        try EnvelopeFile(MappedFile(copying: forged, path: "x"), name: "x", kind: .coordinates, expecting: nil))
      #expect(try reader.hubness(of: [1]) == [0.125])
      #expect(throws: StorageError.self, "\(value)") { try reader.hubness(of: [2]) }
    }
  }

  @Test("coordinates without an alignment are never committed")
  func alignmentMissing() throws {
    let writer = try IndexWriter.open(index, creating: Self.configuration(.float16))
    try writer.setVocabulary(Workload.vocabulary)
    try writer.add(Self.document(1))
    #expect(throws: IndexStoreError.self) { try writer.commit() }
    writer.close()
    #expect(throws: IndexStoreError.self) { try IndexSnapshot.open(index) }
  }
}
