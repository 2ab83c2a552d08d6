import ByteStorage
import LinearAlgebra
import Testing

@testable import EmbeddingDumps

@Suite struct NpyTests {
  private func refusal(_ bytes: [UInt8]) -> DumpError? { thrown { _ = try npyArray(bytes) } }

  private func refusal(header: String, dataCount: Int = 24) -> DumpError? {
    refusal(NpyFixture(shape: [], values: [], header: header).bytes + [UInt8](repeating: 0, count: dataCount))
  }

  @Test(
    "Every type, byte order, memory order and version gives the same rows",
    arguments: ["<f2", ">f2", "<f4", ">f4", "<f8", ">f8"], [1, 2, 3] as [UInt8])
  func everyKind(_ descr: String, _ version: UInt8) throws {
    for isFortran in [false, true] {
      let values = (0..<35).map { Double($0) * 0.25 - 3 }
      let array = try npyArray(
        NpyFixture(descr: descr, isFortran: isFortran, shape: [7, 5], version: version, values: values).bytes)
      #expect(array.rows == 7 && array.columns == 5 && array.shape == [7, 5])
      #expect(try allRows(array) == values.map { Float($0) })
      var part: [Float] = [9, 9]
      try array.rows(2..<4, into: &part)
      #expect(part == values[10..<20].map { Float($0) })
      try array.rows(7..<7, into: &part)
      #expect(part.isEmpty)
    }
  }

  @Test("What is written is read back, for random shapes, types and orders", arguments: 0..<300 as Range<UInt64>)
  func roundTrip(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let rows = Int.random(in: 0...20, using: &random)
    let columns = Int.random(in: 1...33, using: &random)
    let descr = ["<", ">"].randomElement(using: &random)! + ["f2", "f4", "f8"].randomElement(using: &random)!
    // Halves can hold these exactly.
    let values = (0..<rows * columns).map { _ in Double(Int.random(in: -2048...2048, using: &random)) / 64 }
    let fixture = NpyFixture(
      descr: descr, isFortran: Bool.random(using: &random), shape: [rows, columns],
      version: UInt8.random(in: 1...3, using: &random), values: values)
    let array = try npyArray(fixture.bytes)
    #expect(try allRows(array) == values.map { Float($0) }, "seed \(seed)")
    let first = Int.random(in: 0...rows, using: &random)
    let last = Int.random(in: first...rows, using: &random)
    var part: [Float] = []
    try array.rows(first..<last, into: &part)
    #expect(part == values[first * columns..<last * columns].map { Float($0) }, "seed \(seed)")
  }

  @Test func theWritersFilesAreRead() throws {
    let matrix = Matrix(rows: 2, columns: 3, values: [1, -2.5, 0, 4, 5.25, 65504])
    for type in [NpyWriter.ElementType.float16, .float32] {
      let bytes = NpyWriter.encode(matrix, as: type)
      #expect(NpyWriter.header(rows: 2, columns: 3, type: type).count % 64 == 0)
      #expect(try allRows(try npyArray(bytes)) == matrix.values)
    }
  }

  @Test func emptyShardsAreRead() throws {
    for shape in [[0, 512], [0, 0], [0]] {
      let array = try npyArray(NpyFixture(descr: "<f8", shape: shape, values: []).bytes)
      #expect(array.rows == 0)
      #expect(try allRows(array).isEmpty)
    }
  }

  @Test func headersInOtherSpellingsAreRead() throws {
    for header in [
      "{'shape': (3, 2), 'fortran_order': False, 'descr': '<f4'}",
      "  {\"descr\":\"<f4\",\"fortran_order\":False,\"shape\":(3L,2L)}  ",
      "{'descr': '=f4', 'fortran_order': False, 'shape': [3, 2,]}",
    ] {
      let bytes = NpyFixture(shape: [], values: [], header: header).bytes + [UInt8](repeating: 0, count: 24)
      #expect(try npyArray(bytes).shape == [3, 2])
    }
  }

