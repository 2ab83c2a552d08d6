import Foundation
import Testing

@testable import Newel

/// A folder that is removed when the test is over.
private final class Folder {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.appendingPathComponent("newel-measure-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ name: String, _ data: Data) throws -> String {
    let file = path + "/" + name
    try data.write(to: URL(fileURLWithPath: file))
    return file
  }

  func write(_ name: String, _ text: String) throws -> String { try write(name, Data(text.utf8)) }
}

private func littleEndian(_ values: [some FixedWidthInteger]) -> Data {
  var data = Data()
  for value in values {
    for byte in 0..<(value.bitWidth / 8) { data.append(UInt8(truncatingIfNeeded: value >> (8 * byte))) }
  }
  return data
}

/// A big-ann .csr of rows of (column, weight).
private func csr(_ rows: [[(Int, Float)]], columns: Int) -> Data {
  var starts: [Int64] = [0]
  for row in rows { starts.append(starts[starts.count - 1] + Int64(row.count)) }
  let entries = rows.flatMap { $0 }
  return littleEndian([Int64(rows.count), Int64(columns), Int64(entries.count)]) + littleEndian(starts)
    + littleEndian(entries.map { Int32($0.0) }) + littleEndian(entries.map { $0.1.bitPattern })
}

@Suite struct MeasurementTests {
  /// 3,000 documents over 40 tokens in two segments, and 30 queries.
  private func collection(seed: UInt64) -> (documents: [[(Int, Float)]], queries: [[(Int, Float)]]) {
    var state = seed
    func next(_ bound: UInt64) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % bound)
    }
    func row(_ length: Int) -> [(Int, Float)] {
      Set((0..<length).map { _ in next(40) }).sorted().map { ($0, Float(1 + next(255))) }
    }
    return ((0..<3000).map { _ in row(8) }, (0..<30).map { _ in row(5) })
  }

  @Test func everyAlgorithmIsMeasuredAndAllAgree() throws {
    let folder = try Folder()
    let (documents, queries) = collection(seed: 7)
    let index = folder.path + "/index"
    for (number, part) in [documents[..<2000], documents[2000...]].enumerated() {
      let metadata = try folder.write(
        "m\(number).jsonl", part.indices.map { "{\"id\":\"d\($0)\"}\n" }.joined())
      let vectors = try folder.write("d\(number).csr", csr(Array(part), columns: 40))
      _ = try NewelIndex.build(
        BuildRequest(index: index, source: .sparse(vectors: vectors, metadata: metadata, vocabulary: nil)))
    }
    let opened = try NewelIndex.open(index)
    let read = try QueryFile.read(try folder.write("q.csr", csr(queries, columns: 40)))
    #expect(read.count == 30)

    // Weights are whole numbers up to 255, so that integer scores are the real ones.
    let truth = queries.map { query -> [(position: UInt32, score: Double)] in
      let weights = Dictionary(uniqueKeysWithValues: query)
      let scores = documents.map { $0.reduce(0) { $0 + Double($1.1) * Double(weights[$1.0] ?? 0) } }
      let order = scores.indices.filter { scores[$0] > 0 }.sorted { (scores[$0], $1) > (scores[$1], $0) }
      return order.prefix(100).map { (UInt32($0), scores[$0]) }
    }
    let report = try opened.measure(
      MeasurementRequest(queries: read, counts: [1, 100], passes: 2, truth: GroundTruth(truth)))
    #expect(report.disagreements.isEmpty)
    #expect(report.queryCount == 30)
    #expect(report.unknownTokens == 0)
    #expect(report.cells.count == 2 * TopKAlgorithm.allCases.count)
    for count in [1, 100] {
      let cells = report.cells.filter { $0.count == count }
      #expect(Set(cells.map(\.checksum)).count == 1)
      #expect(cells.allSatisfy { $0.recall == 1 })
      #expect(cells.allSatisfy { $0.microseconds.p50 > 0 && $0.microseconds.p50 <= $0.microseconds.p99 })
      #expect(cells.allSatisfy { $0.algorithmsRun.values.reduce(0, +) == 30 && $0.passes == 2 })
    }
    #expect(report.cells[0].checksum != report.cells[TopKAlgorithm.allCases.count].checksum)
  }

  @Test func whatCannotBeMeasuredIsRefusedWithAReason() throws {
    let folder = try Folder()
    let vectors = try folder.write("d.csr", csr([[(0, 1)], [(1, 2)]], columns: 2))
    let index = folder.path + "/index"
    _ = try NewelIndex.build(
      BuildRequest(index: index, source: .sparse(vectors: vectors, metadata: nil, vocabulary: nil)))
    let opened = try NewelIndex.open(index)
    let queries: [SearchRequest.Query] = [.tokens([("0", 1), ("7", 1)]), .tokens([("9", 1)])]
    let report = try opened.measure(MeasurementRequest(queries: queries, counts: [10], passes: 1))
    #expect(report.unknownTokens == 2)
    #expect(report.emptyQueries == 1)

    func code(_ request: MeasurementRequest) -> NewelError.Code? {
      do {
        _ = try opened.measure(request)
        return nil
      } catch { return error.code }
    }
    #expect(code(MeasurementRequest(queries: [])) == .invalidArgument)
    #expect(code(MeasurementRequest(queries: queries, counts: [0])) == .invalidArgument)
    #expect(code(MeasurementRequest(queries: queries, algorithms: [])) == .invalidArgument)
    #expect(code(MeasurementRequest(queries: queries, passes: 0)) == .invalidArgument)
    #expect(
      code(MeasurementRequest(queries: queries, counts: [2], truth: GroundTruth([[(0, 1)], [(1, 1)]])))
        == .invalidArgument)
    #expect(code(MeasurementRequest(queries: queries, counts: [1], truth: GroundTruth([[(0, 1)]]))) == .invalidArgument)
  }

  @Test func queriesAreReadFromLinesOfAnyForm() throws {
    let folder = try Folder()
    let path = try folder.write(
      "q.jsonl", "{\"vector\":{\"shoe\":2.5,\"kids\":-1}}\n{\"text\":\"red shoe\"}\n{\"query\":\"+red\"}\n")
    let queries = try QueryFile.read(path)
    #expect(queries.count == 3)
    guard case .tokens(let weights) = queries[0], case .plain("red shoe") = queries[1], case .text("+red") = queries[2]
    else {
      Issue.record("the forms were mixed up: \(queries)")
      return
    }
    #expect(weights.map(\.token) == ["shoe", "kids"])
    #expect(weights.map(\.weight) == [2.5, -1])
    #expect(try QueryFile.read(path, limit: 1).count == 1)
    for bad in ["{\"id\":\"1\"}", "{\"text\":\"a\",\"query\":\"b\"}", "{\"vector\":{\"a\":\"b\"}}", "{\"text\":1}", ""]
    {
      let file = try folder.write("bad.jsonl", bad + "\n")
      let error = #expect(throws: NewelError.self) { try QueryFile.read(file) }
      #expect(error?.message.contains("bad.jsonl") == true)
    }
  }

  @Test func aGroundTruthWithScoresOfEitherWidthIsReadAndAWrongLengthRefused() throws {
    let folder = try Folder()
    let head = littleEndian([UInt32(2), 2]) + littleEndian([Int32(5), 3, 4, -1])
    for scoreBytes in [4, 8] {
      let truth = try GroundTruth.read(try folder.write("t\(scoreBytes).gt", head + Data(count: 4 * scoreBytes)))
      #expect(truth.queryCount == 2)
      #expect(truth.depth == 2)
      // All scores are 0: the two of the first query tie, the second has only one.
      #expect(truth.best(1, ofQuery: 0).accepted == [5, 3])
      #expect(truth.best(1, ofQuery: 0).wanted == 1)
      #expect(truth.best(2, ofQuery: 1).accepted == [4])
      #expect(truth.best(2, ofQuery: 1).wanted == 1)
    }
    for length in [0, 7, 12, 25] {
      let file = try folder.write("bad.gt", (head + Data(count: 16)).prefix(length))
      #expect(throws: NewelError.self) { try GroundTruth.read(file) }
    }
    let huge = try folder.write("huge.gt", littleEndian([UInt32.max, UInt32.max]))
    #expect(throws: NewelError.self) { try GroundTruth.read(huge) }
  }

  @Test func aSummaryTakesTheMedianOverPassesFirst() {
    let summary = LatencySummary(passes: [[1000, 2000, 3000], [9000, 2000, 3000], [1000, 2000, 99000]])
    #expect(summary.mean == 2)
    #expect(summary.p50 == 2)
    #expect(abs(summary.p95 - 2.9) < 1e-9)
    #expect(abs(summary.p99 - 2.98) < 1e-9)
    #expect(LatencySummary(passes: []).p99 == 0)
  }

  @Test func theThreadClockNeverFallsAndTheHashSeesOrder() {
    let first = ThreadClock.nanoseconds()
    #expect(ThreadClock.nanoseconds() >= first)
    #expect(first > 0)
    var forward = AnswerHash()
    var backward = AnswerHash()
    for word: UInt64 in [1, 2] { forward.add(word) }
    for word: UInt64 in [2, 1] { backward.add(word) }
    #expect(forward.value != backward.value)
  }
}
