import ByteStorage
import Foundation
import LinearAlgebra
import Testing

@testable import InvertedIndex

/// Decodes real segment files by nothing but the tables of index-data/FORMAT.md §7.1 and §7.2.
@Suite("FORMAT.md says what the postings and forward files hold")
struct PostingsFormatTests {
  /// A table of fields: name → (offset, size).
  struct Table {
    var fields: [String: (offset: Int, size: Int)] = [:]
    var byteCount = 0

    init(section heading: String) throws {
      let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
      let lines = try String(contentsOf: root.appendingPathComponent("index-data/FORMAT.md"), encoding: .utf8)
        .components(separatedBy: "\n")
      let start = try #require(lines.firstIndex { $0.hasPrefix("### \(heading) ") }, "no section \(heading)")
      for line in lines[(start + 1)...].prefix(while: { !$0.hasPrefix("#") }) where line.hasPrefix("|") {
        let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        guard let offset = Int(cells[0]), let size = Int(cells[1]) else { continue }
        #expect(offset == byteCount, "\(cells[3]) in section \(heading) begins at \(offset)")
        fields[cells[3]] = (offset, size)
        byteCount = offset + size
      }
    }

    func value(_ name: String, in bytes: ArraySlice<UInt8>) throws -> UInt64 {
      let field = try #require(fields[name], "no field \(name)")
      let start = bytes.startIndex + field.offset
      return bytes[start..<start + min(8, field.size)].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
  }

  @Test func everyDocumentedFieldIsWhereTheTablesSay() throws {
    var random = SplitMix64(seed: 21)
    let collection = try RandomCollection(
      documents: 5000, vocabulary: 6, density: 0.3, ordering: .bisection, using: &random)
    let system = PosixFileSystem()
    let file = try EnvelopeFile.open(
      "0.postings", in: collection.folder.path, kind: .postings, expecting: nil, fileSystem: system)
    func bytes(_ tag: StaticString) throws -> [UInt8] {
      let section = try #require(file.optionalSection(SectionTag(tag)))
      return try section.bytes(0..<section.byteCount)
    }

    let summary = try Table(section: "7.1.1")
    let head = try bytes("SUMM")
    #expect(head.count == summary.byteCount)
    #expect(try summary.value("documents", in: head[...]) == 5000)
    #expect(try summary.value("vocabulary", in: head[...]) == 6)
    #expect(try summary.value("windows", in: head[...]) == 1)
    let postingCount = collection.documents.reduce(0) { $0 + $1.count }
    #expect(try summary.value("postings", in: head[...]) == UInt64(postingCount))

    let term = try Table(section: "7.1.2")
    let terms = try bytes("TERM")
    #expect(terms.count == 6 * term.byteCount)
    let order = try bytes("ORDR")
    let postings = try bytes("POST")
    #expect(postings.count == 3 * postingCount)
    for token in 0..<6 {
      let record = terms[token * term.byteCount..<(token + 1) * term.byteCount]
      let holders = collection.documents.indices.filter { document in
        collection.documents[document].contains { $0.token == UInt32(token) }
      }
      #expect(try term.value("token", in: record) == UInt64(token))
      #expect(try term.value("frequency", in: record) == UInt64(holders.count))
      let impacts = holders.compactMap { collection.documents[$0].first { $0.token == UInt32(token) }?.impact }
        .sorted(by: >)
      #expect(try term.value("maximum", in: record) == UInt64(impacts[0]))
      let kth = try term.value("kth", in: record)
      #expect(kth & 0xFF == UInt64(impacts[9]))
      #expect(kth >> 8 & 0xFF == UInt64(impacts[31]))

      // The postings as §7.1.3 lays them out: groups of 16 documents and their impacts.
      var found: [Int: UInt8] = [:]
      let start = 3 * Int(try term.value("firstPosting", in: record))
      for number in holders.indices {
        let group = number / 16 * 16
        let size = min(16, holders.count - group)
        let at = start + 3 * group + 2 * (number - group)
        let place = Int(postings[at]) | Int(postings[at + 1]) << 8
        let document = (0..<4).reversed().reduce(0) { $0 << 8 | Int(order[4 * place + $1]) }
        found[document] = postings[start + 3 * group + 2 * size + (number - group)]
      }
      #expect(found.keys.sorted() == holders)
      #expect(
        holders.allSatisfy { document in
          collection.documents[document].contains { $0.token == UInt32(token) && $0.impact == found[document] }
        })
    }

    let record = try Table(section: "7.1.4")
    #expect(record.byteCount == SegmentLayout.directoryRecordSize)
    let records = try bytes("RUNR")
    #expect(records.count % record.byteCount == 0)
    let directory = try bytes("WDIR")
    // Six rows of one window each: two entries of three numbers. The last one counts every record.
    #expect(directory.count == 6 * 2 * 3 * 4)
    let recordCount = directory.suffix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
    #expect(recordCount == records.count / record.byteCount)
    let runs = records.prefix(record.byteCount).dropFirst(try #require(record.fields["runs"]).offset)
    let frequency = try term.value("frequency", in: terms.prefix(term.byteCount))
    #expect(runs.reduce(0) { $0 + UInt64($1) } <= frequency)
    #expect(try record.value("base", in: records.prefix(record.byteCount)) == 0)
  }

  @Test func theForwardFileIsWhereTheTableSays() throws {
    var random = SplitMix64(seed: 22)
    let collection = try RandomCollection(documents: 300, vocabulary: 20, density: 0.3, using: &random)
    let file = try EnvelopeFile.open(
      "0.forward", in: collection.folder.path, kind: .forward, expecting: nil, fileSystem: PosixFileSystem())
    let summary = try Table(section: "7.2.1")
    let section = try file.section(SectionTag("SUMM"))
    let head = try section.bytes(0..<section.byteCount)
    #expect(head.count == summary.byteCount)
    #expect(try summary.value("documents", in: head[...]) == 300)
    #expect(try summary.value("tokenWidth", in: head[...]) == 2)
    let starts = try file.section(SectionTag("FOFF"))
    #expect(starts.byteCount == 4 * 301)
    let vectors = try file.section(SectionTag("FVEC"))
    let postings = try summary.value("postings", in: head[...])
    #expect(vectors.byteCount == 3 * Int(postings))
    let first = collection.documents[0]
    let bytes = try vectors.bytes(0..<3 * first.count)
    #expect(
      first.indices.allSatisfy {
        bytes[2 * $0] == UInt8(first[$0].token) && bytes[2 * first.count + $0] == first[$0].impact
      })
  }
}