  @Test(
    "Headers that are no plain dictionary are refused",
    arguments: [
      "", "{", "{}", "{'descr': '<f4'}", "__import__('os').system('x')",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), 'more': 1}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), 'shape': (3, 2)}",
      "{'descr': '<f4', 'fortran_order': 0, 'shape': (3, 2)}", "{'descr': '<f4', 'fortran_order': False, 'shape': 6}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (-3, 2)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (3, '2')}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2)} x",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775808, 1)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 4)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (0, 4611686018427387904, 4)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': ((((((((((3))))))))))}",
      "{'descr': '\\x3cf4', 'fortran_order': False, 'shape': (3, 2)}",
    ])
  func badHeaders(_ header: String) {
    guard case .npyHeader? = refusal(header: header) else {
      Issue.record("not refused as a header: \(header)")
      return
    }
  }

  @Test(
    "Types that are no embedding are refused with the reason",
    arguments: [
      ("'|O'", "pickle"), ("'O'", "pickle"), ("'<i4'", "whole numbers"), ("'<u8'", "whole numbers"),
      ("'<U5'", "metadata"), ("'|S5'", "metadata"), ("'|V2'", "bfloat16"), ("'<c8'", "complex"), ("'|b1'", "truth"),
      ("'<f16'", "machine"), ("'<M8[ns]'", "unknown"), ("'f4'", "byte order"), ("''", "unknown"), ("'<'", "unknown"),
      ("'<f'", "unknown"), ("'<f3'", "machine"), ("[('a', '<f4'), ('b', '<i4')]", "structured"), ("True", "structured"),
    ])
  func badTypes(_ descr: String, _ reason: String) throws {
    let error = try #require(refusal(header: "{'descr': \(descr), 'fortran_order': False, 'shape': (3, 2)}"))
    guard case .arrayType(_, _, let found) = error else {
      // Text and numbers have lengths that are checked first.
      guard case .arrayLength = error else {
        Issue.record("\(error)")
        return
      }
      return
    }
    #expect(found.contains(reason), "\(error)")
  }

  @Test func integersOfTheRightLengthAreRefusedAsLabels() throws {
    let error = try #require(refusal(NpyFixture(descr: "<i4", shape: [3, 2], values: [1, 2, 3, 4, 5, 6]).bytes))
    #expect(error == .arrayType(path: "a.npy", type: "integer", reason: "whole numbers are labels or ids"))
    #expect(error.description.contains("astype('float16')"))
  }

  @Test func lengthsMustAgreeToTheByte() {
    let good = NpyFixture(shape: [3, 2], values: [1, 2, 3, 4, 5, 6]).bytes
    #expect(refusal(good) == nil)
    #expect(refusal(good + [0]) == .arrayLength(path: "a.npy", shape: [3, 2], expected: 24, found: 25))
    #expect(refusal(good.dropLast()) == .arrayLength(path: "a.npy", shape: [3, 2], expected: 24, found: 23))
    for count in 0..<good.count - 24 { #expect(refusal(Array(good[..<count])) != nil, "\(count) bytes") }
  }

  private func refusal(_ bytes: ArraySlice<UInt8>) -> DumpError? { refusal(Array(bytes)) }

  @Test func otherShapesAreRefused() {
    #expect(
      refusal(NpyFixture(shape: [6], values: [1, 2, 3, 4, 5, 6]).bytes) == .arrayShape(path: "a.npy", shape: [6]))
    #expect(
      refusal(NpyFixture(shape: [1, 2, 3], values: [1, 2, 3, 4, 5, 6]).bytes)
        == .arrayShape(path: "a.npy", shape: [1, 2, 3]))
    #expect(refusal(NpyFixture(shape: [3, 0], values: []).bytes) == .arrayShape(path: "a.npy", shape: [3, 0]))
  }

  @Test func columnsBeyondReasonAreRefusedEvenWithoutRows() {
    let error = refusal(header: "{'descr': '<f4', 'fortran_order': False, 'shape': (0, 1000000000000)}", dataCount: 0)
    #expect(error?.description.contains("1000000000000 columns") == true)
  }

  @Test func magicVersionAndHeaderLengthAreChecked() {
    let good = NpyFixture(shape: [1, 1], values: [1]).bytes
    for (at, value) in [(0, 0x92), (1, 0x6E), (6, 4), (6, 0), (7, 1)] as [(Int, UInt8)] {
      var bytes = good
      bytes[at] = value
      guard case .npyHeader? = refusal(bytes) else {
        Issue.record("byte \(at) = \(value)")
        continue
      }
    }
    var long = NpyFixture(shape: [1, 1], version: 2, values: [1]).bytes
    long.replaceSubrange(8..<12, with: littleEndian(65_537, 4))
    #expect(refusal(long)?.description.contains("65537 bytes long") == true)
  }

  @Test(
    "Values that are not finite are refused with row and column", arguments: ["<f2", ">f2", "<f4", "<f8"],
    [false, true])
  func notFinite(_ descr: String, _ isFortran: Bool) throws {
    for value in [Double.nan, .infinity, -.infinity] {
      var values = [Double](repeating: 1, count: 12)
      values[7] = value
      let array = try npyArray(NpyFixture(descr: descr, isFortran: isFortran, shape: [4, 3], values: values).bytes)
      #expect(throws: DumpError.notFinite(path: "a.npy", row: 2, column: 1)) { try allRows(array) }
      var part: [Float] = []
      try array.rows(0..<2, into: &part)
    }
  }

  @Test func doublesBeyondFloat32AreRefused() throws {
    let array = try npyArray(NpyFixture(descr: "<f8", shape: [1, 2], values: [1, 1e300]).bytes)
    #expect(throws: DumpError.notFinite(path: "a.npy", row: 0, column: 1)) { try allRows(array) }
  }
}
